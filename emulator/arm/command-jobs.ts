import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ContainerClient } from '@azure/storage-blob'
import { artifactContainer, names } from '../names.ts'
import type { Storage } from '../storage/index.ts'
import { badRequest, notFound } from './errors.ts'
import { type Workspace, workspaceId } from './workspace.ts'

/** A command job that was submitted: what was asked for, and how far it is. */
export interface CommandJob {
  readonly name: string
  /** The body's `properties`, as they came. */
  readonly asked: Readonly<Record<string, unknown>>
  status: string
  error: { readonly code: string; readonly message: string } | undefined
  process: ChildProcess | undefined
  /** What has to be over before the job counts as ended. */
  done: Promise<void>
}

/** Runs command jobs as processes of this machine. */
export interface JobRunner {
  readonly jobs: Map<string, CommandJob>
  /** Names of the computes that there are. */
  readonly computes: Set<string>
  /** Milliseconds that a job stays in each of the states before it runs. */
  stateDelay: number
  /** Makes a job, or finds the one of that name. @throws what AzureML refuses */
  put(name: string, properties: unknown): { job: CommandJob; created: boolean }
  cancel(name: string): void
  /** Signed addresses of a job's logs by their names. */
  logFiles(name: string): Promise<Record<string, string>>
  stop(): Promise<void>
}

const before = ['NotStarted', 'Preparing', 'Queued'] as const
const stdLog = 'user_logs/std_log.txt'
const buildLog = 'azureml-logs/20_image_build_log.txt'
/** As soon as this, in milliseconds, what a job prints is in its log. */
const logInterval = 50

export function createJobRunner(workspace: Workspace, storage: Storage): JobRunner {
  const jobs = new Map<string, CommandJob>()
  const runner: JobRunner = {
    jobs,
    computes: new Set(['cpu-cluster', 'gpu-cluster']),
    stateDelay: 100,
    put: (name, properties) => {
      const known = jobs.get(name)
      const asked = check(runner, name, properties)
      if (known) {
        if (JSON.stringify(known.asked) !== JSON.stringify(asked))
          throw badRequest(`The job ${name} exists and cannot be changed.`)
        return { job: known, created: false }
      }
      const job: CommandJob = {
        name,
        asked,
        status: before[0],
        error: undefined,
        process: undefined,
        done: Promise.resolve(),
      }
      jobs.set(name, job)
      job.done = live(runner, workspace, storage, job)
      return { job, created: true }
    },
    cancel: (name) => {
      const job = jobs.get(name)
      if (!job) throw notFound(`Could not find job: ${name}.`)
      if (isEnded(job)) return
      job.status = 'CancelRequested'
      killGroup(job)
    },
    logFiles: async (name) => {
      const files: Record<string, string> = {}
      for await (const blob of artifacts(storage).listBlobsFlat({ prefix: `${artifactFolder(name)}/` })) {
        const log = blob.name.slice(artifactFolder(name).length + 1)
        files[log] =
          `${storage.url}/${artifactContainer}/${blob.name}?${storage.sas(artifactContainer, { permissions: 'r' })}`
      }
      return files
    },
    stop: async () => {
      for (const job of jobs.values()) if (!isEnded(job)) runner.cancel(job.name)
      await Promise.allSettled([...jobs.values()].map(({ done }) => done))
    },
  }
  return runner
}

const isEnded = ({ status }: CommandJob) => ['Completed', 'Failed', 'Canceled'].includes(status)
const artifactFolder = (name: string) => `ExperimentRun/dcid.${name}`
const artifacts = (storage: Storage): ContainerClient => storage.container(artifactContainer)

/** Environments that are made for one job have an image that is built. */
const isBuilt = ({ asked }: CommandJob) => String(asked.environmentId).includes('/CliV2AnonymousEnvironment/')

async function appendLog(storage: Storage, { name }: CommandJob, log: string, text: string): Promise<void> {
  const client = artifacts(storage).getAppendBlobClient(`${artifactFolder(name)}/${log}`)
  await client.createIfNotExists()
  await client.appendBlock(text, Buffer.byteLength(text))
}

/** A job is a process group of its own: what the command starts ends with it. */
function killGroup({ process: child }: CommandJob): void {
  try {
    if (child?.pid) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // it has ended
  }
}

const jobName = /^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}$/
const assetTypes = ['uri_folder', 'uri_file', 'mltable', 'mlflow_model', 'custom_model', 'triton_model']

