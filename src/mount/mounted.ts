import { stat } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import type { BlobContainer, Snapshot } from '../blobs/index.ts'
import { detailOf, type Log } from '../report/index.ts'
import type { MountStatus } from './control.ts'
import { openDevice, type Reader } from './fuse/device.ts'
import { readOnlyFlags, writableFlags } from './fuse/init.ts'
import { type Replies, repliesTo } from './fuse/replies.ts'
import { type Handlers, serve } from './fuse/serve.ts'
import { type InputFiles, inputFiles } from './input-files.ts'
import { ourMounts } from './mount-table.ts'
import { holdersOf, mountDevice, raiseReadAhead, unmountFolder } from './system.ts'

/** A dataset that is to be mounted. */
export interface InputMount {
  /** `my_folder:7`, for the log. */
  readonly label: string
  /** Absolute, without links in it, and empty. */
  readonly folder: string
  readonly container: BlobContainer
  readonly snapshot: Snapshot
}

/** What a daemon gives to each of its mounts. */
export interface MountingOptions {
  /** Bytes of file contents that it may keep in memory. */
  readonly memory: number
  readonly reader: Reader
  readonly log: Log
}

/** A mounted dataset. */
export interface Mounted {
  /** Resolves when it is mounted no more, whoever unmounted it. */
  readonly ended: Promise<void>
  status(): MountStatus
  /** Unmounts it. Who still uses it goes on until this process ends. */
  unmount(): Promise<void>
}

/** How a file system is mounted and served. */
export interface Serving {
  readonly folder: string
  readonly isWritable: boolean
  readonly reader: Reader
  readonly log: Log
}

/** A file system that was mounted. */
export interface ServedFolder {
  /** Resolves when it is mounted no more, whoever unmounted it. */
  readonly ended: Promise<void>
  /** Processes that used it when it was to be unmounted. */
  readonly holders: readonly string[]
  unmount(): Promise<void>
}

/** All that changes comes through the kernel, or nothing changes: what it knows it may keep, if not for ever. */
const validSeconds = 7 * 24 * 60 * 60
/** Bytes of the largest READ and WRITE, as the kernel takes them. Where nothing may be written, there is no need for room. */
const most = { read: 1024 * 1024, write: 1024 * 1024, noWrite: 4096 } as const
const pageBytes = 4096

/**
 * Mounts a file system at a folder, and serves it until it is unmounted.
 * @throws CommandFailure of `mount`, and what the system says
 */
export async function serveAt(
  { folder, isWritable, reader, log }: Serving,
  handlersFor: (replies: Replies) => Handlers,
): Promise<ServedFolder> {
  const mostWrite = isWritable ? most.write : most.noWrite
  const device = openDevice(mostWrite, reader)
  const replies = repliesTo(device, validSeconds)
  const handlers = handlersFor(replies)
  await mountDevice(device.fd, folder, { isReadOnly: !isWritable, mostRead: most.read })
  const flags = isWritable ? writableFlags : readOnlyFlags
  const { ready, ended } = serve(device, replies, handlers, { pageBytes, mostWrite, flags }, log)
  const over = ended.catch((error) => log.warning(`The connection to the kernel broke: ${detailOf(error)}`))
  await ready
  await raiseReadAhead(folder)
  let holders: readonly string[] = []
  return {
    ended: over,
    get holders() {
      return holders
    },
    unmount: async () => {
      holders = await unmountWhateverHappens(folder, log)
      await rmdir(folder).catch(() => {}) // something may lie below it that is not ours
    },
  }
}

/**
 * Mounts a dataset, read-only.
 * @param memory bytes of file contents that it may keep
 * @throws CommandFailure of `mount`, and what the system says
 */
export async function mountInput(
  { label, folder, container, snapshot }: InputMount,
  { memory, reader, log }: MountingOptions,
): Promise<Mounted> {
  const stop = new AbortController()
  let files: InputFiles | undefined
  const served = await serveAt({ folder, isWritable: false, reader, log }, (replies) => {
    files = inputFiles({ snapshot, container, replies, memory, signal: stop.signal, log })
    return files.handlers
  })
  return {
    ended: served.ended.finally(() => stop.abort(new Error('unmounted'))),
    status: () => ({
      ...{ label, folder, faults: files?.faults ?? [], memory: files?.memory ?? 0, holders: served.holders },
      ...(files?.moved ?? { read: 0, fetched: 0 }),
    }),
    unmount: served.unmount,
  }
}

/** As it should be; if somebody uses it, lazily: it goes from the tree at once. Gives who used it. */
async function unmountWhateverHappens(folder: string, log: Log): Promise<readonly string[]> {
  if (!(await ourMounts()).includes(folder)) return []
  try {
    await unmountFolder(folder, false)
    return []
  } catch {
    const holders = await holdersOf(folder)
    await unmountFolder(folder, true).catch((error) => log.warning(detailOf(error)))
    return holders
  }
}

/**
 * Unmounts what is still mounted at these folders, and of this action: its daemon was killed, or does not answer. What a mount covered, or was made
 * for it, goes too, if it is empty.
 */
export async function unmountLeftovers(folders: readonly string[]): Promise<void> {
  for (const folder of await ourMounts()) {
    if (folders.includes(folder)) await unmountFolder(folder, true).catch(() => {}) // somebody else did it meanwhile
  }
  for (const folder of folders) await rmdir(folder).catch(() => {})
}

/** Folders of file systems of ours whose daemon has ended: they refuse everything. */
export async function deadMounts(): Promise<string[]> {
  const dead: string[] = []
  for (const folder of await ourMounts()) if (await isDead(folder)) dead.push(folder)
  return dead
}

/** Milliseconds after which a file system that does not answer is taken for one that hangs, and left alone. */
const answerWithin = 2000

/** Asked asynchronously, since one that hangs would hang us. */
async function isDead(folder: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), answerWithin)
  stat(folder, (error) => resolve(error?.code === 'ENOTCONN'))
  return promise.finally(() => clearTimeout(timer))
}
