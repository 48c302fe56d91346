/** Prints how many bytes of memory a file takes in a snapshot of 200,000. */
import { type BlobContainer, packBlobs, takeSnapshot } from '../../src/blobs/index.ts'

const [pages, pageSize] = [40, 5000]
const nameOf = (index: number) =>
  `d/study-${String(Math.floor(index / 1000)).padStart(5, '0')}/series-1/image-of-the-patient-${String(index).padStart(12, '0')}.dcm`
const page = (number: number) =>
  packBlobs(
    Array.from({ length: pageSize }, (_, index) => ({
      ...{ name: nameOf(number * pageSize + index), size: 20_000, lastModified: 1_700_000_000_000, tier: 'Hot' },
      ...{ etag: `0x8DC0B3F2A1C${(index + 0x1000).toString(16).toUpperCase()}`, md5: '1B2M2Y8AsgTpgAmY7PhCfg==' },
    })),
  )
const listPage: BlobContainer['listPage'] = async ({ marker = '0' }) => {
  const number = Number(marker)
  return { blobs: page(number), folders: [], marker: number + 1 < pages ? String(number + 1) : undefined }
}
const inUse = () => {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
const before = inUse()
const snapshot = await takeSnapshot({ listPage } as BlobContainer, 'd/', new AbortController().signal)
const after = inUse()
console.log(Math.round((after - before) / snapshot.length))
