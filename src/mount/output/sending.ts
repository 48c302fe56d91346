import { readFile } from 'node:fs/promises'
import { type BlobContainer, BlobError, type Gate } from '../../blobs/index.ts'
import { type Block, type Content, emptyBlock, type Geometry, isAway, isCommitted, wantedBytes } from './content.ts'
import type { Homes } from './homes.ts'
import type { Node } from './nodes.ts'
import type { Spool } from './spool.ts'

export interface SendingOptions {
  readonly container: BlobContainer
  readonly geometry: Geometry
  readonly spool: Spool
  readonly homes: Homes
  /** Counts requests in flight. */
  readonly requests: Gate
  /** Counts bytes that are in memory only while they are sent. */
  readonly copies: Gate
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
}

/** What of a file is on its way. */
interface Traffic {
  readonly staging: Map<number, Promise<void>>
  committing: Promise<void> | undefined
}

/** Ids of the blocks of a blob have to be equally long. */
const idBytes = 9
/** What a read answers when the blob was written anew after it was asked for; then it is asked once more. */
const mostReads = 5

export function createSending(options: SendingOptions): Sending {
  const { container, geometry, spool, homes, requests, copies, signal, onRoom } = options
  const traffic = new Map<Node, Traffic>()
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
    const length = Math.min(block.length, bytes)
    if (block.buffer && length === bytes) {
      const body = block.buffer.subarray(0, bytes)
      block.pins += 1
      return send(body).finally(() => {
        block.pins -= 1
      })
    }
    await copies.enter(bytes, signal)
    try {
      const body = Buffer.alloc(bytes)
      if (block.buffer) body.set(block.buffer.subarray(0, length))
      else if (block.spooled > 0) body.set((await readFile(spool.fileOf(block))).subarray(0, length))
      else if (length > 0) body.set(await read(node, block, 0, length))
      return await send(body)
    } finally {
      copies.leave(bytes)
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
    const stored = block?.stored
    return block !== undefined && isPartOfList(block) && stored?.length === wantedBytes(content, geometry.of(index))
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
      await withRequest(() => withBody(node, block, bytes, (body) => container.putBlock(home, id, body, signal)))
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
  /** Makes a blob of those blocks that are staged, in their order. */
  const putList = async (node: Node): Promise<void> => {
    const content = contentOf(node)
    if (content.isGone) return
    const { version } = content
    const home = homes.enter(node)
    const listed = content.blocks.flatMap((block) => (block?.stored && isPartOfList(block) ? [block.stored] : []))
    const isWhole = listed.length > 0 && content.blocks.every((_, index) => isStaged(content, index))
    const ids = listed.map(({ id }) => id)
    const blob = await withRequest(() => container.putBlockList(home, ids, { md5: undefined, replace: true, signal }))
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
      const home = homes.move(node)
      const blob = await withRequest(() =>
        withBody(node, block, size, (body) => container.putBlob(home, body, { md5: undefined, replace: true, signal })),
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
    const isSmall = content.size <= geometry.of(0).bytes && !content.blocks.some((block) => block?.stored?.id)
    if (isSmall) return exclusively(node, () => putWhole(node))
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
    await stageAll(node, isWhole)
    await exclusively(node, () => putList(node))
  }
  const read = async (node: Node, block: Block, from: number, to: number): Promise<Buffer> => {
    const content = contentOf(node)
    const bytes = Buffer.allocUnsafe(to - from)
    for (let tries = 1; ; tries += 1) {
      await traffic.get(node)?.committing?.catch(() => {})
      if (block.stored && block.stored.at === undefined) await makeReadable(node)
      if (!isAway(block)) return Buffer.from(spool.read(block, from, to))
      const { blob, home } = content
      const at = block.stored?.at
      if (!blob || home === undefined || at === undefined) throw new Error('a block that is nowhere')
      let filled = 0
      const onBytes = (piece: Uint8Array) => {
        bytes.set(piece, filled)
        filled += piece.byteLength
      }
      try {
        await container.read({ name: home, etag: blob.etag, offset: at + from, length: to - from, signal, onBytes })
        return bytes
      } catch (error) {
        const isOld = error instanceof BlobError && [404, 412, 416].includes(error.status)
        if (!isOld || tries === mostReads) throw error
      }
    }
  }
  return {
    stage,
    commit,
    read,
    untilQuiet: async (node) => {
      for (let known = traffic.get(node); known; known = traffic.get(node))
        await Promise.allSettled([...known.staging.values(), known.committing])
    },
  }
}

/** Blobs that were written in one have no blocks, and what was cut is not to come back. */
function isPartOfList({ stored }: Block): boolean {
  return stored !== undefined && stored.id !== '' && !stored.isCut
}
