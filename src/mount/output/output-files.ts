import { type Log, messageOf } from '../../report/index.ts'
import {
  type Attributes,
  blockBytes,
  type Errno,
  fileTypeMask,
  fileTypes,
  keepCache,
  longestName,
  type Replies,
  timeOf,
} from '../fuse/replies.ts'
import {
  BATCH_FORGET,
  CREATE,
  FALLOCATE,
  FORGET,
  fallocateModes,
  INTERRUPT,
  LINK,
  LOOKUP,
  MKDIR,
  MKNOD,
  OPEN,
  READ,
  RELEASE,
  RENAME,
  RENAME2,
  type Request,
  renameFlags,
  SETATTR,
  SYMLINK,
  setattrValid,
  WRITE,
  writeKillSuidgid,
} from '../fuse/requests.ts'
import type { Handlers } from '../fuse/serve.ts'
import { rootInode } from '../tree.ts'
import type { Block, Content, Geometry } from './content.ts'
import type { FileContents, Part, WriteState } from './file.ts'
import { isFolder, type Node, type Nodes, now, type Place, type RenameHow } from './nodes.ts'
import type { Spool } from './spool.ts'
import type { Uploads } from './uploads.ts'

export interface OutputFilesOptions {
  readonly nodes: Nodes
  readonly contents: FileContents
  readonly geometry: Geometry
  readonly spool: Spool
  readonly uploads: Uploads
  readonly replies: Replies
  readonly log: Log
}

/** A folder to write to, as it is served. */
export interface OutputFiles {
  readonly handlers: Handlers
  /** Refuses every change from now on (EROFS), and resolves when what was begun before has ended. */
  seal(): Promise<void>
  /** Bytes that were written by others. */
  readonly written: number
}

/** Access mode of open(2): `O_ACCMODE`, and `O_RDONLY`. */
const accessMode = 3
const readOnly = 0
/** What a file is opened with: RELEASE brings it back. */
const handles = { reading: 0, writing: 1 } as const
/** Room that we say there is: the store has no end. */
const room = 2 ** 50
/** `S_ISUID`, `S_ISGID`, and the right of the group to run it, without which the second means something else. */
const modes = { setUser: 0o4000, setGroup: 0o2000, groupRuns: 0o010, rights: 0o7777 } as const

/**
 * A folder that any program may write to. Data is in the spool when a write returns, so there is nothing to flush or to sync (ENOSYS to FLUSH and
 * FSYNC, which the kernel takes for success); it is in the store when the output is sealed. Locks are the kernel's own.
 */
