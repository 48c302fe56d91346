import { randomBytes } from 'node:crypto'
import { cancelJob, findJob, type JobState, listJobs } from '../azureml/index.ts'
import {
  chooseWrittenFolder,
  type DatasetContext,
  type EnsuredInput,
  labelOf,
  publishWritten,
} from '../datasets/index.ts'
import {
  datasetsOf,
  endedStates,
  followJob,
  prepareJob,
  requireCompleted,
  submitJob,
  type WrittenOutput,
} from '../jobs/index.ts'
import { formatSeconds, listed, messageOf, UserError } from '../report/index.ts'
import { pullRequestOfRun } from './comment-target.ts'
import type { ActionInputs } from './inputs.ts'
import { currentJob } from './job.ts'
import type { JobInputs } from './job-inputs.ts'
import { showJobLogs } from './job-logs.ts'
import { setJobOutputs } from './outputs.ts'
import { type Session, type SessionOutput, updateSession } from './session.ts'
import type { Draft } from './step-report.ts'

/**
 * Submits the step as an AzureML job and, if it is to be waited for, shows its logs and registers what it wrote.
 * @returns the session with the versions of the outputs
 */
export async function submitAndWait(
  context: DatasetContext,
  inputs: ActionInputs,
  { job, base, isInline }: JobInputs,
  ensured: readonly EnsuredInput[],
  opened: Session,
  draft: Draft,
): Promise<Session> {
  const { provenance } = await currentJob()
  const outputs: WrittenOutput[] = []
  for (const output of inputs.outputDatasets)
    outputs.push({ output, ...(await chooseWrittenFolder(context, output, provenance)) })
  const tags = await tagsOfRun()
  context.stopwatch.begin('prepare job')
  const body = await prepareJob(context, { job, base, isInline, inputs: ensured, outputs, tags, properties: {} })
  const name = `gh-${provenance.run}-${provenance.attempt}-${randomBytes(4).toString('hex')}`
  // Before the job exists: whoever is killed now leaves its name to the post step.
  const session = await updateSession(opened, { azuremlJob: name })
  if (inputs.supersede) await cancelSuperseded(context, tags, Number(provenance.run))
  context.stopwatch.begin('submit')
  const submitted = await submitJob(context, name, body)
  tellJob(submitted, draft)
  if (!inputs.waitForCompletion) {
    setJobOutputs(submitted)
    return updateSession(session, { azuremlJob: undefined })
  }
  return waitFor(
    context,
    inputs,
    submitted,
    { inputs: ensured.map(({ asset }) => labelOf(asset)), outputs },
    session,
    draft,
  )
}

/** Waits for a job that an earlier step submitted, and registers what it wrote. */
export async function attachTo(
  context: DatasetContext,
  inputs: ActionInputs,
  name: string,
  opened: Session,
  draft: Draft,
): Promise<Session> {
  const job = await findJob(context.workspace, name)
  if (!job)
    throw new UserError(
      'job-not-found',
      `attach-to: there is no job "${name}" in workspace "${context.workspace.name.workspace}".`,
    )
  const session = await updateSession(opened, { azuremlJob: name })
  tellJob(job, draft)
  return waitFor(context, inputs, job, datasetsOf(job), session, draft)
}

interface JobDatasets {
  readonly inputs: readonly string[]
  readonly outputs: readonly WrittenOutput[]
}

async function waitFor(
  context: DatasetContext,
  inputs: ActionInputs,
  { name }: JobState,
  datasets: JobDatasets,
  followed: Session,
  draft: Draft,
): Promise<Session> {
  const { signal, log, stopwatch } = context
  let session = followed
  stopwatch.begin('run job')
  const logs = showJobLogs()
  const start = performance.now()
  try {
    const end = await followJob(context, name, logs)
    session = await updateSession(followed, { azuremlJob: undefined })
    setJobOutputs(end.job)
    for (const warning of end.warnings) log.warning(`Job ${name}: ${warning}`)
    const waited = formatSeconds((performance.now() - start) / 1000)
    draft.change({ notes: [`Job ${name}: ${end.job.status} after ${waited}. ${end.job.studioUrl}`] })
    requireCompleted(end, logs.lastLines, log)
  } catch (error) {
    // Sent at once: the runner kills a step some seconds after it told it to stop.
    if (signal.aborted) await cancelJob(context.workspace, name).catch((failure) => log.warning(messageOf(failure)))
    throw error
  }
  if (inputs.uploadOutputs === 'never') return session
  return registerOutputs(context, inputs, datasets, session, draft)
}

