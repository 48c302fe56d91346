import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Chunks, chunkBytes, createChunks } from '../../src/mount/chunks.ts'
import { fuzzSettings } from '../fuzz.ts'

const sizes = [0, 0, 10, chunkBytes, 3 * chunkBytes + 5, 40 * chunkBytes]
const sizeOf = (inode: number) => sizes[inode] ?? 0
/** The byte of a file at a place. */
const byteAt = (inode: number, offset: number) => (inode * 31 + offset * 7 + (offset >> 8)) & 0xff
const contentOf = (inode: number, offset: number, length: number) =>
  Buffer.from(Array.from({ length }, (_, index) => byteAt(inode, offset + index)))

/** Chunks over files whose content is a function of the place. Requests wait until they are let go. */
function chunksOver({ most = 64 * chunkBytes, mostForeseen = 4 } = {}) {
  const requests: { inode: number; offset: number; length: number; go: (error?: Error) => Promise<void> }[] = []
  const readStretch = async (inode: number, offset: number, length: number, onBytes: (bytes: Uint8Array) => void) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const go = async (error?: Error) => {
      if (error) reject(error)
      else {
        const half = Math.ceil(length / 3)
        onBytes(contentOf(inode, offset, half))
        if (length > half) onBytes(contentOf(inode, offset + half, length - half))
        resolve()
      }
      await new Promise((done) => setImmediate(done))
    }
    requests.push({ inode, offset, length, go })
    await promise
  }
  let rooms = 0
  const chunks = createChunks({ most, mostForeseen, sizeOf, readStretch, onRoom: () => (rooms += 1) })
  const goAll = async () => {
    for (let next = requests.shift(); next; next = requests.shift()) await next.go()
  }
  return { chunks, requests, goAll, rooms: () => rooms }
}

function read(chunks: Chunks, inode: number, offset: number, length: number) {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  promise.catch(() => {})
  const reader = {
    ...{ inode, offset, length },
    onData: (pieces: readonly Uint8Array[]) => resolve(Buffer.concat(pieces)),
    onFailed: reject,
  }
  chunks.read(reader)
  return { promise, reader }
}

describe('chunks', () => {
  test('give every stretch as it is, whatever was read before and however little room there is', async () => {
    const stretch = fc
      .record({ inode: fc.constantFrom(2, 3, 4, 5), from: fc.nat(10_000), share: fc.nat(10_000) })
      .map(({ inode, from, share }) => {
        const offset = Math.floor((from / 10_001) * sizeOf(inode))
        return {
          inode,
          offset,
          length: 1 + Math.floor((share / 10_001) * Math.min(sizeOf(inode) - offset - 1, 8 * chunkBytes)),
        }
      })
    await fc.assert(
      fc.asyncProperty(fc.array(stretch, { maxLength: 20 }), fc.constantFrom(20, 64), async (stretches, room) => {
        const { chunks, goAll } = chunksOver({ most: room * chunkBytes })
        const reads = stretches.map(({ inode, offset, length }) => read(chunks, inode, offset, length).promise)
        await goAll()
        for (const [index, { inode, offset, length }] of stretches.entries())
          expect((await reads[index])?.equals(contentOf(inode, offset, length))).toBe(true)
        expect(chunks.bytes).toBeLessThanOrEqual(room * chunkBytes)
      }),
      fuzzSettings(40),
    )
  })

  test('ask for what follows each other in one request, and for nothing twice', async () => {
    const { chunks, requests, goAll } = chunksOver()
    const first = read(chunks, 5, 0, 3 * chunkBytes)
    const second = read(chunks, 5, 2 * chunkBytes, 3 * chunkBytes)
    expect(requests.map(({ offset, length }) => [offset / chunkBytes, length / chunkBytes])).toEqual([
      [0, 3],
      [3, 2],
    ])
    await goAll()
    await Promise.all([first.promise, second.promise])
    await read(chunks, 5, 10, 5 * chunkBytes - 10).promise
    expect(requests).toEqual([])
  })

  test('fail those who wait for what could not be read, and ask again for who comes later', async () => {
    const { chunks, requests } = chunksOver()
    const { promise } = read(chunks, 4, 0, 10)
    await requests.shift()?.go(new Error('gone'))
    await expect(promise).rejects.toThrow('gone')
    const again = read(chunks, 4, 0, 10)
    await requests.shift()?.go()
    expect(await again.promise).toEqual(contentOf(4, 0, 10))
  })

  test('forget who does not wait any more, and nobody else', async () => {
    const { chunks, goAll } = chunksOver()
    const [one, two] = [read(chunks, 4, 0, 10), read(chunks, 4, 5, 10)]
    expect([chunks.forget(one.reader), chunks.forget(one.reader)]).toEqual([true, false])
    await goAll()
    expect(await two.promise).toEqual(contentOf(4, 5, 10))
  })

  test('take no more than half of the memory, and so many requests, for what is only foreseen', () => {
    const { chunks, requests } = chunksOver({ most: 16 * chunkBytes, mostForeseen: 4 })
    const taken = [0, 4, 8, 12, 16].map((index) => chunks.foresee(5, index * chunkBytes, 4 * chunkBytes))
    expect(taken).toEqual([true, true, false, false, false])
    expect(requests).toHaveLength(2)
  })

  test('drop what was read to its end before what was foreseen and is still to be read', async () => {
    const { chunks, requests, goAll } = chunksOver({ most: 16 * chunkBytes })
    chunks.foresee(5, 0, 4 * chunkBytes)
    const first = read(chunks, 5, 20 * chunkBytes, 10 * chunkBytes)
    await goAll()
    await first.promise
    const second = read(chunks, 5, 30 * chunkBytes, 10 * chunkBytes)
    await goAll()
    await second.promise
    await read(chunks, 5, 0, 4 * chunkBytes).promise
    expect(requests).toEqual([])
  })

  test('say when there may be room again', async () => {
    const { chunks, goAll, rooms } = chunksOver()
    chunks.foresee(5, 0, chunkBytes)
    await goAll()
    expect(rooms()).toBe(1)
  })
})
