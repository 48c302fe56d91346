import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Marked } from 'marked'
import { type Emulator, startEmulator } from '../emulator/index.ts'
import { createRunner, type StepResult } from '../emulator/runner.ts'

/**
 * Makes docs/summary.png: a job runs twice against the emulator, on real tables, and the summaries of the second run are shown as GitHub shows
 * them. Needs Chromium (`apt-get install chromium`), which draws; the style is our own, after GitHub's.
 */
const root = path.resolve(import.meta.dirname, '..')
const picture = path.join(root, 'docs/summary.png')
const width = 1080

await using undo = new AsyncDisposableStack()
const folder = await mkdtemp(path.join(tmpdir(), 'render-summary-'))
undo.defer(() => rm(folder, { recursive: true, force: true }))
requireChromium()
await gatherData(path.join(folder, 'data'))
const emulator = await startEmulator({ dataFolder: path.join(folder, 'data') })
undo.defer(() => emulator.stop())
await runJob(emulator, { tables: '[a-d]*', months: 18, filter: 'cat' })
await draw(await runJob(emulator, { tables: '[b-p]*', months: 24, filter: 'sed s/drizzle/rain/' }))
console.log(`docs/summary.png, ${Math.round((await readFile(picture)).byteLength / 1024)} KB`)

/** Six tables in one folder; the weather of Seattle in another, a file for each month in a folder for each year. */
async function gatherData(place: string): Promise<void> {
  const source = path.join(root, 'node_modules/@observablehq/sample-datasets')
  const files = new Map<string, string>()
  for (const table of ['aapl', 'cars', 'diamonds', 'industries', 'penguins', 'weather'])
    files.set(`sample_tables/${table}.csv`, await readFile(path.join(source, `${table}.csv`), 'utf8'))
  const [head = '', ...days] = (files.get('sample_tables/weather.csv') ?? '').trim().split('\n')
  for (const day of days) {
    const [, year, month] = /\b(\d{4})[-/](\d{2})/.exec(day) ?? []
    const file = `weather_by_month/${year}/${year}-${month}.csv`
    files.set(file, `${files.get(file) ?? `${head}\n`}${day}\n`)
  }
  for (const [file, text] of files) {
    await mkdir(path.dirname(path.join(place, file)), { recursive: true })
    await writeFile(path.join(place, file), text)
  }
}

interface Choice {
  readonly tables: string
  readonly months: number
  /** What makes of each month the one that is published. */
  readonly filter: string
}

/** The summaries of a job's two steps, as the action wrote them. */
async function runJob({ inputs, environment }: Emulator, { tables, months, filter }: Choice): Promise<string> {
  const runner = await createRunner({ actionFolder: root, environment })
  try {
    const datasets = {
      'input-datasets': `- {name: sample_tables, include: '${tables}'}\n- {name: weather_by_month, sample: ${months}}`,
      'output-datasets': 'table_summaries\nweather_cleaned',
    }
    const main = mustSucceed(await runner.start('.', { id: 'data', with: { ...inputs, ...datasets } }).completed)
    const { 'input-0': from, 'input-1': weather, 'output-0': to, 'output-1': cleaned } = main.outputs
    mustSucceed(await runner.run(`node "${path.join(root, 'examples/demo/describe.mjs')}" "${from}" "${to}"`))
    const copy = `cd "${weather}" && for f in */*; do mkdir -p "${cleaned}/$(dirname $f)"; ${filter} < $f > "${cleaned}/$f"; done`
    mustSucceed(await runner.run(copy))
    return [main, ...(await runner.runPosts()).map(mustSucceed)].map(({ summary }) => summary).join('\n')
  } finally {
    await runner.dispose()
  }
}

function mustSucceed(result: StepResult): StepResult {
  if (result.exitCode !== 0) throw new Error(`A step failed:\n${result.log}`)
  return result
}

async function draw(markdown: string): Promise<void> {
  const page = path.join(folder, 'summary.html')
  const body = await new Marked({ gfm: true }).parse(markdown)
  const style = await readFile(path.join(import.meta.dirname, 'render-summary.css'), 'utf8')
  const measure = '<script>document.documentElement.dataset.height = document.body.scrollHeight</script>'
  await writeFile(page, `<!doctype html><meta charset="utf-8"><style>${style}</style><main>${body}</main>${measure}`)
  const [, height] = /data-height="(\d+)"/.exec(chromium('--dump-dom', page)) ?? []
  if (height === undefined) throw new Error('Chromium did not say how high the page is')
  chromium(`--screenshot=${picture}`, `--window-size=${width},${height}`, '--force-device-scale-factor=1.35', page)
}

function chromium(...options: readonly string[]): string {
  const common = ['--headless', '--no-sandbox', '--hide-scrollbars', `--window-size=${width},800`]
  return execFileSync('chromium', [...common, ...options], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

function requireChromium(): void {
  try {
    chromium('--version')
  } catch (error) {
    throw new Error('Chromium draws the picture, and is not here: apt-get install chromium', { cause: error })
  }
}
