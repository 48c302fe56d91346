import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { StepResult } from '../../emulator/runner.ts'
import { blob, trust } from '../emulator/clients.ts'
import { fuzzSettings } from '../fuzz.ts'
import { hostileName } from '../hostile-names.ts'
import { hashOfTree, plantSentinels } from '../sentinels.ts'
import { errorOf, filesBelow, type Inputs, type Job, useWorld } from './world.ts'

const world = useWorld()
beforeAll(() => trust(world.emulator))

/** Names that a blob may have and Linux can hold. */
const commands = [
  '::set-output name=a::b',
  '::add-mask::x',
  '::error::injected',
  '##[error]injected',
  'x ##[add-mask]y',
  'x\n::error file=a::injected',
  'x\n##[set-env name=a]b',
  '::stop-commands::x',
]
const odd = [
  ...['...', '.hidden', 'a...b', 'two..dots', ' lead', 'inner  space', '-rf', '~', '~root', '*', '[a]', '!x', '{a,b}'],
  ...[
    '%2e%2e',
    '%2e%2e%2fevil',
    '%25',
    '%00',
    '%',
    '%zz',
    'a+b',
    '#x',
    '?q=1',
    'a&b=c',
    '&lt;',
    '&amp;#46;',
    '<x>',
    ']]>',
  ],
  ...[
    '"double"',
    "'single'",
    '`id`',
    '$(id)',
    '$'.concat('{{ secrets.x }}'),
    '$HOME',
    'a;b',
    'a|b',
    'C:',
    'C:evil',
    'nul',
    'con.txt',
  ],
  ...[
    '😀',
    '👩‍👩‍👧',
    '\u202egpj.exe',
    '\u200bzero',
    '\ufeffbom',
    '\u2028line',
    '日本語',
    '\u2215slash',
    '\uff0e\uff0e',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'prototype',
    'then',
    'length',
    '0',
    '007',
    '1e3',
    'true',
  ],
  ...['.x.azureml-datasets.json', '.data.azureml-datasets.partial', 'session.json', 'MLTable'],
  ...['folder/__proto__', '__proto__x/f', 'constructor.d/prototype', 'dir /sp ace', 'etc/passwd', '..evil/x', 'x../y'],
  ...['\u00e9', 'e\u0301', 'Case', 'case', 'CASE', 'folder/Twin', 'Folder/twin'],
  ...['n'.repeat(255), `${'é'.repeat(127)}x`, '😀'.repeat(63), Array(120).fill('d').join('/')],
  // With the folder before it, 1,024 characters: the longest name that a blob may have.
  `${'l'.repeat(250)}/`.repeat(4) + 'l'.repeat(1024 - 'names/'.length - 4 * 251),
]
/** These are no names of blobs by the rules, though blobs by other tools have them. */
const stagedOnly = ['dot.', 'dots./x', 'sp ', 'spaces /x', 'tab\there', 'line\nend', 'bell\x7f', 'c1\u0085']

/** Each name with a content of its own. */
function filesNamed(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, index) => [name, `content ${index}\n::error::injected`]))
}

function expectFiles(folder: string, files: Readonly<Record<string, string>>): void {
  expect(filesBelow(folder).sort()).toEqual(Object.keys(files).sort())
  for (const [name, content] of Object.entries(files))
    expect(readFileSync(path.join(folder, name), 'utf8'), name).toBe(content)
}

function expectNoCommands({ annotations, log }: StepResult): void {
  expect(annotations.filter(({ level }) => level === 'injected')).toEqual([])
  expect(log).not.toMatch(/^\s*(Error: )?injected/m)
}

/** Stages into `deep/data` of the checkout, and makes sure that nothing else there, or around the checkout, is touched. */
async function stageAmongSentinels(job: Job, dataset: string): Promise<{ step: StepResult; target: string }> {
  const { checkout, root } = job.runner.folders
  const target = path.join(checkout, 'deep', 'data')
  mkdirSync(path.dirname(target), { recursive: true })
  plantSentinels(target)
  // The runner's own folders, and ours.
  const isLeftOut = (file: string) =>
    /^_work\/(_temp|_azureml-datasets)$/.test(file) || /\/deep\/(data|\.data\.azureml-datasets\.\w+)$/.test(file)
  const before = hashOfTree(root, isLeftOut)
  const inputs: Inputs = { 'input-datasets': `{name: ${dataset}, target-folder: deep/data}` }
  const step = await job.main(inputs)
  expect(hashOfTree(root, isLeftOut), 'what lies around the folder').toBe(before)
  expectNoCommands(step)
  return { step, target }
}

