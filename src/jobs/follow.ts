import { setTimeout as sleep } from 'node:timers/promises'
import { findApi, findJob, type JobState, type RunDetails, readRunDetails } from '../azureml/index.ts'
import type { DatasetContext } from '../datasets/index.ts'
import { type Log, messageOf, quoted, UserError } from '../report/index.ts'
import { createTails, type LogOutput } from './log-tail.ts'

/** How a job ended. */
export interface JobEnd {
  readonly job: JobState
  /** What AzureML says of a failure; empty where it says nothing. */
  readonly message: string
  readonly warnings: readonly string[]
}

/** The states that a job does not leave again, as AzureML writes them. */
export const endedStates: readonly string[] = ['Completed', 'Failed', 'Canceled']
/** Milliseconds between two looks: often at first, since short jobs are waited for, then as often as a person would. */
const pauses = { first: 1000, most: 15_000, growth: 1.2 } as const
/** So many looks in a row may fail before that counts. */
const mostFailures = 5

/**
 * Waits for a job and shows its logs as they grow. One look that fails ends nothing.
 * @throws UserError where there is no such job any more, or nothing could be asked for a while; the signal's reason
 */
export async function followJob(context: DatasetContext, name: string, output: LogOutput): Promise<JobEnd> {
  const { workspace, signal, log } = context
  const tails = createTails(output, signal)
  let api: string | undefined
  let status = ''
  let failures = 0
  const look = async (): Promise<{ job: JobState; details: RunDetails | undefined }> => {
    const job = await findJob(workspace, name)
    if (!job)
      throw new UserError(
        'job-not-found',
        `Job ${quoted(name)} does not exist in workspace "${workspace.name.workspace}".`,
      )
    if (job.status !== status) log.info(`Job ${name}: ${job.status}.`)
    status = job.status
    const details = await detailsOf()
    if (details) await tails.readOn(details.logFiles)
    return { job, details }
  }
  const detailsOf = async (): Promise<RunDetails | undefined> => {
    try {
      api ??= await findApi(workspace)
      return await readRunDetails(workspace, api, name)
    } catch (error) {
      if (signal.aborted) throw error
      log.debug(`The run history of ${name} does not answer: ${messageOf(error)}`)
      return undefined // the verdict does not depend on it
    }
  }
  for (let pause: number = pauses.first; ; pause = Math.min(pauses.most, pause * pauses.growth)) {
    try {
      const { job, details } = await look()
      failures = 0
      if (endedStates.includes(job.status)) return await finish(job, details)
    } catch (error) {
      failures += 1
      if (signal.aborted || failures >= mostFailures || isFinal(error)) throw error
      log.info(`Job ${name} could not be looked at (${messageOf(error)}); trying again.`)
    }
    await sleep(pause, undefined, { signal }).catch(() => {
      throw signal.reason
    })
  }

  /** What was written at the very end is in the logs only after the status says so. */
  async function finish(job: JobState, details: RunDetails | undefined): Promise<JobEnd> {
    const last = (await detailsOf()) ?? details
    if (last) await tails.readOn(last.logFiles)
    tails.end()
    return { job, message: messageFor(last), warnings: last?.warnings ?? [] }
  }
}

function isFinal(error: unknown): boolean {
  if (!(error instanceof UserError)) return false
  const { code } = error
  return code === 'job-not-found' || code === 'azure-role-missing' || code === 'workspace-not-found'
}

function messageFor(details: RunDetails | undefined): string {
  const { code = '', message = '' } = details?.error ?? {}
  return message === '' ? '' : `${code === '' ? '' : `${code}: `}${message}`
}

/** @throws UserError with AzureML's own words and the last lines of the log, where a job did not complete */
export function requireCompleted({ job, message }: JobEnd, lastLines: readonly string[], log: Log): void {
  if (job.status === 'Completed') return
  if (lastLines.length > 0) log.info(`The last lines of the log:\n${lastLines.join('\n')}`)
  const how = job.status === 'Canceled' ? 'was cancelled' : `ended with ${job.status}`
  const said =
    message === ''
      ? 'AzureML does not say why; the log does.'
      : `AzureML says: ${quoted(message.slice(0, 1000)).slice(1, -1)}`
  throw new UserError('job-failed', `Job ${job.name} ${how}. ${said} See ${job.studioUrl || 'the studio'}.`)
}
