import { mostBlocks } from '../../blobs/index.ts'
import type { Spooled } from './spool-files.ts'

/** Sizes of the blocks of a file. They grow with it, since a blob has 50,000 at the most. */
export interface Geometry {
  /** Bytes that a file may have. */
  readonly mostBytes: number
  /** Which block holds that byte, and where in the file it begins and how long it is. */
  at(offset: number): BlockPlace
  of(index: number): BlockPlace
}

export interface BlockPlace {
  readonly index: number
  readonly start: number
  readonly bytes: number
}

/** So many blocks of one size, then as many of twice that size; it doubles so often. */
const blocksOfASize = 4096
const doublings = 3

/** @param firstBytes size of the first blocks */
export function geometryOf(firstBytes: number): Geometry {
  const sizes = Array.from({ length: doublings + 1 }, (_, step) => firstBytes * 2 ** step)
  const starts = sizes.map((_, step) => sizes.slice(0, step).reduce((sum, bytes) => sum + bytes * blocksOfASize, 0))
  const of = (index: number): BlockPlace => {
    const step = Math.min(doublings, Math.floor(index / blocksOfASize))
    const bytes = sizes[step] ?? 0
    return { index, start: (starts[step] ?? 0) + (index - step * blocksOfASize) * bytes, bytes }
  }
  const last = of(mostBlocks - 1)
  return {
    mostBytes: last.start + last.bytes,
    of,
    at: (offset) => {
      let step = 0
      while (step < doublings && offset >= (starts[step + 1] ?? 0)) step += 1
      const within = Math.floor((offset - (starts[step] ?? 0)) / (sizes[step] ?? 1))
      return of(step * blocksOfASize + within)
    },
  }
}

/** A part of a file. Its content is in memory, in a file of the spool, or in the store: where it is, the later ones have not got it. */
export interface Block {
  /** Bytes of content; what the file has of this block behind them are zeros. */
  length: number
  /** Content in memory; it may be longer. */
  buffer: Buffer | undefined
  /** Where in a file of the spool the content is; undefined where it is in none. */
  spooled: Spooled | undefined
  /** As it is in the store; undefined where the store has other content, or none. */
  stored: Stored | undefined
  /** Grows with each change. */
  version: number
  /** Whether every write began where the one before had ended: then what is full stays as it is. */
  isAppended: boolean
  /** When it was written last, on the clock of `performance.now`. */
  touched: number
  /** How many requests read its content from memory or spool right now: it must stay where it is. */
  pins: number
}

/** What the store has of a block. */
export interface Stored {
  /** Id of the block in its blob; empty where the blob was written in one. */
  readonly id: string
  /** Bytes; the block's own content may be shorter by now. */
  readonly length: number
  /** Where it begins in the blob; undefined until it is committed, and it cannot be read before. */
  at: number | undefined
  /** Whether the block was cut since: what the store has behind its content must not come back. */
  isCut: boolean
}

/** The content of a file. */
export interface Content {
  /** Bytes. */
  size: number
  /** By their index; what is not there is all zeros. */
  readonly blocks: (Block | undefined)[]
  /** Grows with each change of the content or the size. */
  version: number
  /** The version that `blob` has. */
  committed: number
  /** The blob that holds what was committed last. */
  blob: HomeBlob | undefined
  /** Name of the blob that its blocks are staged for; undefined until one is. */
  home: string | undefined
  /** Nobody can reach the file any more: nothing of it is sent. */
  isGone: boolean
}

/** A blob of ours. */
export interface HomeBlob {
  readonly etag: string
  readonly md5: string | undefined
}

export function emptyContent(): Content {
  return { size: 0, blocks: [], version: 0, committed: -1, blob: undefined, home: undefined, isGone: false }
}

export function emptyBlock(): Block {
  return {
    length: 0,
    buffer: undefined,
    spooled: undefined,
    stored: undefined,
    version: 0,
    isAppended: true,
    touched: 0,
    pins: 0,
  }
}

/** Whether its content has to be fetched from the store. */
export function isAway({ buffer, spooled, length }: Block): boolean {
  return buffer === undefined && spooled === undefined && length > 0
}

/** Whether all that was written is in the store. */
export function isCommitted({ version, committed }: Content): boolean {
  return version === committed
}

/** Bytes that a block has in its file: all blocks but the last are full, with zeros where nothing was written. */
export function wantedBytes({ size }: Content, { start, bytes }: BlockPlace): number {
  return Math.max(0, Math.min(bytes, size - start))
}
