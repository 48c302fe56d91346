import { closeSync, constants, ftruncateSync, openSync, readSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createBuffers } from '../buffers.ts'
import type { Block } from './content.ts'

/** Blocks that are not in the store yet: in memory, and beyond its limit in files, one for each block. */
export interface Spool {
  /** Bytes in memory, and in files. */
  readonly memory: number
  readonly disk: number
  /** Whether so much is in memory that it is time to send it away. */
  readonly isPressed: boolean
  /** Writes into a block whose content is here, or which has none. Returns false where there is no room for that now. */
  write(block: Block, from: number, data: Uint8Array): boolean
  /** Bytes of a block whose content is here; valid until the next change. */
  read(block: Block, from: number, to: number): Uint8Array
  /** Cuts the content of a block, wherever it is. */
  cut(block: Block, length: number): void
  /** Gives a block without content here that of the store. Returns false where there is no room for that now. */
  fill(block: Block, content: Uint8Array): boolean
  /** The store has the content too: in memory it may make room, in files it goes at once. */
  isStored(block: Block): void
  /** Forgets the content. */
  drop(block: Block): void
  /** Where the content of a block is that is spooled. */
  fileOf(block: Block): string
}

export interface SpoolOptions {
  /** Nobody else writes there. */
  readonly folder: string
  /** Most bytes in memory, and in files. */
  readonly memory: number
  readonly disk: number
}

/** Bytes that stay free on the disk for everything else on the machine. */
const diskReserve = 1024 ** 3
/** How much is written before it is looked again how much is free. */
const lookAfter = 64 * 1024 * 1024

export function createSpool({ folder, memory, disk }: SpoolOptions): Spool {
  const buffers = createBuffers(memory)
  /** Blocks in memory, the one that was used last at the end: what the store has too, and what it has not. */
  const spare = new Set<Block>()
  const needed = new Set<Block>()
  let onDisk = 0
  let nextFile = 1
  let sinceLook = lookAfter
  let isDiskLow = false

  const fileOf = ({ spooled }: Block) => join(folder, String(spooled))
  const withFile = <T>(block: Block, flags: number, work: (descriptor: number) => T): T => {
    const descriptor = openSync(fileOf(block), flags, 0o600)
    try {
      return work(descriptor)
    } finally {
      closeSync(descriptor)
    }
  }
  /** Whether so many bytes more may go to the disk. */
  const fitsOnDisk = (bytes: number): boolean => {
    sinceLook += bytes
    if (sinceLook >= lookAfter) {
      const { bavail, bsize } = statfsSync(folder)
      isDiskLow = bavail * bsize < diskReserve
      sinceLook = 0
    }
    return !isDiskLow && onDisk + bytes <= disk
  }
  /** Who sends a block away may still read from its buffer: then it is not lent out again. */
  const endLoan = ({ pins }: Block, buffer: Buffer) => (pins === 0 ? buffers.giveBack(buffer) : buffers.leave(buffer))
  const releaseBuffer = (block: Block) => {
    if (block.buffer) endLoan(block, block.buffer)
    block.buffer = undefined
    spare.delete(block)
    needed.delete(block)
  }
  const removeFile = (block: Block) => {
    rmSync(fileOf(block))
    onDisk -= block.length
    block.spooled = 0
  }
  /** Moves a block from memory into a file, which is empty for a block that is. */
  const spill = (block: Block): boolean => {
    const { buffer, length } = block
    if (!fitsOnDisk(length)) return false
    block.spooled = nextFile
    nextFile += 1
    try {
      withFile(block, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, (descriptor) => {
        if (buffer) writeFully(descriptor, buffer.subarray(0, length), 0)
      })
    } catch (error) {
      rmSync(fileOf(block), { force: true })
      block.spooled = 0
      return refuseIfFull(error)
    }
    onDisk += length
    releaseBuffer(block)
    return true
  }
  const refuseIfFull = (error: unknown): false => {
    if (!isFull(error)) throw error
    isDiskLow = true
    return false
  }
  const makeRoom = (but: Block): boolean => {
    for (const block of spare)
      if (block.pins === 0 && block !== but) {
        releaseBuffer(block)
        return true
      }
    for (const block of needed) if (block.pins === 0 && block !== but) return spill(block)
    return false
  }
  const take = (bytes: number, block: Block): Buffer | undefined => {
    for (;;) {
      const buffer = buffers.take(bytes)
      if (buffer || !makeRoom(block)) return buffer
    }
  }
  /** Room in memory for so many bytes of a block. */
  const reserve = (block: Block, bytes: number): Buffer | undefined => {
    const { buffer } = block
    if (buffer && buffer.byteLength >= bytes) return buffer
    const larger = take(bytes, block)
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
  const writeToFile = (block: Block, from: number, data: Uint8Array): boolean => {
    const growth = Math.max(0, from + data.byteLength - block.length)
    if (growth > 0 && !fitsOnDisk(growth)) return false
    try {
      withFile(block, constants.O_WRONLY, (descriptor) => writeFully(descriptor, data, from))
    } catch (error) {
      return refuseIfFull(error)
    }
    onDisk += growth
    return true
  }
  const writeToMemory = (block: Block, from: number, data: Uint8Array): boolean => {
    const buffer = reserve(block, from + data.byteLength)
    if (!buffer) return false
    if (from > block.length) buffer.fill(0, block.length, from)
    buffer.set(data, from)
    noteUse(block)
    return true
  }
  return {
    get memory() {
      return buffers.lent
    },
    get disk() {
      return onDisk
    },
    get isPressed() {
      return buffers.lent > memory / 2 || onDisk > 0
    },
    fileOf,
    write: (block, from, data) => {
      // What has no room in memory by itself goes on in a file.
      const isInMemory = block.spooled === 0 && writeToMemory(block, from, data)
      if (!isInMemory && !((block.spooled > 0 || spill(block)) && writeToFile(block, from, data))) return false
      block.length = Math.max(block.length, from + data.byteLength)
      return true
    },
    read: (block, from, to) => {
      if (block.buffer) return block.buffer.subarray(from, to)
      const bytes = Buffer.allocUnsafe(to - from)
      withFile(block, constants.O_RDONLY, (descriptor) => readFully(descriptor, bytes, from))
      return bytes
    },
    cut: (block, length) => {
      if (length >= block.length) return
      if (block.spooled > 0) {
        withFile(block, constants.O_WRONLY, (descriptor) => ftruncateSync(descriptor, length))
        onDisk -= block.length - length
      }
      if (block.buffer) noteUse(block)
      block.length = length
    },
    fill: (block, content) => {
      const buffer = reserve(block, content.byteLength)
      if (!buffer) return false
      buffer.set(content)
      spare.add(block)
      return true
    },
    isStored: (block) => {
      if (block.spooled > 0) return removeFile(block)
      if (needed.delete(block)) spare.add(block)
    },
    drop: (block) => {
      if (block.spooled > 0) removeFile(block)
      releaseBuffer(block)
      block.length = 0
    },
  }
}

function writeFully(descriptor: number, data: Uint8Array, position: number): void {
  for (let done = 0; done < data.byteLength; )
    done += writeSync(descriptor, data, done, data.byteLength - done, position + done)
}

function readFully(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.byteLength; ) {
    const count = readSync(descriptor, bytes, done, bytes.byteLength - done, position + done)
    if (count === 0) throw new Error('a file of the spool is shorter than it was')
    done += count
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}
