import { type Log, messageOf } from '../../report/index.ts'
import type { Replies } from '../fuse/replies.ts'
import { FALLOCATE, fallocateModes, INTERRUPT, READ, type Request, WRITE, writeKillSuidgid } from '../fuse/requests.ts'
import type { Handler } from '../fuse/serve.ts'
import { withoutSetId } from './attributes.ts'
import type { Block, Content, Geometry } from './content.ts'
import type { FileContents, Part, WriteState } from './file.ts'
import { type Node, type Nodes, now } from './nodes.ts'
import type { Spool } from './spool.ts'
import type { Uploads } from './uploads.ts'

export interface ReadsAndWritesOptions {
  readonly nodes: Nodes
  readonly contents: FileContents
  readonly geometry: Geometry
  readonly spool: Spool
  readonly uploads: Uploads
  readonly replies: Replies
  readonly log: Log
}

/** What is asked of the content of files. Most is answered at once; what has to wait for room, or for the store, is answered later. */
export interface ReadsAndWrites {
  readonly handlers: Readonly<Record<'READ' | 'WRITE' | 'FALLOCATE' | 'INTERRUPT', Handler>>
  /** Resolves when every change that waits has been made, or given up. */
  untilDone(): Promise<void>
  /** Bytes that were written by others. */
  readonly written: number
}

export function readsAndWrites(options: ReadsAndWritesOptions): ReadsAndWrites {
  const { nodes, replies, uploads, contents } = options
  /** What waits, by its request: it can be told that nobody waits for it any more. */
  const working = new Map<number, PromiseWithResolvers<'interrupted'>>()
  let written = 0
  let busy = Promise.resolve()

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
  return {
    handlers: {
      READ: read,
      WRITE: write,
      FALLOCATE: fallocate,
      INTERRUPT: (request) => working.get(request.u64(INTERRUPT.unique64))?.resolve('interrupted'),
    },
    untilDone: () => busy,
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
