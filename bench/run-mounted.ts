import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatasetShape } from './dataset.ts'
import { type Measured, measure } from './measure.ts'
import type { MountTool } from './mount-tools.ts'
import { type MountedRow, tmpfs } from './mounted-rows.ts'
import type { Runs, Stage } from './run-row.ts'

/** Milliseconds: until a mount answers, until all is read, and until the mount is gone. */
const patience = { start: 15_000, read: 500_000, end: 5000 } as const
/** Files that are compared with what they should be, and bytes of each. */
const compared = { files: 20, bytes: 64 * 1024 * 1024 } as const

/** Runs a row as {@link runRow} does: all tools in turn, each round beginning with another one, each with a mount of its own. */
export async function runMountedRow(
  row: MountedRow,
  tools: readonly MountTool[],
  stage: Stage,
  rounds: number,
): Promise<Runs[]> {
  const all: readonly (MountTool | undefined)[] = row.isComparedWithTmpfs ? [...tools, undefined] : tools
  const runs = all.map((tool) => ({
    tool: tool?.name ?? tmpfs.name,
    rounds: [] as Measured[],
    requestsPerFile: 0,
    notes: '',
    failure: undefined as string | undefined,
  }))
  for (let round = 0; round < rounds; round += 1) {
    for (const turn of all.keys()) {
      const index = (turn + round) % all.length
      const [tool, run] = [all[index], runs[index]]
      if (!run || run.failure) continue
      try {
        const part = partFor(row, run.tool)
        const script = writeScript(row, part, stage)
        const done = tool
          ? await runMounted(row, tool, script, stage, round === 0)
          : { ...(await measure(['bash', script, emptyTree(row.dataset, stage)], {})), requests: 0, notes: [] }
        run.rounds.push(scaled(done, row.dataset.files / part.files))
        run.requestsPerFile = done.requests / part.files
        const head =
          part.files < row.dataset.files ? `wall and CPU scaled from the first ${part.files} files, for which: ` : ''
        run.notes = head + done.notes.join('; ')
      } catch (error) {
        run.failure = String(error).trim().split('\n').slice(-3).join(' ').slice(-300)
      }
    }
  }
  return runs
}

function partFor({ dataset, sample }: MountedRow, tool: string): DatasetShape {
  return sample?.tool === tool ? { ...dataset, files: Math.min(dataset.files, sample.files) } : dataset
}

function scaled(done: Measured, by: number): Measured {
  return { ...done, seconds: done.seconds * by, cpuSeconds: done.cpuSeconds * by }
}

/** In a file, as it may be longer than an argument may be. */
function writeScript({ script }: MountedRow, part: DatasetShape, { root }: Stage): string {
  const file = path.join(root, 'script')
  writeFileSync(file, `set -eo pipefail; cd "$1"\n${script?.(part) ?? ''}\n`)
  return file
}

interface Done extends Measured {
  readonly requests: number
  readonly notes: readonly string[]
}

