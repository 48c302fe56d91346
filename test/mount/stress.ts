/**
 * Readers in processes of their own read random stretches of random files over a mount, and compare every byte, while the store is slow, breaks
 * off, fails and changes, and readers are killed. `node test/mount/stress.ts --operations 1000000 --seed 7 --by pipe` is a long run.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep, setImmediate as soon } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { BlobError, type ReadRequest } from '../../src/blobs/index.ts'
import { readResuming } from '../../src/blobs/read.ts'
import type { Retries } from '../../src/blobs/retry.ts'
import type { Reader } from '../../src/mount/index.ts'
import { ourMounts } from '../../src/mount/mount-table.ts'
import type { MemoryContainer } from '../blobs/memory-container.ts'
import { mountHere } from './kernel.ts'
import { patternContainer } from './kernel-helpers.ts'
import { patternAt, randomFrom } from './pattern.ts'
import type { ReaderReport, ReaderTask } from './stress-reader.ts'

export interface StressOptions {
  /** Reads, at least. */
  readonly operations: number
  readonly seed: number
  readonly readers: number
  /** How the mount reads requests. */
  readonly by: Reader
  /** Ends it before all are done. */
  readonly signal: AbortSignal
}

export interface StressResult {
  readonly operations: number
  readonly bytes: number
  /** Reads that were refused. */
  readonly refused: number
  readonly killed: number
  /** What the store did to those who read from it. */
  readonly trouble: Readonly<Record<Trouble, number>>
  /** What must not be; nothing when all is well. */
  readonly wrong: readonly string[]
}

type Trouble = 'slow' | 'broken' | 'short' | 'failed' | 'changed'

const kib = 1024
/** As little as makes readers wait for each other: a read of 1 MiB may need 17 chunks. */
const memory = 3 * 1024 * kib
/** Reads for one reader, if it lives so long. */
const task = 1500
/** Of so many reports of all readers, one is the last of its reader, which is killed. */
const killEvery = 14
/** Milliseconds without a word from a reader that is taken for one that hangs. */
const silence = 30_000
const reader = join(import.meta.dirname, 'stress-reader.ts')

/** Many small files, some large ones, and some that nobody could hold. */
function sizesFor(random: () => number): Record<string, number> {
  const sizes: Record<string, number> = { empty: 0, 'one byte': 1 }
  for (let index = 0; index < 150; index += 1) sizes[`small/${index}`] = Math.floor(random() * 100 * kib)
  for (let index = 0; index < 30; index += 1) sizes[`chunks-${index}`] = Math.floor(random() * 20) * 64 * kib
  for (let index = 0; index < 12; index += 1) sizes[`large/${index}`] = Math.floor(random() * 32 * 1024 * kib)
  for (let index = 0; index < 4; index += 1) sizes[`huge-${index}`] = 2 ** 30 * (index + 1) + Math.floor(random() * kib)
  return sizes
}

/** Makes trouble of a store. The trouble in passing is what the client of the real one repairs; the rest arrives. */
function troubled(container: MemoryContainer, random: () => number) {
  const trouble: Record<Trouble, number> = { slow: 0, broken: 0, short: 0, failed: 0, changed: 0 }
  const failed = new Set<string>()
  const changed = new Set<string>()
  const store = { isCalm: false }
  const happens = (kind: Trouble, likelihood: number) => {
    if (store.isCalm || random() >= likelihood) return false
    trouble[kind] += 1
    return true
  }
  const mostTries = 8
  const retries: Retries = {
    waiting: 0,
    throttled: 0,
    pause: async (error, failures) => {
      if (!(error instanceof BlobError && error.status === 0) || failures > mostTries) throw error
      await sleep(random() * 3)
    },
  }
  const readOnce = async ({ name, offset, length, signal, onBytes }: ReadRequest) => {
    if (happens('slow', 0.08)) await sleep(random() * 40)
    signal.throwIfAborted()
    if (changed.has(name)) throw new BlobError(`read ${name}`, 412, 'ConditionNotMet')
    const end = happens('short', 0.02) ? Math.floor(random() * length) : length
    const breaksAt = happens('broken', 0.02) ? Math.floor(random() * length) : length
    for (let done = 0; done < end; ) {
      const count = Math.min(1 + Math.floor(random() * 64 * kib), end - done)
      onBytes(patternAt(name, offset + done, count))
      done += count
      if (random() < 0.1) await soon()
      signal.throwIfAborted()
      if (done >= breaksAt && breaksAt < length) throw new BlobError(`read ${name}`, 0, 'ECONNRESET')
    }
  }
  container.read = async (request) => {
    const { name } = request
    if (changed.size < 5 && name.startsWith('d/small') && happens('changed', 0.005)) changed.add(name)
    if (!happens('failed', 0.002)) return readResuming(request, retries, readOnce)
    failed.add(name)
    const length = Math.floor(random() * request.length)
    if (length > 0) await readResuming({ ...request, length }, retries, readOnce)
    throw new BlobError(`read ${name}`, 500, 'InternalError')
  }
  return { trouble, failed, changed, store }
}

