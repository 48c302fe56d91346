/**
 * A process that works in a folder of a mounted output, and does the same in a twin of it on the disk: whatever it is answered must be the same. The
 * twin outlives the process, so that the next one can tell what a killed one has left. The stress (output-stress.ts) starts several, and kills some.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { basename } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { patternAt, randomFrom } from './pattern.ts'

/** What a worker is told, as its one argument. */
export interface WorkerTask {
  /** Where the output is mounted, where its twin is, and where notes are kept that outlive a worker. */
  readonly mount: string
  readonly twin: string
  readonly notes: string
  /** Each has a folder of its own. */
  readonly worker: number
  readonly workers: number
  readonly generation: number
  readonly seed: number
  readonly operations: number
  readonly abilities: Abilities
  /** Whether the store fails for good at times: then what needs it may end with EIO. */
  readonly mayFail: boolean
  /** `finish` removes what cannot be published, and compares everything; `look` only reads. */
  readonly work: 'operate' | 'finish' | 'look'
}

/** What there is on this machine. */
export interface Abilities {
  /** Of Python, for mapped files and to exchange names. */
  readonly python: string | undefined
  readonly exchange: boolean
  readonly fallocate: boolean
}

/** What a worker tells. */
export interface WorkerReport {
  /** Since the last report. */
  readonly operations: number
  readonly bytes: number
  /** What ended with EIO or before its end, and what a killed worker had left undone. */
  readonly failed: number
  readonly unfinished: number
  /** What must not be. */
  readonly wrong: readonly string[]
  /** In the end: sizes and MD5 of what lies in the shared folder, by path. */
  readonly shared?: Readonly<Record<string, SharedFile>>
}

export interface SharedFile {
  readonly size: number
  readonly md5: string
}

/** A path in the folder of the worker, or the number of a handle that it keeps open. */
type Target = string | number

type Operation =
  | { readonly does: 'create'; readonly path: string; readonly flags: number }
  | {
      readonly does: 'write' | 'append'
      readonly target: Target
      readonly at: number
      readonly length: number
      readonly key: string
      readonly flags: number
    }
  | { readonly does: 'stripe'; readonly at: number; readonly length: number; readonly key: string }
  | {
      readonly does: 'read'
      readonly target: Target
      readonly at: number
      readonly length: number
      readonly flags: number
    }
  | { readonly does: 'truncate'; readonly target: Target; readonly length: number }
  | {
      readonly does: 'allocate' | 'extend' | 'punch' | 'map'
      readonly path: string
      readonly at: number
      readonly length: number
    }
  | { readonly does: 'rename' | 'exchange' | 'link' | 'symlink'; readonly path: string; readonly to: string }
  | { readonly does: 'mkdir' | 'rmdir' | 'unlink' | 'readlink' | 'list' | 'stat' | 'sync'; readonly path: string }
  | { readonly does: 'open'; readonly path: string; readonly slot: number }
  | { readonly does: 'close'; readonly slot: number }

/** The mounted folder of a worker, or its twin. */
interface Side {
  readonly isMount: boolean
  /** The whole, and the folder of the worker in it. */
  readonly top: string
  readonly root: string
  /** Descriptors of what is kept open. */
  readonly open: Map<number, number>
}

const { O_APPEND, O_CREAT, O_DIRECT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC } = fs.constants
const kib = 1024
/** As the stress mounts it. */
const blockBytes = 64 * kib
const reportEvery = 40
const slots = 40
/** Parts of a file that all workers write to: each has every so manieth. */
export const stripes = { bytes: 10_000, count: 60 } as const
const longestLog = 2048 * kib
const folders = ['', 'a', 'a/b', 'c', 'c/ü d']
const names = ['f0', 'f1', 'f2', 'model.pt', 'model.pt.tmp', 'l0']
/** Files that workers rename over each other. */
const raced = ['r0', 'r1', 'r2']
const mostTries = 400

