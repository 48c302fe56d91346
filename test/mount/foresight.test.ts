import { describe, expect, test } from 'vitest'
import { createForesight } from '../../src/mount/foresight.ts'

const mib = 1024 * 1024
/** What is foreseen is fetched once a turn of the event loop. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Foresight over files of these sizes (inode 2 is the first); notes what it wants fetched. */
function watching(sizes: readonly number[], { memory = 64 * mib, room = (): boolean => true } = {}) {
  const foreseen: { inode: number; offset: number; length: number }[] = []
  const tree = {
    isFile: (inode: number) => inode >= 2 && inode < sizes.length + 2,
    sizeOf: (inode: number) => sizes[inode - 2] ?? 0,
  }
  const foresight = createForesight({
    tree,
    memory,
    foresee: (inode, offset, length) => {
      if (!room()) return false
      foreseen.push({ inode, offset, length })
      return true
    },
  })
  const saw = async (...args: Parameters<typeof foresight.saw>) => {
    foresight.saw(...args)
    await turn()
  }
  return {
    foresight,
    saw,
    foreseen,
    aheadOf: (inode: number) =>
      Math.max(0, ...foreseen.filter((one) => one.inode === inode).map(({ offset, length }) => offset + length)),
  }
}

describe('within a file', () => {
  test('that is read in sequence, the window grows with what was read, up to half of the memory', async () => {
    const { saw, aheadOf } = watching([1024 * mib], { memory: 16 * mib })
    const windows: number[] = []
    for (let offset = 0; offset < 40 * mib; offset += mib) {
      await saw(2, offset, mib)
      windows.push(Math.max(0, aheadOf(2) - offset - mib) / mib)
    }
    expect(windows[0]).toBe(0)
    expect(windows[1]).toBeGreaterThan(0)
    expect(Math.max(...windows)).toBe(8)
    expect(windows.slice(20).every((window) => window >= 6)).toBe(true)
  })

  test('nothing is fetched twice, and nothing beyond the end', async () => {
    const { saw, foreseen } = watching([10 * mib + 5])
    for (let offset = 0; offset < 10 * mib; offset += mib) await saw(2, offset, mib)
    const places = foreseen.map(({ offset, length }) => [offset, offset + length])
    expect(places.slice(1).every(([start], index) => start === places[index]?.[1])).toBe(true)
    expect(places.at(-1)?.[1]).toBe(10 * mib + 5)
  })

  test('that is read here and there, nothing is fetched', async () => {
    const { saw, foreseen } = watching([1024 * mib])
    for (let index = 0; index < 200; index += 1) await saw(2, ((index * 7919) % 16_000) * 65_536, 65_536)
    expect(foreseen).toEqual([])
  })

  test('that several read in sequence, each is followed', async () => {
    const { saw, foreseen } = watching([1024 * mib])
    for (let step = 0; step < 8; step += 1) for (const start of [0, 300, 600]) await saw(2, (start + step) * mib, mib)
    for (const start of [0, 300, 600])
      expect(foreseen.some(({ offset }) => offset > start * mib && offset < (start + 100) * mib)).toBe(true)
  })

  test('reads that the kernel sends side by side are still a sequence', async () => {
    const { saw, foreseen } = watching([1024 * mib])
    const kib = 128 * 1024
    for (const place of [0, 2, 1, 3, 5, 4, 6, 8, 7, 9]) await saw(2, place * kib, kib)
    expect(foreseen.length).toBeGreaterThan(0)
  })
})

describe('from file to file', () => {
  const small = Array.from({ length: 1000 }, () => 20_000)
  const files = (foreseen: readonly { inode: number }[]) => foreseen.map(({ inode }) => inode)

  test('read one after another, more and more of the next ones are fetched, each once', async () => {
    const { saw, foreseen } = watching(small)
    for (let inode = 2; inode < 40; inode += 1) await saw(inode, 0, 20_000)
    const last = Math.max(...files(foreseen))
    // A window of 128 files, which is filled up when a quarter of it is open.
    expect(last).toBeGreaterThanOrEqual(39 + 96)
    expect(last).toBeLessThanOrEqual(39 + 128)
    expect(files(foreseen)).toEqual(Array.from({ length: last - 3 }, (_, index) => index + 4))
  })

  test('read in any order, few are fetched in vain', async () => {
    const { saw, foreseen } = watching(small)
    for (let index = 0; index < 300; index += 1) await saw(2 + ((index * 617) % 1000), 0, 20_000)
    expect(foreseen.length).toBeLessThan(60)
  })

  test('read by several in several folders, each is followed', async () => {
    const { saw, foreseen } = watching(small)
    for (let step = 0; step < 10; step += 1) for (const start of [2, 300, 600]) await saw(start + step, 0, 20_000)
    for (const start of [2, 300, 600]) expect(files(foreseen)).toContain(start + 14)
  })

  test('read by workers that share a folder, and not quite in order, they are followed', async () => {
    const { saw, foreseen } = watching(small)
    for (const step of [0, 2, 1, 3, 5, 4, 7, 6, 8, 10, 9]) await saw(2 + step, 0, 20_000)
    expect(foreseen.length).toBeGreaterThan(4)
  })

  test('of large ones only the beginnings are fetched, and no more than the memory has room for', async () => {
    const { saw, foreseen } = watching(
      Array.from({ length: 100 }, () => 50 * mib),
      { memory: 16 * mib },
    )
    for (let inode = 2; inode < 10; inode += 1) await saw(inode, 0, mib)
    expect(foreseen.every(({ offset, length }) => offset === 0 && length === mib)).toBe(true)
    expect(Math.max(...files(foreseen)) - 9).toBeLessThanOrEqual(8)
  })

  test('empty files are passed over, and the end of the tree is the end', async () => {
    const { saw, foreseen } = watching([10, 10, 0, 10, 0])
    await saw(2, 0, 10)
    await saw(3, 0, 10)
    expect(files(foreseen)).toEqual([5])
  })
})

test('where there is no room, it goes on when there is', async () => {
  let hasRoom = false
  const { foresight, saw, foreseen } = watching([1024 * mib], { room: () => hasRoom })
  for (let offset = 0; offset < 4 * mib; offset += mib) await saw(2, offset, mib)
  expect(foreseen).toEqual([])
  hasRoom = true
  foresight.goOn()
  await turn()
  expect(foreseen[0]?.offset).toBe(4 * mib)
})
