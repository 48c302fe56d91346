import { beforeEach, expect, test } from 'vitest'
import { noMounts } from './kernel.ts'
import { stress } from './stress.ts'

beforeEach((context) => {
  if (noMounts) context.skip(noMounts)
})

/** `STRESS_SEED=7 npx vitest run test/mount/stress.test.ts` makes other reads and other trouble. */
const seed = Number(process.env.STRESS_SEED ?? 20_261_122)

test('readers get every byte as it is, or EIO, while the store has trouble and others are killed', {
  timeout: 120_000,
}, async () => {
  const { signal } = new AbortController()
  const { wrong, operations, trouble, killed } = await stress({ operations: 5000, seed, readers: 4, signal })
  expect(wrong, `seed ${seed}`).toEqual([])
  expect(operations).toBeGreaterThanOrEqual(5000)
  // That there was something to survive.
  expect(trouble.slow).toBeGreaterThan(0)
  expect(trouble.broken + trouble.short).toBeGreaterThan(0)
  expect(killed).toBeGreaterThan(0)
})