const isText = (value: unknown): value is string => typeof value === 'string'

function dataOf({ key, length }: { readonly key: string; readonly length: number }): Buffer {
  return patternAt(key, 0, length)
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

/** Mapped files and exchanged names, which Node has not. */
const pythonScript = `
import ctypes, mmap, os, sys
does, path, rest = sys.argv[1], sys.argv[2], sys.argv[3:]
try:
    if does == 'exchange':
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.renameat2(-100, os.fsencode(path), -100, os.fsencode(rest[0]), 2) != 0:
            raise OSError(ctypes.get_errno(), '')
    else:
        at, length = int(rest[0]), int(rest[1])
        with open(path, 'r+b') as file, mmap.mmap(file.fileno(), 0) as mapped:
            if at + length > len(mapped): raise ValueError('behind the end')
            mapped[at:at + length] = bytes([65 + length % 26]) * length
            if at % 2 == 0: mapped.flush()
    print('done')
except OSError as error:
    print(error.errno)
except ValueError as error:
    print(error)
`

/** It has our output open, too: so who waits for the end of that waits for it, should we be killed. */
function runProgram(name: string, args: readonly string[]): string {
  const { status, stdout, error } = spawnSync(name, args, { stdio: ['ignore', 'pipe', 'ignore', 1], encoding: 'utf8' })
  if (error) throw error
  return `${status} ${stdout}`
}

/** The next worker tells what is here of the operation that this one is killed in. */
function perform(side: Side, operation: Operation, { python = '' }: Abilities): unknown {
  const pathOf = (path: string) => (path === '' ? side.root : `${side.root}/${path}`)
  // The disk would want aligned buffers, and a folder is refused for another reason then.
  const takesDirect = (path: string) => side.isMount && fs.statSync(pathOf(path)).isFile()
  const flagsHere = (path: string, flags: number) =>
    flags & O_DIRECT && !takesDirect(path) ? flags & ~O_DIRECT : flags
  const withFile = <T>(target: Target, flags: number, work: (descriptor: number) => T): T | 'not open' => {
    const kept = isText(target) ? undefined : side.open.get(target)
    if (kept !== undefined) return work(kept)
    if (!isText(target)) return 'not open'
    const descriptor = fs.openSync(pathOf(target), flagsHere(target, flags))
    try {
      return work(descriptor)
    } finally {
      fs.closeSync(descriptor)
    }
  }
  switch (operation.does) {
    case 'create':
      return fs.closeSync(fs.openSync(pathOf(operation.path), O_RDWR | O_CREAT | operation.flags, 0o644))
    case 'write':
      return withFile(operation.target, O_RDWR | operation.flags, (descriptor) =>
        fs.writeSync(descriptor, dataOf(operation), 0, operation.length, operation.at),
      )
    case 'append':
      return withFile(operation.target, O_RDWR | O_APPEND | operation.flags, (descriptor) =>
        fs.writeSync(descriptor, dataOf(operation)),
      )
    case 'stripe': {
      const descriptor = fs.openSync(`${side.top}/shared/striped`, O_RDWR)
      try {
        return fs.writeSync(descriptor, dataOf(operation), 0, operation.length, operation.at)
      } finally {
        fs.closeSync(descriptor)
      }
    }
    case 'read':
      return withFile(operation.target, O_RDONLY | operation.flags, (descriptor) =>
        readFully(descriptor, operation.at, operation.length),
      )
    case 'truncate':
      return withFile(operation.target, O_RDWR, (descriptor) => fs.ftruncateSync(descriptor, operation.length))
    case 'allocate':
    case 'extend':
    case 'punch': {
      const { does, path, at, length } = operation
      if (!fs.statSync(pathOf(path)).isFile()) return 'no file'
      const how = { allocate: ['--keep-size'], extend: [], punch: ['--punch-hole'] }[does]
      return runProgram('fallocate', [...how, '--offset', String(at), '--length', String(length), pathOf(path)])
    }
    case 'map':
      return runProgram(python, [
        ...['-c', pythonScript, 'map', pathOf(operation.path)],
        ...[String(operation.at), String(operation.length)],
      ])
    case 'exchange':
      return runProgram(python, ['-c', pythonScript, 'exchange', pathOf(operation.path), pathOf(operation.to)])
    case 'rename':
      return fs.renameSync(pathOf(operation.path), pathOf(operation.to))
    case 'link':
      return fs.linkSync(pathOf(operation.path), pathOf(operation.to))
    case 'symlink':
      return fs.symlinkSync(operation.path.replace('@', side.root), pathOf(operation.to))
    case 'readlink':
      return fs.readlinkSync(pathOf(operation.path)).replace(side.root, '@')
    case 'mkdir':
      return fs.mkdirSync(pathOf(operation.path))
    case 'rmdir':
      return fs.rmdirSync(pathOf(operation.path))
    case 'unlink':
      return fs.unlinkSync(pathOf(operation.path))
    case 'list':
      return fs.readdirSync(pathOf(operation.path), { withFileTypes: true }).map(kindOf).sort()
    case 'stat':
      return factsOf(fs.lstatSync(pathOf(operation.path)))
    case 'sync':
      return withFile(operation.path, O_RDWR, fs.fsyncSync)
    case 'open': {
      const before = side.open.get(operation.slot)
      if (before !== undefined) fs.closeSync(before)
      side.open.delete(operation.slot)
      side.open.set(operation.slot, fs.openSync(pathOf(operation.path), O_RDWR))
      return 'open'
    }
    case 'close': {
      const descriptor = side.open.get(operation.slot)
      if (descriptor === undefined) return 'not open'
      side.open.delete(operation.slot)
      return fs.closeSync(descriptor)
    }
  }
}

function readFully(descriptor: number, at: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  let done = 0
  for (;;) {
    const count = done === length ? 0 : fs.readSync(descriptor, bytes, done, length - done, at + done)
    if (count === 0) return bytes.subarray(0, done)
    done += count
  }
}

function kindOf(entry: fs.Dirent): string {
  return `${entry.name} ${entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : 'link'}`
}

function factsOf(stats: fs.Stats): unknown {
  if (stats.isDirectory()) return 'folder'
  return [stats.mode, stats.nlink, stats.isFile() ? stats.size : 'link']
}

/** What is answered, errors too. */
function outcomeOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    if (error instanceof Error && 'code' in error) return `${error.code}`
    throw error
  }
}

