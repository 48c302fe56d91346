import { type CommandFiles, createCommandFiles, readCommandFiles } from './command-files.ts'
import { createCommandReader } from './commands.ts'
import { applyFiles, applyOutcome, environmentOf, type Job, type JobStatus } from './job.ts'
import { cancelProcess, type ProcessEnd, type RunningProcess, startProcess } from './process.ts'
import type { Annotation, StepLog } from './step-log.ts'

export interface StepResult {
  readonly outcome: JobStatus
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Empty for a post step: the runner throws its outputs away. */
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  /** Variables that this step exported. */
  readonly env: Readonly<Record<string, string>>
  /** Markdown, masked. */
  readonly summary: string
  /** As a person reads it. */
  readonly log: string
  /** What the process printed, commands and secrets included. */
  readonly raw: string
  readonly annotations: readonly Annotation[]
}

/** A running step. `completed` never rejects: a step that cannot start is a failure too. */
export interface Step {
  readonly pid: number | undefined
  readonly completed: Promise<StepResult>
  /** Sends one signal to the node process, without any consequence for the job. */
  signal(name: NodeJS.Signals): void
  /** Cancels the workflow: SIGINT, after 7.5 s SIGTERM, after another 2.5 s SIGKILL. */
  cancel(): Promise<StepResult>
  /** Cancels a workflow with a job container: the step counts as killed, but no signal reaches its process. */
  abandon(): Promise<StepResult>
}

export interface Launch {
  readonly log: StepLog
  readonly file: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly isPost?: boolean
}

/** Starts the process of a step; its files are read when it has ended, however it ended (`ActionRunner.cs`). */
export function launchStep(job: Job, launch: Launch): Step {
  const files = createCommandFiles(job.folders.temp)
  const [file = launch.file, ...args] = [...(job.options.within ?? []), launch.file, ...launch.arguments]
  const running = startProcess({
    file,
    arguments: args,
    folder: job.folders.checkout,
    environment: { ...environmentOf(job, launch.environment), ...files },
    onLine: createCommandReader(launch.log, job.masks),
  })
  let cancelled = false
  const completed = running.ended.then((end) => finishStep(job, launch, { running, files, end, cancelled }))
  return {
    pid: running.pid,
    completed,
    signal: running.signal,
    cancel: async () => {
      cancelled = true
      await cancelProcess(running)
      return completed
    },
    abandon: () => {
      cancelled = true
      running.abandon()
      return completed
    },
  }
}

interface Ending {
  readonly running: RunningProcess
  readonly files: CommandFiles
  readonly end: ProcessEnd
  readonly cancelled: boolean
}

function finishStep(job: Job, { log, isPost }: Launch, { running, files, end, cancelled }: Ending): StepResult {
  if (end.notStarted !== undefined) log.annotate('error', end.notStarted)
  const contents = readCommandFiles(files, log, job.masks)
  const succeeded = end.exitCode === 0 && !contents.malformed
  const outcome = cancelled ? 'cancelled' : succeeded ? 'success' : 'failure'
  applyFiles(job, contents)
  applyOutcome(job, outcome)
  return {
    outcome,
    exitCode: end.exitCode,
    signal: end.signal,
    outputs: isPost ? {} : contents.outputs,
    state: contents.state,
    env: contents.env,
    summary: contents.summary,
    log: log.lines.join('\n'),
    raw: running.raw(),
    annotations: log.annotations,
  }
}
