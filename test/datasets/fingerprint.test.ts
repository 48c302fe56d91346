import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { snapshotOf } from '../../src/blobs/index.ts'
import { combineFingerprints, fingerprintOf } from '../../src/datasets/fingerprint.ts'
import { file } from './helpers.ts'

const value = (files: Parameters<typeof fingerprintOf>[0]) => fingerprintOf(files).value
const text = fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom('a', 'b', '1', ':', '/', ' ', '\n') })
const fileOf = fc
  .record({
    path: text,
    size: fc.nat(20),
    md5: fc.option(text, { nil: undefined }),
    etag: text,
  })
  .map(({ path, size, ...differences }) => file(path, size, differences))
const listing = fc.uniqueArray(fileOf, { selector: ({ path }) => path, maxLength: 4 })
/** What the fingerprint has to tell apart. */
const essence = (files: readonly ReturnType<typeof file>[]) =>
  JSON.stringify(
    files
      .map(({ path, size, md5, etag }) => [path, size, md5 === undefined ? { etag } : { md5 }])
      .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
  )

describe('a fingerprint', () => {
  test('is a SHA-256 in hex that does not depend on the order in which the files were listed', () => {
    const files = ['b', 'a/x', 'a', 'ü'].map((path, index) => file(path, index))
    const listed = value([...snapshotOf(files)])
    expect(listed).toMatch(/^[0-9a-f]{64}$/)
    expect(value([...snapshotOf([...files].reverse())])).toBe(listed)
  })

  test.each([
    ['the path', { path: 'b' }],
    ['the size', { size: 2 }],
    ['the MD5', { md5: 'b3RoZXI=' }],
    ['having no MD5', { md5: undefined }],
  ])('changes with %s', (_what, difference) => {
    expect(value([{ ...file('a', 1), ...difference }])).not.toBe(value([file('a', 1)]))
  })

  test.each([
    ['the time', { lastModified: 5 }],
    ['the ETag of a file with an MD5', { etag: '0x2' }],
    ['the place in the container', { name: 'elsewhere/a' }],
    ['the tier', { tier: 'Cool' }],
  ])('does not change with %s', (_what, difference) => {
    expect(value([file('a', 1, difference)])).toBe(value([file('a', 1)]))
  })

  test('changes with the ETag of a file without MD5', () => {
    const withEtag = (etag: string) => value([file('a', 1, { md5: undefined, etag })])
    expect(withEtag('0x1')).not.toBe(withEtag('0x2'))
  })

  test.each([
    ['md5', ['x', 'y']],
    ['etag', [undefined, undefined]],
    ['mixed', ['x', undefined]],
    ['md5', []],
  ])('is said to be made from %s where the MD5s are %j', (basis, md5s) => {
    expect(fingerprintOf(md5s.map((md5, index) => file(`f${index}`, 1, { md5 }))).basis).toBe(basis)
  })

  test('is the same for the same files only: no characters can move from one field to the next', () => {
    fc.assert(
      fc.property(listing, listing, (a, b) => {
        expect(value(a) === value(b)).toBe(essence(a) === essence(b))
      }),
      { seed: 8, numRuns: 2000 },
    )
    expect(value([file('a', 11)])).not.toBe(value([file('a1', 1)]))
    expect(value([file('a', 1, { md5: 'etag:x' })])).not.toBe(value([file('a', 1, { md5: undefined, etag: 'x' })]))
    expect(value([])).not.toBe(value([file('', 0, { md5: '' })]))
  })
})

describe('the fingerprint of several datasets', () => {
  const combine = (...pairs: [string, string][]) =>
    combineFingerprints(pairs.map(([dataName, fingerprint]) => ({ dataName, fingerprint })))

  test('does not depend on their order', () => {
    expect(combine(['a', 'x'], ['b', 'y'])).toBe(combine(['b', 'y'], ['a', 'x']))
  })

  test('changes when two swap their content, when one is left out, and when one is renamed', () => {
    const both = combine(['a', 'x'], ['b', 'y'])
    for (const other of [combine(['a', 'y'], ['b', 'x']), combine(['a', 'x']), combine(['a', 'x'], ['c', 'y'])])
      expect(other).not.toBe(both)
  })

  test('lets no characters move between names and values', () => {
    expect(combine(['ab', 'c'])).not.toBe(combine(['a', 'bc']))
    expect(combine(['a', 'b'], ['c', 'd'])).not.toBe(combine(['a', 'bc'], ['', 'd']))
  })
})
