import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

/** The `github` context of a job, as far as actions look at it. */
export interface GitHubContext {
  readonly repository: string
  readonly sha: string
  readonly ref: string
  readonly headRef: string
  readonly baseRef: string
  readonly runId: number
  readonly runNumber: number
  readonly runAttempt: number
  readonly workflow: string
  readonly job: string
  readonly actor: string
  readonly eventName: string
  /** What is written into the file that GITHUB_EVENT_PATH names. */
  readonly event: object
  readonly token: string
  readonly serverUrl: string
  readonly apiUrl: string
}

/** The folders of a job, laid out as on a runner: `_work/_temp`, `_work/<repository>/<repository>`. */
export interface JobFolders {
  readonly root: string
  readonly home: string
  readonly temp: string
  readonly toolCache: string
  readonly runnerWorkspace: string
  readonly checkout: string
  readonly eventFile: string
}

let runs = 0

export function githubContext(given: Partial<GitHubContext>): GitHubContext {
  const repository = given.repository ?? 'your-org/your-repo'
  const ref = given.ref ?? 'refs/heads/main'
  const sha = given.sha ?? '0f3a9c2b71d84e65a0c9d2f417be83650a1c4d92'
  runs++
  return {
    repository,
    sha,
    ref,
    headRef: '',
    baseRef: '',
    runId: 7_000_000_000 + runs,
    runNumber: runs,
    runAttempt: 1,
    workflow: 'data',
    job: 'transform',
    actor: 'octocat',
    eventName: 'push',
    event: { ref, after: sha, repository: { full_name: repository, default_branch: 'main' } },
    token: `ghs_${randomUUID().replaceAll('-', '')}`,
    serverUrl: 'https://github.com',
    apiUrl: 'https://api.github.com',
    ...given,
  }
}

export async function createJobFolders({ repository, event }: GitHubContext): Promise<JobFolders> {
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'runner-')))
  const work = path.join(root, '_work')
  const name = repository.split('/').at(-1) ?? repository
  const temp = path.join(work, '_temp')
  const folders = {
    root,
    home: path.join(root, 'home'),
    temp,
    toolCache: path.join(work, '_tool'),
    runnerWorkspace: path.join(work, name),
    checkout: path.join(work, name, name),
    eventFile: path.join(temp, '_github_workflow', 'event.json'),
  }
  for (const folder of [folders.home, folders.toolCache, folders.checkout, path.dirname(folders.eventFile)]) {
    await mkdir(folder, { recursive: true })
  }
  await writeFile(folders.eventFile, JSON.stringify(event, null, 2))
  return folders
}

/** What every process of the job starts from: not our own environment, so that a job depends on nothing outside it. */
export function baseVariables(folders: JobFolders, trackingId: string): Record<string, string> {
  // Without these node itself, or the programs that a script calls, would not start on some machines.
  const needed = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot', 'ComSpec', 'PATHEXT']
  const inherited = needed.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(inherited),
    HOME: folders.home,
    LANG: 'C.UTF-8',
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    RUNNER_TRACKING_ID: trackingId,
  }
}

/** The variables that no step can change (`GitHubContext.cs`, `RunnerContext.cs`). */
export function contextVariables(github: GitHubContext, folders: JobFolders): Record<string, string> {
  return { ...githubVariables(github), ...runnerVariables(folders), ...folderVariables(folders) }
}

function githubVariables(github: GitHubContext): Record<string, string> {
  const [owner = '', name = ''] = github.repository.split('/')
  return {
    GITHUB_ACTOR: github.actor,
    GITHUB_ACTOR_ID: '583231',
    GITHUB_API_URL: github.apiUrl,
    GITHUB_BASE_REF: github.baseRef,
    GITHUB_EVENT_NAME: github.eventName,
    GITHUB_GRAPHQL_URL: `${github.apiUrl}/graphql`,
    GITHUB_HEAD_REF: github.headRef,
    GITHUB_JOB: github.job,
    GITHUB_REF: github.ref,
    GITHUB_REF_NAME: github.ref.replace(/^refs\/(heads|tags|pull)\//, ''),
    GITHUB_REF_PROTECTED: 'false',
    GITHUB_REF_TYPE: github.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    GITHUB_REPOSITORY: github.repository,
    GITHUB_REPOSITORY_ID: '1296269',
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_REPOSITORY_OWNER_ID: '583231',
    GITHUB_RETENTION_DAYS: '90',
    GITHUB_RUN_ATTEMPT: String(github.runAttempt),
    GITHUB_RUN_ID: String(github.runId),
    GITHUB_RUN_NUMBER: String(github.runNumber),
    GITHUB_SERVER_URL: github.serverUrl,
    GITHUB_SHA: github.sha,
    GITHUB_TRIGGERING_ACTOR: github.actor,
    GITHUB_WORKFLOW: github.workflow,
    GITHUB_WORKFLOW_REF: `${owner}/${name}/.github/workflows/${github.workflow}.yml@${github.ref}`,
    GITHUB_WORKFLOW_SHA: github.sha,
  }
}

const OS_NAMES: Partial<Record<NodeJS.Platform, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }

function runnerVariables(folders: JobFolders): Record<string, string> {
  return {
    RUNNER_ARCH: process.arch.toUpperCase(),
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_NAME: 'this machine',
    RUNNER_OS: OS_NAMES[process.platform] ?? process.platform,
    RUNNER_TEMP: folders.temp,
    RUNNER_TOOL_CACHE: folders.toolCache,
    RUNNER_WORKSPACE: folders.runnerWorkspace,
  }
}

function folderVariables(folders: JobFolders): Record<string, string> {
  return { GITHUB_EVENT_PATH: folders.eventFile, GITHUB_WORKSPACE: folders.checkout }
}
