import { type DatasetShape, seededOrder } from './dataset.ts'
import { type Bar, large, small, whereOf } from './rows.ts'
import type { Latency, Scheme } from './server.ts'

/** A line of the tables: a dataset is mounted anew, and somebody reads from it. */
export interface MountedRow {
  readonly title: string
  readonly dataset: DatasetShape
  readonly scheme: Scheme
  readonly latency: Latency
  /** What bash runs in the mounted folder. Without, what counts is how long it takes until the folder answers. */
  readonly script?: (dataset: DatasetShape) => string
  /** Where all would take too long for a tool: it reads only so many files, and its times are scaled. */
  readonly sample?: { readonly tool: string; readonly files: number }
  /** Whether the same is done with the same tree of empty files on tmpfs. */
  readonly isComparedWithTmpfs: boolean
  readonly bars: readonly Bar[]
}

/** The folder that nobody serves: it says how fast a reader can be. */
export const tmpfs = { name: 'tmpfs', about: 'the same folders with empty files, on tmpfs' } as const
const tree: DatasetShape = { name: 'tree', files: 100_000, size: 20 * 1024, folders: 100, hasContent: false }
const reads = { count: 1000, size: 64 * 1024 } as const

const find = () => 'find . | wc -l'
const sequence = () => 'cat * > /dev/null'
const inOrder = ({ files }: DatasetShape) => `find . -type f | sort | sed -n 1,${files}p | xargs cat > /dev/null`

/** One reader, at places that are the same for every tool. They lie across the borders of what is fetched: readers do not know them. */
function randomly({ size }: DatasetShape): string {
  const places = seededOrder(size / reads.size - 1)
    .slice(0, reads.count)
    .map((place) => place * reads.size + ((place * 4099) % reads.size))
  const program = `const { openSync, readSync } = require('fs'), fd = openSync('file-0000000.bin'), bytes = Buffer.alloc(${reads.size})
    for (const place of [${places}]) if (readSync(fd, bytes, 0, bytes.length, place) !== bytes.length) throw new Error('short')`
  return `"${process.execPath}" -e "${program}"`
}

/** Prints the seconds of each. */
function epochs({ files }: DatasetShape): string {
  const order = seededOrder(3 * files)
  const lists = [0, 1, 2].map((epoch) =>
    order.filter((number) => Math.floor(number / files) === epoch).map((number) => number - epoch * files),
  )
  const passes = lists.map((list) => `time printf 'file-%07d.bin\\n' ${list.join(' ')} | xargs cat > /dev/null`)
  return [`TIMEFORMAT='epoch %R s'`, ...passes].join('\n')
}

const plain = { scheme: 'http', latency: 0, isComparedWithTmpfs: false, bars: [] } as const
const than = ['rclone']
const files = 'mounted 10,000 small files'
const ordered = { ...plain, dataset: small, script: inOrder, bars: [{ ratio: 3, than }] }

/** With the bars of the mount's design. */
const untitled: readonly MountedRow[] = [
  { ...plain, title: 'mount 100,000 files ready', dataset: tree },
  {
    ...plain,
    title: 'mounted 100,000 files, find',
    dataset: tree,
    script: find,
    isComparedWithTmpfs: true,
    bars: [{ ratio: 0.5, than: [tmpfs.name] }],
  },
  {
    ...plain,
    title: 'mounted sequential read 2 GB',
    dataset: large,
    script: sequence,
    bars: [{ ratio: 3, than }],
  },
  {
    ...plain,
    title: 'mounted sequential read 2 GB',
    scheme: 'https',
    dataset: large,
    script: sequence,
    bars: [{ ratio: 2, than }],
  },
  { ...plain, title: 'mounted random 64 KiB reads', dataset: large, script: randomly },
  { ...ordered, title: `${files} in order` },
  { ...ordered, title: `${files} in order`, scheme: 'https' },
  {
    ...ordered,
    title: `${files} in order`,
    latency: 10,
    sample: { tool: 'rclone', files: 1000 },
    bars: [{ ratio: 20, than }],
  },
  { ...plain, title: `${files}, three shuffled epochs`, dataset: small, script: epochs },
]

export const mountedRows = untitled.map((row) => ({ ...row, title: [row.title, ...whereOf(row)].join(', ') }))
