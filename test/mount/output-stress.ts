/**
 * Workers in processes of their own write to a mounted output whatever a program may write, and do the same in a twin on the disk, while the store
 * is slow, fails and repeats, and workers are killed. In the end every byte in the store must be as it is in the twin, and nothing else may be there.
 * `node test/mount/output-stress.ts --seed 7 --seconds 60 --case 2` is a long run; without a case it runs all of them.
 */
import { type ChildProcess, type ChildProcessByStdio, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { BlobError } from '../../src/blobs/index.ts'
import type { Reader } from '../../src/mount/index.ts'
import type { MountedOutput } from '../../src/mount/output/mount-output.ts'
import { type MemoryContainer, memoryContainer } from '../blobs/memory-container.ts'
import { silentLog } from '../report/helpers.ts'
import { type KernelOutput, outputHere } from './output-kernel.ts'
import { type Abilities, isRecord, recordOf, stripes, type WorkerReport, type WorkerTask } from './output-worker.ts'
import { randomFrom } from './pattern.ts'

/** How an output is mounted, and what its store is like. */
export interface OutputCase {
  readonly name: string
  readonly reader: Reader
  readonly memory: number
  readonly disk: number
  /** Where it is written while workers write; it is published below `out/`. */
  readonly early: string
  readonly replace: boolean
  /** Whether the service refuses to copy blobs. */
  readonly refusesCopies: boolean
  /** Whether it fails for good at times: then workers get EIO. */
  readonly mayFail: boolean
  /** Whether it is run each time, and not only by hand. */
  readonly isShort?: boolean
}

export interface OutputStressOptions {
  readonly case: OutputCase
  readonly seed: number
  readonly seconds: number
  readonly workers: number
}

export interface OutputStressResult {
  /** Operations of workers, and bytes that they read and wrote. */
  readonly operations: number
  readonly bytes: number
  /** Operations that the store made fail, and those that a kill found half done. */
  readonly failed: number
  readonly unfinished: number
  readonly killed: number
  /** Blocks that went to the disk, and into blobs; blobs written from blocks, in one, and copied; reads from the store. */
  readonly spilled: number
  readonly staged: number
  readonly lists: number
  readonly puts: number
  readonly copies: number
  readonly readBack: number
  readonly published: number
  /** What the store did. */
  readonly trouble: Readonly<Record<Trouble, number>>
  /** What must not be; nothing when all is well. */
  readonly wrong: readonly string[]
}

type Trouble = 'slow' | 'repeated' | 'refused'

const kib = 1024
const mebibyte = 1024 * kib
const prefix = 'out/'
const [inPlace, apart] = [prefix, 'early/']
const plain = { early: inPlace, replace: false, refusesCopies: false, mayFail: false } as const

/** Memory for a handful of blocks makes writers wait; where there is plenty, all is read from memory. */
export const outputCases: readonly OutputCase[] = [
  { ...plain, name: 'tiny, in place', reader: 'pipe', memory: 640 * kib, disk: 0, isShort: true },
  { ...plain, name: 'tiny, apart', reader: 'read', memory: 640 * kib, disk: 0, early: apart },
  {
    ...plain,
    name: 'little, over others',
    reader: 'pipe',
    memory: mebibyte,
    disk: mebibyte,
    early: apart,
    replace: true,
  },
  {
    ...plain,
    name: 'little, without copies',
    reader: 'read',
    memory: mebibyte,
    disk: 256 * kib,
    refusesCopies: true,
    isShort: true,
  },
  { ...plain, name: 'plenty', reader: 'pipe', memory: 256 * mebibyte, disk: 1024 * mebibyte },
  { ...plain, name: 'failing', reader: 'read', memory: mebibyte, disk: mebibyte, mayFail: true, isShort: true },
  {
    ...{ ...plain, name: 'failing, apart, without copies', reader: 'pipe', memory: 2 * mebibyte, disk: 64 * mebibyte },
    ...{ early: apart, refusesCopies: true, mayFail: true, isShort: true },
  },
]

/** Operations for one worker, if it lives so long. */
const task = 600
/** Of so many reports of all workers, one is the last of its worker, which is killed. */
const killEvery = 12
/** Milliseconds without a word from a worker that is taken for one that hangs. */
const silence = 30_000
/** Blobs of others that lie there before. */
const foreign: Readonly<Record<string, string>> = {
  'out/w0/somebody/else': 'theirs',
  'out/a b': 'theirs too',
  'outside/f0': 'not ours',
}
/** Where others have something that ours is to replace. */
const contested = 'out/w0/f0'
const workerFile = join(import.meta.dirname, 'output-worker.ts')
const runFile = promisify(execFile)

export async function outputStress({
  case: one,
  seed,
  seconds,
  workers,
}: OutputStressOptions): Promise<OutputStressResult> {
  const random = randomFrom(seed)
  const container = memoryContainer()
  for (const [name, content] of Object.entries(foreign)) container.store(name, content)
  if (one.replace) container.store(contested, 'to be replaced')
  const store = troubled(container, one, random)
  const wrong: string[] = []
  const outsideFolder = await realpath(await mkdtemp(join(tmpdir(), 'twin-')))
  const [twin, notes] = [join(outsideFolder, 'twin'), join(outsideFolder, 'notes')]
  const log = { ...silentLog, warning: (text: string) => void (one.mayFail || wrong.push(`the log warns: ${text}`)) }
  const { reader, memory, disk, early, replace } = one
  const out = await outputHere({ container, memory, disk, prefix, early, replace, reader, log, settled: 150 })
  const sum = { operations: 0, bytes: 0, failed: 0, unfinished: 0, killed: 0 }
  const shared: Record<string, { size: number; md5: string }> = {}
  const watching = watch(out, memory, wrong)
  const note = (report: WorkerReport) => {
    sum.operations += report.operations
    sum.bytes += report.bytes
    sum.failed += report.failed
    sum.unfinished += report.unfinished
    Object.assign(shared, report.shared)
    wrong.push(...report.wrong)
  }
  try {
    await prepare(out, twin, notes, workers)
    const abilities = await abilitiesIn(outsideFolder)
    const common = { mount: out.folder, twin, notes, workers, abilities, mayFail: one.mayFail, operations: task }
    const end = performance.now() + seconds * 1000
    let reports = 0
    const kill = (child: ChildProcess) => {
      if (child.kill('SIGKILL')) sum.killed += 1
    }
    const workOn = async (worker: number) => {
      for (let generation = 0; performance.now() < end && wrong.length === 0; generation += 1) {
        const given = { ...common, worker, generation, seed: Math.floor(random() * 2 ** 31), work: 'operate' } as const
        const { child, ended } = runWorker(given, wrong, (report) => {
          note(report)
          reports += 1
          if (reports % killEvery === 0) setTimeout(() => kill(child), random() * 60) // in the middle of whatever it does then
        })
        const last = setTimeout(() => kill(child), end - performance.now())
        await ended
        clearTimeout(last)
      }
    }
    await Promise.all(Array.from({ length: workers }, (_, worker) => workOn(worker)))
    const lookAll = async (work: 'finish' | 'look') => {
      for (let worker = workers - 1; worker >= 0 && wrong.length === 0; worker -= 1)
        await runWorker({ ...common, worker, generation: -1, seed, work }, wrong, note).ended
    }
    await lookAll('finish')
    if (wrong.length === 0) {
      const sealed = await sealUntilItIs(out, store, one)
      wrong.push(...(await publishedWrongly(out, sealed, { twin, shared, workers, one })))
      wrong.push(...(await logsWrong(out.published(), notes)))
      await lookAll('look')
    }
  } finally {
    clearInterval(watching.timer)
    await out[Symbol.asyncDispose]()
    await rm(outsideFolder, { recursive: true, force: true })
  }
  const count = (kind: string) => container.writes.filter((write) => write.startsWith(`${kind} `)).length
  return {
    ...sum,
    ...{ spilled: watching.spilled(), staged: count('block'), lists: count('list'), puts: count('put') },
    ...{ copies: count('copy'), readBack: container.reads.length, published: Object.keys(out.published()).length },
    trouble: store.trouble,
    wrong: wrong.slice(0, 20),
  }
}

/** Makes trouble of a store. What the client of the real one repairs shows as requests that are slow, or come twice. */
function troubled(container: MemoryContainer, { refusesCopies, mayFail }: OutputCase, random: () => number) {
  const trouble: Record<Trouble, number> = { slow: 0, repeated: 0, refused: 0 }
  const store = { trouble, isCalm: false, isDown: false }
  const happens = (kind: Trouble, likelihood: number) => {
    if (store.isCalm || random() >= likelihood) return false
    trouble[kind] += 1
    return true
  }
  const refuse = (operation: string, status: number, code: string) => {
    trouble.refused += 1
    throw new BlobError(operation, status, code)
  }
  const delay = async () => {
    if (!store.isCalm) await sleep(random() * 6)
    if (happens('slow', 0.06)) await sleep(random() * 250)
  }
  const mayRefuse = (operation: string) => {
    if (store.isDown && !store.isCalm && random() < 0.7) refuse(operation, 403, 'AuthorizationFailure')
    if (mayFail && !store.isCalm && random() < 0.002) refuse(operation, 500, 'InternalError')
  }
  container.beforeWrite = async (name) => {
    await delay()
    mayRefuse(`write ${name}`)
  }
  container.beforeRead = async ({ name }) => {
    await delay()
    mayRefuse(`read ${name}`)
  }
  /** The answer is lost, and the request comes again. */
  const repeated =
    <Given extends readonly unknown[], Answer>(
      work: (...given: Given) => Promise<Answer>,
      isSafe: (...given: Given) => boolean,
    ) =>
    async (...given: Given): Promise<Answer> => {
      if (!isSafe(...given) || !happens('repeated', 0.03)) return work(...given)
      await work(...given)
      await sleep(random() * 20)
      return work(...given)
    }
  const { putBlob, putBlock, putBlockList, copyBlob, deleteBlob } = container
  container.putBlob = repeated(putBlob, (_name, _content, { replace }) => replace)
  container.putBlock = repeated(putBlock, () => true)
  container.putBlockList = repeated(putBlockList, (_name, _ids, { replace }) => replace)
  container.deleteBlob = repeated(deleteBlob, () => true)
  container.copyBlob = repeated(
    async (request) => (refusesCopies ? refuse(`write ${request.to}`, 403, 'AuthorizationFailure') : copyBlob(request)),
    ({ replace }) => replace,
  )
  if (mayFail) void comeAndGo(store, random)
  return store
}

/** Is down for a while, now and then. */
async function comeAndGo(store: { isDown: boolean; isCalm: boolean }, random: () => number): Promise<void> {
  while (!store.isCalm) {
    await sleep(500 + random() * 4000, undefined, { ref: false })
    store.isDown = true
    await sleep(random() * 600, undefined, { ref: false })
    store.isDown = false
  }
}

/** Looks now and then how much is held. */
function watch(out: KernelOutput, memory: number, wrong: string[]) {
  let spilled = 0
  const look = async () => {
    const held = out.mounted.status().memory
    if (held > memory) wrong.push(`${held} bytes in memory`)
    for (const name of await readdir(out.spool)) if (/^\d+$/.test(name)) spilled = Math.max(spilled, Number(name))
  }
  const timer = setInterval(() => void look().catch(() => {}), 50) // the spool goes when all is sealed
  return { timer, spilled: () => spilled }
}

/** The folders that workers find, in the output and in its twin. */
async function prepare(out: KernelOutput, twin: string, notes: string, workers: number): Promise<void> {
  const own = Array.from({ length: workers }, (_, worker) => [`w${worker}/a/b`, `w${worker}/c/ü d`]).flat()
  const size = workers * stripes.bytes * stripes.count
  for (const folder of [...own, 'shared']) await mkdir(join(twin, folder), { recursive: true })
  await mkdir(notes)
  await writeFile(join(twin, 'shared/striped'), '')
  await truncate(join(twin, 'shared/striped'), size)
  await out.run(`mkdir -p shared/races ${own.map((path) => `'${path}'`).join(' ')}; truncate -s ${size} shared/striped`)
}

async function abilitiesIn(folder: string): Promise<Abilities> {
  const succeeds = (name: string, args: readonly string[]) =>
    runFile(name, args).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    )
  const [a, b] = [join(folder, 'a'), join(folder, 'b')]
  for (const path of [a, b]) await writeFile(path, path)
  const python = await succeeds('python3', ['-c', 'import ctypes, mmap, sys; print(sys.executable)'])
  const script =
    'import ctypes, sys; sys.exit(ctypes.CDLL(None).renameat2(-100, sys.argv[1].encode(), -100, sys.argv[2].encode(), 2) != 0)'
  const exchange = python !== undefined && (await succeeds(python, ['-c', script, a, b])) !== undefined
  const fallocate = (await succeeds('fallocate', ['--punch-hole', '--length', '1', a])) !== undefined
  return { python, exchange, fallocate }
}

