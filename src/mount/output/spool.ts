import { createBuffers } from '../buffers.ts'
import type { Block } from './content.ts'
import { createSpoolFiles } from './spool-files.ts'

/** Blocks that are not in the store yet: in memory, and beyond its limit in files. */
export interface Spool {
  /** Bytes in memory, and in files. */
  readonly memory: number
  readonly disk: number
  /** Bytes that may be on their way to the store at a time: the rest of the memory goes on being written to, or into files. */
  readonly mostOnTheWay: number
  /** Whether so much is in memory that it is time to send it away. */
  readonly isPressed: boolean
  /** Whether blocks are on their way from memory into files. */
  readonly isSpilling: boolean
  /**
   * Writes into a block whose content is here, or which has none. Returns false where there is no room for that now.
   * @param expected bytes that the block will probably have in the end
   */
  write(block: Block, from: number, data: Uint8Array, expected?: number): boolean
  /** Bytes of a block whose content is here; valid until the next change. */
  read(block: Block, from: number, to: number): Uint8Array
  /** Reads the beginning of a block whose content is in a file. */
  load(block: Block, into: Uint8Array): Promise<void>
  /** Cuts the content of a block, wherever it is. */
  cut(block: Block, length: number): void
  /** Gives a block without content here that of the store. Returns false where there is no room for that now. */
  fill(block: Block, content: Uint8Array): boolean
  /** The store has the content too: in memory it may make room, in files it goes at once. */
  isStored(block: Block): void
  /** Forgets the content. */
  drop(block: Block): void
}

export interface SpoolOptions {
  /** Nobody else writes there. */
  readonly folder: string
  /** Most bytes in memory, and in files. */
  readonly memory: number
  readonly disk: number
  /** Called when blocks have made room in memory. */
  readonly onRoom: () => void
}

/** Blocks that are small share a file: opening one takes as long as writing many of them. Bytes, at most. */
const mostSharedBytes = 8 * 1024 * 1024
/** Pieces that the system writes at a time (`IOV_MAX`). */
const mostShared = 1024

