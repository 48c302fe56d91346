import { describe, expect, test } from 'vitest'
import { errorCodes } from '../../src/report/index.ts'
import { type ErrorSite, errorSites } from './error-sources.ts'
import { readText } from './markdown.ts'

const page = 'docs/troubleshooting.md'

/** What `src/action/failure.ts` and `step.ts` print besides the codes of a UserError. */
const codesOfTheStep = ['bug', 'cancelled', 'system-refused']

/** Errors whose code is chosen by a function: which codes that may be, besides those of pairs of a code and a text. */
const computedCodes: Record<string, readonly string[]> = {
  'src/azureml/arm-refusals.ts': [],
  'src/transfer/foreign-error.ts': [],
  'src/azureml/storage-refusals.ts': codesOfVerdicts('src/azureml/storage-verdicts.ts'),
}

/** Texts that functions put into a message, where the reader of the sources sees only `…`: code, file that has them, texts. */
const pieces: readonly (readonly [string, string, readonly string[]])[] = [
  ['azure-refused', 'src/azureml/arm-refusals.ts', ['Azure answered', 'Several tries brought the same']],
  [
    'azure-role-missing',
    'src/azureml/arm-refusals.ts',
    [
      'Assign a role: ',
      'az role assignment create --assignee',
      'The identity lacks a role here',
      'Assign a role that holds this action, there:',
      'The identity needs a role on what the workspace is linked to, too.',
    ],
  ],
  [
    'azure-unreachable',
    'src/azureml/unreachable.ts',
    [
      'cannot be reached (',
      "The runner's DNS does not know its name",
      'The certificate is of an authority that this runner does not trust',
      'The certificate is not valid at the time',
      'Another server answers at its address',
      'Check the network of the runner',
      'asks for a password (407)',
      'answered in its place (',
    ],
  ],
  ['azure-unreachable', 'src/azureml/arm-refusals.ts', ['If resource-manager-url is given, check it too.']],
  ['azure-unreachable', 'src/azureml/entra-refusals.ts', ['The sign-in failed:']],
  [
    'bad-dataset',
    'src/datasets/config.ts',
    [
      'has to be text',
      'has to be true or false',
      'has to be auto, true or false',
      'has to be a glob or a list of globs',
      'has to be a mapping of texts',
      'has a value of more than 1,000 characters',
      'has to be file or folder',
    ],
  ],
  [
    'bad-job',
    'src/jobs/job-file.ts',
    [
      'is no mapping of keys, as a job file is',
      '; only command jobs can be submitted',
      'names no environment, which every job needs',
      'has an environment with both "image" and "build"',
      'has an environment with neither "image" nor "build"',
      'is no key of a command job; did you mean',
      'this action does not support',
      '; there are user_identity, managed and aml_token',
      'write seconds, or a number and one of s, m, h, d, such as 3.5h',
      'only letters, digits and "_" are possible, and no digit first',
    ],
  ],
  [
    'job-failed',
    'src/jobs/follow.ts',
    ['was cancelled', 'ended with', 'AzureML says:', 'AzureML does not say why; the log does.'],
  ],
  ['bad-dataset', 'src/datasets/target-folder.ts', ['lies below a file', 'is a symbolic link', 'is a file']],
  [
    'bad-yaml',
    'src/datasets/yaml.ts',
    [
      'has too many values',
      'has an anchor that holds itself',
      'has an alias without an anchor',
      'has a value that is neither text, list nor mapping',
      'has a key that is not text',
    ],
  ],
  [
    'data-uri-unsupported',
    'src/azureml/data-uri.ts',
    ['an asset of a registry', 'the id of another asset', 'address that is not Azure Blob Storage'],
  ],
  ['dataset-not-found', 'src/datasets/ensure.ts', ['Nearest:', 'There are:', 'There are no folders at all.']],
  ['destination-not-empty', 'src/datasets/destination.ts', ['holds files already', 'is part of']],
  ['output-empty', 'src/datasets/publish.ts', ['there are no files in']],
  ['registration-refused', 'src/datasets/publish.ts', ['the version was not there when it was read back']],
  [
    'sign-in-refused',
    'src/azureml/entra-refusals.ts',
    [
      'has no federated credential for this job, whose subject is',
      'The id token is outside its time',
      'The id token was outside its time',
      'There is no application',
      'There is no tenant',
      'What was given is not a secret of application',
      'has expired. Make a new one, or use OIDC.',
    ],
  ],
  ['cancelled', 'src/datasets/publish.ts', ['The step was cancelled while version']],
  ['clock-skew', 'src/azureml/clock.ts', ["Compared with Azure's, the clock of this runner is"]],
  ['clock-skew', 'src/azureml/arm-refusals.ts', ['Azure did not accept our token']],
  ['sas-expired', 'src/azureml/storage-verdicts.ts', ['The SAS expired on']],
  [
    'storage-firewall',
    'src/azureml/storage-verdicts.ts',
    ["The account's firewall keeps this runner out", "The SAS allows other addresses than this runner's."],
  ],
  ['storage-keys-disabled', 'src/azureml/storage-verdicts.ts', ['The account forbids keys and SAS.']],
  [
    'storage-refused',
    'src/azureml/storage-verdicts.ts',
    [
      'or renew the credentials of the datastore.',
      'The key was rotated, or the SAS revoked.',
      'The SAS does not allow this',
      'The account does not accept the token',
    ],
  ],
  ['storage-role-missing', 'src/azureml/storage-verdicts.ts', ['The identity lacks the role']],
  [
    'storage-unreachable',
    'src/azureml/unreachable.ts',
    ['cannot be reached (', "The runner's DNS does not know its name", 'answered in its place ('],
  ],
  ['storage-unreachable', 'src/azureml/storage-refusals.ts', ['Storage account']],
  [
    'unsafe-names',
    'src/transfer/names.ts',
    [
      'contain NUL',
      'are absolute or have empty segments',
      'have "." or ".." as a segment',
      'have a segment of more than 255 bytes',
      'make paths of more than',
      'are names that Windows cannot hold',
      'are files and folders at once',
      'are one name on this system, which ignores case',
    ],
  ],
  [
    'unsafe-output',
    'src/transfer/local-files.ts',
    [
      'is a link to nowhere',
      'is a link that leads out of the folder',
      'is a link to a folder that it lies in',
      'is neither a file nor a folder (a FIFO, socket or device)',
    ],
  ],
  [
    'unsafe-output',
    'src/blobs/blob-name.ts',
    ['contain a backslash', 'contain control characters', 'have a segment that ends in a dot'],
  ],
]

