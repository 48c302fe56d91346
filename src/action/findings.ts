import { detailOf, type Log, UserError } from '../report/index.ts'
import { explainFailure } from './failure.ts'

/**
 * `missing`: a step with these inputs would fail. `warning`: it would run, but not as one might think. `unknown`: it cannot be told from here.
 * `skipped`: it could not be looked at, because of something above. `info`: nothing to judge.
 */
export type FindingState = 'ok' | 'warning' | 'missing' | 'unknown' | 'skipped' | 'info'

/** One line of the doctor. */
export interface Finding {
  readonly subject: string
  readonly state: FindingState
  readonly says: string
  /** What to do, where `says` does not say it. */
  readonly fix?: string
}

/** What a check found, and what the checks after it need from it; where that is undefined, they are skipped. */
export interface Found<T = undefined> extends Omit<Finding, 'subject'> {
  readonly value?: T
}

/** An examination under way. */
export interface Examination {
  readonly findings: Finding[]
  readonly signal: AbortSignal
  readonly log: Log
}

const signs: Record<FindingState, string> = {
  ok: '✓',
  warning: '!',
  missing: '✗',
  unknown: '?',
  skipped: '-',
  info: '·',
}
/** The longest of the fixed subjects has so many characters. */
const subjectWidth = 17

/**
 * Makes one check, and prints what it found. What it throws is a finding too: the error of the real step.
 * @throws the signal's reason when told to stop
 */
export async function examine<T>(
  { findings, signal, log }: Examination,
  subject: string,
  check: () => Promise<Found<T>>,
): Promise<T | undefined> {
  signal.throwIfAborted()
  const { value, ...found } = await check().catch((error): Found<T> => {
    log.debug(detailOf(error))
    return failed(error)
  })
  signal.throwIfAborted()
  const finding = { subject, ...found }
  findings.push(finding)
  log.info(lineOf(finding))
  return value
}

/** A check that needs what an earlier one was to find. */
export function needing<N, T>(
  what: string,
  needed: N | undefined,
  check: (needed: N) => Promise<Found<T>>,
): () => Promise<Found<T>> {
  return async () => (needed === undefined ? skipped(what) : check(needed))
}

/** A finding about something that needs what an earlier check did not find. */
export function skipped<T>(what: string): Found<T> {
  return { state: 'skipped', says: `needs ${what}` }
}

/** A finding that is an error: its text, with its code and where to read more. */
export function failed<T>(error: unknown, state: FindingState = 'missing'): Found<T> {
  return { state, says: explainFailure(error) }
}

function lineOf({ state, subject, says, fix }: Finding): string {
  const line = `${signs[state]} ${subject.padEnd(subjectWidth)} ${says}`
  return fix === undefined ? line : `${line}\n    fix: ${fix}`
}

/** How a finding is marked, also in the job summary. */
export function signOf({ state }: Finding): string {
  return signs[state]
}

/**
 * What came out of all checks, in one sentence.
 * @throws UserError where something is missing
 */
export function verdictOf(findings: readonly Finding[]): string {
  const judged = findings.filter(({ state }) => state !== 'info')
  const count = (state: FindingState) => judged.filter((finding) => finding.state === state).length
  const missing = judged.filter(({ state }) => state === 'missing').map(({ subject }) => subject)
  if (missing.length > 0) {
    throw new UserError(
      'check-failed',
      `${missing.length} of ${judged.length} checks failed: ${[...new Set(missing)].join(', ')}. The fix stands beside each above.`,
    )
  }
  if (count('ok') === judged.length) return `All ${judged.length} checks passed.`
  const others = [
    [count('warning'), 'with a warning'],
    [count('unknown'), 'not known'],
    [count('skipped'), 'skipped'],
  ] as const
  const rest = others.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`)
  return `No check failed: ${count('ok')} of ${judged.length} passed, ${rest.join(', ')}.`
}