export function createSpool({ folder, memory, disk, onRoom }: SpoolOptions): Spool {
  const buffers = createBuffers(memory, true)
  const files = createSpoolFiles(folder, disk)
  /** Blocks in memory, the one that was used last at the end: what the store has too, and what it has not. */
  const spare = new Set<Block>()
  const needed = new Set<Block>()
  /** A block for which memory has so little room goes on in a file. */
  const mostInMemory = memory / 4
  const sharedBytes = Math.min(mostSharedBytes, disk / 4)
  let isSpilling = false
  /** Whether files had no room, and none of them has gone since: who waits for room is not to try that again and again. */
  let areFilesFull = false

  /** Who sends a block away may still read from its buffer: then it is not lent out again. */
  const endLoan = ({ pins }: Block, buffer: Buffer) => (pins === 0 ? buffers.giveBack(buffer) : buffers.leave(buffer))
  const releaseBuffer = (block: Block) => {
    if (block.buffer) endLoan(block, block.buffer)
    block.buffer = undefined
    spare.delete(block)
    needed.delete(block)
  }
  const leaveFile = (block: Block) => {
    if (!block.spooled) return
    files.leave(block.spooled)
    block.spooled = undefined
    areFilesFull = false
  }
  const dropSpare = (but: Block): boolean => {
    for (const block of spare)
      if (block.pins === 0 && block !== but) {
        releaseBuffer(block)
        return true
      }
    return false
  }
  const take = (bytes: number, block: Block): Buffer | undefined => {
    let buffer = buffers.take(bytes)
    while (!buffer && dropSpare(block)) buffer = buffers.take(bytes)
    if (buffers.lent > memory * (3 / 4)) void spill(block)
    return buffer
  }
  /** The blocks that were used longest ago, as many as go into a file. */
  const oldest = (): Block[] => {
    const chosen: Block[] = []
    let bytes = 0
    for (const block of needed) {
      if (block.pins > 0) continue
      if (chosen.length > 0 && (bytes + block.length > sharedBytes || chosen.length === mostShared)) break
      chosen.push(block)
      bytes += block.length
    }
    return chosen
  }
  /** Moves blocks from memory into files, on other threads, until there is room again. A block that is worked on keeps its buffer. */
  const spill = async (but: Block): Promise<void> => {
    if (isSpilling || areFilesFull) return
    isSpilling = true
    let hasWaited = false
    try {
      for (;;) {
        while (buffers.lent > memory / 2 && dropSpare(but)) onRoom()
        const blocks = buffers.lent > memory / 2 ? oldest() : []
        if (blocks.length === 0) return
        hasWaited = true
        areFilesFull = !(await spillAll(blocks))
        if (areFilesFull) return
        onRoom()
      }
    } finally {
      isSpilling = false
      // Where there is no room in files either, others have to see to it. Who only asked knows that himself.
      if (hasWaited) onRoom()
    }
  }
  const spillAll = async (blocks: readonly Block[]): Promise<boolean> => {
    const before = blocks.map(({ version, buffer, length }) => ({ version, buffer, length }))
    for (const block of blocks) block.pins += 1
    const places = await files
      .writeAll(before.map(({ buffer, length }) => buffer?.subarray(0, length) ?? Buffer.alloc(0)))
      .finally(() => {
        for (const block of blocks) block.pins -= 1
      })
    for (const [index, block] of blocks.entries()) {
      const place = places?.[index]
      const was = before[index]
      if (!place) continue
      // What was written to, sent or dropped meanwhile has nothing to do with the file any more.
      const isSame = needed.has(block) && block.buffer === was?.buffer && block.version === was?.version
      if (isSame && block.pins === 0) {
        block.spooled = place
        releaseBuffer(block)
      } else files.leave(place)
    }
    return places !== undefined
  }
  /** Room in memory for so many bytes of a block. */
  const reserve = (block: Block, bytes: number, expected: number): Buffer | undefined => {
    const { buffer } = block
    if (buffer && buffer.byteLength >= bytes) return buffer
    const larger = take(expected <= mostInMemory ? Math.max(bytes, expected) : bytes, block)
    if (!larger) return undefined
    if (buffer) {
      larger.set(buffer.subarray(0, block.length))
      endLoan(block, buffer)
    }
    block.buffer = larger
    return larger
  }
  const noteUse = (block: Block) => {
    spare.delete(block)
    needed.delete(block)
    needed.add(block)
  }
  /** Brings a block back from a file that it shares. */
  const bringBack = (block: Block): boolean => {
    const { spooled, length } = block
    if (!spooled) return true
    const buffer = take(Math.max(length, 1), block)
    if (!buffer) return false
    buffer.set(files.read(spooled, 0, length))
    leaveFile(block)
    block.buffer = buffer
    noteUse(block)
    return true
  }
  const writeToMemory = (block: Block, from: number, data: Uint8Array, expected: number): boolean => {
    const buffer = reserve(block, from + data.byteLength, expected)
    if (!buffer) return false
    if (from > block.length) buffer.fill(0, block.length, from)
    buffer.set(data, from)
    noteUse(block)
    return true
  }
  const moveToFile = (block: Block, end: number): boolean => {
    // Not into a file that has no room for what comes: there it would stay.
    if (!files.fits(end)) return false
    const place = files.begin(block.buffer?.subarray(0, block.length) ?? Buffer.alloc(0))
    if (!place) return false
    releaseBuffer(block)
    block.spooled = place
    return true
  }
  return {
    get memory() {
      return buffers.lent
    },
    get disk() {
      return files.bytes
    },
    mostOnTheWay: memory * (3 / 8),
    get isPressed() {
      return buffers.lent > memory / 2 || files.bytes > 0
    },
    get isSpilling() {
      return isSpilling
    },
    write: (block, from, data, expected = 0) => {
      const end = Math.max(block.length, from + data.byteLength)
      if (block.spooled && !block.spooled.file.isOwn && !bringBack(block)) return false
      if (!block.spooled && end > mostInMemory && !moveToFile(block, end)) return false
      const isDone = block.spooled ? files.write(block.spooled, from, data) : writeToMemory(block, from, data, expected)
      if (isDone) block.length = end
      return isDone
    },
    read: (block, from, to) => {
      if (block.buffer) return block.buffer.subarray(from, to)
      if (!block.spooled) throw new Error('a block that is not here')
      return files.read(block.spooled, from, to)
    },
    load: async (block, into) => {
      if (!block.spooled) throw new Error('a block that is in no file')
      await files.load(block.spooled, into)
    },
    cut: (block, length) => {
      if (length >= block.length) return
      if (block.spooled) files.cut(block.spooled, length)
      if (block.buffer) noteUse(block)
      block.length = length
    },
    fill: (block, content) => {
      const buffer = reserve(block, content.byteLength, 0)
      if (!buffer) return false
      buffer.set(content)
      spare.add(block)
      return true
    },
    isStored: (block) => {
      leaveFile(block)
      if (needed.delete(block)) spare.add(block)
    },
    drop: (block) => {
      leaveFile(block)
      releaseBuffer(block)
      block.length = 0
    },
  }
}
