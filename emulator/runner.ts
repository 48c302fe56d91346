import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ActionFile,
  type Contexts,
  evaluateInputs,
  type InputValue,
  inputVariable,
  isPostDue,
  readActionFile,
} from './runner/action-file.ts'
import type { GitHubContext, JobFolders } from './runner/environment.ts'
import { createJob, createLog, type Job, type JobOptions, type JobStatus } from './runner/job.ts'
import { processesOfJob } from './runner/leftovers.ts'
import { launchStep, type Step, type StepResult } from './runner/step.ts'
import type { Annotation, StepLog } from './runner/step-log.ts'

export type { Annotation, GitHubContext, InputValue, JobFolders, JobStatus, Step, StepResult }

export interface RunnerOptions extends JobOptions {
  /** The repository of the action; the folders that `start` is given lie in it. */
  readonly actionFolder: string
}

export interface StepOptions {
  readonly with?: Readonly<Record<string, InputValue>>
  readonly id?: string
}

export interface PostOptions {
  /** How the job ended, where that is not to be taken from its steps. */
  readonly jobStatus?: JobStatus
}

/** One job on this machine. */
export interface Runner {
  readonly folders: JobFolders
  readonly github: GitHubContext
  /** The worst outcome of the steps so far. */
  readonly jobStatus: JobStatus
  /** Variables that steps exported so far. */
  readonly environment: Readonly<Record<string, string>>
  /** Starts the main part of an action; `action` is its folder within the repository (`.`, `publish`). */
  start(action: string, options?: StepOptions): Step
  /** Starts the post part of a step that has ended. */
  startPost(step: Step, options?: PostOptions): Step
  /** Runs the post parts that are left, last step first; one whose `post-if` does not hold is left out. */
  runPosts(options?: PostOptions): Promise<StepResult[]>
  /** Runs a `run:` step: bash in the checkout. */
  run(command: string, environment?: Readonly<Record<string, string>>): Promise<StepResult>
  /** Ids of the processes that the job left behind. */
  leftovers(): Promise<number[]>
  /** Ends the job: kills what it left behind and removes its folders. */
  dispose(): Promise<void>
}

/** An action that a step of the job uses, and what its post part will need. */
interface Use {
  readonly name: string
  readonly action: ActionFile
  readonly options: StepOptions
  state: Readonly<Record<string, string>>
}

/** Sets up a job as GitHub's runner does. Its steps run on this machine, one after another. */
export async function createRunner(options: RunnerOptions): Promise<Runner> {
  const job = await createJob(options)
  const uses = new Map<Step, Use>()
  const startPost = (step: Step, { jobStatus }: PostOptions = {}): Step => {
    const use = uses.get(step)
    if (use?.action.post === undefined) throw new Error('This step has no post part that is still to run')
    uses.delete(step)
    return launchPost(job, use, use.action.post, jobStatus ?? job.status)
  }
  return {
    folders: job.folders,
    github: job.github,
    get jobStatus() {
      return job.status
    },
    environment: job.exported,
    start: (action, stepOptions = {}) => startMain(job, useOf(options.actionFolder, action, stepOptions), uses),
    startPost,
    runPosts: async (postOptions = {}) => {
      const results: StepResult[] = []
      for (const [step, { action }] of [...uses].toReversed()) {
        const isDue = action.post !== undefined && isPostDue(action.postIf, postOptions.jobStatus ?? job.status)
        if (isDue) results.push(await startPost(step, postOptions).completed)
      }
      return results
    },
    run: (command, environment = {}) => runCommand(job, command, environment),
    leftovers: () => processesOfJob(job.trackingId),
    dispose: () => disposeJob(job),
  }
}

function useOf(repository: string, folder: string, options: StepOptions): Use {
  const action = readActionFile(path.resolve(repository, folder))
  return { name: path.posix.join('your-org/azureml-datasets', folder), action, options, state: {} }
}

/** The post part is registered before the main part starts: it runs even when that crashes (`ActionRunner.cs`). */
function startMain(job: Job, use: Use, uses: Map<Step, Use>): Step {
  const log = createLog(job)
  const inputs = evaluateInputs(use.action, use.options.with ?? {}, contextsOf(job, job.status), log)
  printUse(job, use, inputs, log)
  const step = launchStep(job, {
    log,
    file: process.execPath,
    arguments: [use.action.main],
    environment: stepVariables(use, inputs),
  })
  uses.set(step, use)
  step.completed.then(({ state }) => {
    use.state = state
  })
  return step
}

function launchPost(job: Job, use: Use, file: string, jobStatus: JobStatus): Step {
  const log = createLog(job)
  const inputs = evaluateInputs(use.action, use.options.with ?? {}, contextsOf(job, jobStatus), log)
  const environment = stepVariables(use, inputs)
  log.write('Post job cleanup.')
  return launchStep(job, { log, file: process.execPath, arguments: [file], environment, isPost: true })
}

function contextsOf({ github, options }: Job, jobStatus: JobStatus): Contexts {
  return {
    'github.token': github.token,
    'job.status': jobStatus,
    'toJSON(matrix)': JSON.stringify(options.matrix ?? null, null, 2),
  }
}

function stepVariables({ name, options, state }: Use, inputs: Record<string, string>): Record<string, string> {
  const inputVariables = Object.entries(inputs).map(([input, value]) => [inputVariable(input), value] as const)
  return {
    ...Object.fromEntries(Object.entries(state).map(([key, value]) => [`STATE_${key}`, value])),
    ...Object.fromEntries(inputVariables),
    GITHUB_ACTION: options.id ?? `__${name.replaceAll(/[^A-Za-z0-9-]/g, '_')}`,
    GITHUB_ACTION_REF: 'v1',
    GITHUB_ACTION_REPOSITORY: 'your-org/azureml-datasets',
  }
}

/** The runner shows what a step was given before the step itself says a word (`Handler.cs`). */
function printUse(job: Job, { name }: Use, inputs: Record<string, string>, log: StepLog): void {
  const notEmpty = Object.entries(inputs).filter(([, value]) => value !== '')
  log.openGroup(`Run ${name}@v1`)
  printValues('with', notEmpty, log)
  printValues('env', Object.entries(job.exported), log)
  log.closeGroup()
}

function printValues(title: string, values: readonly [string, string][], log: StepLog): void {
  if (values.length > 0) log.write(`${title}:`)
  for (const [name, value] of values) log.write(`  ${name}: ${value}`)
}

/** After `ScriptHandler.cs`: the script is a file, and bash stops at the first command that fails. */
function runCommand(job: Job, command: string, environment: Readonly<Record<string, string>>): Promise<StepResult> {
  const log = createLog(job)
  const script = path.join(job.folders.temp, `${randomUUID()}.sh`)
  writeFileSync(script, command)
  log.openGroup(`Run ${command.trim().split('\n')[0]}`)
  log.write(command.trim())
  printValues('env', Object.entries({ ...job.exported, ...environment }), log)
  log.closeGroup()
  const step = { ...environment, GITHUB_ACTION: '__run' }
  return launchStep(job, { log, file: 'bash', arguments: ['-e', script], environment: step }).completed
}

/** At the end of a job the runner kills what it left behind (`JobExtension.cs`). */
async function disposeJob({ trackingId, folders }: Job): Promise<void> {
  // A process that was killed is still there for a moment, and may still write.
  for (let left = await processesOfJob(trackingId); left.length > 0; left = await processesOfJob(trackingId)) {
    for (const pid of left) kill(pid)
    await sleep(10)
  }
  await rm(folders.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in the meantime.
  }
}
