/** Which values a fuzz test makes up, and how many: `FUZZ_SEED=7 FUZZ_RUNS=10000 npx vitest run --project units fuzz`. */
export function fuzzSettings(usualRuns: number): { readonly seed: number; readonly numRuns: number } {
  const { FUZZ_SEED, FUZZ_RUNS } = process.env
  return { seed: Number(FUZZ_SEED ?? 20_261_122), numRuns: Number(FUZZ_RUNS ?? usualRuns) }
}

/** Processor time of some work. Unlike the time on the wall, it does not count what else the machine does. */
export function cpuMilliseconds(work: () => unknown): number {
  const start = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}
