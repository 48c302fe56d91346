import { type Errno, fileTypeMask, fileTypes, longestName } from '../fuse/replies.ts'
import {
  BATCH_FORGET,
  CREATE,
  FORGET,
  LINK,
  LOOKUP,
  MKDIR,
  MKNOD,
  OPEN,
  RELEASE,
  RENAME,
  RENAME2,
  type Request,
  renameFlags,
  SETATTR,
  SYMLINK,
  setattrValid,
} from '../fuse/requests.ts'
import type { Handlers } from '../fuse/serve.ts'
import { attributesFor, withoutSetId } from './attributes.ts'
import { isCommitted } from './content.ts'
import { folderListings } from './folder-listing.ts'
import { isFolder, type Node, now, type RenameHow } from './nodes.ts'
import { closeFile, isForWriting, openFile } from './opening.ts'
import { type ReadsAndWritesOptions, readsAndWrites } from './reads-and-writes.ts'

/** A folder to write to, as it is served. */
export interface OutputFiles {
  readonly handlers: Handlers
  /** Refuses every change from now on (EROFS), and resolves when what was begun before has ended. */
  seal(): Promise<void>
  /** Bytes that were written by others. */
  readonly written: number
}

/** Room that we say there is: the store has no end. */
const room = 2 ** 50
/** What of a mode is not the type. */
const rights = 0o7777

/**
 * A folder that any program may write to. Data is in the spool when a write returns, so there is nothing to flush or to sync (ENOSYS to FLUSH and
 * FSYNC, which the kernel takes for success); it is in the store when the output is sealed. Locks are the kernel's own.
 */
