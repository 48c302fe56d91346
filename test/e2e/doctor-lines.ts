import { expect } from 'vitest'
import type { Annotation, GitHubContext, StepResult } from '../../emulator/runner.ts'
import { errorOf, type Inputs, type World } from './world.ts'

/** What the doctor (`check: true`) printed, line by line. */
export interface Line {
  readonly subject: string
  readonly state: string
  /** With the line of the fix, where there is one. */
  readonly says: string
}

const states: Readonly<Record<string, string>> = {
  '✓': 'ok',
  '!': 'warning',
  '✗': 'missing',
  '?': 'unknown',
  '-': 'skipped',
  '·': 'info',
}

/** Runs the doctor in a job of its own. */
export async function check(
  world: World,
  inputs: Inputs = {},
  github: Partial<GitHubContext> = {},
): Promise<StepResult> {
  return (await world.job({ github })).main({ check: 'true', ...inputs })
}

/** All lines, in their order. */
export function linesOf({ log }: StepResult): Line[] {
  const lines = log.matchAll(/^([✓!✗?·-]) (.{17,}?) (.*(?:\n {4}fix: .*)?)$/gm)
  return [...lines].map(([, sign = '', subject = '', says = '']) => ({
    subject: subject.trim(),
    state: states[sign] ?? sign,
    says,
  }))
}

/** The one line about a subject. */
export function lineOf(result: StepResult, subject: string): Line {
  const found = linesOf(result).filter((line) => line.subject === subject)
  expect(found, result.log).toHaveLength(1)
  return found[0] as Line
}

/** The subjects whose lines are in a state, in their order. */
export function inState(result: StepResult, state: string): string[] {
  return linesOf(result)
    .filter((line) => line.state === state)
    .map(({ subject }) => subject)
}

/** The subjects that are missing, which are those that the error of the step counts and names too. */
export function missingIn(result: StepResult): string[] {
  const missing = inState(result, 'missing')
  const judged = linesOf(result).filter(({ state }) => state !== 'info')
  expect(errorOf(result)).toContain(
    `${missing.length} of ${judged.length} checks failed: ${missing.join(', ')}. The fix stands beside each above. [check-failed]`,
  )
  return missing
}

/** What is shown on the page of the run. */
export function shownIn({ annotations }: StepResult): Annotation[] {
  return annotations.filter(({ level }) => level !== 'debug')
}
