import { defineConfig } from 'vitest/config'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * Closes the output with what was skipped and why, and with one line that tools can read: `12 passed, 0 failed`. A file
 * that cannot be loaded and an error outside any test count as failed too.
 */
let isFiltered = false
const closingLine: Reporter = {
  onInit(vitest) {
    isFiltered = vitest.config.testNamePattern !== undefined
  },
  onTestRunEnd(modules, errors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    const failed = count('failed') + modules.filter(failedOutsideTests).length + errors.length
    const skipped = count('skipped')
    // Who runs a few tests by name knows that the others are left out.
    for (const line of isFiltered ? [] : tests.flatMap(skipLine)) console.log(line)
    console.log(`\n${count('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  },
}

function failedOutsideTests(module: TestModule): boolean {
  return module.errors().length > 0 || [...module.children.allSuites()].some((suite) => suite.errors().length > 0)
}

function skipLine(test: TestCase): string[] {
  const result = test.result()
  return result.state === 'skipped' ? [`skipped: ${test.fullName} (${result.note ?? 'no reason given'})`] : []
}

export default defineConfig({
  test: {
    // Whole steps start processes of their own; more workers than this only make each other late.
    maxWorkers: 2,
    reporters: ['default', closingLine],
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
    ],
  },
})
