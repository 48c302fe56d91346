/**
 * `npm run bench:mounts`: mounts side by side with other tools, over the server of the bench. `-- --only TEXT`, `--rounds N` (default 3) and `--write`
 * (into docs/performance.md) as for `npm run bench`.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { markdownTable } from 'markdown-table'
import { makeCertificate } from '../emulator/certificate.ts'
import { makeDataset } from './dataset.ts'
import { measure } from './measure.ts'
import { type MountRow, mountRows } from './mount-rows.ts'
import { type MountTool, mountTools } from './mount-tools.ts'
import { machine, middle, writeBetween } from './report.ts'
import { serverMissing, startServer } from './server.ts'

/** One round of one tool. */
interface Round {
  /** Until the mounted folder answers; then what the script took, scaled to the whole work. */
  readonly readySeconds: number
  readonly seconds: number
  /** Of the mount program, from its start. */
  readonly cpuSeconds: number
  readonly peakBytes: number
  /** What went over the loopback interface while the script ran. */
  readonly movedBytes: number
}

interface Outcome {
  readonly row: MountRow
  readonly tool: string
  readonly rounds: readonly Round[]
  readonly failure: string | undefined
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
})
const missingServer = serverMissing()
if (missingServer) throw new Error(`The bench needs ${missingServer}.`)
execFileSync('npm', ['run', 'build'], { stdio: 'inherit' })

const root = mkdtempSync('/dev/shm/azureml-bench-')
const place = path.join(root, 'place')
const { tools, missing } = mountTools()
const rows = mountRows.filter(({ title }) => title.includes(values.only))
const certificate = await makeCertificate(root)
const trust = { NODE_EXTRA_CA_CERTS: certificate.authorityFile, SSL_CERT_FILE: certificate.authorityFile }
for (const dataset of new Map(rows.map((row) => [row.dataset.name, row.dataset])).values()) makeDataset(root, dataset)
const server = await startServer(root, certificate)
const outcomes: Outcome[] = []
try {
  for (const row of rows) outcomes.push(...(await runRow(row)))
  const report = render()
  console.log(`\n${report}`)
  if (values.write) writeBetween('mount bench', report)
} finally {
  server.kill()
  rmSync(root, { recursive: true, force: true })
}

async function runRow(row: MountRow): Promise<Outcome[]> {
  const rounds = new Map<string, Round[]>(tools.map(({ name }) => [name, []]))
  const failures = new Map<string, string>()
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const turn of tools.keys()) {
      // Each round begins with another tool: the first to use memory that the machine had given back waits for it.
      const tool = tools[(turn + round) % tools.length] as MountTool
      if (failures.has(tool.name)) continue
      try {
        rounds.get(tool.name)?.push(await runOnce(row, tool))
      } catch (error) {
        failures.set(tool.name, String(error).split('\n').slice(-2).join(' ').slice(-200))
      }
    }
  }
  console.log(
    row.title,
    JSON.stringify(
      Object.fromEntries(
        [...rounds].map(([name, all]) => [
          name,
          all.map(({ seconds, readySeconds }) => (row.script ? seconds : readySeconds)),
        ]),
      ),
    ),
  )
  return tools.map(({ name }) => ({ row, tool: name, rounds: rounds.get(name) ?? [], failure: failures.get(name) }))
}

async function runOnce(row: MountRow, tool: MountTool): Promise<Round> {
  mkdirSync(place, { recursive: true })
  const before = (await stat(place)).dev
  const start = performance.now()
  const [program = '', ...args] = tool.command(server.urlOf(row.scheme, row.latency), row.dataset.name, place)
  const child = spawn(program, args, { env: { ...process.env, ...trust }, stdio: ['ignore', 'ignore', 'inherit'] })
  try {
    await untilMounted(child, before)
    const readySeconds = (performance.now() - start) / 1000
    const isShorter = row.shorter?.tools.includes(tool.name) === true
    const script = isShorter ? row.shorter?.script : row.script
    const movedBefore = loopbackBytes()
    const seconds = script ? (await measure(['bash', '-c', `cd ${place} && ${script}`], {})).seconds : 0
    const { cpuSeconds, peakBytes } = usageOf(child.pid ?? 0)
    return {
      readySeconds,
      seconds: isShorter ? seconds / (row.shorter?.share ?? 1) : seconds,
      cpuSeconds,
      peakBytes,
      movedBytes: loopbackBytes() - movedBefore,
    }
  } finally {
    await end(child)
  }
}

