import * as v from 'valibot'
import { parseYaml, type YamlValue } from '../datasets/index.ts'
import { nearest, quoted, UserError } from '../report/index.ts'
import type {
  CommandJob,
  Distribution,
  EnvironmentSpec,
  JobIdentity,
  JobInput,
  JobOutput,
  JobService,
} from './command-job.ts'
import {
  dataInput,
  distributionSchemas,
  environmentSchema,
  identitySchema,
  jobSchema,
  literalInput,
  literalTypes,
  outputSchema,
  resourcesSchema,
  serviceSchema,
} from './job-schema.ts'

/** A job file as it was read, before it is checked. */
export type RawJob = Readonly<Record<string, YamlValue>>

/** Jobs of the CLI that are no command jobs, and how each is known where `type` is left out. */
const otherJobs: Readonly<Record<string, readonly string[]>> = {
  pipeline: ['jobs'],
  sweep: ['trial', 'sampling_algorithm', 'search_space'],
  spark: ['entry', 'driver_cores', 'executor_cores', 'driver', 'executor'],
  parallel: ['task', 'mini_batch_size'],
  automl: ['task', 'primary_metric', 'training_data', 'training'],
}

/**
 * Reads the text of a job file.
 * @throws UserError for text that is not YAML, and for jobs that are not command jobs
 */
export function readJobFile(name: string, text: string): RawJob {
  const raw = parseYaml(name, text)
  if (typeof raw !== 'object' || Array.isArray(raw)) throw bad(name, 'is no mapping of keys, as a job file is')
  const job = raw as RawJob
  const type = typeof job.type === 'string' && job.type !== '' ? job.type : typeOf(job)
  if (type !== 'command') throw bad(name, `describes a job of type ${quoted(type)}; only command jobs can be submitted`)
  return job
}

function typeOf(job: RawJob): string {
  if ('command' in job) return 'command'
  const found = Object.entries(otherJobs).find(([, keys]) => keys.some((key) => key in job))
  return found?.[0] ?? 'command'
}

/**
 * Checks a job file, together with what the action's inputs set.
 * @param name of the file, for errors
 * @throws UserError that names what a command job may hold and this action does not support, and what has the wrong form
 */
export function checkJob(name: string, raw: RawJob): CommandJob {
  const job = validate(jobSchema, raw, name, '')
  const resources = validate(resourcesSchema, job.resources, name, 'resources.')
  return {
    command: job.command,
    code: job.code,
    environment: environmentOf(job.environment, name),
    compute: job.compute,
    displayName: job.display_name ?? job.name,
    experimentName: job.experiment_name,
    description: job.description,
    tags: job.tags,
    properties: job.properties,
    environmentVariables: job.environment_variables,
    inputs: mapValues(job.inputs, (value, key) => inputOf(value, name, key)),
    outputs: mapValues(job.outputs === '' ? {} : job.outputs, (value, key) => outputOf(value, name, key)),
    resources: {
      instanceCount: resources.instance_count,
      instanceType: resources.instance_type,
      shmSize: resources.shm_size,
      dockerArgs: resources.docker_args,
      properties: resources.properties,
      locations: resources.locations,
      maxInstanceCount: resources.max_instance_count,
    },
    timeout: job.limits?.timeout === undefined ? undefined : secondsOf(job.limits.timeout, name),
    distribution: job.distribution && distributionOf(job.distribution, name),
    identity: job.identity === undefined ? undefined : identityOf(job.identity, name),
    queue: job.queue_settings && { jobTier: job.queue_settings.job_tier, priority: job.queue_settings.priority },
    services: mapValues(job.services, (value, key) => serviceOf(value, name, key)),
  }
}

function environmentOf(value: string | Readonly<Record<string, YamlValue>>, name: string): EnvironmentSpec {
  if (typeof value === 'string') {
    if (value === '') throw bad(name, 'names no environment, which every job needs')
    return { kind: 'reference', reference: value }
  }
  const spec = validate(environmentSchema, value, name, 'environment.')
  if (spec.image !== undefined && spec.build) throw bad(name, 'has an environment with both "image" and "build"')
  if (spec.build)
    return { kind: 'build', path: spec.build.path, dockerfilePath: spec.build.dockerfile_path, osType: spec.os_type }
  if (spec.image === undefined) throw bad(name, 'has an environment with neither "image" nor "build"')
  return {
    kind: 'image',
    image: spec.image,
    condaFile: spec.conda_file === '' ? undefined : spec.conda_file,
    osType: spec.os_type,
  }
}

/** A text is a value; so is a mapping of a literal type. A path alone in a mapping is a folder. */
function inputOf(value: YamlValue, name: string, key: string): JobInput {
  checkPortName(key, name)
  const where = `inputs.${key}.`
  if (typeof value === 'string') return { kind: 'literal', value: asPython(value) }
  if (Array.isArray(value)) throw bad(name, `has a list as input "${key}"`)
  const type = (value as Readonly<Record<string, YamlValue>>).type
  if (literalTypes.some((literal) => literal === type)) {
    const literal = validate(literalInput, value, name, where)
    return { kind: 'literal', value: asPython(literal.value ?? literal.default ?? '') }
  }
  return { kind: 'data', ...validate(dataInput, value, name, where) } as JobInput
}

