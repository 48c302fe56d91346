import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { styleText } from 'node:util'
import { markdownTable } from 'markdown-table'
import { type Emulator, startEmulator } from '../../emulator/index.ts'
import { createRunner, type StepResult } from '../../emulator/runner.ts'

/**
 * The main job from end to end, on this machine: a folder of real files becomes a dataset, a step stages it, a script transforms it, and the post
 * step publishes what the script wrote. Then the same again, to see version 2, and version 1 unchanged.
 */
const repository = path.resolve(import.meta.dirname, '../..')
const transform = path.join(import.meta.dirname, 'describe.mjs')
const tables = ['aapl.csv', 'cars.csv', 'diamonds.csv', 'industries.csv', 'penguins.csv', 'weather.csv']
const start = performance.now()

await using undo = new AsyncDisposableStack()
const data = await gatherData(undo)
const emulator = await startEmulator({ dataFolder: data })
undo.defer(() => emulator.stop())
heading('An AzureML workspace runs on this machine')
say(
  `Resource Manager, Entra and GitHub's id tokens at ${emulator.url}, blobs in a real Azurite behind ${emulator.storage.url}.`,
)
say('Its container holds one folder, sample_tables/, with tables of the npm package @observablehq/sample-datasets:')
say(tables.join(', '))

heading('First run: the folder becomes a dataset, and what the script makes of it another')
const first = await runWorkflow(emulator)

heading('Second run, after a table was added to the folder')
await emulator.container().getBlockBlobClient('sample_tables/two_rows.csv').upload('a,b\n1,10\n3,30\n', 14)
await runWorkflow(emulator)
say(
  `The warning is right: version 1 of sample_tables points at a folder that people write to. What the action publishes
gets a folder of its own for each version, which is never written to again.`,
)

heading('Third run: the same transform, as a job on a compute of the workspace')
await submitWorkflow(emulator)

heading('What the workspace holds now')
for (const name of emulator.dataAssets.names()) showVersions(emulator, name)
await proveUnchanged(emulator, first)
say(`Done in ${((performance.now() - start) / 1000).toFixed(1)} s. Everything that the demo wrote is removed now.`)

/** One table a file, as a data scientist would drop them into a container. */
async function gatherData(stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'azureml-datasets-demo-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const source = path.join(repository, 'node_modules/@observablehq/sample-datasets')
  for (const table of tables) await cp(path.join(source, table), path.join(folder, 'sample_tables', table))
  return folder
}

/** What published a version, to be compared with later. */
interface Run {
  readonly version: string
  readonly fingerprint: string
}

/** A job of three steps, run as GitHub's runner would: this action, a script, and the action's post step. */
async function runWorkflow(workspace: Emulator): Promise<Run> {
  const runner = await createRunner({ actionFolder: repository, environment: workspace.environment, onLine: showLine })
  try {
    const inputs = { 'input-datasets': 'sample_tables', 'output-datasets': 'table_summaries' }
    const main = await mustSucceed(
      runner.start('.', { id: 'data', with: { ...workspace.inputs, ...inputs } }).completed,
    )
    const { 'input-0': input, 'output-0': output } = main.outputs
    const script = await mustSucceed(runner.run(`node "${transform}" "${input}" "${output}"`))
    const [post] = await runner.runPosts()
    if (!post) throw new Error('The action has no post step.')
    await mustSucceed(Promise.resolve(post))
    showSummary([main, script, post])
  } finally {
    await runner.dispose()
  }
  const published = workspace.dataAssets.versions('table_summaries').at(-1)
  return { version: published?.version ?? '', fingerprint: published?.tags.fingerprint ?? '' }
}

/** The same in one step: AzureML runs the script, and the step registers what it wrote. */
async function submitWorkflow(workspace: Emulator): Promise<void> {
  const runner = await createRunner({ actionFolder: repository, environment: workspace.environment, onLine: showLine })
  try {
    const inputs = {
      'submit-to-azureml': 'true',
      compute: 'cpu-cluster',
      environment: 'azureml:node:1',
      code: path.dirname(transform),
      command: `"${process.execPath}" describe.mjs "{{inputs.sample_tables}}" "{{outputs.table_summaries}}"`,
      'input-datasets': 'sample_tables',
      'output-datasets': 'table_summaries',
    }
    await mustSucceed(runner.start('.', { id: 'job', with: { ...workspace.inputs, ...inputs } }).completed)
    await runner.runPosts()
  } finally {
    await runner.dispose()
  }
}

/** Stages version 1 once more: what is read now has the fingerprint of what was published then. */
async function proveUnchanged(workspace: Emulator, { version, fingerprint }: Run): Promise<void> {
  const runner = await createRunner({ actionFolder: repository, environment: workspace.environment })
  try {
    const step = runner.start('.', { with: { ...workspace.inputs, 'input-datasets': `table_summaries:${version}` } })
    const { outputs } = await mustSucceed(step.completed)
    const now = JSON.parse(outputs.datasets ?? '{}').inputs?.table_summaries?.fingerprint
    if (now !== fingerprint)
      throw new Error(`Version ${version} changed: its fingerprint was ${fingerprint} and is ${now}.`)
    say(`Version ${version} was staged again and is what it was: fingerprint ${now.slice(0, 16)}…`)
  } finally {
    await runner.runPosts()
    await runner.dispose()
  }
}

async function mustSucceed(ending: Promise<StepResult>): Promise<StepResult> {
  const result = await ending
  if (result.exitCode !== 0) throw new Error(`A step of the demo failed:\n${result.log}`)
  return result
}

function showVersions({ dataAssets }: Emulator, name: string): void {
  const rows = dataAssets.versions(name).map(({ version, dataUri, tags }) => {
    const folder = dataUri.replace(/^.*\/datastores\/[^/]+\/paths\//, '')
    return [`${name}:${version}`, folder, tags.inputs ?? '', (tags.fingerprint ?? '').slice(0, 16)]
  })
  say(markdownTable([['dataset', 'folder', 'made from', 'fingerprint'], ...rows]))
}

function showSummary(results: readonly StepResult[]): void {
  say('The job summary, as Markdown:')
  say(
    results
      .map(({ summary }) => summary)
      .join('')
      .trim(),
  )
}

function heading(text: string): void {
  console.log(`\n${styleText(['bold', 'cyan'], `━━ ${text}`)}\n`)
}

function say(text: string): void {
  console.log(`${text}\n`)
}

/** A line of the job's log, as GitHub would show it. */
function showLine(line: string): void {
  console.log(styleText('dim', `  │ ${line}`))
}