/** What an operation makes of the content of a file, or of a part of it where it did not come to its end; undefined where it changes none. */
function contentAfter(operation: Operation, before: Buffer, now: Buffer): Buffer | undefined {
  const sized = (size: number) =>
    Buffer.concat([before.subarray(0, size), Buffer.alloc(Math.max(0, size - before.byteLength))])
  switch (operation.does) {
    case 'write':
    case 'append': {
      const data = dataOf(operation)
      const there = now.subarray(operation.at, operation.at + data.byteLength)
      return patched(before, operation.at, data.subarray(0, commonLength(data, there)))
    }
    case 'map':
      return patched(before, operation.at, mappedData(operation.length))
    case 'truncate':
      return sized(operation.length)
    case 'create':
      return operation.flags & O_TRUNC ? Buffer.alloc(0) : undefined
    case 'extend':
      return sized(Math.max(before.byteLength, operation.at + operation.length))
    case 'punch': {
      const zeros = Buffer.alloc(Math.max(0, Math.min(operation.length, before.byteLength - operation.at)))
      return patched(before, operation.at, zeros.subarray(0, commonLength(zeros, now.subarray(operation.at))))
    }
    default:
      return undefined
  }
}

function mappedData(length: number): Buffer {
  return Buffer.alloc(length, 65 + (length % 26))
}

function commonLength(a: Buffer, b: Buffer): number {
  const most = Math.min(a.byteLength, b.byteLength)
  let length = 0
  while (length < most && a[length] === b[length]) length += 1
  return length
}

