import { type DatasetShape, seededOrder } from './dataset.ts'
import type { Latency, Scheme } from './server.ts'

/** A line of the table of mounts: a dataset is mounted anew, and somebody reads from it. */
export interface MountRow {
  readonly title: string
  readonly dataset: DatasetShape
  readonly scheme: Scheme
  readonly latency: Latency
  /** What is run by bash in the mounted folder; nothing where only the time until it is ready counts. */
  readonly script: string
  /** Scripts of the tools that would take too long, and how much of the work they do. */
  readonly shorter?: { readonly tools: readonly string[]; readonly script: string; readonly share: number }
  readonly bar?: number
}

const megabyte = 1024 * 1024
const small: DatasetShape = { name: 'small', files: 10_000, size: 20 * 1024, folders: 0, hasContent: true }
const large: DatasetShape = { name: 'large', files: 4, size: 512 * megabyte, folders: 0, hasContent: true }
const listed: DatasetShape = { name: 'listed', files: 100_000, size: 20 * 1024, folders: 100, hasContent: false }

const inOrder = (files: number) => `ls | head -n ${files} | xargs cat > /dev/null`
const sequence = 'cat * > /dev/null'
/** A thousand places of a file of 512 MB, the same for every tool. */
const places = seededOrder(8192).slice(0, 1000)
const randomly = `node -e 'const { openSync, readSync } = require("fs"); const [file, bytes] = [openSync("file-0000000.bin"), Buffer.alloc(65536)]; for (const place of [${places}]) readSync(file, bytes, 0, 65536, place * 65536)'`
const epochs = [1, 2, 3].map((seed) => `ls | shuf --random-source=<(yes ${seed}) | xargs cat > /dev/null`).join('; ')

/** The bars of DESIGN, section 8. */
export const mountRows: readonly MountRow[] = [
  { title: '100,000 files: until ready', dataset: listed, scheme: 'http', latency: 0, script: '' },
  { title: '100,000 files: `find`', dataset: listed, scheme: 'http', latency: 0, script: 'find . | wc -l' },
  { title: '4 × 512 MB in sequence, http', dataset: large, scheme: 'http', latency: 0, script: sequence, bar: 3 },
  { title: '4 × 512 MB in sequence, https', dataset: large, scheme: 'https', latency: 0, script: sequence, bar: 2 },
  { title: '1,000 × 64 KiB here and there, http', dataset: large, scheme: 'http', latency: 0, script: randomly },
  {
    title: '10,000 × 20 KB in order, http',
    dataset: small,
    scheme: 'http',
    latency: 0,
    script: inOrder(10_000),
    bar: 3,
  },
  {
    title: '10,000 × 20 KB in order, http, +10 ms',
    dataset: small,
    scheme: 'http',
    latency: 10,
    script: inOrder(10_000),
    shorter: { tools: ['rclone'], script: inOrder(1000), share: 0.1 },
    bar: 20,
  },
  { title: '10,000 × 20 KB, three shuffled epochs, http', dataset: small, scheme: 'http', latency: 0, script: epochs },
]
