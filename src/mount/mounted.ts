import { stat } from 'node:fs'
import { rmdir } from 'node:fs/promises'
import type { BlobContainer, Snapshot } from '../blobs/index.ts'
import { detailOf, type Log } from '../report/index.ts'
import type { MountStatus } from './control.ts'
import { openDevice, type Reader } from './fuse/device.ts'
import { repliesTo } from './fuse/replies.ts'
import { serve } from './fuse/serve.ts'
import { inputFiles } from './input-files.ts'
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

/** A mounted dataset. */
export interface Mounted {
  /** Resolves when it is mounted no more, whoever unmounted it. */
  readonly ended: Promise<void>
  status(): MountStatus
  /** Unmounts it. Who still uses it goes on until this process ends. */
  unmount(): Promise<void>
}

/** The tree never changes: what the kernel knows it may keep, if not for ever. */
const validSeconds = 7 * 24 * 60 * 60
/** Bytes of the largest READ, as the kernel takes them, and of the largest WRITE, which there is none of here. */
const most = { read: 1024 * 1024, write: 4096 } as const
const pageBytes = 4096

/**
 * Mounts a dataset, read-only.
 * @param memory bytes of file contents that it may keep
 * @throws CommandFailure of `mount`, and what the system says
 */
export async function mountInput(
  { label, folder, container, snapshot }: InputMount,
  { memory, reader, log }: { readonly memory: number; readonly reader: Reader; readonly log: Log },
): Promise<Mounted> {
  const stop = new AbortController()
  const device = openDevice(most.write, reader)
  const replies = repliesTo(device, {
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    validSeconds,
  })
  const files = inputFiles({ snapshot, container, replies, memory, signal: stop.signal, log })
  await mountDevice(device.fd, folder, { isReadOnly: true, mostRead: most.read })
  const { ready, ended } = serve(device, replies, files.handlers, { pageBytes, mostWrite: most.write }, log)
  const over = ended
    .catch((error) => log.warning(`The connection to the kernel broke: ${detailOf(error)}`))
    .finally(() => stop.abort(new Error('unmounted')))
  await ready
  await raiseReadAhead(folder)
  let holders: readonly string[] = []
  return {
    ended: over,
    status: () => ({ label, folder, faults: files.faults, ...files.moved, memory: files.memory, holders }),
    unmount: async () => {
      holders = await unmountWhateverHappens(folder, log)
      await rmdir(folder).catch(() => {}) // something may lie below it that is not ours
    },
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