/** This process only looks at the mount asynchronously, so that one that hangs does not hang it. */
async function runMounted(
  row: MountedRow,
  tool: MountTool,
  script: string,
  { server, environment, root, place }: Stage,
  isChecked: boolean,
): Promise<Done> {
  mkdirSync(place, { recursive: true }) // ours takes it away with the mount
  const { dev } = await stat(place)
  const before = { requests: server.requests(), bytes: sentBytes(root) }
  const start = performance.now()
  const [program = '', ...args] = tool.command(server.urlOf(row.scheme, row.latency), row.dataset.name, place)
  const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] })
  const said = child.stdout ? text(child.stdout) : ''
  let done: Done
  try {
    await orKilled(child, patience.start, untilItAnswers(child, place, dev))
    const ready = (performance.now() - start) / 1000
    const read = row.script ? await orKilled(child, patience.read, measure(['bash', script, place], {})) : undefined
    const mount = usageOf(child.pid ?? 0)
    done = {
      seconds: read?.seconds ?? ready,
      cpuSeconds: mount.cpuSeconds + (read?.cpuSeconds ?? 0),
      peakBytes: mount.peakBytes,
      output: read?.output ?? '',
      requests: server.requests() - before.requests,
      notes: [
        ...(read
          ? [`CPU of the mount ${mount.cpuSeconds.toFixed(1)} s, of the reader ${read.cpuSeconds.toFixed(1)} s`]
          : []),
        `${((sentBytes(root) - before.bytes) / 2 ** 20).toFixed(0)} MB sent`,
        ...(read ? [`ready after ${ready.toFixed(2)} s`] : []),
        ...(read?.output.match(/epoch .* s/g) ?? []),
      ],
    }
    const original = path.join(root, 'account/box', row.dataset.name)
    if (isChecked && row.dataset.hasContent) await orKilled(child, patience.read, compare(place, original))
  } finally {
    await unmount(child, place)
  }
  // Ours says when it had the listing.
  const [, listing] = /^ready ([\d.]+)/m.exec(await said) ?? []
  return { ...done, notes: [...done.notes, ...(listing ? [`listed ${listing} s after its start`] : [])] }
}

/** Who waits for a mount that hangs gets an error when its program has ended. */
export async function orKilled<T>(child: ChildProcess, milliseconds: number, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds)
  return work.finally(() => clearTimeout(timer))
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

/** Until the folder is another file system, and shows what is in it. */
export async function untilItAnswers(child: ChildProcess, place: string, dev: number): Promise<void> {
  while ((await stat(place)).dev === dev) {
    if (hasEnded(child)) throw new Error('the mount program ended')
    await sleep(5)
  }
  await readdir(place)
}

/** @throws Error where one of the first files has another content than it should have */
async function compare(place: string, original: string): Promise<void> {
  const each = `cmp -n ${compared.bytes} {} "${original}/{}"`
  await measure(['bash', '-c', `cd "${place}" && ls | head -n ${compared.files} | xargs -I{} ${each}`], {})
}

/** As it should be, and if that does not end it, by force. */
export async function unmount(child: ChildProcess, place: string): Promise<void> {
  const ended = hasEnded(child) ? undefined : new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await Promise.race([ended, sleep(patience.end, undefined, { ref: false })])
  child.kill('SIGKILL')
  unmountByForce(place)
}

export function unmountByForce(place: string): void {
  try {
    execFileSync('umount', ['-l', place], { stdio: 'ignore' })
  } catch {
    // it was unmounted already
  }
}

/** User and system time of a process and of those it waited for, in ticks of 10 ms (proc(5)), and the most memory that it had. */
export function usageOf(pid: number): { readonly cpuSeconds: number; readonly peakBytes: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 15) ?? []
  const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return {
    cpuSeconds: fields.reduce((sum, ticks) => sum + Number(ticks), 0) / 100,
    peakBytes: Number(kilobytes) * 1024,
  }
}

/** What nginx's workers wrote, as the kernel counts it (`wchar` of proc(5), which `sendfile` is part of): its own counters know no bytes. */
function sentBytes(root: string): number {
  const pid = readFileSync(path.join(root, 'nginx.pid'), 'utf8').trim()
  const workers = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return workers
    .map((worker) => Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${worker}/io`, 'utf8'))?.[1]))
    .reduce((sum, bytes) => sum + bytes, 0)
}

/** The same tree, of empty files. */
function emptyTree({ name, files, folders }: DatasetShape, { root }: Stage): string {
  const tree = path.join(root, 'empty', name)
  if (mkdirSync(tree, { recursive: true }) === undefined) return tree
  for (let index = 0; index < files; index += 1) {
    const folder = path.join(tree, `folder-${String(Math.floor(index / (files / folders))).padStart(3, '0')}`)
    if (index % (files / folders) === 0) mkdirSync(folder)
    writeFileSync(path.join(folder, `file-${String(index).padStart(7, '0')}.bin`), '')
  }
  return tree
}
