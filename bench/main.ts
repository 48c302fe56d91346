/**
 * `npm run bench`: the table of what the action promises about speed, side by side with other tools, against a server that is not ours.
 * `-- --only PATTERN` runs the rows whose title matches, `--rounds N` (default 3) says how often, `--quick` makes everything small, `--write`
 * puts the result into docs/performance.md.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { makeCertificate } from '../emulator/certificate.ts'
import { type DatasetShape, makeDataset } from './dataset.ts'
import { serverLimit } from './limit.ts'
import { mountTools } from './mount-tools.ts'
import { mountedRows, tmpfs } from './mounted-rows.ts'
import { type Result, render, writeBetween } from './report.ts'
import { rows, smaller, titleOf } from './rows.ts'
import { runMountedRow, unmountByForce } from './run-mounted.ts'
import { runRow, type Stage } from './run-row.ts'
import { runWrittenRow, writeTools } from './run-written.ts'
import { type BenchServer, serverMissing, startServer } from './server.ts'
import { azcopy, curl, ours, rclone, sdk, type Tool, uncheckedRclone, undici } from './tools.ts'
import { writtenRows } from './written-rows.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const missing = serverMissing()
if (missing) throw new Error(`The bench needs ${missing}.`)
execFileSync('npm', ['run', 'build'], { stdio: 'inherit' })

const memory = existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir()
const root = mkdtempSync(path.join(memory, 'azureml-bench-'))
const onDisk = mkdtempSync(path.join(os.tmpdir(), 'azureml-bench-'))
const skipped: string[] = []
const results: Result[] = []
const mountPlace = path.join(root, 'mounted')

let server: BenchServer | undefined

const skip = (what: string) => void (skipped.includes(what) || skipped.push(what))
const finish = (result: Result) => {
  results.push(result)
  const seconds = result.runs.map(({ tool, rounds }) => `${tool} ${rounds.map((round) => round.seconds.toFixed(3))}`)
  console.log(`${result.title}: ${seconds.join('; ')}`)
}

const tidyUp = () => {
  unmountByForce(mountPlace)
  server?.kill()
  for (const folder of [root, onDisk]) {
    // It gives up without a word where nginx, as it ends, takes away a file of its own before it does.
    while (existsSync(folder)) rmSync(folder, { recursive: true, force: true })
  }
}
process.once('SIGINT', () => {
  tidyUp()
  process.exit(130)
})

try {
  const certificate = await makeCertificate(root)
  const { authorityFile: authority } = certificate
  const environment = { NODE_EXTRA_CA_CERTS: authority, SSL_CERT_FILE: authority, CURL_CA_BUNDLE: authority }
  const tools = [ours, azcopy(), rclone(), sdk, undici(), curl(), uncheckedRclone()].filter((tool): tool is Tool => {
    if (typeof tool === 'string') skip(tool)
    return typeof tool !== 'string'
  })
  const wantedOf = <R extends { readonly dataset: DatasetShape }>(all: readonly R[], title: (row: R) => string): R[] =>
    all
      .filter((row) => title(row).includes(values.only))
      .map((row) => (values.quick ? { ...row, dataset: smaller(row.dataset) } : row))
  const wanted = wantedOf(rows, titleOf)
  const wantedMounted = wantedOf(mountedRows, ({ title }) => title)
  const datasets = [...wanted, ...wantedMounted].map(({ dataset }) => dataset)
  for (const dataset of new Map(datasets.map((dataset) => [dataset.name, dataset])).values()) makeDataset(root, dataset)
  server = await startServer(root, certificate)
  for (const row of wanted) {
    const place = path.join(row.disk === 'disk' ? onDisk : root, 'place')
    mkdirSync(place, { recursive: true })
    const limit = serverLimit(row, server.urlOf(row.scheme, row.latency), root)
    if (row.kind === 'download' && limit === undefined) skip('the server alone (Debian: wrk)')
    const stage: Stage = { server, environment, root, place }
    finish({ title: titleOf(row), bars: row.bars, runs: await runRow(row, tools, stage, rounds), limit })
    rmSync(place, { recursive: true })
  }
  const mounts = mountTools()
  if (wantedMounted.length > 0) for (const tool of mounts.missing) skip(tool)
  for (const row of wantedMounted) {
    const stage: Stage = { server, environment, root, place: mountPlace }
    const runs = await runMountedRow(row, mounts.tools, stage, rounds)
    finish({ title: row.title, bars: row.bars, runs, limit: undefined })
  }
  const writers = writeTools()
  for (const row of wantedOf(writtenRows, ({ title }) => title)) {
    const stage: Stage = { server, environment, root, place: path.join(onDisk, 'written') }
    const { script, published } = await runWrittenRow(row, writers, stage, rounds)
    finish({ title: `${row.title}: the script`, bars: row.bars.script, runs: script, limit: undefined })
    finish({ title: `${row.title}: published`, bars: row.bars.published, runs: published, limit: undefined })
  }
  const known = [...tools, ...mounts.tools, tmpfs, ...writers]
  const report = render({ results, tools: known, skipped, rounds })
  console.log(`\n${report}`)
  if (values.write) writeBetween('bench', report)
} finally {
  tidyUp()
}
