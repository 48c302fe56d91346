import { expect, test } from 'vitest'
import { memoryForChunks } from '../../src/mount/memory.ts'

const mib = 1024 * 1024

test.each([
  [64 * 1024, 128],
  [2048, 128],
  [1024, 64],
  [256, 16],
  [64, 16],
])('with a limit of %d MiB, mounts keep %d MiB of files', (limit, expected) => {
  expect(memoryForChunks(limit * mib)).toBe(expected * mib)
})

test('this machine has some', () => {
  expect(memoryForChunks()).toBeGreaterThanOrEqual(16 * mib)
})