export function outputFiles(options: OutputFilesOptions): OutputFiles {
  const { nodes, replies, uploads, contents } = options
  /** What waits, by its request: it can be told that nobody waits for it any more. */
  const working = new Map<number, PromiseWithResolvers<'interrupted'>>()
  const listings = new Map<number, Listing>()
  let nextListing = 1
  let isSealed = false
  let written = 0
  let busy = Promise.resolve()

  const attributes = attributesFor()
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
    if (Buffer.byteLength(name, 'latin1') > longestName) return 'ENAMETOOLONG'
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
    if (!errno && node?.content && node.content.version !== node.content.committed) uploads.changed(node)
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
  /** Work that may have to wait: for room, or for what only the store has. It is answered when it is done. */
  const waitingFor = async (unique: number, work: (interrupted: Interrupted) => Promise<void>) => {
    const interrupted = Promise.withResolvers<'interrupted'>()
    working.set(unique, interrupted)
    try {
      await work(interrupted.promise)
    } catch (error) {
      options.log.warning(`A read or write of an output failed: ${messageOf(error)}`)
      replies.error(unique, 'EIO')
    } finally {
      working.delete(unique)
    }
  }
  const fetchBlock = async (node: Node, block: Block) => {
    const { version, length } = block
    const bytes = await uploads.read(node, block, 0, length)
    while (block.version === version && block.buffer === undefined && block.spooled === undefined)
      if (options.spool.fill(block, bytes)) return
      else await uploads.room()
  }
  const afterWrite = (node: Node, flags: number, full: readonly number[]) => {
    node.mtime = node.ctime = now()
    if (flags & writeKillSuidgid) node.mode = withoutSetId(node.mode)
    uploads.changed(node)
    if (full.length > 0) uploads.filled(node, full)
  }
  const write = (request: Request) => {
    const { unique } = request
    const node = nodes.get(request.nodeid)
    const content = contentOf(node)
    const [offset, size, flags] = [request.u64(WRITE.offset64), request.u32(WRITE.size), request.u32(WRITE.writeFlags)]
    if (offset + size > options.geometry.mostBytes) return replies.error(unique, 'EFBIG')
    const data = request.bytes(WRITE.data, size)
    const { done, needs, full } = contents.write(content, offset, data)
    written += done
    if (done > 0) afterWrite(node, flags, full)
    if (!needs) return replies.written(unique, size)
    // The request's buffer is that of the next one, too.
    const rest = Buffer.from(data.subarray(done))
    follow(
      waitingFor(unique, (interrupted) =>
        writeRest(unique, node, offset + done, rest, { interrupted, needs, flags, done }),
      ),
    )
  }
  const writeRest = async (unique: number, node: Node, offset: number, rest: Buffer, begun: BegunWrite) => {
    const content = contentOf(node)
    let needs: WriteState['needs'] = begun.needs
    let done = 0
    while (needs) {
      const work = needs === 'room' ? uploads.room() : fetchBlock(node, needs)
      work.catch(() => {}) // it may fail when nobody waits any more
      const hasSome = begun.done + done > 0
      // Who has written something is told how much; the error is for the next write.
      const endedBy = await Promise.race([work, begun.interrupted]).catch((error) => {
        if (!hasSome) throw error
        return 'interrupted' as const
      })
      if (endedBy === 'interrupted') break
      const state = contents.write(content, offset + done, rest.subarray(done))
      if (state.done > 0) afterWrite(node, begun.flags, state.full)
      done += state.done
      written += state.done
      needs = state.needs
    }
    const all = begun.done + done
    if (needs && all === 0) replies.error(unique, 'EINTR')
    else replies.written(unique, all)
  }
  const read = (request: Request) => {
    const { unique } = request
    const node = nodes.get(request.nodeid)
    const content = contentOf(node)
    const offset = request.u64(READ.offset64)
    const length = Math.min(request.u32(READ.size), content.size - offset)
    if (length <= 0) return replies.data(unique, [])
    const parts = contents.parts(content, offset, length)
    if (parts.every(isHere)) return replies.data(unique, parts)
    void waitingFor(unique, async () => {
      // What is here may be written to while the rest is fetched.
      const bytes = parts.map((part) =>
        isHere(part) ? Buffer.from(part) : uploads.read(node, part.block, part.from, part.to),
      )
      replies.data(unique, await Promise.all(bytes))
    })
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
    if (has(setattrValid.mode)) node.mode = (node.mode & fileTypeMask) | (request.u32(SETATTR.mode) & modes.rights)
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
  const fallocate = (request: Request) => {
    const { unique } = request
    const node = nodes.get(request.nodeid)
    const content = contentOf(node)
    const [offset, length] = [request.u64(FALLOCATE.offset64), request.u64(FALLOCATE.length64)]
    const mode = request.u32(FALLOCATE.mode)
    if (offset + length > options.geometry.mostBytes) return replies.error(unique, 'EFBIG')
    if (mode === fallocateModes.keepSize) return replies.ok(unique)
    if (mode === 0) {
      if (offset + length > content.size) {
        contents.resize(content, offset + length)
        afterWrite(node, 0, [])
      }
      return replies.ok(unique)
    }
    if (mode !== (fallocateModes.keepSize | fallocateModes.punchHole)) return replies.error(unique, 'EOPNOTSUPP')
    follow(
      waitingFor(unique, async () => {
        for (;;) {
          const away = contents.zero(content, offset, length)
          // A part may be done even where the rest fails.
          afterWrite(node, 0, [])
          if (!away) break
          await fetchBlock(node, away)
        }
        replies.ok(unique)
      }),
    )
  }
  /** Sealing waits for it. */
  const follow = (work: Promise<void>) => {
    busy = Promise.all([busy, work]).then(() => {})
  }
  const open = (request: Request) => {
    const node = nodes.get(request.nodeid)
    const isWriting = (request.u32(OPEN.flags) & accessMode) !== readOnly
    if (isWriting && isSealed) return replies.error(request.unique, 'EROFS')
    if (isWriting) node.writers += 1
    replies.opened(request.unique, isWriting ? handles.writing : handles.reading, keepCache)
  }
  const create = (request: Request) => {
    const { unique } = request
    const made = make(request, nameIn(request, CREATE.name), request.u32(CREATE.mode))
    if (typeof made === 'string') return replies.error(unique, made)
    made.lookups += 1
    made.writers += 1
    uploads.changed(made)
    replies.created(unique, attributes(made), handles.writing, keepCache)
  }
  const release = (request: Request) => {
    const node = nodes.get(request.nodeid)
    if (request.u64(RELEASE.handle64) === handles.writing) {
      node.writers -= 1
      if (node.content && node.content.version !== node.content.committed) uploads.changed(node)
    }
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
  const opendir = (request: Request) => {
    const folder = nodes.get(request.nodeid)
    listings.set(nextListing, { folder, next: undefined, last: 0, rest: places(folder) })
    replies.opened(request.unique, nextListing, 0)
    nextListing += 1
  }
  const readdir = (withAttributes: boolean) => (request: Request) => {
    const listing = listings.get(request.u64(READ.handle64))
    if (!listing) return replies.error(request.unique, 'EBADF')
    const entries = replies.entries(request.u32(READ.size), withAttributes)
    list(listing, request.u64(READ.offset64), (cookie, name, node, isDot) => {
      if (!entries.add(cookie, name, attributes(node), !isDot)) return false
      if (withAttributes && !isDot) node.lookups += 1
      return true
    })
    entries.send(request.unique)
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
        makeEntry(request, nameIn(request, MKDIR.name), fileTypes.folder | (request.u32(MKDIR.mode) & modes.rights)),
      ),
      UNLINK: changing(remove('file')),
      RMDIR: changing(remove('folder')),
      RENAME: changing((request) => rename(request, request.u64(RENAME.newdir64), RENAME.name, 'replace')),
      RENAME2: changing(rename2),
      LINK: changing(link),
      OPEN: open,
      CREATE: changing(create),
      READ: read,
      WRITE: changing(write),
      FALLOCATE: changing(fallocate),
      RELEASE: release,
      OPENDIR: opendir,
      READDIR: readdir(false),
      READDIRPLUS: readdir(true),
      RELEASEDIR: (request) => {
        listings.delete(request.u64(RELEASE.handle64))
        replies.ok(request.unique)
      },
      STATFS: ({ unique }) => replies.statfs(unique, { bytes: 0, files: nodes.files, free: room }),
      INTERRUPT: (request) => {
        working.get(request.u64(INTERRUPT.unique64))?.resolve('interrupted')
      },
    },
    seal: async () => {
      isSealed = true
      await busy
    },
    get written() {
      return written
    },
  }
}

