import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Blob, decodeSnapshot, encodeSnapshot, snapshotOf, takeSnapshot } from '../../src/blobs/index.ts'
import { fuzzSettings } from '../fuzz.ts'
import { memoryContainer } from './memory-container.ts'

const blob: fc.Arbitrary<Blob> = fc.record({
  name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  size: fc.nat(2 ** 40),
  etag: fc.oneof(
    fc.bigInt(1n, 2n ** 64n - 1n).map((value) => `0x${value.toString(16).toUpperCase()}`),
    fc.string(),
  ),
  md5: fc.option(
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    { nil: undefined },
  ),
  lastModified: fc.nat(2 ** 45),
  tier: fc.constantFrom('Hot', 'Cool', 'Archive', undefined),
})
/** As it comes through a pipe: in one piece, in memory of its own. */
const sent = (bytes: readonly Buffer[]) => {
  const all = Buffer.concat(bytes)
  const own = Buffer.allocUnsafeSlow(all.byteLength)
  own.set(all)
  return own
}

describe('a snapshot that is sent to another process', () => {
  test('is the same there', () => {
    const blobs = fc.uniqueArray(blob, { selector: ({ name }) => name, maxLength: 40 })
    fc.assert(
      fc.property(blobs, (all) => {
        const files = all.map((one) => ({ ...one, name: `ü/${one.name}`, path: one.name }))
        const snapshot = snapshotOf(files.sort((a, b) => (a.name < b.name ? -1 : 1)))
        const received = decodeSnapshot(sent(encodeSnapshot(snapshot)))
        expect([...received]).toEqual([...snapshot])
        expect([received.length, received.bytes]).toEqual([snapshot.length, snapshot.bytes])
        for (let index = 0; index < snapshot.length; index += 1)
          expect(received.lastModifiedAt(index)).toBe(snapshot.at(index).lastModified)
      }),
      fuzzSettings(100),
    )
  })

  test('may be a choice of a larger one, of several pages', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `d/f${index}`)
    const container = memoryContainer(Object.fromEntries(names.map((name) => [name, name])))
    const snapshot = (await takeSnapshot(container, 'd/', new AbortController().signal)).pick([1, 5, 19])
    expect([...decodeSnapshot(sent(encodeSnapshot(snapshot)))]).toEqual([...snapshot])
  })
})
