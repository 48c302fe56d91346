import { type Block, type BlockPlace, type Content, emptyBlock, type Geometry, isAway } from './content.ts'
import type { Spool } from './spool.ts'

/** Reads and writes the content of files as far as that needs no waiting: what it has to wait for, it says. */
export interface FileContents {
  /** Writes as much as it can. What is left of `data` needs room, or first that a block is fetched from the store. */
  write(content: Content, offset: number, data: Uint8Array): WriteState
  /** The parts of a stretch that lies within the file. */
  parts(content: Content, offset: number, length: number): readonly Part[]
  resize(content: Content, size: number): void
  /** Makes a stretch zeros, as far as the file has it. Gives the block that has to be fetched before; undefined when it is done. */
  zero(content: Content, offset: number, length: number): Block | undefined
  drop(content: Content): void
}

export interface WriteState {
  /** Bytes that were written. */
  readonly done: number
  /** What the rest waits for; undefined where there is none. */
  readonly needs: 'room' | Block | undefined
  /** Blocks that have become full, one write after the other: they will stay so. */
  readonly full: readonly number[]
}

/** A part of a file: its bytes, or where the store has them. */
export type Part = Uint8Array | { readonly block: Block; readonly from: number; readonly to: number }

/** What was never written. */
const zeros = Buffer.alloc(1024 * 1024)

export function fileContents(geometry: Geometry, spool: Spool): FileContents {
  const changed = (block: Block) => {
    block.stored = undefined
    block.version += 1
    block.touched = performance.now()
  }
  const blockOf = (content: Content, index: number): Block => {
    const block = content.blocks[index] ?? emptyBlock()
    content.blocks[index] = block
    return block
  }
  /** Writes within one block. */
  const writePiece = (block: Block, place: BlockPlace, from: number, piece: Uint8Array): 'room' | Block | undefined => {
    const { length } = block
    if (isAway(block)) {
      if (from > 0 || piece.byteLength < length) return block
      block.length = 0 // nothing is left of what the store has
    }
    // The first block of a file may be all of it; of those behind it, all but the last are full.
    const expected = place.index > 0 && block.isAppended ? place.bytes : 0
    if (!spool.write(block, from, piece, expected)) {
      block.length = length
      return 'room'
    }
    block.isAppended &&= from === length
    changed(block)
    return undefined
  }
  const write = (content: Content, offset: number, data: Uint8Array): WriteState => {
    const full: number[] = []
    let done = 0
    let needs: WriteState['needs']
    while (done < data.byteLength) {
      const place = geometry.at(offset + done)
      const from = offset + done - place.start
      const count = Math.min(place.bytes - from, data.byteLength - done)
      const block = blockOf(content, place.index)
      needs = writePiece(block, place, from, data.subarray(done, done + count))
      if (needs) break
      done += count
      if (block.isAppended && block.length === place.bytes) full.push(place.index)
    }
    if (done > 0) {
      content.size = Math.max(content.size, offset + done)
      content.version += 1
    }
    return { done, needs, full }
  }
  const parts = (content: Content, offset: number, length: number): Part[] => {
    const found: Part[] = []
    for (let position = offset; position < offset + length; ) {
      const { index, start, bytes } = geometry.at(position)
      const block = content.blocks[index]
      const from = position - start
      const end = Math.min(bytes, offset + length - start)
      const to = block && from < block.length ? Math.min(end, block.length) : Math.min(end, from + zeros.byteLength)
      if (!block || from >= block.length) found.push(zeros.subarray(0, to - from))
      else if (isAway(block)) found.push({ block, from, to })
      else found.push(spool.read(block, from, to))
      position = start + to
    }
    return found
  }
  const cut = (block: Block, length: number) => {
    if (length >= block.length) return
    if (block.stored && isAway(block)) {
      block.stored.isCut = true
      block.length = length
      block.version += 1
      return
    }
    spool.cut(block, length)
    changed(block)
  }
  const resize = (content: Content, size: number) => {
    if (size < content.size) {
      const { index, start } = geometry.at(size)
      const kept = size > start ? index + 1 : index
      for (const block of content.blocks.slice(kept)) if (block) spool.drop(block)
      content.blocks.length = Math.min(content.blocks.length, kept)
      const last = content.blocks[index]
      if (last) cut(last, size - start)
    }
    content.size = size
    content.version += 1
  }
  const zero = (content: Content, offset: number, length: number): Block | undefined => {
    const end = Math.min(offset + length, content.size)
    content.version += 1
    for (let position = offset; position < end; ) {
      const { index, start, bytes } = geometry.at(position)
      const block = content.blocks[index]
      const from = position - start
      const to = Math.min(bytes, end - start)
      position = start + to
      if (!block || from >= block.length) continue
      if (to >= block.length) cut(block, from)
      else if (isAway(block)) return block
      else
        for (let at = from; at < to; at += zeros.byteLength) {
          // What it overwrites has its room already.
          spool.write(block, at, zeros.subarray(0, Math.min(zeros.byteLength, to - at)))
          changed(block)
        }
    }
    return undefined
  }
  const drop = (content: Content) => {
    for (const block of content.blocks) if (block) spool.drop(block)
    content.blocks.length = 0
  }
  return { write, parts, resize, zero, drop }
}