/** As the Python SDK writes truth values (azure-ai-ml: `str(value)`), which scripts compare with. */
function asPython(value: string): string {
  return /^(true|false)$/i.test(value) ? `${value[0]?.toUpperCase()}${value.slice(1).toLowerCase()}` : value
}

function outputOf(value: YamlValue, name: string, key: string): JobOutput {
  checkPortName(key, name)
  return validate(outputSchema, value === '' ? {} : value, name, `outputs.${key}.`) as JobOutput
}

/** What AzureML takes as the name of an input or output (azure-ai-ml). */
function checkPortName(key: string, name: string): void {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(key))
    throw bad(
      name,
      `has an input or output ${quoted(key)}: only letters, digits and "_" are possible, and no digit first`,
    )
}

function distributionOf(value: Readonly<Record<string, YamlValue>>, name: string): Distribution {
  if (typeof value.type !== 'string') throw bad(name, 'has a distribution without a type')
  const type = value.type.toLowerCase()
  if (!Object.hasOwn(distributionSchemas, type))
    throw bad(name, `has the distribution ${quoted(type)}; there are ${Object.keys(distributionSchemas).join(', ')}`)
  const kind = type as Distribution['type']
  const { type: _type, ...settings } = validate(distributionSchemas[kind], value, name, 'distribution.') as Record<
    string,
    string | number | undefined
  >
  const given = Object.entries(settings).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  return {
    type: kind,
    settings: Object.fromEntries(
      given.map(([key, setting]) => [camelCase(key), key === 'include_dashboard' ? setting === 'true' : setting]),
    ),
  }
}

const identityTypes: Readonly<Record<string, JobIdentity['type']>> = {
  user_identity: 'user',
  user: 'user',
  managed: 'managed',
  managed_identity: 'managed',
  aml_token: 'token',
}

function identityOf(value: string | Readonly<Record<string, YamlValue>>, name: string): JobIdentity {
  const spec = validate(identitySchema, typeof value === 'string' ? { type: value } : value, name, 'identity.')
  const type = identityTypes[spec.type.toLowerCase()]
  if (!type) throw bad(name, `has the identity ${quoted(spec.type)}; there are user_identity, managed and aml_token`)
  return {
    type,
    clientId: spec.client_id,
    objectId: spec.object_id,
    resourceId: spec.msi_resource_id ?? spec.resource_id,
  }
}

function serviceOf(value: YamlValue, name: string, key: string): JobService {
  const { type, port, nodes, ssh_public_keys, log_dir, properties } = validate(
    serviceSchema,
    value,
    name,
    `services.${key}.`,
  )
  return {
    type,
    port,
    nodes,
    properties: {
      ...properties,
      ...(ssh_public_keys === undefined ? {} : { sshPublicKeys: ssh_public_keys }),
      ...(log_dir === undefined ? {} : { logDir: log_dir }),
    },
  }
}

/** Seconds, or hi-ml's way to write a time: `3.5h`, `2d`, `30m`, `90s`. */
export function secondsOf(value: string, name: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)\s*([smhd]?)$/i.exec(value.trim()) ?? []
  const seconds = Number(number) * ({ '': 1, s: 1, m: 60, h: 3600, d: 86_400 }[unit.toLowerCase()] ?? Number.NaN)
  if (seconds > 0) return Math.round(seconds)
  throw bad(name, `has the time limit ${quoted(value)}; write seconds, or a number and one of s, m, h, d, such as 3.5h`)
}

function validate<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  name: string,
  prefix: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  const [issue] = result.issues
  const path = issue.path?.map(({ key }) => String(key)).join('.') ?? ''
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known = 'entries' in schema ? Object.keys(schema.entries as object) : []
    const [near] = nearest(path, known)
    throw bad(
      name,
      `has ${quoted(prefix + path)}, which ${near ? `is no key of a command job; did you mean "${prefix}${near}"` : 'this action does not support'}`,
    )
  }
  if (path === 'environment') throw bad(name, 'names no environment, which every job needs')
  if (issue.received === 'undefined') throw bad(name, `has no ${quoted(prefix + path)}`)
  throw bad(
    name,
    path === ''
      ? `has ${quoted(prefix.slice(0, -1))}, which ${issue.message}`
      : `has ${quoted(prefix + path)}, which ${issue.message}`,
  )
}

function mapValues<T>(
  values: Readonly<Record<string, YamlValue>>,
  map: (value: YamlValue, key: string) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]))
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function bad(name: string, what: string): UserError {
  return new UserError('bad-job', `${name} ${what}.`)
}
