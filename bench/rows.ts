import type { DatasetShape } from './dataset.ts'
import type { Latency, Scheme } from './server.ts'
import type { Work } from './tools.ts'

/** A line of the table: one piece of work, done by several tools side by side. */
export interface Row {
  readonly kind: Work['kind'] | 'second run'
  readonly dataset: DatasetShape
  readonly scheme: Scheme
  readonly latency: Latency
  readonly disk: 'tmpfs' | 'disk'
  /** Tools that are left out, as they take long and show nothing new. */
  readonly without?: readonly string[]
  /** How many times as fast we have to be as the fastest of these. */
  readonly bars: readonly Bar[]
}

export interface Bar {
  readonly ratio: number
  readonly than: readonly string[]
}

const peers = ['azcopy', 'rclone']
/** Compared with in the rows without latency, on tmpfs. */
const slow = ['SDK', 'undici']
const megabyte = 1024 * 1024
export const small: DatasetShape = { name: 'small', files: 10_000, size: 20 * 1024, folders: 0, hasContent: true }
export const large: DatasetShape = { name: 'large', files: 4, size: 512 * megabyte, folders: 0, hasContent: true }
const listed: DatasetShape = { name: 'listed', files: 100_000, size: 20 * 1024, folders: 0, hasContent: false }
const million: DatasetShape = { name: 'million', files: 1_000_000, size: 20 * 1024, folders: 100, hasContent: false }

/** For a look whether the bench itself works. */
export function smaller(shape: DatasetShape): DatasetShape {
  return {
    ...shape,
    files: Math.min(shape.files, shape.hasContent ? 1000 : 10_000),
    size: Math.min(shape.size, 16 * megabyte),
    folders: Math.min(shape.folders, 2),
  }
}

/** The bars of DESIGN, section 8. */
export const rows: readonly Row[] = [
  { kind: 'list', dataset: listed, scheme: 'http', latency: 0, disk: 'tmpfs', bars: [{ ratio: 10, than: ['SDK'] }] },
  { kind: 'list', dataset: million, scheme: 'http', latency: 10, disk: 'tmpfs', without: ['SDK'], bars: [] },
  ...transfers('download', small, 'tmpfs', 1.5, 1.5),
  { ...transfer('download', small, 'http', 'tmpfs', 1.5), latency: 10, without: slow },
  { ...transfer('download', small, 'https', 'tmpfs', 1.5), latency: 10, without: slow },
  { ...transfer('download', small, 'https', 'disk', 1.5), without: slow },
  ...transfers('download', large, 'tmpfs', 1.5, 1, [{ ratio: 0.8, than: ['curl'] }]),
  { ...transfer('download', large, 'https', 'disk', 1), without: slow },
  { ...transfer('second run', small, 'https', 'tmpfs', 1), without: slow, bars: [] },
  ...transfers('upload', small, 'tmpfs', 1.5, 1.5),
  { ...transfer('upload', small, 'https', 'tmpfs', 1.5), latency: 10, without: slow },
  ...transfers('upload', large, 'tmpfs', 1.5, 1),
]

function transfers(
  kind: Row['kind'],
  dataset: DatasetShape,
  disk: Row['disk'],
  http: number,
  https: number,
  others: readonly Bar[] = [],
): Row[] {
  return [transfer(kind, dataset, 'http', disk, http, others), transfer(kind, dataset, 'https', disk, https, others)]
}

function transfer(
  kind: Row['kind'],
  dataset: DatasetShape,
  scheme: Scheme,
  disk: Row['disk'],
  ratio: number,
  others: readonly Bar[] = [],
): Row {
  return { kind, dataset, scheme, latency: 0, disk, bars: [{ ratio, than: peers }, ...others] }
}

/** `download 10,000 × 20 KB, https, +10 ms, tmpfs` */
export function titleOf({ kind, dataset, scheme, latency, disk }: Row): string {
  const size = dataset.size >= megabyte ? `${dataset.size / megabyte} MB` : `${dataset.size / 1024} KB`
  const what =
    kind === 'list'
      ? `${dataset.files.toLocaleString('en-US')} blobs`
      : `${dataset.files.toLocaleString('en-US')} × ${size}`
  const where = kind === 'list' ? [] : [disk]
  return [`${kind} ${what}`, ...whereOf({ scheme, latency }), ...where].join(', ')
}

export function whereOf({ scheme, latency }: { readonly scheme: Scheme; readonly latency: Latency }): string[] {
  return [scheme, ...(latency ? [`+${latency} ms`] : [])]
}
