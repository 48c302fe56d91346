import { type BlobContainer, BlobError, type Gate, readStretch } from '../../blobs/index.ts'
import { createBuffers } from '../buffers.ts'
import { type Block, type Content, emptyBlock, type Geometry, isAway, isCommitted, wantedBytes } from './content.ts'
import type { Homes } from './homes.ts'
import type { Node } from './nodes.ts'
import type { Spool } from './spool.ts'

/** What blobs are written with. Content that does not lie in shared memory is handed over to it. */
export type BlobWriter = Pick<BlobContainer, 'putBlob' | 'putBlock' | 'putBlockList'>

export interface SendingOptions {
  readonly container: Pick<BlobContainer, 'read'>
  readonly writer: BlobWriter
  readonly geometry: Geometry
  readonly spool: Spool
  readonly homes: Homes
  /** Counts requests in flight. */
  readonly requests: Gate
  /** Counts bytes of blocks on their way: those in memory stay where they are meanwhile, the others are in memory only for that. */
  readonly bodies: Gate
  readonly signal: AbortSignal
  /** Called when a block has come to the store, or was given up: there may be room again. */
  readonly onRoom: () => void
}

/** Brings the files of an output to the store, one blob each, and reads back what is only there. */
export interface Sending {
  /** Puts a block into the store, in which it is part of no blob yet. */
  stage(node: Node, index: number): Promise<void>
  /** Makes the blob of a file what the file is now. A file that changes meanwhile stays to be committed. */
  commit(node: Node): Promise<void>
  /** Bytes of a block that only the store has. */
  read(node: Node, block: Block, from: number, to: number): Promise<Buffer>
  /** Resolves when nothing of a file is on its way any more. */
  untilQuiet(node: Node): Promise<void>
  /** Whether nothing of any file is on its way. */
  readonly isQuiet: boolean
}

/** What of a file is on its way. */
interface Traffic {
  readonly staging: Map<number, Promise<void>>
  committing: Promise<void> | undefined
}

/** Ids of the blocks of a blob have to be equally long. */
export const idBytes = 9
/** What a read answers when the blob was written anew after it was asked for; then it is asked once more. */
const mostReads = 5