function patched(before: Buffer, at: number, data: Buffer): Buffer {
  if (data.byteLength === 0) return before
  const after = Buffer.alloc(Math.max(before.byteLength, at + data.byteLength))
  after.set(before)
  after.set(data, at)
  return after
}

/** All below a folder: what it is, and of links where they lead. */
function treeOf(root: string): Map<string, string> {
  const found = new Map<string, string>()
  const walk = (folder: string) => {
    for (const entry of fs.readdirSync(`${root}/${folder}`, { withFileTypes: true })) {
      const path = folder + entry.name
      const leadsTo = entry.isSymbolicLink() ? fs.readlinkSync(`${root}/${path}`).replace(root, '@') : ''
      found.set(path, `${kindOf(entry)} ${leadsTo}`)
      if (entry.isDirectory()) walk(`${path}/`)
    }
  }
  walk('')
  return found
}

function filesIn(tree: ReadonlyMap<string, string>): string[] {
  return [...tree].flatMap(([path, kind]) => (kind.endsWith(' file ') ? [path] : []))
}

function main(task: WorkerTask): void {
  const { worker, workers, generation, operations, abilities, mayFail, work } = task
  const random = randomFrom(task.seed)
  const sideAt = (top: string, isMount: boolean): Side => {
    return { isMount, top, root: `${top}/w${worker}`, open: new Map() }
  }
  const mount = sideAt(task.mount, true)
  const twin = sideAt(task.twin, false)
  const journal = `${task.notes}/journal-${worker}`
  const empty = () => ({ operations: 0, bytes: 0, failed: 0, unfinished: 0, wrong: [] as string[] })
  let report = empty()
  let total = 0

  const tell = (more: Pick<WorkerReport, 'shared'> = {}) => {
    process.stdout.write(`${JSON.stringify({ ...report, ...more })}\n`)
    report = empty()
  }
  const complain = (text: string) => report.wrong.push(`worker ${worker}.${generation}: ${text}`)
  const count = (bytes: number) => {
    report.bytes += bytes
    report.operations += 1
    total += 1
    if (report.operations >= reportEvery) tell()
  }
  /** What only reads is tried until the store is well again. */
  const patiently = (look: () => unknown): unknown => {
    for (let tries = 1; ; tries += 1) {
      const outcome = outcomeOf(look)
      if (outcome !== 'EIO' || !mayFail || tries === mostTries) return outcome
      report.failed += 1
      sleep(50)
    }
  }
  const readWhole = (side: Side, path: string, flags = 0): Buffer => {
    const read = () => {
      const descriptor = fs.openSync(`${side.root}/${path}`, O_RDONLY | flags)
      try {
        return readFully(descriptor, 0, fs.fstatSync(descriptor).size)
      } finally {
        fs.closeSync(descriptor)
      }
    }
    const outcome = patiently(read)
    if (Buffer.isBuffer(outcome)) return outcome
    complain(`${path} cannot be read: ${outcome}`)
    return Buffer.alloc(0)
  }
  /** Makes the twin what an operation has left that was ended before its end, or may have been. */
  const settle = (operation: Operation | undefined) => {
    if (operation?.does === 'stripe') return settleStripe(operation)
    const here = treeOf(mount.root)
    if (operation && (!isDeepStrictEqual(here, treeOf(twin.root)) || isHalfExchanged(operation)))
      outcomeOf(() => perform(twin, operation, abilities))
    const tree = treeOf(twin.root)
    if (!isDeepStrictEqual(here, tree))
      return complain(`other names after ${JSON.stringify(operation)}: ${differenceOfTrees(here, tree)}`)
    for (const path of filesIn(tree)) {
      const [now, before] = [readWhole(mount, path, O_DIRECT), readWhole(twin, path)]
      if (now.equals(before)) continue
      report.unfinished += 1
      const expected = operation && contentAfter(operation, before, now)
      if (!expected?.equals(now))
        complain(`${path} after ${JSON.stringify(operation)}: ${differenceAt(now, expected ?? before)}`)
      fs.writeFileSync(`${twin.root}/${path}`, now)
    }
  }
  const isHalfExchanged = (operation: Operation) =>
    operation.does === 'exchange' &&
    [operation.path, operation.to].some((path) => {
      const [here, there] = [mount, twin].map(({ root }) => patiently(() => fs.readFileSync(`${root}/${path}`)))
      return Buffer.isBuffer(here) && !isSame(here, there)
    })
  const settleStripe = ({ at, length, key }: Operation & { readonly does: 'stripe' }) => {
    const partOf = (side: Side) => {
      const outcome = patiently(() => {
        const descriptor = fs.openSync(`${side.top}/shared/striped`, O_RDWR)
        try {
          return readFully(descriptor, at, length)
        } finally {
          fs.closeSync(descriptor)
        }
      })
      return Buffer.isBuffer(outcome) ? outcome : Buffer.alloc(0)
    }
    const [now, before] = [partOf(mount), partOf(twin)]
    const data = dataOf({ key, length })
    const expected = patched(before, 0, data.subarray(0, commonLength(data, now)))
    if (!now.equals(before)) report.unfinished += 1
    if (!now.equals(expected)) complain(`a stripe from ${at}: ${differenceAt(now, expected)}`)
    const descriptor = fs.openSync(`${twin.top}/shared/striped`, O_RDWR)
    fs.writeSync(descriptor, now, 0, now.byteLength, at)
    fs.closeSync(descriptor)
  }
  const noteDown = (operation: Operation) => {
    const descriptor = fs.openSync(journal, O_RDWR | O_CREAT)
    fs.writeSync(descriptor, `${JSON.stringify(operation)}\n`, 0)
    fs.closeSync(descriptor)
  }
  const notedDown = (): Operation | undefined => {
    const [line = ''] = fs.existsSync(journal) ? fs.readFileSync(journal, 'utf8').split('\n', 1) : []
    return line === '' ? undefined : JSON.parse(line)
  }
  const isReading = ({ does }: Operation) => ['read', 'list', 'stat', 'readlink', 'sync'].includes(does)
  const isCutShort = (operation: Operation, outcome: unknown) =>
    outcome === 'EIO' ||
    (operation.does === 'punch' && outcome === '1 ') ||
    (typeof outcome === 'number' && 'length' in operation && outcome < operation.length)
  const run = (operation: Operation) => {
    if (!isReading(operation)) noteDown(operation)
    const act = () => perform(mount, operation, abilities)
    const outcome = isReading(operation) ? patiently(act) : outcomeOf(act)
    if (isCutShort(operation, outcome) && mayFail) {
      report.failed += 1
      // What has no name any more cannot be compared: it is given up.
      if ('target' in operation && !isText(operation.target))
        for (const side of [mount, twin]) perform(side, { does: 'close', slot: operation.target }, abilities)
      return settle(operation)
    }
    const expected = outcomeOf(() => perform(twin, operation, abilities))
    if (!isSame(outcome, expected)) complain(`${JSON.stringify(operation)}: ${differenceOf(outcome, expected)}`)
    count('length' in operation ? operation.length : 0)
  }

  const below = (limit: number) => Math.floor(random() * limit)
  const oneOf = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T
  const somePath = (): string => {
    const existing = random() < 0.6 ? filesIn(treeOf(twin.root)) : []
    if (existing.length > 0) return oneOf(existing)
    const folder = oneOf(folders)
    return folder === '' ? oneOf(names) : `${folder}/${oneOf(names)}`
  }
  const someFolder = () => oneOf(folders.slice(1))
  const someTarget = (): Target => (random() < 0.3 ? below(slots) : somePath())
  /** At and around the ends of blocks, and anywhere. */
  const someOffset = () =>
    random() < 0.5 ? Math.max(0, below(6) * blockBytes + below(9) - 4) : Math.floor(random() ** 2 * 6 * blockBytes)
  const someLength = () => {
    const around = 1 + below(3) * blockBytes + below(5)
    return random() < 0.2 ? around : Math.ceil(2 ** (random() * 17.5))
  }
  const someDirect = () => (random() < 0.4 ? O_DIRECT : 0)
  const sizeInTwin = (path: string): number => {
    const size = outcomeOf(() => fs.statSync(`${twin.root}/${path}`).size)
    return typeof size === 'number' ? size : 0
  }
  let nextKey = 0
  const someKey = () => {
    nextKey += 1
    return `${worker}.${generation}.${nextKey}`
  }
  /** Of what is ours in a file that all workers write to. */
  const someStripe = () => {
    const within = below(stripes.bytes)
    const at = (below(stripes.count) * workers + worker) * stripes.bytes + within
    return { at, length: Math.min(someLength(), stripes.bytes - within) }
  }

  const simple = (does: 'mkdir' | 'rmdir' | 'unlink' | 'readlink' | 'list' | 'stat' | 'sync', path: string) =>
    run({ does, path })
  const between = (does: 'rename' | 'exchange' | 'link' | 'symlink', path: string, to: string) =>
    run({ does, path, to })
  const alter = (does: 'allocate' | 'extend' | 'punch' | 'map', path: string, at: number, length: number) =>
    run({ does, path, at, length })
  /** What is done how often. */
  const habits: readonly (readonly [number, () => void])[] = [
    [14, () => run({ does: 'create', path: somePath(), flags: oneOf([O_EXCL, O_EXCL, O_TRUNC, 0]) })],
    [26, () => run({ does: 'write', target: someTarget(), at: someOffset(), ...stretch() })],
    [8, () => writeWhole()],
    [10, () => appendTo(somePath())],
    [
      20,
      () => run({ does: 'read', target: someTarget(), at: someOffset(), length: someLength(), flags: someDirect() }),
    ],
    [3, () => run({ does: 'read', target: someTarget(), at: 0, length: 2 ** 22, flags: someDirect() })],
    [8, () => run({ does: 'truncate', target: someTarget(), length: random() < 0.03 ? 2 ** 21 : someOffset() })],
    [4, () => cutAndGrow(somePath())],
    [10, () => run({ does: 'stripe', ...someStripe(), key: someKey() })],
    [5, () => run({ does: 'read', target: '../shared/striped', ...someStripe(), flags: someDirect() })],
    [6, () => between('rename', somePath(), somePath())],
    [1, () => between('rename', someFolder(), someFolder())],
    [3, () => between('link', somePath(), somePath())],
    [1, () => between('symlink', linkTarget(), somePath())],
    [4, () => simple('unlink', somePath())],
    [2, () => simple('rmdir', someFolder())],
    [5, () => simple('mkdir', someFolder())],
    [2, () => simple('readlink', somePath())],
    [4, () => simple('list', oneOf(folders))],
    [6, () => simple('stat', somePath())],
    [2, () => simple('sync', somePath())],
    [8, () => run({ does: 'open', path: somePath(), slot: below(slots) })],
    [5, () => run({ does: 'close', slot: below(slots) })],
    [abilities.fallocate ? 1.5 : 0, () => alter('punch', somePath(), someOffset(), someLength())],
    [abilities.fallocate ? 0.5 : 0, () => alter(oneOf(['allocate', 'extend']), somePath(), someOffset(), someLength())],
    [abilities.python && !mayFail ? 0.8 : 0, () => alter('map', somePath(), someOffset(), someLength())],
    [abilities.exchange ? 0.5 : 0, () => between('exchange', somePath(), somePath())],
    [5, () => appendToLog()],
    [6, () => race()],
    [0.5, () => sleep(below(400))],
  ]
  function stretch() {
    return { length: someLength(), key: someKey(), flags: someDirect() }
  }
  function appendTo(path: string) {
    run({ does: 'append', target: path, at: sizeInTwin(path), ...stretch() })
  }
  /** As most programs do it: piece after piece, and perhaps under another name first. */
  function writeWhole() {
    const path = somePath()
    const place = random() < 0.4 ? `${path}.tmp` : path
    run({ does: 'create', path: place, flags: O_TRUNC })
    const length = someLength()
    for (let pieces = below(6); pieces >= 0; pieces -= 1)
      run({ does: 'append', target: place, at: sizeInTwin(place), length, key: someKey(), flags: 0 })
    if (place !== path) between('rename', place, path)
  }
  /** What was cut must not come back. */
  function cutAndGrow(path: string) {
    const size = sizeInTwin(path)
    run({ does: 'truncate', target: path, length: below(size + 1) })
    const longer = Math.ceil(size / blockBytes) * blockBytes
    run({ does: 'truncate', target: path, length: oneOf([size, longer, longer + 1]) })
  }
  function linkTarget() {
    return random() < 0.3 ? `@/${somePath()}` : oneOf([...names, 'a', './c', 'b/f0'])
  }

  /** Appends a record to a file that all workers append to, and notes whether it is there. */
  function appendToLog() {
    const chosen = [0, 1, 2, 3, 4, 5, 6, 7].find((index) => {
      const size = outcomeOf(() => fs.statSync(`${mount.top}/shared/log-${index}`).size)
      return typeof size !== 'number' || size < longestLog
    })
    if (chosen === undefined) return
    const key = someKey()
    const length = Math.ceil(random() ** 3 * 40_000)
    const record = recordOf(key, length)
    const note = (state: string) => fs.appendFileSync(`${task.notes}/log-${chosen}`, `${state} ${key} ${length}\n`)
    note('begun')
    const outcome = outcomeOf(() => {
      const descriptor = fs.openSync(`${mount.top}/shared/log-${chosen}`, O_RDWR | O_CREAT | O_APPEND | someDirect())
      try {
        return fs.writeSync(descriptor, record)
      } finally {
        fs.closeSync(descriptor)
      }
    })
    if (outcome === record.length) note('written')
    else if (mayFail) report.failed += 1
    else complain(`a record of ${record.length} bytes: ${outcome}`)
    count(record.length)
  }
  /** Renames files over each other that others rename too: whoever reads one finds a whole one. */
  function race() {
    const folder = `${mount.top}/shared/races`
    const path = `${folder}/${oneOf(raced)}`
    const other = `${folder}/${oneOf(raced)}`
    const outcome = outcomeOf(() => {
      const choice = below(10)
      if (choice === 0) return fs.unlinkSync(path)
      if (choice === 1) return fs.linkSync(path, other)
      if (choice === 2) return fs.renameSync(path, other)
      if (choice < 6) return replaceRaced(folder, path)
      return patiently(() => fs.readFileSync(path))
    })
    if (Buffer.isBuffer(outcome) && !isRecord(outcome)) complain(`a raced file of ${outcome.length} bytes is not whole`)
    if (isText(outcome) && !['ENOENT', 'EEXIST'].includes(outcome) && !(mayFail && outcome === 'EIO'))
      complain(`a race: ${outcome}`)
    count(0)
  }
  function replaceRaced(folder: string, path: string) {
    const temporary = `${folder}/.${basename(path)}.${String(worker).padStart(6, 'x')}`
    const record = recordOf(someKey(), someLength())
    const descriptor = fs.openSync(temporary, O_RDWR | O_CREAT | O_TRUNC)
    let isWhole = true
    for (let at = 0; at < record.length && isWhole; at += 50_000) {
      const piece = record.subarray(at, at + 50_000)
      isWhole = outcomeOf(() => fs.writeSync(descriptor, piece)) === piece.length
    }
    fs.closeSync(descriptor)
    if (isWhole) fs.renameSync(temporary, path)
    else if (!mayFail) complain('a raced file could not be written')
  }
  const compareAll = () => {
    settle(undefined)
    for (const path of filesIn(treeOf(twin.root))) {
      if (!readWhole(mount, path).equals(readWhole(twin, path))) complain(`${path} differs as the kernel has it`)
      const [here, there] = [mount, twin].map(({ root }) => factsOf(fs.lstatSync(`${root}/${path}`)))
      if (!isDeepStrictEqual(here, there)) complain(`${path}: ${differenceOf(here, there)}`)
    }
    // By then all others have settled what they had begun.
    if (worker > 0) return
    const [here, there] = [mount, twin].map((side) => readWhole(side, '../shared/striped'))
    if (!here?.equals(there ?? here)) complain('the striped file differs')
  }
  /** Links that lead nowhere, to themselves, or to a folder that they lie in cannot be published. */
  const removeBadLinks = () => {
    for (;;) {
      const bad = [...treeOf(twin.root)].find(([path, kind]) => {
        const isFolder = outcomeOf(() => fs.statSync(`${twin.root}/${path}`).isDirectory())
        return kind.includes(' link ') && isFolder !== false
      })
      if (!bad) return
      simple('unlink', bad[0])
    }
  }
  const sharedFiles = (): Record<string, SharedFile> => {
    const shared = { ...mount, root: `${mount.top}/shared` }
    return Object.fromEntries(
      filesIn(treeOf(shared.root)).map((path) => {
        const content = readWhole(shared, path, O_DIRECT)
        return [path, { size: content.length, md5: createHash('md5').update(content).digest('base64') }]
      }),
    )
  }
  const operate = () => {
    const all = habits.reduce((sum, [weight]) => sum + weight, 0)
    while (total < operations) {
      let left = random() * all
      const habit = habits.find(([weight]) => {
        left -= weight
        return left < 0
      })
      habit?.[1]()
    }
    for (let slot = 0; slot < slots; slot += 1) run({ does: 'close', slot })
  }
  if (work !== 'look') settle(notedDown())
  if (work === 'operate') operate()
  if (work === 'finish') removeBadLinks()
  if (work !== 'operate') compareAll()
  tell(work === 'operate' || worker > 0 ? {} : { shared: sharedFiles() })
}

