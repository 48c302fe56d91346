import type { DatasetShape } from './dataset.ts'
import { type Bar, whereOf } from './rows.ts'
import type { Latency, Scheme } from './server.ts'

/** Two lines of the table: a script writes a dataset, and it is published. */
export interface WrittenRow {
  readonly title: string
  readonly dataset: DatasetShape
  readonly scheme: Scheme
  readonly latency: Latency
  /** Milliseconds that the script waits after each megabyte. */
  readonly pause: number
  /** Bars of the time that the script takes, and of the time until all is in the store. */
  readonly bars: { readonly script: readonly Bar[]; readonly published: readonly Bar[] }
}

/** What a script takes that writes to the disk, and all that comes after it. */
export const disk = {
  name: 'disk, then upload',
  about: 'to a folder on the disk, then uploaded by this repository',
} as const

const bars = {
  script: [{ ratio: 1 / 1.3, than: [disk.name] }],
  published: [{ ratio: 1.5, than: [disk.name, 'rclone'] }],
} as const
const shape = (name: string, files: number, size: number): DatasetShape => ({
  ...{ name, files, size, folders: 0, hasContent: true },
})
const slow = { title: 'write 8 × 256 MB, waiting 8 ms a MB', dataset: shape('written-slowly', 8, 256 * 1024 ** 2) }
const small = { title: 'write 10,000 × 50 KB', dataset: shape('written-small', 10_000, 50 * 1024) }
const large = { title: 'write 4 × 1 GB', dataset: shape('written-large', 4, 1024 ** 3) }

const usual = { scheme: 'http', latency: 0, pause: 0, bars } as const

const untitled: readonly WrittenRow[] = [
  { ...usual, ...small },
  { ...usual, ...small, scheme: 'https', latency: 10 },
  { ...usual, ...large },
  { ...usual, ...large, scheme: 'https' },
  { ...usual, ...slow, scheme: 'https', pause: 8 },
]

export const writtenRows = untitled.map((row) => ({ ...row, title: [row.title, ...whereOf(row)].join(', ') }))
