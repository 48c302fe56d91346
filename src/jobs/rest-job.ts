import type { YamlValue } from '../datasets/index.ts'
import type { CommandJob, Distribution, JobIdentity, JobInput, JobOutput, JobService } from './command-job.ts'

/** What a job names, as AzureML knows it. */
export interface JobReferences {
  /** ARM id of the code version; undefined for a job without code. */
  readonly codeId: string | undefined
  /** ARM id, or what AzureML itself expands: `azureml:AzureML-…`, `azureml://registries/…`. */
  readonly environmentId: string
  /** ARM id; undefined for serverless compute. */
  readonly computeId: string | undefined
  /** What each data input reads: an ARM id of a data version, or a URI. */
  readonly inputUris: Readonly<Record<string, string>>
}

/** The body of `PUT {workspace}/jobs/{name}`. */
export interface RestJob {
  readonly properties: Readonly<Record<string, unknown>>
}

/** How the modes of the CLI are spelled in REST (azure-ai-ml). */
const inputModes: Readonly<Record<string, string>> = {
  ro_mount: 'ReadOnlyMount',
  mount: 'ReadOnlyMount',
  rw_mount: 'ReadWriteMount',
  download: 'Download',
  direct: 'Direct',
  eval_mount: 'EvalMount',
  eval_download: 'EvalDownload',
}
const outputModes: Readonly<Record<string, string>> = {
  rw_mount: 'ReadWriteMount',
  mount: 'ReadWriteMount',
  upload: 'Upload',
  direct: 'Direct',
}
const distributionTypes = { mpi: 'Mpi', pytorch: 'PyTorch', tensorflow: 'TensorFlow', ray: 'Ray' } as const
const identityTypes = { user: 'UserIdentity', managed: 'Managed', token: 'AMLToken' } as const
const serviceTypes: Readonly<Record<string, string>> = {
  ssh: 'SSH',
  tensor_board: 'TensorBoard',
  jupyter_lab: 'JupyterLab',
  vs_code: 'VSCode',
  custom: 'Custom',
}
const priorities: Readonly<Record<string, number>> = { low: 1, medium: 2, high: 3 }
/** AzureML takes shorter limits for none at all (azure-ai-ml says so of sweeps). */
const shortestTimeout = 60

/** A command job as the REST interface describes it (`CommandJob`); what is not given is left out. */
export function restJob(job: CommandJob, { codeId, environmentId, computeId, inputUris }: JobReferences): RestJob {
  return {
    properties: given({
      jobType: 'Command',
      command: job.command,
      codeId,
      environmentId,
      computeId,
      displayName: job.displayName,
      experimentName: job.experimentName,
      description: job.description,
      tags: filled(job.tags),
      properties: filled(job.properties),
      environmentVariables: filled(job.environmentVariables),
      inputs: filled(mapValues(job.inputs, (input, name) => restInput(input, inputUris[name]))),
      outputs: filled(mapValues(job.outputs, restOutput)),
      resources: filled(restResources(job)),
      limits:
        job.timeout === undefined
          ? undefined
          : { jobLimitsType: 'Command', timeout: `PT${Math.max(shortestTimeout, job.timeout)}S` },
      distribution: job.distribution && restDistribution(job.distribution),
      identity: job.identity && restIdentity(job.identity),
      queueSettings:
        job.queue && given({ jobTier: capitalised(job.queue.jobTier), priority: priorities[job.queue.priority ?? ''] }),
      services: filled(mapValues(job.services, restService)),
    }),
  }
}

function restInput(input: JobInput, uri: string | undefined): unknown {
  if (input.kind === 'literal') return { jobInputType: 'literal', value: input.value }
  const mode = input.mode === undefined ? undefined : inputModes[input.mode]
  return given({ jobInputType: input.type, uri, mode, description: input.description })
}

function restOutput({ type, mode, path, name, version, description }: JobOutput): unknown {
  return given({
    jobOutputType: type,
    mode: mode === undefined ? undefined : outputModes[mode],
    uri: path,
    assetName: name,
    assetVersion: version,
    description,
  })
}

function restResources({ resources }: CommandJob): Record<string, unknown> {
  const { properties, ...rest } = resources
  return given({ ...rest, properties: properties && mapValues(properties, typed) })
}

/** Properties of resources are objects of AzureML's own: numbers and truth values are told from texts by their look. */
function typed(value: YamlValue): unknown {
  if (Array.isArray(value)) return value.map(typed)
  if (typeof value === 'object') return mapValues(value as Readonly<Record<string, YamlValue>>, typed)
  if (/^(true|false)$/i.test(value)) return value.toLowerCase() === 'true'
  return /^-?\d{1,15}$/.test(value) ? Number(value) : value
}

function restDistribution({ type, settings }: Distribution): unknown {
  return { distributionType: distributionTypes[type], ...settings }
}

function restIdentity({ type, clientId, objectId, resourceId }: JobIdentity): unknown {
  return given({ identityType: identityTypes[type], clientId, objectId, resourceId })
}

function restService({ type, port, nodes, properties }: JobService): unknown {
  return given({
    jobServiceType: serviceTypes[type],
    port,
    nodes: nodes === undefined ? undefined : { nodesValueType: capitalised(nodes) },
    properties: filled(properties),
  })
}

function capitalised(text: string | undefined): string | undefined {
  return text && `${text[0]?.toUpperCase()}${text.slice(1)}`
}

/** Without what is undefined. */
function given(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

function filled<T extends object>(values: T): T | undefined {
  return Object.keys(values).length > 0 ? values : undefined
}

function mapValues<T, R>(values: Readonly<Record<string, T>>, map: (value: T, name: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value, name)]))
}