export async function stress({ operations, seed, readers, by, signal }: StressOptions): Promise<StressResult> {
  const random = randomFrom(seed)
  const sizes = sizesFor(random)
  const names = Object.fromEntries(Object.entries(sizes).map(([path, size]) => [`d/${path}`, size]))
  const container = patternContainer(names)
  const { trouble, failed, changed, store } = troubled(container, random)
  const mount = await mountHere(container, { memory, reader: by })
  const sum = { operations: 0, bytes: 0, refused: 0, killed: 0 }
  const wrong: string[] = []
  const refused = new Set<string>()
  let reports = 0
  const note = (report: ReaderReport) => {
    sum.operations += report.operations
    sum.bytes += report.bytes
    sum.refused += report.refused.length
    for (const name of report.refused) refused.add(name)
    wrong.push(...report.wrong)
    const held = mount.mounted.status().memory
    if (held > memory) wrong.push(`${held} bytes in memory`)
  }
  const readOn = async () => {
    while (sum.operations < operations && wrong.length === 0 && !signal.aborted) {
      const given = { folder: mount.folder, sizes, seed: Math.floor(random() * 2 ** 31), isThorough: false }
      await runReader({ ...given, operations: Math.min(task, operations) }, wrong, (report, child) => {
        note(report)
        reports += 1
        if (reports % killEvery !== 0) return
        sum.killed += 1
        setTimeout(() => child.kill('SIGKILL'), random() * 20) // in the middle of whatever it does then
      })
    }
  }
  try {
    await Promise.all(Array.from({ length: readers }, readOn))
    store.isCalm = true
    const sound = Object.fromEntries(Object.entries(sizes).filter(([path]) => !changed.has(`d/${path}`)))
    const given = { folder: mount.folder, sizes: sound, seed, operations: 0, isThorough: true }
    if (wrong.length === 0) await runReader(given, wrong, note)
    for (const name of refused)
      if (!failed.has(`d/${name}`) && !changed.has(`d/${name}`))
        wrong.push(`${name} was refused, and nothing was wrong with it`)
    for (const { path, isChanged } of mount.mounted.status().faults)
      if (isChanged ? !changed.has(`d/${path}`) : !failed.has(`d/${path}`)) wrong.push(`${path} is told as a fault`)
  } finally {
    await mount[Symbol.asyncDispose]()
  }
  const { holders } = mount.mounted.status()
  if (holders.length > 0) wrong.push(`it was still used by ${holders.join()}`)
  if ((await ourMounts()).includes(mount.folder)) wrong.push('it is still mounted')
  await mount.mounted.ended
  return { ...sum, trouble, wrong: wrong.slice(0, 20) }
}

/** Runs a reader to its end, or its death. */
async function runReader(
  given: ReaderTask,
  wrong: string[],
  onReport: (report: ReaderReport, child: ChildProcess) => void,
): Promise<void> {
  const child = spawn(process.execPath, [reader, JSON.stringify(given)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  let complaint = ''
  child.stderr.on('data', (text) => {
    complaint += text
  })
  const watchdog = setTimeout(() => {
    wrong.push(`a reader hangs (seed ${given.seed})`)
    child.kill('SIGKILL')
  }, silence)
  createInterface(child.stdout).on('line', (line) => {
    watchdog.refresh()
    if (line.endsWith('}')) onReport(JSON.parse(line), child) // else it was killed while it wrote
  })
  const [status] = await closed
  clearTimeout(watchdog)
  if (complaint !== '') wrong.push(complaint)
  else if (status !== null && status !== 0) wrong.push(`a reader ended with ${status}`)
}

async function main(): Promise<void> {
  const options = {
    operations: { type: 'string', default: '1000000' },
    seed: { type: 'string' },
    by: { type: 'string' },
  } as const
  const { values } = parseArgs({ options })
  const seed = Number(values.seed ?? Date.now() % 1_000_000)
  const by = values.by === 'read' ? 'read' : 'pipe'
  const started = performance.now()
  const signal = AbortSignal.timeout(longest)
  const result = await stress({ operations: Number(values.operations), seed, readers: 6, by, signal })
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log({ seed, by, seconds, residentMiB: Math.round(process.memoryUsage.rss() / 2 ** 20), ...result })
  if (result.wrong.length > 0) process.exitCode = 1
}

/** Milliseconds of a run by hand. */
const longest = 10 * 60_000
if (process.argv[1] === import.meta.filename) await main()
