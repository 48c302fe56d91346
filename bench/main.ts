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
import { makeDataset } from './dataset.ts'
import { serverLimit } from './limit.ts'
import { type Result, render, writeReport } from './report.ts'
import { type Row, rows, smaller, titleOf } from './rows.ts'
import { runRow } from './run-row.ts'
import { type BenchServer, serverMissing, startServer } from './server.ts'
import { azcopy, curl, ours, rclone, sdk, type Tool, uncheckedRclone, undici } from './tools.ts'

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

let server: BenchServer | undefined

const tidyUp = () => {
  server?.kill()
  for (const folder of [root, onDisk]) rmSync(folder, { recursive: true, force: true })
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
    if (typeof tool === 'string' && !skipped.includes(tool)) skipped.push(tool)
    return typeof tool !== 'string'
  })
  const wanted = rows
    .filter((row) => titleOf(row).includes(values.only))
    .map((row): Row => (values.quick ? { ...row, dataset: smaller(row.dataset) } : row))
  for (const dataset of new Map(wanted.map((row) => [row.dataset.name, row.dataset])).values())
    makeDataset(root, dataset)
  server = await startServer(root, certificate)
  for (const row of wanted) {
    const place = path.join(row.disk === 'disk' ? onDisk : root, 'place')
    mkdirSync(place, { recursive: true })
    const limit = serverLimit(row, server.urlOf(row.scheme, row.latency), root)
    const runs = await runRow(row, tools, { server, environment, root, place }, rounds)
    results.push({ row, runs, limit })
    console.log(
      `${titleOf(row)}: ${runs.map(({ tool, rounds }) => `${tool} ${rounds.map(({ seconds }) => seconds)}`).join('; ')}`,
    )
    rmSync(place, { recursive: true })
  }
  if (results.some(({ row, limit }) => row.kind === 'download' && limit === undefined))
    skipped.push('the server alone (Debian: wrk)')
  const report = render({ results, tools, skipped, rounds })
  console.log(`\n${report}`)
  if (values.write) writeReport(report)
} finally {
  tidyUp()
}
