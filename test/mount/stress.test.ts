import { beforeEach, expect, test } from 'vitest'
import { noMounts } from './kernel.ts'
import { stress } from './stress.ts'

beforeEach((context) => {
  if (noMounts) context.skip(noMounts)
})

/** `STRESS_SEED=7 npx vitest run test/mount/stress.test.ts` makes other reads and other trouble. */
const seed = Number(process.env.STRESS_SEED ?? 20_261_122)
const operations = 2500

test.each(['pipe', 'read'] as const)(
  'readers of a mount by `%s` get every byte, or EIO, while the store has trouble and others are killed',
  {
    timeout: 120_000,
  },
  async (by) => {
    const { signal } = new AbortController()
    const { wrong, trouble, killed, ...sum } = await stress({ operations, seed, readers: 4, by, signal })
    expect(wrong, `seed ${seed}`).toEqual([])
    expect(sum.operations).toBeGreaterThanOrEqual(operations)
    // That there was something to survive.
    expect(trouble.slow).toBeGreaterThan(0)
    expect(trouble.broken + trouble.short).toBeGreaterThan(0)
    expect(killed).toBeGreaterThan(0)
  },
)
