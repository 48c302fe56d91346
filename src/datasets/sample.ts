import { createHash } from 'node:crypto'
import bytes from 'bytes'
import type { Snapshot } from '../blobs/index.ts'
import { quoted, UserError } from '../report/index.ts'

/** How much of a dataset is taken. */
export type SampleSize =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'bytes'; readonly bytes: number }

export type SampleBy = 'file' | 'folder'

/** `200`, `2%`, `1GB`. Units of bytes are powers of 1024. */
export function parseSample(text: string): SampleSize {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*(%|[kmgtp]?b)?$/i.exec(text.trim()) ?? []
  const size = toSize(number, unit)
  if (number && size) return size
  throw new UserError(
    'bad-dataset',
    `sample: ${quoted(text)} is neither a number of files (200), nor a share (2%), nor a size (1GB).`,
  )
}

function toSize(number: string, unit: string): SampleSize | undefined {
  const value = Number(number)
  if (!(value > 0)) return undefined
  if (unit === '%') return value <= 100 ? { kind: 'percent', percent: value } : undefined
  if (unit) return { kind: 'bytes', bytes: bytes.parse(number + unit) ?? 0 }
  return Number.isInteger(value) ? { kind: 'count', count: value } : undefined
}

/**
 * Takes a sample of files, or of the folders that hold files, in the order of a hash of their paths: as data is added, what was chosen
 * stays chosen, as far as the size allows. At least one file or folder is taken.
 */
export function takeSample(files: Snapshot, size: SampleSize, by: SampleBy): Snapshot {
  const groups = groupsOf(files, by)
  const ranked = Uint32Array.from(groups.ranks.keys()).sort((a, b) => rankOf(groups, a) - rankOf(groups, b))
  const isChosen = new Uint8Array(ranked.length)
  for (const group of takeWhile(ranked, size, groups)) isChosen[group] = 1
  const chosen: number[] = []
  for (let index = 0; index < files.length; index += 1) if (isChosen[groups.groupOf(index)]) chosen.push(index)
  return files.pick(chosen)
}

/** Files by themselves, or those of a folder together; in columns, as there may be millions. */
interface Groups {
  groupOf(index: number): number
  /** The first 48 bits of a hash, for each group. */
  readonly ranks: Float64Array
  readonly bytes: Float64Array
}

function groupsOf(files: Snapshot, by: SampleBy): Groups {
  const { length } = files
  if (by === 'file') {
    const ranks = new Float64Array(length)
    const bytes = new Float64Array(length)
    for (let index = 0; index < length; index += 1) {
      ranks[index] = hashOf(files.pathAt(index))
      bytes[index] = files.sizeAt(index)
    }
    return { groupOf: (index) => index, ranks, bytes }
  }
  const ids = new Map<string, number>()
  const groups = new Uint32Array(length)
  const bytes: number[] = []
  for (let index = 0; index < length; index += 1) {
    const folder = folderOf(files.pathAt(index))
    const id = ids.get(folder) ?? ids.size
    ids.set(folder, id)
    groups[index] = id
    bytes[id] = (bytes[id] ?? 0) + files.sizeAt(index)
  }
  const ranks = Float64Array.from(ids.keys(), hashOf)
  return { groupOf: (index) => groups[index] ?? 0, ranks, bytes: Float64Array.from(bytes) }
}

function takeWhile(ranked: Uint32Array, size: SampleSize, groups: Groups): Uint32Array {
  switch (size.kind) {
    case 'count':
      return ranked.subarray(0, size.count)
    case 'percent':
      // By the hash itself and not by its rank, so that adding data never drops a file that was chosen.
      return atLeastOne(
        ranked.filter((group) => rankOf(groups, group) < (size.percent / 100) * 2 ** 48),
        ranked,
      )
    case 'bytes': {
      let sum = 0
      const fitting = ranked.filter((group) => {
        const bytesOfGroup = groups.bytes[group] ?? 0
        if (sum + bytesOfGroup > size.bytes) return false
        sum += bytesOfGroup
        return true
      })
      return atLeastOne(fitting, ranked)
    }
  }
}

function atLeastOne(chosen: Uint32Array, all: Uint32Array): Uint32Array {
  return chosen.length > 0 ? chosen : all.subarray(0, 1)
}

function rankOf({ ranks }: Groups, group: number): number {
  return ranks[group] ?? 0
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function hashOf(path: string): number {
  return createHash('sha256').update(path).digest().readUIntBE(0, 6)
}