export function outputFiles(options: ReadsAndWritesOptions): OutputFiles {
  const { nodes, replies, uploads, contents } = options
  const attributes = attributesFor()
  const contentHandlers = readsAndWrites(options)
  const { READ, WRITE, FALLOCATE, INTERRUPT } = contentHandlers.handlers
  let isSealed = false

  const nameIn = (request: Request, offset: number) => request.name(offset).toString('latin1')
  const entry = (unique: number, node: Node) => {
    node.lookups += 1
    replies.entry(unique, attributes(node))
  }
  const answer = (unique: number, errno: Errno | undefined) =>
    errno ? replies.error(unique, errno) : replies.ok(unique)
  /** An operation that changes something, and needs no waiting. */
  const changing =
    (work: (request: Request) => void) =>
    (request: Request): void =>
      isSealed ? replies.error(request.unique, 'EROFS') : work(request)
  const make = (request: Request, name: string, mode: number, target?: Buffer): Node | Errno => {
    if (name.length > longestName) return 'ENAMETOOLONG'
    const { uid, gid } = request
    return nodes.make(nodes.get(request.nodeid), name, { mode, uid, gid, ...(target ? { target } : {}) })
  }
  const makeEntry = (request: Request, name: string, mode: number, target?: Buffer) => {
    const { unique } = request
    const made = make(request, name, mode, target)
    if (typeof made === 'string') return replies.error(unique, made)
    if (made.content) uploads.changed(made)
    entry(unique, made)
  }
  const lookup = (request: Request) => {
    const { unique, nodeid } = request
    const folder = nodes.get(nodeid)
    if (!isFolder(folder)) return replies.error(unique, 'ENOTDIR')
    const name = nameIn(request, LOOKUP.name)
    if (name.length > longestName) return replies.error(unique, 'ENAMETOOLONG')
    const node = nodes.find(folder, name)
    return node ? entry(unique, node) : replies.noEntry(unique)
  }
  const rename = (request: Request, newdir: number, offset: number, how: RenameHow) => {
    const old = request.name(offset)
    const name = old.toString('latin1')
    const newName = nameIn(request, offset + old.byteLength + 1)
    if (newName.length > longestName) return replies.error(request.unique, 'ENAMETOOLONG')
    const [from, to] = [nodes.get(request.nodeid), nodes.get(newdir)]
    const node = nodes.find(from, name)
    const errno = nodes.rename(from, name, to, newName, how)
    // What has not been sent yet waits a little longer: it may be renamed again.
    if (!errno && node?.content && !isCommitted(node.content)) uploads.changed(node)
    answer(request.unique, errno)
  }
  const rename2 = (request: Request) => {
    const hows: Readonly<Record<number, RenameHow>> = {
      0: 'replace',
      [renameFlags.noReplace]: 'refuse',
      [renameFlags.exchange]: 'exchange',
    }
    const how = hows[request.u32(RENAME2.flags)]
    if (!how) return replies.error(request.unique, 'EINVAL')
    rename(request, request.u64(RENAME2.newdir64), RENAME2.name, how)
  }
  const setattr = (request: Request) => {
    const node = nodes.get(request.nodeid)
    const valid = request.u32(SETATTR.valid)
    const has = (bit: number) => (valid & bit) !== 0
    if (has(setattrValid.size)) {
      const size = request.u64(SETATTR.size64)
      if (!node.content) return replies.error(request.unique, 'EINVAL')
      if (size > options.geometry.mostBytes) return replies.error(request.unique, 'EFBIG')
      contents.resize(node.content, size)
      node.mtime = now()
      uploads.changed(node)
    }
    if (has(setattrValid.mode)) node.mode = (node.mode & fileTypeMask) | (request.u32(SETATTR.mode) & rights)
    if (has(setattrValid.uid)) node.uid = request.u32(SETATTR.uid)
    if (has(setattrValid.gid)) node.gid = request.u32(SETATTR.gid)
    if (has(setattrValid.killSuidgid)) node.mode = withoutSetId(node.mode)
    const time = (nowBit: number, bit: number, seconds: number, nanoseconds: number) => {
      if (has(nowBit)) return now()
      return has(bit) ? { seconds: signed64(request, seconds), nanoseconds: request.u32(nanoseconds) } : undefined
    }
    node.atime = time(setattrValid.atimeNow, setattrValid.atime, SETATTR.atime64, SETATTR.atimensec) ?? node.atime
    node.mtime = time(setattrValid.mtimeNow, setattrValid.mtime, SETATTR.mtime64, SETATTR.mtimensec) ?? node.mtime
    node.ctime = now()
    replies.attributes(request.unique, attributes(node))
  }
  const open = (request: Request) => {
    const node = nodes.get(request.nodeid)
    if (isSealed && isForWriting(request.u32(OPEN.flags))) return replies.error(request.unique, 'EROFS')
    const { handle, flags } = openFile(node, request.u32(OPEN.flags))
    replies.opened(request.unique, handle, flags)
  }
  const create = (request: Request) => {
    const { unique } = request
    const made = make(request, nameIn(request, CREATE.name), request.u32(CREATE.mode))
    if (typeof made === 'string') return replies.error(unique, made)
    made.lookups += 1
    uploads.changed(made)
    const { handle, flags } = openFile(made, request.u32(CREATE.flags))
    replies.created(unique, attributes(made), handle, flags)
  }
  const release = (request: Request) => {
    const node = nodes.get(request.nodeid)
    const wasWriting = closeFile(node, request.u64(RELEASE.handle64))
    if (wasWriting && node.content && !isCommitted(node.content)) uploads.changed(node)
    replies.ok(request.unique)
  }
  const mknod = (request: Request) => {
    const mode = request.u32(MKNOD.mode)
    const types: readonly number[] = [fileTypes.file, fileTypes.fifo, fileTypes.socket]
    if (!types.includes(mode & fileTypeMask)) return replies.error(request.unique, 'EPERM')
    makeEntry(request, nameIn(request, MKNOD.name), mode)
  }
  const symlink = (request: Request) => {
    const name = request.name(SYMLINK.name)
    const target = Buffer.from(request.name(SYMLINK.name + name.byteLength + 1))
    makeEntry(request, name.toString('latin1'), fileTypes.link | 0o777, target)
  }
  const link = (request: Request) => {
    const node = nodes.get(request.u64(LINK.oldnodeid64))
    const name = nameIn(request, LINK.name)
    if (name.length > longestName) return replies.error(request.unique, 'ENAMETOOLONG')
    const errno = nodes.link(node, nodes.get(request.nodeid), name)
    return errno ? replies.error(request.unique, errno) : entry(request.unique, node)
  }
  const remove = (what: 'file' | 'folder') => (request: Request) =>
    answer(request.unique, nodes.remove(nodes.get(request.nodeid), nameIn(request, LOOKUP.name), what))
  return {
    handlers: {
      LOOKUP: lookup,
      FORGET: (request) => nodes.forget(request.nodeid, request.u64(FORGET.lookups64)),
      BATCH_FORGET: (request) => {
        for (let index = 0; index < request.u32(BATCH_FORGET.count); index += 1) {
          const one = BATCH_FORGET.first + index * BATCH_FORGET.bytes
          nodes.forget(request.u64(one + BATCH_FORGET.nodeid64), request.u64(one + BATCH_FORGET.lookups64))
        }
      },
      GETATTR: ({ unique, nodeid }) => replies.attributes(unique, attributes(nodes.get(nodeid))),
      SETATTR: changing(setattr),
      READLINK: ({ unique, nodeid }) => replies.data(unique, [nodes.get(nodeid).target ?? Buffer.alloc(0)]),
      SYMLINK: changing(symlink),
      MKNOD: changing(mknod),
      MKDIR: changing((request) =>
        makeEntry(request, nameIn(request, MKDIR.name), fileTypes.folder | (request.u32(MKDIR.mode) & rights)),
      ),
      UNLINK: changing(remove('file')),
      RMDIR: changing(remove('folder')),
      RENAME: changing((request) => rename(request, request.u64(RENAME.newdir64), RENAME.name, 'replace')),
      RENAME2: changing(rename2),
      LINK: changing(link),
      OPEN: open,
      CREATE: changing(create),
      READ,
      INTERRUPT,
      WRITE: changing(WRITE),
      FALLOCATE: changing(FALLOCATE),
      RELEASE: release,
      ...folderListings({ nodes, replies, attributes }),
      STATFS: ({ unique }) => replies.statfs(unique, { bytes: 0, files: nodes.files, free: room }),
    },
    seal: async () => {
      isSealed = true
      await contentHandlers.untilDone()
    },
    get written() {
      return contentHandlers.written
    },
  }
}

/** Times before 1970 are below zero. */
function signed64(request: Request, offset: number): number {
  return request.u32(offset) + (request.u32(offset + 4) | 0) * 2 ** 32
}
