import type { StagedInput } from '../datasets/index.ts'
import { Cancelled, type Log, type Phase, type Stopwatch, startStopwatch } from '../report/index.ts'
import type { CommentTarget } from './comment-target.ts'
import { explainFailure } from './failure.ts'
import type { SessionOutput } from './session.ts'

/** What a step did, as data: the job summary, the pull-request comment and the last line of the log are made of it. */
export interface StepReport {
  readonly title: string
  /** In the order given, with what is known of each so far. */
  readonly inputs: readonly ReportedInput[]
  readonly outputs: readonly SessionOutput[]
  /** Sentences about what was decided. */
  readonly notes: readonly string[]
  readonly warnings: readonly string[]
  readonly failure: Failure | undefined
  readonly phases: readonly Phase[]
  /** What the main step reported, where this is a later one: it is shown once more in the comment, which is one for all steps. */
  readonly earlier: Pick<StepReport, 'inputs' | 'warnings'> | undefined
  readonly comment: CommentTarget | undefined
}

/** An input; `known` is undefined where the step did not get that far. */
export interface ReportedInput {
  readonly name: string
  readonly dataName: string
  readonly known: StagedInput | undefined
}

export interface Failure {
  readonly isCancelled: boolean
  /** The one line that the log shows too. */
  readonly message: string
}

/** A report that is still being written. */
export interface Draft {
  readonly stopwatch: Stopwatch
  /** Warnings go into the log and into the report. */
  readonly log: Log
  current(): StepReport
  change(changes: Partial<StepReport>): void
  /** Puts what is known of an input in its place. */
  setInput(known: StagedInput): void
}

export function startDraft(title: string, log: Log): Draft {
  const stopwatch = startStopwatch('start')
  let report: StepReport = {
    title,
    inputs: [],
    outputs: [],
    notes: [],
    warnings: [],
    failure: undefined,
    phases: [],
    earlier: undefined,
    comment: undefined,
  }
  const change: Draft['change'] = (changes) => {
    report = { ...report, ...changes }
  }
  return {
    stopwatch,
    log: {
      ...log,
      warning(message) {
        log.warning(message)
        change({ warnings: [...report.warnings, message] })
      },
    },
    current: () => ({ ...report, phases: stopwatch.phases() }),
    change,
    setInput(known) {
      change({
        inputs: report.inputs.map((input) => (input.dataName === known.dataName ? { ...input, known } : input)),
      })
    },
  }
}

/** What a step that threw this reports. */
export function failureOf(error: unknown): Failure {
  return { isCancelled: error instanceof Cancelled, message: explainFailure(error) }
}
