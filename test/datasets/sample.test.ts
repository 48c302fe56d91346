import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { snapshotOf } from '../../src/blobs/index.ts'
import { parseSample, type SampleBy, type SampleSize, takeSample } from '../../src/datasets/sample.ts'
import { refusalOf } from '../report/helpers.ts'
import { file } from './helpers.ts'

const kilobyte = 1024
const thousand = snapshotOf(Array.from({ length: 1000 }, (_, index) => file(`p${index % 50}/${index}`, 10)))
const pathsOf = (files: Iterable<{ path: string }>) => [...files].map(({ path }) => path)
const sampleOf = (paths: readonly string[], size: SampleSize, by: SampleBy = 'file') =>
  pathsOf(takeSample(snapshotOf(paths.map((path) => file(path, 10))), size, by))
const percent = (percent: number): SampleSize => ({ kind: 'percent', percent })
const count = (count: number): SampleSize => ({ kind: 'count', count })

describe('a sample is written', () => {
  test.each<[string, SampleSize]>([
    ['200', { kind: 'count', count: 200 }],
    [' 1 ', { kind: 'count', count: 1 }],
    ['2%', { kind: 'percent', percent: 2 }],
    ['0.5 %', { kind: 'percent', percent: 0.5 }],
    ['100%', { kind: 'percent', percent: 100 }],
    ['700b', { kind: 'bytes', bytes: 700 }],
    ['1KB', { kind: 'bytes', bytes: kilobyte }],
    ['1.5mb', { kind: 'bytes', bytes: 1.5 * kilobyte ** 2 }],
    ['1GB', { kind: 'bytes', bytes: kilobyte ** 3 }],
    ['1 GB', { kind: 'bytes', bytes: kilobyte ** 3 }],
    ['1\tGB', { kind: 'bytes', bytes: kilobyte ** 3 }],
    ['1\u00a0GB', { kind: 'bytes', bytes: kilobyte ** 3 }],
    ['2TB', { kind: 'bytes', bytes: 2 * kilobyte ** 4 }],
  ])('%j', (text, size) => {
    expect(parseSample(text)).toEqual(size)
  })

  test.each([
    '',
    '0',
    '0%',
    '0GB',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '101%',
    '%',
    'GB',
    '1GiB',
    '1 file',
    '.5%',
    '1,000',
    '9'.repeat(400),
    'all',
  ])('not as %j', async (text) => {
    expect((await refusalOf(() => parseSample(text))).message).toContain('nor a share (2%), nor a size (1GB)')
  })
})

describe('a sample', () => {
  test('by count has that many files, in the order of the listing, or all there are', () => {
    const chosen = pathsOf(takeSample(thousand, count(20), 'file'))
    expect(chosen).toHaveLength(20)
    expect(pathsOf(thousand).filter((path) => chosen.includes(path))).toEqual(chosen)
    expect(takeSample(thousand, count(5000), 'file')).toHaveLength(1000)
  })

  test('by percent has about that share', () => {
    const share = takeSample(thousand, percent(10), 'file').length
    expect(share).toBeGreaterThan(60)
    expect(share).toBeLessThan(140)
    expect(takeSample(thousand, percent(100), 'file')).toHaveLength(1000)
  })

  test('by bytes fits into them', () => {
    const mixed = snapshotOf(Array.from({ length: 100 }, (_, index) => file(`f${index}`, index * 10)))
    const { bytes } = takeSample(mixed, { kind: 'bytes', bytes: 5000 }, 'file')
    expect(bytes).toBeLessThanOrEqual(5000)
    expect(bytes).toBeGreaterThan(4000)
  })

  test('by folder takes folders with all their files; files at the top are a folder too', () => {
    const chosen = pathsOf(takeSample(thousand, count(3), 'folder'))
    expect(new Set(chosen.map((path) => path.split('/')[0])).size).toBe(3)
    expect(chosen).toHaveLength(60)
    expect(sampleOf(['a', 'b', 'c/d'], count(2), 'folder')).toEqual(['a', 'b', 'c/d'])
    expect(['a,b', 'c/d', 'c/d/e']).toContain(sampleOf(['a', 'b', 'c/d', 'c/d/e'], count(1), 'folder').join())
  })

  test.each<[string, SampleSize]>([
    ['a tiny share', percent(0.000001)],
    ['fewer bytes than any file has', { kind: 'bytes', bytes: 1 }],
    ['one', count(1)],
  ])('of %s holds one file or folder', (_what, size) => {
    expect(takeSample(thousand, size, 'file')).toHaveLength(1)
    expect(takeSample(thousand, size, 'folder')).toHaveLength(20)
  })

  const paths = fc.uniqueArray(fc.stringMatching(/^[a-c]{1,3}(\/[a-d]{1,3}){0,2}$/), { minLength: 1, maxLength: 60 })
  const by = fc.constantFrom<SampleBy>('file', 'folder')

  test('is the same whatever the order of the files', () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 40 }).map(count), fc.integer({ min: 1, max: 100 }).map(percent))
    fc.assert(
      fc.property(paths, size, by, (some, size, by) => {
        expect(new Set(sampleOf([...some].reverse(), size, by))).toEqual(new Set(sampleOf(some, size, by)))
      }),
      { seed: 4 },
    )
  })

  test('by percent keeps every file that it had when data is added', () => {
    fc.assert(
      fc.property(paths, paths, fc.integer({ min: 1, max: 99 }), (before, added, share) => {
        const chosen = sampleOf(before, percent(share))
        fc.pre(chosen.length > 1) // a sample of one may be the one that stands in for none
        expect(sampleOf([...new Set([...before, ...added])], percent(share))).toEqual(expect.arrayContaining(chosen))
      }),
      { seed: 5 },
    )
  })

  test('by count loses no more files than are added', () => {
    fc.assert(
      fc.property(paths, paths, fc.integer({ min: 1, max: 60 }), (before, added, size) => {
        const fresh = added.filter((path) => !before.includes(path))
        const earlier = sampleOf(before, count(size))
        const later = new Set(sampleOf([...before, ...fresh], count(size)))
        expect(earlier.filter((path) => !later.has(path)).length).toBeLessThanOrEqual(fresh.length)
        expect(later.size).toBe(Math.min(size, before.length + fresh.length))
      }),
      { seed: 6 },
    )
  })

  test('that is larger holds the smaller one', () => {
    fc.assert(
      fc.property(paths, fc.integer({ min: 1, max: 99 }), (some, size) => {
        expect(sampleOf(some, count(size + 1))).toEqual(expect.arrayContaining(sampleOf(some, count(size))))
        expect(sampleOf(some, percent(size + 1))).toEqual(expect.arrayContaining(sampleOf(some, percent(size))))
      }),
      { seed: 7 },
    )
  })

  test('stays what it was in earlier versions of the action', () => {
    expect(pathsOf(takeSample(thousand, count(3), 'file'))).toMatchInlineSnapshot(`
      [
        "p35/885",
        "p46/146",
        "p49/899",
      ]
    `)
  })
})