/** Resolves when nobody waits for an answer any more. */
type Interrupted = Promise<'interrupted'>

interface BegunWrite {
  readonly interrupted: Interrupted
  readonly needs: 'room' | Block
  readonly flags: number
  /** Bytes that were written before it had to wait. */
  readonly done: number
}

function contentOf({ content }: Node): Content {
  if (!content) throw new Error('not a file')
  return content
}

function isHere(part: Part): part is Uint8Array {
  return part instanceof Uint8Array
}

/** What a write or a change of the owner takes from a program that runs with the rights of its owner. */
function withoutSetId(mode: number): number {
  const isSetGroup = (mode & modes.setGroup) !== 0 && (mode & modes.groupRuns) !== 0
  return mode & ~modes.setUser & ~(isSetGroup ? modes.setGroup : 0)
}

/** Times before 1970 are below zero. */
function signed64(request: Request, offset: number): number {
  return request.u32(offset) + (request.u32(offset + 4) | 0) * 2 ** 32
}

function attributesFor(): (node: Node) => Attributes {
  const never = timeOf(0)
  const reused: Attributes = {
    ...{ ino: 0, size: 0, atime: never, mtime: never, ctime: never },
    ...{ mode: 0, nlink: 0, uid: 0, gid: 0 },
  }
  return (node) => {
    reused.ino = node.inode
    reused.size = node.content?.size ?? node.target?.byteLength ?? (node.children ? blockBytes : 0)
    reused.atime = node.atime
    reused.mtime = node.mtime
    reused.ctime = node.ctime
    reused.mode = node.mode
    reused.nlink = linksOf(node)
    reused.uid = node.uid
    reused.gid = node.gid
    return reused
  }
}

/** A folder has its name, its dot and the dots of its folders; once it was removed, none. */
function linksOf({ children, places, subfolders, inode }: Node): number {
  if (!children) return places.length
  return places.length > 0 || inode === rootInode ? 2 + subfolders : 0
}

/** A folder that somebody lists, and how far. */
interface Listing {
  readonly folder: Node
  /** Cookie of the entry that was given last. */
  last: number
  /** What comes behind it. */
  rest: Iterator<Place>
  /** Taken from `rest`, and not given yet; with the cookie that it had then. */
  next: { readonly place: Place; readonly cookie: number } | undefined
}

const dots = [Buffer.from('.'), Buffer.from('..')]
/** Cookies of names come behind those of the dots. */
const firstCookie = dots.length

function places({ children }: Node): Iterator<Place> {
  if (!children) throw new Error('not a folder')
  return children.values()
}

/**
 * Gives the entries behind that cookie, until `give` takes no more. Names keep their cookies, and maps may be gone through while they change: so nothing is
 * left out or given twice because something else was made or removed.
 */
function list(
  listing: Listing,
  cookie: number,
  give: (cookie: number, name: Buffer, node: Node, isDot: boolean) => boolean,
): void {
  const { folder } = listing
  if (cookie !== listing.last) Object.assign(listing, { rest: places(folder), next: undefined, last: cookie })
  for (let at = cookie; at < firstCookie; at += 1) {
    const node = at === 0 ? folder : (folder.places[0]?.parent ?? folder)
    if (!give(at + 1, dots[at] as Buffer, node, true)) return
    listing.last = at + 1
  }
  for (;;) {
    const kept = listing.next
    const place = kept?.place ?? listing.rest.next().value
    if (!place) return
    listing.next = undefined
    // While it was kept it may have been removed; or renamed, then it comes again, behind all others.
    const isThere = folder.children?.get(place.name) === place && (!kept || kept.cookie === place.cookie)
    const next = place.cookie + firstCookie
    if (!isThere || next <= cookie) continue
    if (!give(next, Buffer.from(place.name, 'latin1'), place.node, false)) {
      listing.next = { place, cookie: place.cookie }
      return
    }
    listing.last = next
  }
}