/** A line with the key and the length, and so many bytes that follow from them. */
export function recordOf(key: string, length: number): Buffer {
  return Buffer.concat([Buffer.from(`<${key} ${length}>\n`), patternAt(key, 0, length)])
}

/** Whether that is a record, and nothing else. */
export function isRecord(bytes: Buffer): boolean {
  const [, key = '', length] = /^<(\S+) (\d+)>\n/.exec(bytes.toString('latin1', 0, 100)) ?? []
  return length !== undefined && recordOf(key, Number(length)).equals(bytes)
}

function differenceOfTrees(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string {
  const only = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) =>
    [...one].filter(([path, kind]) => other.get(path) !== kind)
  return differenceOf(only(a, b), only(b, a))
}

function isSame(a: unknown, b: unknown): boolean {
  return Buffer.isBuffer(a) && Buffer.isBuffer(b) ? a.equals(b) : isDeepStrictEqual(a, b)
}

function differenceOf(a: unknown, b: unknown): string {
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return differenceAt(a, b)
  const told = (value: unknown) => (Buffer.isBuffer(value) ? `${value.length} bytes` : JSON.stringify(value))
  return `${told(a)} instead of ${told(b)}`
}

function differenceAt(a: Buffer, b: Buffer): string {
  const at = commonLength(a, b)
  const bytes = (buffer: Buffer) => buffer.subarray(at, at + 8).toString('hex')
  return `${a.length} bytes instead of ${b.length}, from ${at} on ${bytes(a)} instead of ${bytes(b)}`
}

if (process.argv[1] === import.meta.filename) main(JSON.parse(process.argv[2] ?? ''))