/** What the store refused is asked for again, when it is well. */
async function sealUntilItIs(out: KernelOutput, store: { isCalm: boolean }, { mayFail }: OutputCase) {
  for (let tries = 1; ; tries += 1) {
    const sealed = await out
      .seal()
      .catch((error) => ({ files: [], problems: [{ path: '', kind: 'unsent' as const, reason: `${error}` }] }))
    if (!mayFail || sealed.problems.length === 0 || tries === mostSeals) return sealed
    store.isCalm = tries > 1
  }
}

const mostSeals = 5

interface Expectation {
  readonly twin: string
  readonly shared: Readonly<Record<string, { readonly size: number; readonly md5: string }>>
  readonly workers: number
  readonly one: OutputCase
}

type Sealed = Awaited<ReturnType<MountedOutput['seal']>>

/** What is in the store and should not be, or the other way round. */
async function publishedWrongly(out: KernelOutput, sealed: Sealed, expectation: Expectation): Promise<string[]> {
  const { twin, shared, workers, one } = expectation
  const { blobs } = out.container
  const wrong: string[] = sealed.problems.map(({ path, reason }) => `${path} ${reason}`)
  if (wrong.length > 0) return wrong
  const expected = new Map<string, Buffer | undefined>(Object.keys(shared).map((path) => [`shared/${path}`, undefined]))
  for (let worker = 0; worker < workers; worker += 1) {
    const entries = await readdir(join(twin, `w${worker}`), { recursive: true, withFileTypes: true })
    for (const entry of entries) {
      const place = join(entry.parentPath, entry.name)
      if ((await stat(place)).isFile()) expected.set(place.slice(twin.length + 1), await readFile(place))
    }
  }
  const theirs = (name: string) => foreign[name] ?? (one.replace && name === contested ? 'to be replaced' : undefined)
  for (const [name, { content }] of blobs)
    if (!expected.has(name.slice(prefix.length)) && theirs(name) !== content.toString()) wrong.push(`${name} is left`)
  const listed = new Map(sealed.files.map((file) => [file.path, file]))
  for (const path of listed.keys()) if (!expected.has(path)) wrong.push(`${path} is told, and should not be there`)
  for (const [path, content] of expected) {
    const blob = blobs.get(prefix + path)
    const told = listed.get(path)
    if (!blob) wrong.push(`${path} is missing in the store`)
    else if (content && !blob.content.equals(content))
      wrong.push(`${path} has ${blob.size} bytes in the store, and not its ${content.length}`)
    else if (shared[path.slice('shared/'.length)] && path.startsWith('shared/')) {
      const { size, md5 } = shared[path.slice('shared/'.length)] ?? { size: 0, md5: '' }
      if (blob.size !== size || blob.md5 !== md5) wrong.push(`${path} is not as it was read`)
    }
    if (told?.size !== blob?.size || told?.etag !== blob?.etag || told?.md5 !== blob?.md5)
      wrong.push(`${path} is told as ${JSON.stringify(told)}`)
  }
  const isOpen = (path: string) => path.startsWith('shared/races/.')
  for (const [path, content] of Object.entries(out.published()))
    if (path.startsWith('shared/races/') && !isOpen(path) && !isRecord(Buffer.from(content, 'latin1')))
      wrong.push(`${path} is not whole`)
  for (const name of Object.keys(foreign)) if (!blobs.has(name)) wrong.push(`${name} of somebody else is gone`)
  return wrong
}

