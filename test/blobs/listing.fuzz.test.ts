import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BlobContainer, type ListedPage, packBlobs, takeSnapshot } from '../../src/blobs/index.ts'
import { listSideBySide } from '../../src/blobs/listing.ts'
import { Cancelled } from '../../src/report/index.ts'
import { fuzzSettings } from '../fuzz.ts'

const { signal } = new AbortController()

interface Service {
  readonly container: BlobContainer
  readonly asked: { readonly prefix: string; readonly delimiter: string; readonly marker: string | undefined }[]
  /** Requests that have no answer yet. */
  readonly running: () => number
  readonly most: () => number
}

interface Manners {
  /** Entries of a page, by the number of the request; 0 for a page that is empty and not the last. */
  readonly pageSizes: readonly number[]
  /** Turns of the event loop that a request takes, by its number. */
  readonly delays?: readonly number[]
  /** What a request does before it is answered, by its number, from 1. */
  readonly before?: (number: number) => unknown
  /** Whether a slash sorts before everything, as in accounts with a hierarchical namespace. */
  readonly slashFirst?: boolean
}

/** A service that lists these names. */
function service(
  names: readonly string[],
  { pageSizes, delays = [1], before = () => {}, slashFirst = false }: Manners,
): Service {
  const asked: Service['asked'] = []
  let [running, most] = [0, 0]
  const all = new Set(names)
  const key = (name: string) => (slashFirst ? name.replaceAll('/', '\0') : name)
  const listPage: BlobContainer['listPage'] = async ({ prefix, delimiter, marker, signal }) => {
    const number = asked.push({ prefix, delimiter, marker })
    running += 1
    most = Math.max(most, running)
    try {
      for (let turn = delays[number % delays.length] ?? 0; turn > 0; turn -= 1)
        await new Promise((resolve) => setImmediate(resolve))
      await before(number)
      signal.throwIfAborted()
      return page(prefix, delimiter, Number(marker ?? 0), pageSizes[number % pageSizes.length] ?? 1)
    } finally {
      running -= 1
    }
  }
  const page = (prefix: string, delimiter: string, from: number, size: number): ListedPage => {
    const entryOf = (name: string) => {
      const slash = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length)
      return slash < 0 ? name : name.slice(0, slash + 1)
    }
    const entries = [...new Set(names.filter((name) => name.startsWith(prefix)).map(entryOf))].sort((a, b) =>
      key(a) < key(b) ? -1 : 1,
    )
    const shown = entries.slice(from, from + size)
    const facts = { size: 1, etag: '0x1', md5: undefined, lastModified: 0, tier: undefined }
    return {
      blobs: packBlobs(
        shown.filter((entry) => entry === entryOf(entry) && all.has(entry)).map((name) => ({ name, ...facts })),
      ),
      folders: shown.filter((entry) => delimiter !== '' && entry.endsWith('/')),
      marker: from + size < entries.length ? String(from + size) : undefined,
    }
  }
  return { container: { listPage } as BlobContainer, asked, running: () => running, most: () => most }
}

async function list({ container }: Service, folder = 'd/', by = signal): Promise<string[]> {
  const names: string[] = []
  for await (const { blobs } of listSideBySide(container, folder, by))
    for (let index = 0; index < blobs.length; index += 1) names.push(blobs.name(index))
  return names
}

const segment = fc.constantFrom('a', 'b', 'c', 'a-', 'a.b', 'ü', '😀', '')
const name = fc
  .tuple(fc.array(segment, { maxLength: 4 }), fc.stringMatching(/^[a-z0-9]{1,3}$/))
  .map(([folders, last]) => [...folders, last].join('/'))
const names = fc.uniqueArray(name, { maxLength: 80 }).map((paths) => paths.map((path) => `d/${path}`))
const manners = fc.record({
  pageSizes: fc.array(fc.nat(9), { minLength: 1, maxLength: 5 }).filter((sizes) => sizes.some((size) => size > 0)),
  delays: fc.array(fc.nat(4), { minLength: 1, maxLength: 7 }),
  slashFirst: fc.boolean(),
})