async function untilMounted(child: ChildProcess, before: number): Promise<void> {
  for (let tries = 0; tries < 3000; tries += 1) {
    if (child.exitCode !== null) throw new Error('the mount program ended')
    if ((await stat(place)).dev !== before) return
    await sleep(5)
  }
  throw new Error('it was not mounted within 15 seconds')
}

async function end(child: ChildProcess): Promise<void> {
  const ended = child.exitCode === null ? new Promise((resolve) => child.once('exit', resolve)) : undefined
  child.kill('SIGTERM')
  await Promise.race([ended, sleep(5000)])
  child.kill('SIGKILL')
  try {
    execFileSync('umount', ['-l', place], { stdio: 'ignore' })
  } catch {
    // it was unmounted already
  }
}

/** User and system time (in ticks of 10 ms, proc(5)), and the most memory that it had. */
function usageOf(pid: number): { readonly cpuSeconds: number; readonly peakBytes: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100, peakBytes: Number(kilobytes) * 1024 }
}

function loopbackBytes(): number {
  return Number(/^\s*lo:\s*(\d+)/m.exec(readFileSync('/proc/net/dev', 'utf8'))?.[1])
}

function render(): string {
  const names = tools.map(({ name }) => name)
  const timeOf = (row: MountRow) => (round: Round) => (row.script ? round.seconds : round.readySeconds)
  const median = (row: MountRow, tool: string) => {
    const found = outcomes.find((one) => one.row === row && one.tool === tool)
    return found && found.rounds.length > 0 ? middle(found.rounds.map(timeOf(row))) : undefined
  }
  const verdict = (row: MountRow) => {
    const [mine, peer] = [median(row, 'ours'), median(row, 'rclone')]
    if (!mine || !peer) return '–'
    const ratio = `${(peer / mine).toFixed(1)} × rclone`
    return row.bar ? `${ratio} ≥ ${row.bar}: ${peer / mine >= row.bar ? 'ok' : '**missed**'}` : ratio
  }
  const bars = rows.map((row) => [
    row.title,
    ...names.map((name) => median(row, name)?.toFixed(2) ?? 'failed'),
    verdict(row),
  ])
  const details = outcomes.map(({ row, tool, rounds, failure }) =>
    failure
      ? [row.title, tool, `failed: ${failure.replaceAll('|', '¦')}`, '', '', '']
      : [
          row.title,
          tool,
          `${middle(rounds.map(({ readySeconds }) => readySeconds)).toFixed(2)} s`,
          `${middle(rounds.map(({ cpuSeconds }) => cpuSeconds)).toFixed(1)} s`,
          `${Math.round(middle(rounds.map(({ peakBytes }) => peakBytes)) / 2 ** 20)} MB`,
          `${(middle(rounds.map(({ movedBytes }) => movedBytes)) / 2 ** 20).toFixed(0)} MB`,
        ],
  )
  const shorter = rows
    .filter((row) => row.shorter)
    .map(
      (row) =>
        `${row.title}: ${row.shorter?.tools.join(', ')} reads ${100 * (row.shorter?.share ?? 1)} % of the files, and its time is scaled.`,
    )
  return [
    machine(Number(values.rounds)),
    markdownTable([['seconds', ...names, 'ratio'], ...bars]),
    markdownTable([['work', 'tool', 'ready after', 'CPU of the mount', 'peak memory', 'over the wire'], ...details]),
    [...shorter, ...tools.map(({ name, about }) => `*${name}*: ${about}.`)].join(' '),
    `**Skipped.** ${missing.length === 0 ? 'Nothing.' : `${missing.join('; ')}.`}`,
  ].join('\n\n')
}
