import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packBlobs, snapshotOf, takeFileSnapshot, takeSnapshot } from '../../src/blobs/index.ts'
import { memoryContainer } from './memory-container.ts'

const { signal } = new AbortController()

async function pathsIn(files: Readonly<Record<string, string>>, prefix = 'd/'): Promise<string[]> {
  return [...(await takeSnapshot(memoryContainer(files), prefix, signal))].map(({ path }) => path)
}

describe('a snapshot of a folder', () => {
  test('holds what lies below it, by the path below it, page after page', async () => {
    const files = { 'd/a': '1', 'd/b/c': '22', 'd/b/d': '', 'd/z': '4', da: 'no', d: 'no', 'e/d/a': 'no' }
    const snapshot = await takeSnapshot(memoryContainer(files), 'd/', signal)
    expect([...snapshot].map(({ path, name }) => [path, name])).toEqual([
      ['a', 'd/a'],
      ['b/c', 'd/b/c'],
      ['b/d', 'd/b/d'],
      ['z', 'd/z'],
    ])
    expect([snapshot.length, snapshot.bytes]).toEqual([4, 4])
    expect([...snapshot]).toEqual([...snapshot])
  })

  test('of the whole container has the names as paths', async () => {
    expect(await pathsIn({ a: 'x', 'b/c': 'y' }, '')).toEqual(['a', 'b/c'])
  })

  test('of nothing is empty', async () => {
    expect(await pathsIn({ 'e/f': 'x' })).toEqual([])
  })

  test.each([
    ['an empty blob with blobs below its name', { 'd/x': '', 'd/x/f': '1' }, ['x/f']],
    ['such blobs at every level', { 'd/x': '', 'd/x/y': '', 'd/x/y/z': '', 'd/x/y/z/f': '1' }, ['x/y/z/f']],
    [
      'such a blob that is listed on another page',
      { 'd/x': '', 'd/x-1': '1', 'd/x-2': '2', 'd/x-3': '3', 'd/x/f': '1' },
      ['x-1', 'x-2', 'x-3', 'x/f'],
    ],
  ])('leaves out %s', async (_what, files, expected) => {
    expect(await pathsIn(files)).toEqual(expected)
  })

  test.each([
    ['an empty file', { 'd/x': '' }, ['x']],
    ['an empty file whose name another only begins with', { 'd/x': '', 'd/xy/f': '1' }, ['x', 'xy/f']],
    ['a file with content that is also a folder, for others to refuse', { 'd/x': '1', 'd/x/f': '1' }, ['x', 'x/f']],
  ])('keeps %s', async (_what, files, expected) => {
    expect(await pathsIn(files)).toEqual(expected)
  })
})

describe('a snapshot of one file', () => {
  const files = { 'd/one.csv': 'one', 'd/one.csv.bak': 'no', 'd/one.csv/x': 'no' }

  test('is that blob alone, by the last segment of its name', async () => {
    const [file, ...others] = await takeFileSnapshot(memoryContainer(files), 'd/one.csv', signal)
    expect(file).toMatchObject({ name: 'd/one.csv', path: 'one.csv', size: 3 })
    expect(others).toEqual([])
  })

  test('at the top of a container', async () => {
    expect((await takeFileSnapshot(memoryContainer({ f: 'x' }), 'f', signal)).bytes).toBe(1)
  })

  test.each(['d/one.cs', 'd/one', 'd/', 'd/nothing'])('is empty for %s, which is no blob', async (name) => {
    expect((await takeFileSnapshot(memoryContainer(files), name, signal)).length).toBe(0)
  })

  test('is found behind an empty page, which the service may send', async () => {
    const container = memoryContainer(files)
    const { listPage } = container
    container.listPage = async (request) =>
      request.marker === undefined
        ? { blobs: packBlobs([]), folders: [], marker: ' ' }
        : listPage({ ...request, marker: request.marker })
    expect((await takeFileSnapshot(container, 'd/one.csv', signal)).length).toBe(1)
  })
})

test('the bytes of a snapshot are the sum of its files, however many', () => {
  const sizes = fc.array(fc.nat(2 ** 40), { maxLength: 50 })
  fc.assert(
    fc.property(sizes, (sizes) => {
      const files = sizes.map((size, index) => ({
        name: `${index}`,
        path: `${index}`,
        size,
        etag: '',
        md5: undefined,
        lastModified: 0,
        tier: undefined,
      }))
      expect(snapshotOf(files).bytes).toBe(sizes.reduce((sum, size) => sum + size, 0))
    }),
    { seed: 10 },
  )
})
