import { beforeEach, expect, test } from 'vitest'
import { noMounts } from './kernel.ts'
import { outputCases, outputStress } from './output-stress.ts'

beforeEach((context) => {
  if (noMounts) context.skip(noMounts)
})

/** `STRESS_SEED=7 npx vitest run test/mount/output-stress.test.ts` does other things, and makes other trouble. */
const seed = Number(process.env.STRESS_SEED ?? 20_261_127)
const seconds = 1.2
/** The others run by hand. */
const cases = outputCases.filter(({ isShort }) => isShort)

test.each(cases)(
  'an output ($name) has every byte that was written, while the store has trouble and writers are killed',
  { timeout: 120_000 },
  async (one) => {
    const { wrong, trouble, ...sum } = await outputStress({ case: one, seed, seconds, workers: 3 })
    expect(wrong, `seed ${seed}`).toEqual([])
    // That there was something to survive.
    expect(sum.operations).toBeGreaterThan(0)
    expect(sum.killed).toBeGreaterThan(0)
    expect(sum.staged + sum.puts).toBeGreaterThan(0)
    expect(trouble.slow + trouble.repeated).toBeGreaterThan(0)
  },
)