/** What AzureML refuses. An asset input without `uri` is what the typed client of npm sends, without a word (facts, 0.1). */
function check({ computes }: JobRunner, name: string, body: unknown): Readonly<Record<string, unknown>> {
  if (!jobName.test(name)) throw badRequest(`The job name '${name}' is not valid: it must match ${jobName.source}.`)
  if (typeof body !== 'object' || body === null) throw badRequest('The request body must have properties.')
  const asked = body as Record<string, unknown>
  if (asked.jobType !== 'Command')
    throw badRequest(`The jobType '${String(asked.jobType)}' is not supported by the emulator.`)
  if (typeof asked.command !== 'string' || asked.command === '') throw badRequest('The property command is required.')
  if (typeof asked.environmentId !== 'string') throw badRequest('The property environmentId is required.')
  const compute = typeof asked.computeId === 'string' ? asked.computeId.split('/').at(-1) : undefined
  if (compute !== undefined && !computes.has(compute))
    throw badRequest(`Compute ${compute} not found in workspace ${names.workspace}.`)
  for (const [input, { jobInputType, uri, value }] of portsOf(asked.inputs)) {
    if (jobInputType === 'literal' && typeof value === 'string') continue
    if (!assetTypes.includes(String(jobInputType)))
      throw badRequest(`Input ${input} has the type '${String(jobInputType)}'.`)
    if (typeof uri !== 'string' || uri === '') throw badRequest(`Input ${input} has no uri.`)
  }
  return asked
}

type Port = Readonly<Record<string, unknown>>

function portsOf(ports: unknown): [string, Port][] {
  return Object.entries((ports ?? {}) as Record<string, Port>)
}

/** A job from its beginning to its end. */
async function live(runner: JobRunner, workspace: Workspace, storage: Storage, job: CommandJob): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'emulator-job-'))
  try {
    for (const status of before) {
      if (job.status === 'CancelRequested') break
      job.status = status
      if (status === 'Preparing' && isBuilt(job))
        await appendLog(storage, job, buildLog, 'Step 1/2 : building the image\nStep 2/2 : done\n')
      await sleep(runner.stateDelay)
    }
    if (job.status !== 'CancelRequested') await run(workspace, storage, job, folder)
  } catch (error) {
    job.error = { code: 'ServiceError', message: error instanceof Error ? error.message : String(error) }
    job.status = 'Failed'
  } finally {
    if (job.status === 'CancelRequested') job.status = 'Canceled'
    await rm(folder, { recursive: true, force: true })
  }
}

async function run(workspace: Workspace, storage: Storage, job: CommandJob, folder: string): Promise<void> {
  const code = path.join(folder, 'code')
  await mkdir(code, { recursive: true })
  const { asked } = job
  if (typeof asked.codeId === 'string') await stageUri(workspace, storage, codeUriOf(workspace, asked.codeId), code)
  const places: Record<string, string> = {}
  for (const [name, input] of portsOf(asked.inputs)) {
    const place = path.join(folder, 'inputs', name)
    places[`inputs.${name}`] =
      input.jobInputType === 'literal' ? String(input.value) : await stageInput(workspace, storage, input, place)
  }
  for (const [name] of portsOf(asked.outputs)) {
    const place = path.join(folder, 'outputs', name)
    await mkdir(place, { recursive: true })
    places[`outputs.${name}`] = place
  }
  if (job.status === 'CancelRequested') return
  job.status = 'Running'
  const exitCode = await runCommand(storage, job, code, places)
  if (job.status !== 'Running') return
  job.status = 'Finalizing'
  for (const [name, output] of portsOf(asked.outputs))
    await uploadOutput(workspace, storage, output, places[`outputs.${name}`] ?? '')
  if (exitCode !== 0)
    job.error = {
      code: 'UserError',
      message: `Execution failed. User process exited with status code ${exitCode}. Please check log file 'user_logs/std_log.txt' for error details.`,
    }
  job.status = exitCode === 0 ? 'Completed' : 'Failed'
}

function codeUriOf({ codes }: Workspace, codeId: string): string {
  const found = codes.get(codeId.split('/').slice(-3).join('/').toLowerCase())
  if (!found) throw new Error(`Could not find code ${codeId}.`)
  return found
}

/** As AzureML does it: mounted or downloaded, which here is the same. Gives the folder, or the file. */
async function stageInput(
  workspace: Workspace,
  storage: Storage,
  { uri, jobInputType }: Port,
  place: string,
): Promise<string> {
  const address = uriOf(workspace, String(uri))
  await stageUri(workspace, storage, address, place)
  if (jobInputType !== 'uri_file') return place
  const [file = ''] = await readdir(place)
  return path.join(place, file)
}

/** The URI behind an ARM id of a data version. */
function uriOf({ data }: Workspace, uri: string): string {
  const [, name, version] = /\/data\/([^/]+)\/versions\/([^/]+)$/i.exec(uri) ?? []
  if (name === undefined) return uri
  const found = data.assets.get(name)?.find((one) => one.version === version)
  if (!found) throw new Error(`Could not find data asset: ${name}, version: ${version}.`)
  return found.dataUri
}

/** The container and the prefix that a URI names. */
function locate({ datastores }: Workspace, uri: string): { container: string; prefix: string } {
  const [, datastore, prefix = ''] = /\/datastores\/([^/]+)(?:\/paths)?\/(.*)$/.exec(uri) ?? []
  if (datastore !== undefined) {
    const location = datastores.get(datastore)?.location
    return { container: location?.containerName ?? location?.filesystem ?? '', prefix }
  }
  const [, , container = '', ...rest] = new URL(uri).pathname.split('/')
  return { container, prefix: rest.map(decodeURIComponent).join('/') }
}

