import type { Provenance } from '../datasets/index.ts'
import { UserError } from '../report/index.ts'

/** Where in GitHub this step runs. */
export interface Job {
  readonly eventName: string
  /** The event that started a `workflow_run`, else empty. */
  readonly triggeringEvent: string
  readonly provenance: Omit<Provenance, 'inputs'>
}

export async function currentJob(): Promise<Job> {
  // It brings the whole GitHub client along, which a step without outputs never needs.
  const { context } = await import('@actions/github')
  const { GITHUB_REPOSITORY = '', GITHUB_RUN_ATTEMPT = '1', GITHUB_REF = '' } = process.env
  const workflowRun: unknown = context.payload.workflow_run
  return {
    eventName: context.eventName ?? '',
    triggeringEvent: isRecord(workflowRun) ? String(workflowRun.event ?? '') : '',
    provenance: {
      repository: GITHUB_REPOSITORY,
      sha: context.sha ?? '',
      ref: GITHUB_REF,
      run: String(context.runId || 'local'),
      attempt: GITHUB_RUN_ATTEMPT,
    },
  }
}

/**
 * On events where code of strangers runs with the rights of the repository, nothing is published.
 * @returns a warning, for pull requests of the repository itself
 * @throws UserError
 */
export function mayPublish({ eventName, triggeringEvent }: Job): string | undefined {
  const ofPullRequest = eventName === 'workflow_run' && triggeringEvent.startsWith('pull_request')
  if (eventName === 'pull_request_target' || ofPullRequest) {
    throw new UserError(
      'untrusted-event',
      `Output datasets are not published on ${eventName}${ofPullRequest ? ' of a pull request' : ''}: code that nobody has reviewed could decide what goes into them. Publish on push, after the merge.`,
    )
  }
  return eventName === 'pull_request'
    ? 'This pull request publishes dataset versions: they become the latest for everybody, merged or not. Publish on push to the main branch, or under another name.'
    : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
