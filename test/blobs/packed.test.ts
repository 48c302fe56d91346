import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Blob, packBlobs } from '../../src/blobs/index.ts'
import { fuzzSettings } from '../fuzz.ts'

const blob: fc.Arbitrary<Blob> = fc.record({
  name: fc.string({ unit: 'grapheme' }).filter((name) => name.isWellFormed()),
  size: fc.nat(2 ** 50),
  etag: fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 70n }).map((tag) => `0x${tag.toString(16).toUpperCase()}`),
    fc.constantFrom('0x', '0x0', '0x00F', '0xabc', 'W/x', ''),
  ),
  md5: fc.option(
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64')),
    { nil: undefined },
  ),
  lastModified: fc.nat(2 ** 42),
  tier: fc.constantFrom('Hot', 'Archive', undefined, ''),
})

test('what is packed comes out as it was', () => {
  fc.assert(
    fc.property(fc.array(blob, { maxLength: 40 }), (blobs) => {
      const packed = packBlobs(blobs)
      expect(Array.from({ length: packed.length }, (_, index) => packed.at(index))).toEqual(blobs)
      expect(blobs.map((_, index) => [packed.name(index), packed.size(index)])).toEqual(
        blobs.map(({ name, size }) => [name, size]),
      )
    }),
    fuzzSettings(200),
  )
})

test('grows over many blobs', () => {
  const name = (index: number) => `folder/${'x'.repeat(index % 100)}${index}`
  const blobs = Array.from({ length: 5000 }, (_, index) => ({
    name: name(index),
    size: index,
    etag: `0x${(index + 1).toString(16).toUpperCase()}`,
    md5: undefined,
    lastModified: index,
    tier: 'Hot',
  }))
  const packed = packBlobs(blobs)
  for (const index of [0, 255, 256, 4999]) expect(packed.at(index)).toEqual(blobs[index])
})

test('a snapshot takes less than 250 bytes a file, with names of 60 characters', () => {
  const program = new URL('snapshot-memory.ts', import.meta.url).pathname
  const bytes = Number(execFileSync(process.execPath, ['--no-warnings', '--expose-gc', program]).toString())
  expect(bytes).toBeGreaterThan(60)
  expect(bytes).toBeLessThan(250)
})