/** Puts a blob whose name is in the URL byte for byte; a client would fold and encode it. */
async function putRaw(pathInContainer: string): Promise<void> {
  const { containerName } = world.emulator.container()
  const { accountName } = world.emulator.storage
  const sas = world.emulator.issueSas(containerName)
  const headers = { 'x-ms-blob-type': 'BlockBlob', 'x-ms-version': '2021-12-02' }
  const url = `/${accountName}/${containerName}/${pathInContainer}?${sas}`
  expect((await blob(world.emulator, url, { method: 'PUT', headers, body: 'evil' })).status).toBe(201)
}

describe('staging', () => {
  test('names that Linux can hold arrive as they are, with their content, and nothing around them is touched', async () => {
    const files = filesNamed([...commands, ...odd, ...stagedOnly])
    await world.upload(Object.fromEntries(Object.entries(files).map(([name, content]) => [`names/${name}`, content])))
    const { step, target } = await stageAmongSentinels(await world.job(), 'names')
    expect(step.exitCode, step.log).toBe(0)
    expectFiles(target, files)
  })

  test.each([
    ['up', 'up/../../x', 'have "." or ".." as a segment'],
    ['upcoded', 'upcoded/%2e%2e/%2e%2e/x', 'have "." or ".." as a segment'],
    ['upslash', 'upslash/..%2f..%2fx', 'have "." or ".." as a segment'],
    ['same', 'same/./x', 'have "." or ".." as a segment'],
    ['absolute', 'absolute//etc/passwd', 'are absolute or have empty segments'],
    ['gap', 'gap/a//b', 'are absolute or have empty segments'],
    ['slash', 'slash/a/', 'are absolute or have empty segments'],
    ['long', `long/${'x'.repeat(256)}`, 'have a segment of more than 255 bytes'],
    ['wide', `wide/${encodeURIComponent('é'.repeat(128))}`, 'have a segment of more than 255 bytes'],
    ['clash', 'clash/fine/below', 'are files and folders at once: "fine"'],
  ])('a blob of the kind "%s" is refused before the first byte', async (dataset, raw, problem) => {
    await world.upload({ [`${dataset}/fine`]: 'x' })
    await putRaw(raw)
    const job = await world.job()
    const { step, target } = await stageAmongSentinels(job, dataset)
    expect(errorOf(step)).toContain(`cannot be files here, as they ${problem}`)
    expect(errorOf(step)).toContain('[unsafe-names]')
    expect(filesBelow(target)).toEqual([])
    expect(world.emulator.requests.filter(({ operation }) => operation === 'Get Blob')).toEqual([])
  })

  test('names that only an encoded listing can hold: NUL is refused, control characters are taken', async () => {
    const listed = { 'nul/a%00b': 'NUL', 'bell/a%07b%1b%5b31m': '', 'broken/a%zz': '' }
    world.emulator.intercept.blob = ({ operation, query }) => {
      if (operation === 'Get Blob') return { status: 200, headers: { etag: '"0x1"' }, body: 'x' }
      const name = Object.keys(listed).find((one) => one.startsWith(query.prefix ?? '-'))
      return operation === 'List Blobs' && name ? listing(`<Name Encoded="true">${name}</Name>`) : undefined
    }
    const refused = await stageAmongSentinels(await world.job(), 'nul')
    expect(errorOf(refused.step)).toContain('they contain NUL: "a\\u0000b"')
    const taken = await stageAmongSentinels(await world.job(), 'bell')
    expect(taken.step.exitCode, taken.step.log).toBe(0)
    expectFiles(taken.target, { 'a\x07b\x1b[31m': 'x' })
  })

  test('a backslash is a character like others', async () => {
    world.emulator.intercept.blob = ({ operation, query }) => {
      if (operation === 'Get Blob') return { status: 200, headers: { etag: '"0x1"' }, body: 'x' }
      return operation === 'List Blobs' && query.prefix === 'back/'
        ? listing('<Name>back/..\\..\\evil</Name>')
        : undefined
    }
    const { step, target } = await stageAmongSentinels(await world.job(), 'back')
    expect(step.exitCode, step.log).toBe(0)
    expectFiles(target, { '..\\..\\evil': 'x' })
  })

  test('paths that are too long for this system are refused before the first byte', async () => {
    const long = Array(20).fill('x'.repeat(250)).join('/')
    world.emulator.intercept.blob = ({ operation, query }) =>
      operation === 'List Blobs' && query.prefix === 'paths/' ? listing(`<Name>paths/${long}</Name>`) : undefined
    const { step } = await stageAmongSentinels(await world.job(), 'paths')
    expect(errorOf(step)).toMatch(/they make paths of more than 4095 bytes below .*\[unsafe-names\]/)
  })
})