async function stageUri(workspace: Workspace, storage: Storage, uri: string, place: string): Promise<void> {
  const { container, prefix } = locate(workspace, uri)
  const client = storage.container(container)
  await mkdir(place, { recursive: true })
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  for await (const { name } of client.listBlobsFlat({ prefix })) {
    if (name !== prefix && !name.startsWith(folder)) continue
    const file = path.join(place, name === prefix ? path.posix.basename(name) : name.slice(folder.length))
    await mkdir(path.dirname(file), { recursive: true })
    await client.getBlobClient(name).downloadToFile(file)
  }
}

async function uploadOutput(workspace: Workspace, storage: Storage, { uri }: Port, folder: string): Promise<void> {
  if (typeof uri !== 'string') return
  const { container, prefix } = locate(workspace, uri)
  const client = storage.container(container)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath, entry.name)
    const name = `${prefix.replace(/\/?$/, '/')}${path.relative(folder, file)}`
    await client.getBlockBlobClient(name).uploadFile(file)
  }
}

/** The command in bash, with `${{inputs.x}}` in place and the variables of a job; what it prints grows in an append blob. */
async function runCommand(
  storage: Storage,
  job: CommandJob,
  code: string,
  places: Readonly<Record<string, string>>,
): Promise<number> {
  const { asked, name } = job
  const command = String(asked.command).replace(
    /\$\{\{\s*((?:inputs|outputs)\.[\w.-]+)\s*\}\}/g,
    (_, port: string) => places[port] ?? '',
  )
  const variables = Object.entries(places).map(([port, place]) => [
    `AZURE_ML_${port.replace('inputs.', 'INPUT_').replace('outputs.', 'OUTPUT_')}`,
    place,
  ])
  const script = path.join(code, '..', 'command.sh')
  await writeFile(script, command)
  const child = spawn('bash', [script], {
    cwd: code,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: code,
      AZUREML_RUN_ID: name,
      ...Object.fromEntries(variables),
      ...((asked.environmentVariables ?? {}) as Record<string, string>),
    },
  })
  job.process = child
  let waiting: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => waiting.push(bytes))
  const ended = new Promise<number>((resolve) => child.once('close', (exitCode) => resolve(exitCode ?? 1)))
  const log = artifacts(storage).getAppendBlobClient(`${artifactFolder(name)}/${stdLog}`)
  await log.create()
  const flush = async () => {
    const bytes = Buffer.concat(waiting)
    waiting = []
    if (bytes.length > 0) await log.appendBlock(bytes, bytes.length)
  }
  let exitCode: number | undefined
  void ended.then((code) => {
    exitCode = code
  })
  while (exitCode === undefined) {
    await sleep(logInterval)
    await flush()
  }
  await flush()
  return exitCode
}

/** The answer to `GET {workspace}/jobs/{name}`. */
export function commandJobResource({ name, asked, status }: CommandJob): unknown {
  const { subscriptionId, resourceGroup, workspace } = names
  const scope = `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${workspace}`
  const artifactsUri = `azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.${name}`
  const outputs = {
    default: { jobOutputType: 'uri_folder', uri: artifactsUri, mode: 'ReadWriteMount' },
    ...((asked.outputs ?? {}) as object),
  }
  return {
    id: `${workspaceId}/jobs/${name}`,
    name,
    type: 'Microsoft.MachineLearningServices/workspaces/jobs',
    properties: {
      displayName: name,
      experimentName: 'Default',
      description: null,
      tags: {},
      codeId: null,
      computeId: null,
      limits: null,
      distribution: null,
      identity: null,
      environmentVariables: {},
      isArchived: false,
      parameters: {},
      inputs: {},
      ...asked,
      outputs,
      properties: { ...((asked.properties ?? {}) as object), '_azureml.ComputeTargetType': 'amlctrain' },
      resources: {
        instanceCount: 1,
        instanceType: null,
        properties: null,
        shmSize: '2g',
        dockerArgs: null,
        ...((asked.resources ?? {}) as object),
      },
      services: {
        Studio: {
          jobServiceType: 'Studio',
          endpoint: `https://ml.azure.com/runs/${name}?wsid=${scope}`,
          properties: null,
        },
      },
      status,
    },
    systemData: { createdAt: new Date().toISOString(), createdByType: 'Application' },
  }
}

/** The answer of the run history to `GET …/runs/{name}/details`. */
export async function runDetails(runner: JobRunner, name: string): Promise<unknown> {
  const job = runner.jobs.get(name)
  if (!job) throw notFound(`Run ${name} not found`)
  return {
    runId: name,
    status: job.status,
    logFiles: await runner.logFiles(name),
    warnings: [],
    error: job.error
      ? { error: { ...job.error, messageParameters: {}, details: [] }, correlation: {}, environment: names.location }
      : null,
  }
}