describe('a listing side by side', () => {
  test('gives each blob below the folder once, for any tree, pages of any size, in any order of the answers', async () => {
    await fc.assert(
      fc.asyncProperty(names, manners, async (inside, how) => {
        const listing = service([...inside, 'd', 'd-/x', 'c/x', 'e/x'], how)
        expect((await list(listing)).toSorted()).toEqual(inside.toSorted())
        expect(listing.most()).toBeLessThanOrEqual(16)
        expect(listing.running()).toBe(0)
      }),
      fuzzSettings(300),
    )
  })

  test('of a whole container gives everything', async () => {
    await fc.assert(
      fc.asyncProperty(names, manners, async (inside, how) => {
        expect((await list(service(inside, how), '')).toSorted()).toEqual(inside.toSorted())
      }),
      fuzzSettings(100),
    )
  })

  test('makes a snapshot that is sorted, for any tree and pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(names, manners, async (inside, how) => {
        const snapshot = await takeSnapshot(service(inside, how).container, 'd/', signal)
        expect([...snapshot].map(({ path }) => `d/${path}`)).toEqual(inside.toSorted())
      }),
      fuzzSettings(100),
    )
  })

  test('that fails at any request ends with that, once nothing runs any more', async () => {
    await fc.assert(
      fc.asyncProperty(names, manners, fc.integer({ min: 1, max: 30 }), async (inside, how, at) => {
        const failure = new Error('no')
        const before = (number: number) => {
          if (number === at) throw failure
        }
        const listing = service(inside, { ...how, before })
        const ending = await list(listing).catch((error) => error)
        const { length } = listing.asked
        expect(listing.running()).toBe(0)
        if (length >= at) expect(ending).toBe(failure)
        await new Promise((resolve) => setImmediate(resolve))
        expect(listing.asked).toHaveLength(length)
      }),
      fuzzSettings(200),
    )
  })

  test('that is told to stop at any request ends with the reason, once nothing runs any more', async () => {
    await fc.assert(
      fc.asyncProperty(names, manners, fc.integer({ min: 1, max: 30 }), async (inside, how, at) => {
        const stop = new AbortController()
        const before = (number: number) => {
          if (number === at) stop.abort(new Cancelled('stop'))
        }
        const listing = service(inside, { ...how, before })
        const ending = await list(listing, 'd/', stop.signal).catch((error) => error)
        expect(listing.running()).toBe(0)
        if (listing.asked.length >= at) expect(ending).toBeInstanceOf(Cancelled)
      }),
      fuzzSettings(200),
    )
  })

  test('whose pages are wanted no more asks for no more', async () => {
    const inside = Array.from({ length: 200 }, (_, index) => `d/${index % 8}/${index}`)
    const listing = service(inside, { pageSizes: [9], delays: [1, 2, 3] })
    let pages = 0
    for await (const _ of listSideBySide(listing.container, 'd/', signal)) {
      pages += 1
      if (pages === 3) break
    }
    expect(listing.running()).toBe(0)
    const { length } = listing.asked
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(listing.asked).toHaveLength(length)
  })

  test('says of one page alone that it is the last', async () => {
    const inside = Array.from({ length: 100 }, (_, index) => `d/${index % 4}/${index}`)
    const ends: boolean[] = []
    for await (const { isLast } of listSideBySide(service(inside, { pageSizes: [9] }).container, 'd/', signal))
      ends.push(isLast)
    expect(ends.filter(Boolean)).toHaveLength(1)
    expect(ends.at(-1)).toBe(true)
  })

  test('of many small folders behind a large one does not ask for each of them', async () => {
    const large = Array.from({ length: 1200 }, (_, index) => `d/a/${String(index).padStart(4, '0')}`)
    const small = Array.from({ length: 3000 }, (_, index) => `d/b${String(index).padStart(4, '0')}/f`)
    const listing = service([...large, ...small], { pageSizes: [1000] })
    expect((await list(listing)).toSorted()).toEqual([...large, ...small])
    // Page after page, these are 5 requests.
    expect(listing.asked.length).toBeLessThan(200)
  })

  test('of many large folders goes on by them', async () => {
    const inside = Array.from(
      { length: 170 * 400 },
      (_, index) => `d/${String(Math.floor(index / 400)).padStart(3, '0')}/${String(index % 400).padStart(3, '0')}`,
    )
    const listing = service(inside, { pageSizes: [350] })
    expect((await list(listing)).toSorted()).toEqual(inside)
    expect(listing.most()).toBe(16)
  })
})