describe('publishing', () => {
  /** A job whose output holds these files. */
  async function jobWith(output: string, files: Readonly<Record<string, string>>): Promise<Job> {
    const job = await world.job()
    const main = await job.main({ 'output-datasets': output })
    expect(main.exitCode, main.log).toBe(0)
    for (const [name, content] of Object.entries(files)) {
      const place = path.join(main.outputs['output-0'] ?? '', name)
      mkdirSync(path.dirname(place), { recursive: true })
      writeFileSync(place, content)
    }
    return job
  }

  test('what blob storage can hold comes back as it was', async () => {
    const longest = odd.at(-1) ?? ''
    const names = [...commands, ...odd].filter((name) => name !== longest && !/\p{Cc}|\.(\/|$)/u.test(name))
    const files = filesNamed(names)
    const job = await jobWith('trip', files)
    const published = await job.publish()
    expect(published.exitCode, published.log).toBe(0)
    expectNoCommands(published)
    const { step, target } = await stageAmongSentinels(job, 'trip')
    expect(step.exitCode, step.log).toBe(0)
    expectFiles(target, files)
  })

  test.each([
    ['a\\b', 'contain a backslash'],
    ['dot./x', 'have a segment that ends in a dot'],
    ['a\rb', 'contain control characters'],
    ['::add-mask::\n::error::injected', 'contain control characters'],
    [Array(254).fill('d').join('/'), 'have more than 254 segments'],
    [`${'l'.repeat(250)}/`.repeat(3) + 'l'.repeat(255), 'are longer than 1024 characters'],
  ])('%j is refused, and nothing is registered', async (name, problem) => {
    const job = await jobWith('refused', { fine: 'x', [name]: 'x' })
    const published = await job.publish()
    expect(errorOf(published)).toContain(`names must not be such that they ${problem}`)
    expectNoCommands(published)
    expect(world.emulator.dataAssets.names()).not.toContain('refused')
  })
})

test.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
  'a dataset may be called %s, and its data-name __proto__',
  async (name) => {
    await world.upload({ [`${name}/f`]: 'x' })
    const job = await world.job()
    const step = await job.main({
      'input-datasets': `- ${name}\n- {name: ${name}, data-name: __proto__}`,
      'output-datasets': `- {name: ${name}-made, data-name: __proto__}\n- {name: made-${name}, data-name: ${name}}`,
    })
    expect(step.exitCode, step.log).toBe(0)
    const datasets = new Map(Object.entries(JSON.parse(step.outputs.datasets ?? '')))
    for (const direction of ['inputs', 'outputs'])
      expect(Object.keys(datasets.get(direction) ?? {}).sort()).toEqual(['__proto__', name].sort())
    expect(filesBelow(step.outputs['input-1'] ?? '')).toEqual(['f'])
    for (const output of ['output-0', 'output-1']) await job.write(path.join(step.outputs[output] ?? '', 'f'), output)
    const post = await job.post('success')
    expect(post.exitCode, post.log).toBe(0)
    expect(world.emulator.dataAssets.names()).toEqual(expect.arrayContaining([`${name}-made`, `made-${name}`]))
  },
)

test('random names: those that can be files arrive, with any other the whole dataset is refused', async () => {
  const { seed } = fuzzSettings(1)
  // Characters that Azurite cannot list or keep are for the other tests.
  const isKept = (name: string) =>
    !/[\p{Cc}\p{Cs}\\\ufffe\uffff]/u.test(name.replaceAll(/[\t\n]/g, '')) && name.length < 900
  const sample = fc.sample(hostileName, { seed, numRuns: 400 }).filter((name) => name !== '' && isKept(name))
  const names = [...new Set(sample)].slice(0, 40)
  const fits = (name: string) =>
    name.split('/').every((segment) => !['', '.', '..'].includes(segment) && Buffer.byteLength(segment) <= 255)
  const good = names.filter((name) => fits(name) && !names.some((other) => fits(other) && other.startsWith(`${name}/`)))
  const files = filesNamed(good)
  for (const name of names) await putRaw(`random/${name.split('/').map(encodeURIComponent).join('/')}`)
  await world.upload(Object.fromEntries(Object.entries(files).map(([name, content]) => [`good/${name}`, content])))
  const staged = await stageAmongSentinels(await world.job(), 'good')
  expect(staged.step.exitCode, `FUZZ_SEED=${seed}: ${staged.step.log}`).toBe(0)
  expectFiles(staged.target, files)
  const all = await stageAmongSentinels(await world.job(), 'random')
  if (good.length < names.length) expect(errorOf(all.step), `FUZZ_SEED=${seed}`).toContain('[unsafe-names]')
  expect(good.length, 'names that can be files').toBeGreaterThan(5)
})

/** The answer to List Blobs with one blob, whose name is given as XML. */
function listing(name: string) {
  const time = 'Sun, 22 Nov 2026 20:00:00 GMT'
  const properties = `<Creation-Time>${time}</Creation-Time><Last-Modified>${time}</Last-Modified><Etag>0x1</Etag><Content-Length>1</Content-Length><Content-Type>x/y</Content-Type><BlobType>BlockBlob</BlobType>`
  const body = `<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs><Blob>${name}<Properties>${properties}</Properties></Blob></Blobs><NextMarker /></EnumerationResults>`
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}
