import { type BlobContainer, BlobError, type Snapshot } from '../blobs/index.ts'
import { type Log, messageOf, quoted } from '../report/index.ts'
import { createChunks, type Reader } from './chunks.ts'
import { createForesight } from './foresight.ts'
import type { Operation } from './fuse/operations.ts'
import { type Attributes, fileTypes, longestName, type Replies, timeOf } from './fuse/replies.ts'
import { INTERRUPT, LOOKUP, READ, type Request } from './fuse/requests.ts'
import type { Handlers } from './fuse/serve.ts'
import { indexOf, type Tree, treeOf } from './tree.ts'

/** A file that could not be read as it was when it was listed. */
export interface Fault {
  /** Path within the dataset. */
  readonly path: string
  /** Whether the blob has another content by now, or is gone; else it could not be reached. */
  readonly isChanged: boolean
  readonly reason: string
}

/** A dataset as it is served. */
export interface InputFiles {
  readonly handlers: Handlers
  readonly faults: readonly Fault[]
  /** Bytes that were given to readers, and bytes that were fetched for them. */
  readonly moved: { readonly read: number; readonly fetched: number }
  /** Bytes in memory. */
  readonly memory: number
}

export interface InputFilesOptions {
  readonly snapshot: Snapshot
  readonly container: BlobContainer
  readonly replies: Replies
  /** Bytes of files in memory. */
  readonly memory: number
  readonly signal: AbortSignal
  readonly log: Log
}

/** Everybody may read, nobody may write. */
const modes = { folder: fileTypes.folder | 0o555, file: fileTypes.file | 0o444 } as const
/** What changes something. The kernel refuses it already, as the mount is read-only. */
const changing: readonly Operation[] = [
  'SETATTR',
  'SYMLINK',
  'MKNOD',
  'MKDIR',
  'UNLINK',
  'RMDIR',
  'RENAME',
  'RENAME2',
  'LINK',
  'WRITE',
  'CREATE',
  'TMPFILE',
  'FALLOCATE',
  'SETXATTR',
  'REMOVEXATTR',
]
/** Requests in flight for what will probably be read. */
const mostForeseen = 64
/** A read that failed is asked for once more by the kernel, in another size. Whoever asks within so many milliseconds gets the same answer. */
const verdictMilliseconds = 1000
/** A fault of every file is kept; not more than so many are told. */
const mostFaults = 1000

/**
 * The files of a snapshot. What is not here, the kernel is told to do without: it opens files and folders without asking (ENOSYS to OPEN and
 * OPENDIR), there is nothing to flush, and no extended attributes.
 */
export function inputFiles({ snapshot, container, replies, memory, signal, log }: InputFilesOptions): InputFiles {
  const tree = treeOf(snapshot)
  const faults = new Map<number, Fault>()
  const verdicts = new Map<number, number>()
  const moved = { read: 0, fetched: 0 }
  const reading = new Map<number, Reader>()

  const readStretch = (inode: number, offset: number, length: number, onBytes: (bytes: Uint8Array) => void) => {
    const { name, etag } = snapshot.at(indexOf(inode))
    moved.fetched += length
    return container.read({ name, etag, offset, length, signal, onBytes })
  }
  const chunks = createChunks({
    most: memory,
    mostForeseen,
    sizeOf: tree.sizeOf,
    readStretch,
    onRoom: () => foresight.goOn(),
  })
  const foresight = createForesight({ tree, memory, foresee: chunks.foresee })

  const isRefused = (inode: number): boolean => {
    if (faults.get(inode)?.isChanged) return true // what it was can never be had again
    const verdict = verdicts.get(inode)
    return verdict !== undefined && performance.now() - verdict < verdictMilliseconds
  }
  const noteFault = (inode: number, error: unknown) => {
    verdicts.set(inode, performance.now())
    if (signal.aborted || (faults.size >= mostFaults && !faults.has(inode))) return
    const path = snapshot.pathAt(indexOf(inode))
    const isChanged = error instanceof BlobError && (error.status === 412 || error.status === 404)
    if (!faults.has(inode))
      log.warning(
        `${quoted(path)} ${isChanged ? 'has changed since it was listed' : 'cannot be read'} (${messageOf(error)}); who reads it gets EIO.`,
      )
    faults.set(inode, { path, isChanged, reason: messageOf(error) })
  }
  const read = (request: Request) => {
    const { nodeid: inode, unique } = request
    const offset = request.u64(READ.offset64)
    const length = Math.min(request.u32(READ.size), tree.sizeOf(inode) - offset)
    if (!tree.isFile(inode)) return replies.error(unique, 'EISDIR')
    if (length <= 0) return replies.data(unique, [])
    if (isRefused(inode)) return replies.error(unique, 'EIO')
    const reader: Reader = {
      inode,
      offset,
      length,
      onData: (pieces) => {
        reading.delete(unique)
        moved.read += length
        replies.data(unique, pieces)
      },
      onFailed: (error) => {
        reading.delete(unique)
        noteFault(inode, error)
        replies.error(unique, 'EIO')
      },
    }
    reading.set(unique, reader)
    chunks.read(reader)
    foresight.saw(inode, offset, length)
  }
  const interrupt = (request: Request) => {
    const unique = request.u64(INTERRUPT.unique64)
    const reader = reading.get(unique)
    if (!reader || !chunks.forget(reader)) return
    reading.delete(unique)
    replies.error(unique, 'EINTR')
  }
  const readOnly = Object.fromEntries(
    changing.map((name) => [name, ({ unique }: Request) => replies.error(unique, 'EROFS')]),
  )
  return {
    handlers: {
      ...readOnly,
      ...namesAndAttributes(tree, replies),
      READ: read,
      INTERRUPT: interrupt,
      READLINK: ({ unique }) => replies.error(unique, 'EINVAL'),
      STATFS: ({ unique }) => replies.statfs(unique, { ...tree, free: 0 }),
    },
    get faults() {
      return [...faults.values()]
    },
    moved,
    get memory() {
      return chunks.bytes
    },
  }
}

