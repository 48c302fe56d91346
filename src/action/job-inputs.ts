import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import * as core from '@actions/core'
import { parseYaml, type YamlValue } from '../datasets/index.ts'
import { type CommandJob, checkJob, type RawJob, readJobFile } from '../jobs/index.ts'
import { quoted, UserError } from '../report/index.ts'

/** What the inputs say about an AzureML job. */
export interface JobInputs {
  readonly job: CommandJob
  /** The folder that relative paths of the job start from: that of the job file, else the checkout. */
  readonly base: string
  /** Whether the command stands in the workflow. */
  readonly isInline: boolean
}

/** Inputs that are texts, and the key of the job file that each stands for. */
const textInputs = {
  command: 'command',
  code: 'code',
  compute: 'compute',
  'experiment-name': 'experiment_name',
  'display-name': 'display_name',
  description: 'description',
} as const
/** Inputs that are YAML. */
const yamlInputs = {
  environment: 'environment',
  tags: 'tags',
  'environment-variables': 'environment_variables',
  distribution: 'distribution',
  identity: 'identity',
} as const
const imageInputs = {
  image: 'image',
  'conda-file': 'conda_file',
} as const
const resourceInputs = {
  'instance-count': 'instance_count',
  'instance-type': 'instance_type',
  'shm-size': 'shm_size',
} as const

/**
 * The job that the file describes, with what the inputs say instead.
 * @throws UserError for what no command job may have
 */
export async function readJobInputs(checkout: string): Promise<JobInputs> {
  const jobFile = core.getInput('job-file')
  const file = jobFile === '' ? {} : await readJob(resolve(checkout, jobFile), jobFile)
  const name = jobFile === '' ? 'The job' : jobFile
  const code = core.getInput('code')
  return {
    // A path in an input starts from the checkout, wherever the file lies.
    job: checkJob(name, { ...file, ...overrides(file), ...(code === '' ? {} : { code: resolve(checkout, code) }) }),
    base: jobFile === '' ? checkout : dirname(resolve(checkout, jobFile)),
    isInline: core.getInput('command') !== '',
  }
}

async function readJob(path: string, name: string): Promise<RawJob> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new UserError(
      'bad-job',
      `job-file: there is no file ${quoted(path)} (is actions/checkout before this step?).`,
    )
  })
  return readJobFile(name, text)
}

function overrides(file: RawJob): RawJob {
  const texts = given(textInputs, (value) => value)
  const yaml = given(yamlInputs, (value, input) => parseYaml(input, value))
  const resources = given(resourceInputs, (value) => value)
  const timeout = core.getInput('max-run-duration')
  return {
    ...texts,
    ...yaml,
    ...environmentOf(file),
    ...(Object.keys(resources).length === 0 ? {} : { resources: { ...mappingOf(file.resources), ...resources } }),
    ...(timeout === '' ? {} : { limits: { ...mappingOf(file.limits), timeout } }),
  }
}

/** `image` and `conda-file` make an environment of their own, or change that of the file. */
function environmentOf(file: RawJob): RawJob {
  const made = given(imageInputs, (value) => value)
  if (Object.keys(made).length === 0) return {}
  if (core.getInput('environment') !== '')
    throw new UserError('bad-input', 'environment: it is given together with image or conda-file; give one of them.')
  return { environment: { ...mappingOf(file.environment), ...made } }
}

function given(
  inputs: Readonly<Record<string, string>>,
  read: (text: string, input: string) => YamlValue,
): Record<string, YamlValue> {
  const entries = Object.entries(inputs).flatMap(([input, key]) => {
    const text = core.getInput(input)
    return text === '' ? [] : [[key, read(text, input)] as const]
  })
  return Object.fromEntries(entries)
}

function mappingOf(value: YamlValue | undefined): Readonly<Record<string, YamlValue>> {
  return typeof value === 'object' && !Array.isArray(value) ? (value as Readonly<Record<string, YamlValue>>) : {}
}
