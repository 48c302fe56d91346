import { createHash } from 'node:crypto'
import bytes from 'bytes'
import type { SnapshotFile } from '../blobs/index.ts'
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
export function takeSample(files: readonly SnapshotFile[], size: SampleSize, by: SampleBy): SnapshotFile[] {
  const groups = new Map<string, SnapshotFile[]>()
  for (const file of files) {
    const key = by === 'file' ? file.path : folderOf(file.path)
    const group = groups.get(key)
    if (group) group.push(file)
    else groups.set(key, [file])
  }
  const ranked = [...groups]
    .map(([key, group]) => ({ rank: rankOf(key), group }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
  const chosen = new Set(takeWhile(ranked, size).flatMap(({ group }) => group))
  return files.filter((file) => chosen.has(file))
}

interface Ranked {
  readonly rank: string
  readonly group: readonly SnapshotFile[]
}

function takeWhile(ranked: readonly Ranked[], size: SampleSize): readonly Ranked[] {
  switch (size.kind) {
    case 'count':
      return ranked.slice(0, size.count)
    case 'percent':
      // By the hash itself and not by its rank, so that adding data never drops a file that was chosen.
      return atLeastOne(
        ranked.filter(({ rank }) => Number.parseInt(rank.slice(0, 12), 16) < (size.percent / 100) * 2 ** 48),
        ranked,
      )
    case 'bytes': {
      let sum = 0
      const fitting = ranked.filter(({ group }) => {
        const bytesOfGroup = group.reduce((total, file) => total + file.size, 0)
        if (sum + bytesOfGroup > size.bytes) return false
        sum += bytesOfGroup
        return true
      })
      return atLeastOne(fitting, ranked)
    }
  }
}

function atLeastOne(chosen: readonly Ranked[], all: readonly Ranked[]): readonly Ranked[] {
  return chosen.length > 0 ? chosen : all.slice(0, 1)
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function rankOf(path: string): string {
  return createHash('sha256').update(path).digest('hex')
}