/** A message with fewer words of its own tells nothing by them: what it is made of has to be listed above. */
const fewWords = 3

const sections = sectionsOf(readText(page))
const sites = errorSites()

describe(page, () => {
  test('has a heading for every code, and no other', () => {
    expect([...sections.keys()].toSorted()).toEqual([...errorCodes, ...codesOfTheStep].toSorted())
  })

  test.each([...errorCodes, ...codesOfTheStep])('%s: its texts are those of the sources', (code) => {
    const texts = textsOf(sections.get(code) ?? '')
    // A text that others make as a whole (`…: …`) cannot be told from another one.
    const printed = new Set(sitesOf(code).flatMap(({ text }) => (/[^…\s:]/.test(text) ? [text] : [])))
    const missing = [...printed].filter((text) => !texts.includes(text)).map((text) => asListItem(text))
    const stale = texts.filter((text) => !printed.has(text))
    expect(missing.join('\n'), `paste these below **Text** of "### ${code}" in ${page}`).toBe('')
    expect(stale, `remove these from **Text** of "### ${code}" in ${page}: nothing prints them`).toEqual([])
  })

  test.each([...errorCodes, ...codesOfTheStep])('%s: has a cause and a remedy, and is printed somewhere', (code) => {
    expect(sections.get(code)).toMatch(/^\*\*Text\*\*.*^\*\*Cause\*\* \S.*^\*\*Remedy\*\* \S/ms)
    expect(sitesOf(code), `no error of src/ has the code ${code}`).not.toEqual([])
  })

  test.each(pieces)('%s: the texts that %s puts into it are shown', (code, file, texts) => {
    const source = readText(file)
    const section = flat(sections.get(code) ?? '')
    expect(texts.filter((text) => !source.includes(text))).toEqual([])
    expect(texts.filter((text) => !section.includes(text))).toEqual([])
  })

  test('no error is skipped: those that the reader of the sources cannot see are listed in this test', () => {
    const blind = sites.filter(({ code, file }) => code === undefined && computedCodes[file] === undefined)
    expect(blind, 'add the codes that they may have to computedCodes').toEqual([])
    const silent = sites.filter(({ code = '', file, text }) => wordsIn(text) < fewWords && !isListed(code, file))
    expect(silent, 'add the texts that they are made of to pieces').toEqual([])
  })
})

/** The codes of records such as `{ code: 'storage-firewall', advice: … }`. */
function codesOfVerdicts(file: string): string[] {
  return [...readText(file).matchAll(/\bcode: '([a-z-]+)'/g)].map(([, code = '']) => code)
}

function isListed(code: string, file: string): boolean {
  return computedCodes[file] !== undefined || pieces.some(([ofCode, inFile]) => ofCode === code && inFile === file)
}

function sitesOf(code: string): ErrorSite[] {
  return sites.filter((site) =>
    site.code === undefined ? computedCodes[site.file]?.includes(code) : site.code === code,
  )
}

/** By heading: what stands below each `###`. */
function sectionsOf(text: string): Map<string, string> {
  const parts = text.replace(/^## .*$/gm, '### ').split(/^### /m)
  return new Map(parts.slice(1).flatMap((part) => (/^\S/.test(part) ? [[part.split('\n', 1)[0] ?? '', part]] : [])))
}

/** The code spans of the list below **Text**. */
function textsOf(section: string): string[] {
  const [, list = ''] = /^\*\*Text\*\*\n(.*?)^\*\*Cause\*\*/ms.exec(section) ?? []
  return [...list.matchAll(/`([^`]+)`/g)].map(([, text = '']) => flat(text))
}

function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function wordsIn(text: string): number {
  return text.match(/[A-Za-z]{2,}/g)?.length ?? 0
}

/** As it stands on the page: a code span, wrapped to 120 characters. */
function asListItem(text: string): string {
  const lines: string[] = []
  for (const word of `- \`${text}\``.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + word.length < 120) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(lines.length === 0 ? word : `  ${word}`)
  }
  return lines.join('\n')
}
