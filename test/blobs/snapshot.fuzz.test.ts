import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Blob,
  type BlobContainer,
  packBlobs,
  type Snapshot,
  snapshotOf,
  takeSnapshot,
} from '../../src/blobs/index.ts'
import { fuzzSettings } from '../fuzz.ts'
import { anyBlob } from './written-page.ts'

const { signal } = new AbortController()

/** Gives these pages, whatever is asked for. */
function listing(pages: readonly (readonly Blob[])[]): BlobContainer {
  const listPage: BlobContainer['listPage'] = async ({ marker = '0' }) => {
    const next = Number(marker) + 1
    return {
      blobs: packBlobs(pages[next - 1] ?? []),
      folders: [],
      marker: next < pages.length ? String(next) : undefined,
    }
  }
  return { listPage } as BlobContainer
}

/** Without folders, so that nothing is listed by them, and nothing stands for one. */
const blobs = fc
  .uniqueArray(anyBlob, { maxLength: 40, selector: ({ name }) => name.replaceAll('/', '_') })
  .map((all) => all.map((blob) => ({ ...blob, name: `d/${blob.name.replaceAll('/', '_')}` })))

/** Cuts a list into pages; some are empty. */
function pagesOf<T>(all: readonly T[], lengths: readonly number[]): T[][] {
  const pages: T[][] = []
  for (let start = 0, nth = 0; start < all.length; nth += 1) {
    const end = start + (lengths[nth % lengths.length] ?? 1)
    pages.push(all.slice(start, end))
    start = end
  }
  return pages
}
const lengths = fc.array(fc.nat(7), { minLength: 1 }).filter((all) => all.some((length) => length > 0))

const byName = (a: Blob, b: Blob) => (a.name < b.name ? -1 : 1)
const withPath = (blob: Blob) => ({ ...blob, path: blob.name.slice(2) })

function expectHolds(snapshot: Snapshot, expected: readonly Blob[]): void {
  expect([...snapshot]).toEqual(expected.map(withPath))
  expect(snapshot.length).toBe(expected.length)
  expect(snapshot.bytes).toBe(expected.reduce((sum, { size }) => sum + size, 0))
  // Backwards, as nothing may depend on going through it in order.
  for (let index = expected.length - 1; index >= 0; index -= 1) {
    const file = withPath(expected[index] as Blob)
    expect([snapshot.at(index), snapshot.pathAt(index), snapshot.sizeAt(index)]).toEqual([file, file.path, file.size])
  }
}

test('a snapshot of pages in any order, sorted or not, is sorted and holds each blob as it was listed', async () => {
  await fc.assert(
    fc.asyncProperty(blobs, lengths, async (all, lengths) => {
      expectHolds(await takeSnapshot(listing(pagesOf(all, lengths)), 'd/', signal), all.toSorted(byName))
    }),
    fuzzSettings(200),
  )
})

test('a snapshot of sorted pages that come in any order is sorted', async () => {
  await fc.assert(
    fc.asyncProperty(blobs, lengths, fc.infiniteStream(fc.nat()), async (all, lengths, random) => {
      const sorted = all.toSorted(byName)
      const pages = pagesOf(sorted, lengths).toSorted(() => (Number(random.next().value) % 2) - 0.5)
      expectHolds(await takeSnapshot(listing(pages), 'd/', signal), sorted)
    }),
    fuzzSettings(200),
  )
})

test('what is picked of a snapshot, and of what was picked, are the files with those indices', async () => {
  await fc.assert(
    fc.asyncProperty(blobs, lengths, fc.array(fc.boolean(), { minLength: 1 }), async (all, lengths, wanted) => {
      const indicesOf = (length: number) =>
        Array.from({ length }, (_, index) => index).filter((index) => wanted[index % wanted.length])
      const snapshot = await takeSnapshot(listing(pagesOf(all, lengths)), 'd/', signal)
      const sorted = all.toSorted(byName)
      const first = indicesOf(sorted.length)
      const once = first.map((index) => sorted[index] as Blob)
      expectHolds(snapshot.pick(Uint32Array.from(first)), once)
      const second = indicesOf(once.length)
      const twice = second.map((index) => once[index] as Blob)
      expectHolds(snapshot.pick(first).pick(second), twice)
      expectHolds(snapshot.pick([]), [])
    }),
    fuzzSettings(150),
  )
})

test('a snapshot of given files holds them, whatever their names and ETags', () => {
  fc.assert(
    fc.property(blobs, (all) => {
      expectHolds(snapshotOf(all.map(withPath)), all.toSorted(byName))
    }),
    fuzzSettings(150),
  )
})

test('empty blobs that have others below their name are left out, and no others', async () => {
  const segment = fc.constantFrom('a', 'b', 'a-', 'a.', 'ab')
  const name = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `d/${segments.join('/')}`)
  const facts = { etag: '0x1', md5: undefined, lastModified: 0, tier: undefined }
  const file = fc.record({ name, size: fc.nat(1) }).map((named) => ({ ...facts, ...named }))
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(file, { selector: ({ name }) => name }), lengths, async (files, lengths) => {
      const isStub = ({ name, size }: Blob) => size === 0 && files.some((other) => other.name.startsWith(`${name}/`))
      // With a limit, page is asked for after page, never by folders.
      const snapshot = await takeSnapshot(listing(pagesOf(files, lengths)), 'd/', signal, { most: 1000 })
      expectHolds(snapshot, files.filter((blob) => !isStub(blob)).toSorted(byName))
      expectHolds(snapshotOf(files.map(withPath)), files.toSorted(byName))
    }),
    fuzzSettings(200),
  )
})