/** Whether files that all workers appended to have all records, and each of them whole. */
async function logsWrong(published: Readonly<Record<string, string>>, notes: string): Promise<string[]> {
  const wrong: string[] = []
  for (const name of (await readdir(notes)).filter((one) => one.startsWith('log-'))) {
    const lines = (await readFile(join(notes, name), 'utf8')).trim().split('\n')
    const keysOf = (state: string) =>
      lines.flatMap((line) => (line.startsWith(`${state} `) ? [line.slice(state.length + 1)] : []))
    const written = new Set(keysOf('written'))
    const torn = new Set(keysOf('begun').filter((line) => !written.has(line)))
    const content = Buffer.from(published[`shared/${name}`] ?? '', 'latin1')
    for (let at = 0; at < content.length; ) {
      const record = recordAt(content, at)
      const isWhole = record && isRecord(content.subarray(at, at + record.length))
      if (isWhole) written.delete(record.line)
      const length = isWhole ? record.length : tornLength(content, at, torn)
      if (length === 0) {
        wrong.push(`${name} has at ${at} what nobody wrote`)
        break
      }
      at += length
    }
    if (written.size > 0) wrong.push(`${name} has lost ${written.size} records: ${[...written].slice(0, 3)}`)
  }
  return wrong
}

function recordAt(content: Buffer, at: number) {
  const [head, key = '', length] = /^<(\S+) (\d+)>\n/.exec(content.toString('latin1', at, at + 100)) ?? []
  return head && { length: head.length + Number(length), line: `${key} ${length}` }
}