export function createSending(options: SendingOptions): Sending {
  const { container, writer, geometry, spool, homes, requests, bodies, signal, onRoom } = options
  const traffic = new Map<Node, Traffic>()
  /** Used again and again: memory that the system gives anew has to be cleared by it each time. */
  const copies = createBuffers(spool.mostOnTheWay, true)
  let nextId = 1

  const trafficOf = (node: Node): Traffic => {
    const known = traffic.get(node) ?? { staging: new Map(), committing: undefined }
    traffic.set(node, known)
    return known
  }
  const forgetIfQuiet = (node: Node) => {
    const known = traffic.get(node)
    if (known && known.staging.size === 0 && !known.committing) traffic.delete(node)
  }
  const contentOf = (node: Node): Content => {
    if (!node.content) throw new Error('not a file')
    return node.content
  }
  const newId = () => {
    const id = Buffer.alloc(idBytes)
    id.writeUIntBE(nextId, idBytes - 6, 6)
    nextId += 1
    return id.toString('base64')
  }
  /** The content of a block, with zeros up to that length; while `send` works on it, its place is not given to another. */
  const withBody = async <T>(
    node: Node,
    block: Block,
    bytes: number,
    send: (body: Uint8Array) => Promise<T>,
  ): Promise<T> => {
    await bodies.enter(bytes, signal)
    try {
      const length = Math.min(block.length, bytes)
      if (block.buffer && length === bytes) {
        block.pins += 1
        return await send(block.buffer.subarray(0, bytes)).finally(() => {
          block.pins -= 1
        })
      }
      const copy = copies.take(bytes) ?? Buffer.allocUnsafeSlow(bytes)
      const body = copy.subarray(0, bytes).fill(0, length)
      try {
        if (block.buffer) body.set(block.buffer.subarray(0, length))
        else if (block.spooled) await spool.load(block, body.subarray(0, length))
        else if (length > 0) body.set(await fetch(contentOf(node), block, 0, length))
        return await send(body)
      } finally {
        if (copy.buffer instanceof SharedArrayBuffer) copies.giveBack(copy)
      }
    } finally {
      bodies.leave(bytes)
    }
  }
  const withRequest = async <T>(work: () => Promise<T>): Promise<T> => {
    await requests.enter(1, signal)
    try {
      return await work()
    } finally {
      requests.leave(1)
    }
  }
  const isStaged = (content: Content, index: number): boolean => {
    const block = content.blocks[index]
    // What was cut is not to come back when the file grows again.
    if (!block?.stored || !isPartOfList(block) || block.stored.isCut) return false
    return block.stored.length === wantedBytes(content, geometry.of(index))
  }
  const stageNow = async (node: Node, index: number): Promise<void> => {
    const content = contentOf(node)
    const bytes = wantedBytes(content, geometry.of(index))
    const block = content.blocks[index] ?? emptyBlock()
    content.blocks[index] = block
    const { version } = block
    // What is staged and not committed cannot be read: `commit` sees to that before.
    if (content.isGone || (isAway(block) && block.stored?.at === undefined)) return
    const isAsItWas = () => content.blocks[index] === block && block.version === version
    const id = newId()
    try {
      const home = homes.enter(node)
      await withRequest(() => withBody(node, block, bytes, (body) => writer.putBlock(home, id, body, signal)))
      if (!isAsItWas()) return
      block.stored = { id, length: bytes, at: undefined, isCut: false }
      spool.isStored(block)
    } catch (error) {
      if (isAsItWas()) throw error // else what was sent was written to meanwhile, and is sent again
    } finally {
      onRoom()
    }
  }
  const stage = (node: Node, index: number): Promise<void> => {
    const { staging, committing } = trafficOf(node)
    const under = staging.get(index)
    if (under) return under
    const task = (committing ?? Promise.resolve())
      .catch(() => {})
      .then(() => stageNow(node, index))
      .finally(() => {
        staging.delete(index)
        forgetIfQuiet(node)
      })
    staging.set(index, task)
    return task
  }
  const stageAll = async (node: Node, wants: (index: number) => boolean): Promise<void> => {
    const content = contentOf(node)
    const last = content.size === 0 ? -1 : geometry.at(content.size - 1).index
    const tasks: Promise<void>[] = []
    for (let index = 0; index <= last; index += 1) if (wants(index)) tasks.push(stage(node, index))
    const failed = (await Promise.allSettled(tasks)).find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
  }
  /** Makes a blob of those blocks that are staged, in their order. What only the store has must be among them, as it is there. */
  const putList = async (node: Node): Promise<void> => {
    const content = contentOf(node)
    // What is in a blob that was written in one, and was changed while it was staged, would be lost with that.
    const wouldBeLost = content.blocks.some((block) => block && isAway(block) && !isPartOfList(block))
    if (content.isGone || wouldBeLost) return
    const { version } = content
    const home = homes.enter(node)
    const listed = content.blocks.flatMap((block) => (block?.stored && isPartOfList(block) ? [block.stored] : []))
    // Blocks behind the end are those of writes that had no room.
    const isAsWanted = (index: number) => wantedBytes(content, geometry.of(index)) === 0 || isStaged(content, index)
    const isWhole = listed.length > 0 && content.blocks.every((_, index) => isAsWanted(index))
    const ids = listed.map(({ id }) => id)
    const blob = await withRequest(() => writer.putBlockList(home, ids, { md5: undefined, replace: true, signal }))
    let at = 0
    for (const stored of listed) {
      stored.at = at
      at += stored.length
    }
    content.blob = blob
    if (isWhole && at === content.size && content.version === version) content.committed = version
  }
  /** One after the other: what is staged and not in the list of a commit is thrown away by it. */
  const exclusively = (node: Node, work: () => Promise<void>): Promise<void> => {
    const known = trafficOf(node)
    const before = [...known.staging.values(), known.committing]
    const task = Promise.allSettled(before)
      .then(work)
      .finally(() => {
        if (known.committing === task) known.committing = undefined
        forgetIfQuiet(node)
      })
    known.committing = task
    return task
  }
  const putWhole = async (node: Node): Promise<void> => {
    const content = contentOf(node)
    if (content.isGone) return
    const { version, size } = content
    const block = content.blocks[0] ?? emptyBlock()
    const blockVersion = block.version
    try {
      // Where the store has what it was made of, it stays, until the store has what it is now.
      const home = block.stored ? homes.enter(node) : homes.move(node)
      const blob = await withRequest(() =>
        withBody(node, block, size, (body) => writer.putBlob(home, body, { md5: undefined, replace: true, signal })),
      )
      content.blob = blob
      if (content.blocks[0] === block && block.version === blockVersion) {
        block.stored = { id: '', length: size, at: 0, isCut: false }
        spool.isStored(block)
      }
      if (content.version === version) content.committed = version
    } catch (error) {
      if (content.version === version) throw error
    } finally {
      onRoom()
    }
  }
  const commit = async (node: Node): Promise<void> => {
    const content = contentOf(node)
    if (isCommitted(content) || content.isGone) return
    const isSmall = () => content.size <= geometry.of(0).bytes && !content.blocks.some((block) => block?.stored?.id)
    // It may grow, or be staged, until it is its turn.
    if (isSmall()) return exclusively(node, async () => (isSmall() ? putWhole(node) : undefined))
    const isUnreadable = (block: Block | undefined, index: number) =>
      block && isAway(block) && block.stored?.at === undefined && !isStaged(content, index)
    if (content.blocks.some(isUnreadable)) await makeReadable(node)
    await stageAll(node, (index) => !isStaged(content, index))
    await exclusively(node, () => putList(node))
  }
  /** What is staged and in no blob cannot be read: so it becomes one, though it is not the whole file yet. */
  const makeReadable = async (node: Node): Promise<void> => {
    const content = contentOf(node)
    const isWhole = (index: number) => content.blocks[index]?.stored?.id === ''
    const isUnreadable = (block: Block | undefined) => block && isAway(block) && block.stored?.at === undefined
    await stageAll(node, isWhole)
    // Who asks for several blocks at once asks several times.
    await exclusively(node, async () => (content.blocks.some(isUnreadable) ? putList(node) : undefined))
  }
  /** Bytes of a block as they were committed last. Who must not see that change meanwhile stages, or commits. */
  const fetch = async ({ blob, home }: Content, { stored }: Block, from: number, to: number): Promise<Buffer> => {
    if (!blob || home === undefined || stored?.at === undefined) throw new Error('a block that is nowhere')
    const stretch = { offset: stored.at + from, length: to - from }
    return readStretch(container, { name: home, etag: blob.etag, ...stretch, signal })
  }
  const read = async (node: Node, block: Block, from: number, to: number): Promise<Buffer> => {
    const content = contentOf(node)
    for (let tries = 1; ; ) {
      await traffic.get(node)?.committing?.catch(() => {})
      if (!isAway(block)) return readHere(block, from, to)
      if (block.stored?.at === undefined && !content.isGone) {
        await makeReadable(node)
        continue
      }
      try {
        return await fetch(content, block, from, to)
      } catch (error) {
        const isOld = error instanceof BlobError && [404, 412, 416].includes(error.status)
        if (!isOld || tries === mostReads) throw error
        tries += 1
      }
    }
  }
  /** It came here while it was asked for, and may have been cut. */
  const readHere = (block: Block, from: number, to: number): Buffer => {
    const bytes = Buffer.alloc(to - from)
    if (from < block.length) bytes.set(spool.read(block, from, Math.min(to, block.length)))
    return bytes
  }
  return {
    stage,
    commit,
    read,
    get isQuiet() {
      return traffic.size === 0
    },
    untilQuiet: async (node) => {
      for (let known = traffic.get(node); known; known = traffic.get(node))
        await Promise.allSettled([...known.staging.values(), known.committing])
    },
  }
}

/** Blobs that were written in one have no blocks. */
function isPartOfList({ stored }: Block): boolean {
  return stored !== undefined && stored.id !== ''
}
