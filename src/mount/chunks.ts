import { type Buffers, createBuffers } from './buffers.ts'

/** A file is kept in chunks of so many bytes: what a random read moves at least. Large reads are many of them in one request. */
export const chunkBytes = 64 * 1024

/** Reads a stretch of a file from the store. `onBytes` gets it in order; the bytes are valid until it returns. */
export type ReadStretch = (
  inode: number,
  offset: number,
  length: number,
  onBytes: (bytes: Uint8Array) => void,
) => Promise<void>

/** Somebody who waits for a stretch of a file. */
export interface Reader {
  readonly inode: number
  /** First byte. */
  readonly offset: number
  /** Bytes, more than 0, and no more than there are. */
  readonly length: number
  /** Gets the stretch, in pieces that are valid until it returns. */
  readonly onData: (pieces: readonly Uint8Array[]) => void
  readonly onFailed: (error: unknown) => void
}

/** The bytes of files that are in memory, or on their way. */
export interface Chunks {
  /** Gives a stretch: at once where it is there, else when it has come. What is asked for is fetched before all that is only foreseen. */
  read(reader: Reader): void
  /** Nobody waits for it any more. Returns whether somebody did. */
  forget(reader: Reader): boolean
  /**
   * Fetches a stretch that will probably be asked for.
   * @returns false where there is no room for it, or too much is on its way
   */
  foresee(inode: number, offset: number, length: number): boolean
  /** Bytes in memory. */
  readonly bytes: number
}

interface Chunk {
  readonly inode: number
  /** Which of the file's, from 0. */
  readonly index: number
  readonly buffer: Buffer
  /** Bytes that it will hold. */
  readonly length: number
  /** Readers that need it; it cannot be thrown away. */
  pins: number
  isFilled: boolean
  readonly waiting: Set<Pending>
}

/** A reader that is waited with: all its chunks are there or on their way. */
interface Pending {
  readonly reader: Reader
  readonly chunks: readonly Chunk[]
  missing: number
}

export interface ChunkOptions {
  /** Bytes of memory. */
  readonly most: number
  /** Requests in flight for what is only foreseen. */
  readonly mostForeseen: number
  sizeOf(inode: number): number
  readonly readStretch: ReadStretch
  /** Called when something has come, and there may be room to foresee more. */
  readonly onRoom: () => void
}

/** The indices of the first and the last chunk of a stretch of a file. */
function indicesOf(offset: number, length: number): [first: number, last: number] {
  return [Math.floor(offset / chunkBytes), Math.floor((offset + length - 1) / chunkBytes)]
}