async function registerOutputs(
  context: DatasetContext,
  { ifNoFilesFound }: ActionInputs,
  { inputs, outputs }: JobDatasets,
  session: Session,
  draft: Draft,
): Promise<Session> {
  const job = await currentJob()
  const registered: SessionOutput[] = []
  for (const { output, datastore, path } of outputs) {
    const provenance = { ...job.provenance, inputs }
    const publication = await publishWritten(context, { output, provenance, ifNoFilesFound }, { datastore, path })
    registered.push({ dataset: output, folder: '', published: publication?.published ?? 'empty' })
    draft.change({ outputs: registered })
  }
  return updateSession(session, { outputs: registered })
}

function tellJob({ name, studioUrl, status }: JobState, draft: Draft): void {
  draft.log.info(`Job ${name} (${status}): ${studioUrl}`)
  draft.change({ notes: [`Job ${name}: ${studioUrl}`] })
}

/** What the post step does about a job that the main step did not see to its end. */
export async function makeSureOfCancel({ workspace, log }: DatasetContext, name: string): Promise<void> {
  const job = await findJob(workspace, name)
  if (!job || endedStates.includes(job.status)) return
  await cancelJob(workspace, name)
  log.info(`Job ${name} was told to stop.`)
}

/** By these a later run finds the jobs of earlier ones. */
const tagNames = { workflow: 'github_workflow', pullRequest: 'github_pull_request', run: 'github_run_id' } as const

async function tagsOfRun(): Promise<Record<string, string>> {
  const { GITHUB_REPOSITORY = '', GITHUB_WORKFLOW = '', GITHUB_SHA = '', GITHUB_RUN_ID = '' } = process.env
  const pullRequest = await pullRequestOfRun()
  return {
    github_repository: GITHUB_REPOSITORY,
    [tagNames.workflow]: GITHUB_WORKFLOW,
    github_sha: GITHUB_SHA,
    [tagNames.run]: GITHUB_RUN_ID,
    ...(pullRequest === undefined ? {} : { [tagNames.pullRequest]: `${GITHUB_REPOSITORY}#${pullRequest}` }),
  }
}

/** Cancels jobs of earlier runs of the same pull request and workflow; none of others, and none where there is no pull request. */
async function cancelSuperseded(
  { workspace, log }: DatasetContext,
  tags: Readonly<Record<string, string>>,
  run: number,
): Promise<void> {
  const pullRequest = tags[tagNames.pullRequest]
  if (pullRequest === undefined)
    return log.info('supersede: this run belongs to no pull request, so no job is superseded.')
  const jobs = await listJobs(workspace, `${tagNames.pullRequest}=${pullRequest}`)
  const older = jobs.filter(
    ({ tags: of, status }) =>
      of[tagNames.pullRequest] === pullRequest &&
      of[tagNames.workflow] === tags[tagNames.workflow] &&
      Number(of[tagNames.run]) < run &&
      !endedStates.includes(status),
  )
  for (const { name } of older) await cancelJob(workspace, name)
  if (older.length > 0)
    log.info(`Cancelled the jobs of earlier runs of this pull request: ${listed(older.map(({ name }) => name))}.`)
}

/** The keys of a dataset that have no meaning for a job, which stages whole assets. */
export function refuseForJobs(inputs: ActionInputs['inputDatasets'], draft: Draft): void {
  for (const { name, selection, localFolder } of inputs) {
    const { include, exclude, sample } = selection
    if (include.length > 0 || exclude.length > 0 || sample)
      throw new UserError(
        'bad-dataset',
        `Input "${name}": include, exclude and sample are not possible with submit-to-azureml: AzureML stages whole datasets. Publish the part as a dataset of its own first.`,
      )
    if (localFolder !== undefined) draft.log.notice(`Input ${name}: local-folder is not used with submit-to-azureml.`)
  }
}
