import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { takeSnapshot } from '../../src/blobs/index.ts'
import { listSideBySide } from '../../src/blobs/listing.ts'
import { Cancelled } from '../../src/report/index.ts'
import { fuzzSettings } from '../fuzz.ts'
import { type MemoryContainer, memoryContainer } from './memory-container.ts'

const { signal } = new AbortController()

/** Lists side by side; gives the names, and counts requests. */
async function list(container: MemoryContainer, folder = 'd/', by = signal) {
  const requests: string[] = []
  let [under, most] = [0, 0]
  const { listPage } = container
  container.listPage = async (request) => {
    requests.push(`${request.prefix}${request.delimiter ? ' by folders' : ''}`)
    under += 1
    most = Math.max(most, under)
    try {
      await new Promise((resolve) => setImmediate(resolve))
      return await listPage(request)
    } finally {
      under -= 1
    }
  }
  const names: string[] = []
  try {
    for await (const { blobs } of listSideBySide(container, folder, by))
      for (let index = 0; index < blobs.length; index += 1) names.push(blobs.name(index))
  } finally {
    container.listPage = listPage
  }
  return { names, requests, most }
}

const filled = (names: readonly string[]) => memoryContainer(Object.fromEntries(names.map((name) => [name, 'x'])))
/** So many files in each of so many folders; pages have three. */
const tree = (folders: number, files: number) =>
  Array.from(
    { length: folders * files },
    (_, index) => `d/f${String(Math.floor(index / files)).padStart(3, '0')}/${index}`,
  )

describe('a listing side by side', () => {
  test('gives what lies below a folder, each blob once', async () => {
    const name = fc
      .array(fc.constantFrom('a', 'b', 'a-', 'ü', 'a b'), { minLength: 1, maxLength: 4 })
      .map((segments) => segments.join('/'))
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { maxLength: 60 }), async (paths) => {
        const inside = paths.map((path) => `d/${path}`)
        const { names } = await list(filled([...inside, 'd', 'd-/x', 'e/x']))
        expect(names.toSorted()).toEqual(inside.toSorted())
      }),
      fuzzSettings(200),
    )
  })

  test('of one page is one request', async () => {
    expect((await list(filled(['d/a', 'd/b/c', 'd/b/d']))).requests).toEqual(['d/'])
  })

  test('that is long and has few large folders goes on by them, at the same time', async () => {
    const { names, requests, most } = await list(filled(tree(8, 30)))
    expect(names).toHaveLength(240)
    expect(requests.slice(0, 2)).toEqual(['d/', 'd/ by folders'])
    expect(most).toBeGreaterThanOrEqual(8)
  })

  test('asks for no more than sixteen pages at a time', async () => {
    const container = filled(tree(60, 30))
    const { listPage } = container
    container.listPage = (request) => listPage({ ...request, most: 25 })
    expect((await list(container)).most).toBe(16)
  })

  test('does not ask for each of many small folders', async () => {
    const container = filled(tree(100, 1))
    const { listPage } = container
    // Pages of 30, as those of three never show more than three folders.
    container.listPage = (request) => listPage({ ...request, most: 30 })
    const { names, requests } = await list(container)
    expect([names.length, requests]).toEqual([100, ['d/', 'd/', 'd/', 'd/']])
  })

  const paged = (names: readonly string[], pageOf: number) => {
    const container = filled(names)
    const { listPage } = container
    container.listPage = (request) => listPage({ ...request, most: request.delimiter ? 5000 : pageOf })
    return container
  }

  test('whose first folder is large and whose many others are small goes on page after page', async () => {
    const large = Array.from({ length: 40 }, (_, index) => `d/a/${index}`)
    const { names, requests } = await list(paged([...large, ...tree(200, 1)], 30))
    expect(names).toHaveLength(240)
    expect(requests).toEqual(['d/', 'd/ by folders', 'd/f099/', ...Array(7).fill('d/')])
  })

  test('whose many folders are large goes on by them', async () => {
    const { names, requests } = await list(paged(tree(200, 12), 10))
    expect(names).toHaveLength(2400)
    expect(requests.slice(0, 3)).toEqual(['d/', 'd/ by folders', 'd/f100/'])
    expect(requests.filter((request) => request === 'd/')).toHaveLength(1)
  })

  test('goes down a chain of folders that hold everything, without asking for its first page again and again', async () => {
    const { names, requests } = await list(filled(Array.from({ length: 30 }, (_, index) => `d/only/one/deep/${index}`)))
    expect(names).toHaveLength(30)
    expect(requests.slice(0, 3)).toEqual(['d/', 'd/ by folders', 'd/only/ by folders'])
  })

  test('whose request fails ends with that, when nothing runs any more', async () => {
    const container = filled(tree(8, 30))
    const { listPage } = container
    let under = 0
    container.listPage = async (request) => {
      under += 1
      try {
        await new Promise((resolve) => setTimeout(resolve, request.prefix === 'd/f003/' ? 1 : 20))
        if (request.prefix === 'd/f003/') throw new Error('no')
        return await listPage(request)
      } finally {
        under -= 1
      }
    }
    await expect(list(container)).rejects.toThrow('no')
    expect(under).toBe(0)
  })

  test('that is told to stop ends with the reason', async () => {
    const stop = new AbortController()
    const container = filled(tree(8, 30))
    const { listPage } = container
    let asked = 0
    container.listPage = async (request) => {
      asked += 1
      if (asked === 5) stop.abort(new Cancelled('stop'))
      return listPage(request)
    }
    await expect(list(container, 'd/', stop.signal)).rejects.toThrow(Cancelled)
  })

  test('with empty pages in the middle goes on', async () => {
    const container = filled(tree(1, 9))
    const { listPage } = container
    container.listPage = async (request) => {
      const isEmpty = request.marker?.startsWith('empty ')
      const page = await listPage({ ...request, marker: request.marker?.replace(/^(empty|then) /, '') })
      if (isEmpty)
        return {
          blobs: (await listPage({ ...request, prefix: 'nothing', marker: undefined })).blobs,
          folders: [],
          marker: request.marker?.replace('empty', 'then'),
        }
      return { ...page, marker: page.marker && `empty ${page.marker}` }
    }
    expect((await list(container)).names).toHaveLength(9)
  })
})

test('a snapshot is sorted by path, in whatever order the pages come and the service sorts', async () => {
  const names = ['d/b/y', 'd/a', 'd/b-c', 'd/b/x', 'd/c', 'd/a-b/1', 'd/a/2', 'd/a.b/3', 'd/z', 'd/b/z/1']
  const container = filled(names)
  const { listPage } = container
  container.listPage = async (request) => {
    // As accounts with a hierarchical namespace: a slash comes before all other characters.
    const key = (name: string) => name.replaceAll('/', '\u0001')
    const page = await listPage({ ...request, most: 100 })
    const blobs = Array.from({ length: page.blobs.length }, (_, index) => page.blobs.at(index))
    blobs.sort((a, b) => (key(a.name) < key(b.name) ? -1 : 1))
    return {
      ...page,
      blobs: {
        ...page.blobs,
        at: (index: number) => blobs[index] as (typeof blobs)[number],
        name: (index: number) => blobs[index]?.name ?? '',
        size: (index: number) => blobs[index]?.size ?? 0,
      },
    }
  }
  const paths = [...(await takeSnapshot(container, 'd/', signal))].map(({ path }) => path)
  expect(paths).toEqual(names.map((name) => name.slice(2)).toSorted())
})