/** How much is there of a record whose writer was killed, or was told that it failed. */
function tornLength(content: Buffer, at: number, torn: ReadonlySet<string>): number {
  const lengths = [...torn].map((line) => {
    const [key = '', length] = line.split(' ')
    const record = recordOf(key, Number(length))
    let same = 0
    while (same < record.length && record[same] === content[at + same]) same += 1
    return same
  })
  return Math.max(0, ...lengths)
}

/** Runs a worker; it has ended when it came to its end, or to its death. */
function runWorker(given: WorkerTask, wrong: string[], onReport: (report: WorkerReport) => void) {
  const child = spawn(process.execPath, [workerFile, JSON.stringify(given)], { stdio: ['ignore', 'pipe', 'pipe'] })
  return { child, ended: endOf(child, given, wrong, onReport) }
}

async function endOf(
  child: ChildProcessByStdio<null, Readable, Readable>,
  { worker, generation, seed }: WorkerTask,
  wrong: string[],
  onReport: (report: WorkerReport) => void,
): Promise<void> {
  const closed = once(child, 'close')
  // Who waits for an answer of ours cannot even be killed.
  const hanging = Promise.withResolvers<[null]>()
  let complaint = ''
  child.stderr.on('data', (text) => {
    complaint += text
  })
  const watchdog = setTimeout(() => {
    wrong.push(`worker ${worker}.${generation} hangs (seed ${seed})`)
    child.kill('SIGKILL')
    hanging.resolve([null])
  }, silence)
  createInterface(child.stdout).on('line', (line) => {
    watchdog.refresh()
    if (line.endsWith('}')) onReport(JSON.parse(line)) // else it was killed while it wrote
  })
  const [status] = await Promise.race([closed, hanging.promise])
  clearTimeout(watchdog)
  if (complaint !== '') wrong.push(complaint)
  else if (status !== null && status !== 0) wrong.push(`a worker ended with ${status}`)
}

async function main(): Promise<void> {
  const options = {
    seed: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    case: { type: 'string' },
    workers: { type: 'string', default: '4' },
  } as const
  const { values } = parseArgs({ options })
  const seed = Number(values.seed ?? Date.now() % 1_000_000)
  const chosen = outputCases.filter((_, index) => values.case === undefined || index === Number(values.case))
  for (const one of chosen) {
    const given = { case: one, seed, seconds: Number(values.seconds) / chosen.length, workers: Number(values.workers) }
    const { trouble, ...result } = await outputStress(given)
    const residentMiB = Math.round(process.memoryUsage.rss() / mebibyte)
    console.log({ case: one.name, seed, residentMiB, ...result, ...trouble })
    if (result.wrong.length > 0) process.exitCode = 1
  }
}

if (process.argv[1] === import.meta.filename) await main()