/** What is answered from the tree alone. The kernel asks for each thing once: the tree never changes. */
function namesAndAttributes(tree: Tree, replies: Replies): Handlers {
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const never = timeOf(0)
  const attributes: Attributes = {
    ino: 0,
    size: 0,
    atime: never,
    mtime: never,
    ctime: never,
    mode: 0,
    nlink: 0,
    ...owner,
  }
  const attributesOf = (inode: number): Attributes => {
    const isFolder = tree.isFolder(inode)
    attributes.ino = inode
    attributes.size = isFolder ? 0 : tree.sizeOf(inode)
    attributes.atime = attributes.mtime = attributes.ctime = timeOf(tree.timeOf(inode))
    attributes.mode = isFolder ? modes.folder : modes.file
    attributes.nlink = isFolder ? 2 + tree.foldersIn(inode) : 1
    return attributes
  }
  const lookup = (request: Request) => {
    const { unique, nodeid } = request
    if (!tree.isFolder(nodeid)) return replies.error(unique, 'ENOTDIR')
    const name = request.name(LOOKUP.name)
    if (name.byteLength > longestName) return replies.error(unique, 'ENAMETOOLONG')
    const inode = tree.find(nodeid, name)
    return inode === undefined ? replies.noEntry(unique) : replies.entry(unique, attributesOf(inode))
  }
  const getattr = ({ unique, nodeid }: Request) => {
    if (!tree.isFolder(nodeid) && !tree.isFile(nodeid)) return replies.error(unique, 'ENOENT')
    return replies.attributes(unique, attributesOf(nodeid))
  }
  /** Cookies count the entries: `.` is 1, `..` is 2, and those of the tree follow. */
  const readdir = (withAttributes: boolean) => (request: Request) => {
    const { unique, nodeid: folder } = request
    if (!tree.isFolder(folder)) return replies.error(unique, 'ENOTDIR')
    const entries = replies.entries(request.u32(READ.size), withAttributes)
    const count = tree.countIn(folder) + dots.length
    let cookie = request.u64(READ.offset64)
    for (; cookie < count; cookie += 1) {
      const dot = dots[cookie]
      const inode = dot ? (cookie === 0 ? folder : tree.parentOf(folder)) : tree.entryAt(folder, cookie - dots.length)
      if (!entries.add(cookie + 1, dot ?? tree.nameOf(inode), attributesOf(inode), !dot)) break
    }
    return entries.send(unique)
  }
  return { LOOKUP: lookup, GETATTR: getattr, READDIR: readdir(false), READDIRPLUS: readdir(true) }
}

const dots = [Buffer.from('.'), Buffer.from('..')]
