import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { FileContents } from './command-files.ts'
import {
  baseVariables,
  contextVariables,
  createJobFolders,
  type GitHubContext,
  githubContext,
  type JobFolders,
} from './environment.ts'
import { createMasks, type Masks } from './masks.ts'
import { createStepLog, type StepLog } from './step-log.ts'

export type JobStatus = 'success' | 'failure' | 'cancelled'

export interface JobOptions {
  /** More variables for the processes of the job, as a self-hosted runner takes them from its own environment. */
  readonly environment?: Readonly<Record<string, string>>
  readonly github?: Partial<GitHubContext>
  /** Values masked from the start, as the runner does with the secrets of a workflow. */
  readonly secrets?: readonly string[]
  readonly matrix?: object
  /** A command through which every process of the job is started, as those of job containers are through `docker exec`. */
  readonly within?: readonly string[]
  /** Gets each line of the log as a person reads it: commands interpreted, secrets masked. */
  readonly onLine?: (line: string) => void
}

/** What the steps of one job share. */
export interface Job {
  readonly options: JobOptions
  readonly github: GitHubContext
  readonly folders: JobFolders
  readonly trackingId: string
  readonly masks: Masks
  /** Variables that steps exported. */
  readonly exported: Record<string, string>
  /** Folders that steps added to PATH, oldest first. */
  readonly extraPath: string[]
  status: JobStatus
}

export async function createJob(options: JobOptions): Promise<Job> {
  const github = githubContext(options.github ?? {})
  const masks = createMasks()
  for (const secret of [
    github.token,
    options.environment?.ACTIONS_ID_TOKEN_REQUEST_TOKEN,
    ...(options.secrets ?? []),
  ]) {
    if (secret !== undefined) masks.add(secret)
  }
  return {
    options,
    github,
    folders: await createJobFolders(github),
    trackingId: `github_${randomUUID()}`,
    masks,
    exported: {},
    extraPath: [],
    status: 'success',
  }
}

export function createLog({ masks, options }: Job): StepLog {
  const { environment = {}, onLine = () => undefined } = options
  return createStepLog({ masks, debug: environment.RUNNER_DEBUG === '1', onLine })
}

/** A step's environment, in the runner's order: what its contexts say, no step can change (`NodeScriptActionHandler.cs`). */
export function environmentOf(job: Job, ofStep: Readonly<Record<string, string>>): Record<string, string> {
  const base = baseVariables(job.folders, job.trackingId)
  const merged = { ...base, ...job.options.environment, ...job.exported, ...ofStep }
  const searchPath = [...job.extraPath.toReversed(), merged.PATH ?? ''].join(path.delimiter)
  return { ...merged, PATH: searchPath, ...contextVariables(job.github, job.folders) }
}

/** What a step wrote into its files becomes part of the job. */
export function applyFiles(job: Job, { env, path: folders }: FileContents): void {
  Object.assign(job.exported, env)
  for (const folder of folders) {
    const at = job.extraPath.indexOf(folder)
    if (at >= 0) job.extraPath.splice(at, 1)
    job.extraPath.push(folder)
  }
}

/** The status of a job is that of its worst step (`StepsRunner.cs`). */
export function applyOutcome(job: Job, outcome: JobStatus): void {
  const order: JobStatus[] = ['success', 'failure', 'cancelled']
  if (order.indexOf(outcome) > order.indexOf(job.status)) job.status = outcome
}