export function createChunks({ most, mostForeseen, sizeOf, readStretch, onRoom }: ChunkOptions): Chunks {
  const buffers: Buffers = createBuffers(most)
  /** By inode and index: both together may be more than a number can hold. */
  const files = new Map<number, Map<number, Chunk>>()
  /** Filled chunks that nobody has read to their end, the oldest first; and those that somebody has: the kernel keeps a copy of these. */
  const unread = new Set<Chunk>()
  const read = new Set<Chunk>()
  const pending = new Map<Reader, Pending>()
  const waitingForRoom = new Set<Reader>()
  let foreseen = 0

  const lengthOf = (inode: number, index: number) => Math.min(chunkBytes, sizeOf(inode) - index * chunkBytes)
  const release = (chunk: Chunk) => {
    const chunks = files.get(chunk.inode)
    chunks?.delete(chunk.index)
    if (chunks?.size === 0) files.delete(chunk.inode)
    unread.delete(chunk)
    read.delete(chunk)
    buffers.giveBack(chunk.buffer)
  }
  const oldest = (set: Set<Chunk>): Chunk | undefined => {
    for (const chunk of set) if (chunk.pins === 0) return chunk
    return undefined
  }
  const makeRoom = (mayDropUnread: boolean): boolean => {
    const chunk = oldest(read) ?? (mayDropUnread ? oldest(unread) : undefined)
    if (chunk) release(chunk)
    return chunk !== undefined
  }
  const take = (length: number, isForeseen: boolean): Buffer | undefined => {
    for (;;) {
      // What is foreseen leaves half of the memory to what is asked for.
      if (isForeseen && buffers.lent > most / 2 && !makeRoom(false)) return undefined
      const buffer = buffers.take(length)
      if (buffer || !makeRoom(!isForeseen)) return buffer
    }
  }
  const present = (inode: number, first: number, last: number): Chunk[] => {
    const found: Chunk[] = []
    for (let index = first; index <= last; index += 1) {
      const chunk = files.get(inode)?.get(index)
      if (chunk) found.push(chunk)
    }
    return found
  }
  /** The chunks with these indices that are not there yet, or undefined where there is no room for all of them. */
  const addMissing = (inode: number, first: number, last: number, isForeseen: boolean): Chunk[] | undefined => {
    const added: Chunk[] = []
    for (let index = first; index <= last; index += 1) {
      if (files.get(inode)?.has(index)) continue
      const length = lengthOf(inode, index)
      const buffer = take(length, isForeseen)
      if (!buffer) {
        for (const chunk of added) release(chunk)
        return undefined
      }
      const chunk: Chunk = { inode, index, buffer, length, pins: 0, isFilled: false, waiting: new Set() }
      const chunks = files.get(inode)
      if (chunks) chunks.set(index, chunk)
      else files.set(inode, new Map([[index, chunk]]))
      added.push(chunk)
    }
    return added
  }
  const fill = (chunk: Chunk) => {
    chunk.isFilled = true
    unread.add(chunk)
    for (const one of chunk.waiting) {
      one.missing -= 1
      if (one.missing === 0) answer(one)
    }
    chunk.waiting.clear()
  }
  const fail = (chunk: Chunk, error: unknown) => {
    release(chunk)
    for (const one of chunk.waiting) {
      settle(one)
      one.reader.onFailed(error)
    }
    chunk.waiting.clear()
  }
  /** Puts a chunk behind all others of its kind: it is the last to be thrown away. */
  const noteUse = (chunk: Chunk, toItsEnd: boolean) => {
    if (read.delete(chunk) || (toItsEnd && unread.delete(chunk))) read.add(chunk)
    else if (unread.delete(chunk)) unread.add(chunk)
  }
  const settle = (one: Pending) => {
    pending.delete(one.reader)
    for (const chunk of one.chunks) {
      chunk.pins -= 1
      chunk.waiting.delete(one)
    }
  }
  const answer = (one: Pending) => {
    const { offset, length } = one.reader
    settle(one)
    let position = offset
    const pieces = one.chunks.map((chunk) => {
      const start = position % chunkBytes
      const end = Math.min(chunk.length, start + offset + length - position)
      position += end - start
      noteUse(chunk, end === chunk.length)
      return chunk.buffer.subarray(start, end)
    })
    one.reader.onData(pieces)
  }
  /** Runs of chunks that follow each other, each one request. */
  const fetchRuns = (inode: number, added: readonly Chunk[], isForeseen: boolean) => {
    for (let start = 0; start < added.length; ) {
      let end = start + 1
      while (end < added.length && added[end]?.index === (added[end - 1]?.index ?? 0) + 1) end += 1
      void fetch(inode, added.slice(start, end), isForeseen)
      start = end
    }
  }
  const fetch = async (inode: number, run: readonly Chunk[], isForeseen: boolean) => {
    const offset = (run[0]?.index ?? 0) * chunkBytes
    const length = run.reduce((sum, chunk) => sum + chunk.length, 0)
    let [place, filled] = [0, 0]
    const onBytes = (bytes: Uint8Array) => {
      for (let taken = 0; taken < bytes.byteLength; ) {
        const chunk = run[place] as Chunk
        const count = Math.min(chunk.length - filled, bytes.byteLength - taken)
        chunk.buffer.set(
          taken === 0 && count === bytes.byteLength ? bytes : bytes.subarray(taken, taken + count),
          filled,
        )
        taken += count
        filled += count
        if (filled === chunk.length) {
          place += 1
          filled = 0
          fill(chunk)
        }
      }
    }
    if (isForeseen) foreseen += 1
    try {
      await readStretch(inode, offset, length, onBytes)
    } catch (error) {
      for (const chunk of run.slice(place)) fail(chunk, error)
    } finally {
      if (isForeseen) foreseen -= 1
      goOn()
    }
  }
  const goOn = () => {
    for (const reader of waitingForRoom) {
      if (!begin(reader)) return
      waitingForRoom.delete(reader)
    }
    onRoom()
  }
  /** Begins with a reader when there is room for all that it needs at once: so every one that has begun can end. */
  const begin = (reader: Reader): boolean => {
    const { inode, offset, length } = reader
    const [first, last] = indicesOf(offset, length)
    const there = present(inode, first, last)
    for (const chunk of there) chunk.pins += 1 // what is there stays while room is made for the rest
    const added = addMissing(inode, first, last, false)
    for (const chunk of there) chunk.pins -= 1
    if (!added) return false
    const needed = present(inode, first, last)
    const one: Pending = { reader, chunks: needed, missing: 0 }
    for (const chunk of needed) {
      chunk.pins += 1
      if (chunk.isFilled) continue
      one.missing += 1
      chunk.waiting.add(one)
    }
    if (one.missing === 0) {
      answer(one)
      return true
    }
    pending.set(reader, one)
    fetchRuns(inode, added, false)
    return true
  }
  return {
    get bytes() {
      return buffers.lent
    },
    read: (reader) => {
      if (waitingForRoom.size > 0 || !begin(reader)) waitingForRoom.add(reader)
    },
    forget: (reader) => {
      if (waitingForRoom.delete(reader)) return true
      const one = pending.get(reader)
      if (one) settle(one)
      return one !== undefined
    },
    foresee: (inode, offset, length) => {
      if (foreseen >= mostForeseen || waitingForRoom.size > 0) return false
      const [first, last] = indicesOf(offset, length)
      const added = addMissing(inode, first, last, true)
      if (added) fetchRuns(inode, added, true)
      return added !== undefined
    },
  }
}
