import { findJob, type JobState, putJob } from '../azureml/index.ts'
import {
  type DatasetContext,
  type EnsuredInput,
  labelOf,
  type OutputDataset,
  type WrittenFolder,
} from '../datasets/index.ts'
import { quoted, UserError } from '../report/index.ts'
import type { CommandJob, JobInput, JobOutput } from './command-job.ts'
import { expandCommand, type FolderLink, withLinks } from './job-command.ts'
import { resolveReferences } from './references.ts'
import { type RestJob, restJob } from './rest-job.ts'

/** An output dataset, and the folder that the job is to write. */
export interface WrittenOutput extends WrittenFolder {
  readonly output: OutputDataset
}

/** What is submitted, besides what the job file says. */
export interface SubmitRequest {
  readonly job: CommandJob
  /** The folder that relative paths of the job file start from. */
  readonly base: string
  /** Whether the command stands in the workflow, and not in a file. */
  readonly isInline: boolean
  readonly inputs: readonly EnsuredInput[]
  readonly outputs: readonly WrittenOutput[]
  /** Where the job comes from. */
  readonly tags: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
}

/**
 * The body of a job: the job file, the datasets under their data-names, and where it comes from. Code and environment are uploaded on the way.
 * @throws UserError for what the job names and is not there
 */
export async function prepareJob(context: DatasetContext, request: SubmitRequest): Promise<RestJob> {
  const { job, base, isInline, inputs, outputs, tags, properties } = request
  const own = new Set(
    [...inputs, ...outputs.map(({ output }) => ({ dataset: output }))].map(({ dataset }) => dataset.dataName),
  )
  for (const name of [...Object.keys(job.inputs), ...Object.keys(job.outputs)])
    if (own.has(name))
      throw new UserError(
        'bad-job',
        `The job file has an input or output ${quoted(name)}, and so have the datasets of the step. Give the dataset another "data-name".`,
      )
  const allInputs = {
    ...job.inputs,
    ...Object.fromEntries(inputs.map((input) => [input.dataset.dataName, inputOf(input)])),
  }
  const allOutputs = {
    ...job.outputs,
    ...Object.fromEntries(outputs.map((one) => [one.output.dataName, outputOf(one)])),
  }
  const names = { inputs: Object.keys(allInputs), outputs: Object.keys(allOutputs) }
  const command = withLinks(expandCommand(job.command, names, isInline), linksOf(inputs, outputs))
  const whole = {
    ...job,
    command,
    inputs: allInputs,
    outputs: allOutputs,
    tags: { ...job.tags, ...tags },
    properties: { ...job.properties, ...properties, ...propertiesOf(inputs, outputs) },
  }
  const known = Object.fromEntries(inputs.map(({ dataset, asset }) => [dataset.dataName, asset.id]))
  return restJob(whole, await resolveReferences(context, job, base, known))
}

/** By the id of the version, so that AzureML knows what the job read. */
function inputOf({ dataset, asset }: EnsuredInput): JobInput {
  return {
    kind: 'data',
    type: asset.dataType,
    path: asset.id,
    mode: dataset.useMounting === 'false' ? 'download' : 'ro_mount',
  }
}

function outputOf({ output, datastore, path }: WrittenOutput): JobOutput {
  return {
    type: 'uri_folder',
    mode: output.useMounting === 'true' || output.useMounting === 'auto' ? 'rw_mount' : 'upload',
    path: `azureml://datastores/${datastore}/paths/${path}`,
  }
}

function linksOf(inputs: readonly EnsuredInput[], outputs: readonly WrittenOutput[]): FolderLink[] {
  const all = [
    ...inputs.map(({ dataset }) => ({ dataset, kind: 'inputs' })),
    ...outputs.map(({ output }) => ({ dataset: output, kind: 'outputs' })),
  ]
  return all.flatMap(({ dataset, kind }) =>
    dataset.targetFolder === undefined
      ? []
      : [{ port: `${kind}.${dataset.dataName}`, targetFolder: dataset.targetFolder }],
  )
}

const inputsProperty = 'azureml_datasets_inputs'
const outputProperty = 'azureml_datasets_output_'
/** Characters of a property (learn.microsoft.com, "Manage and increase quotas"). */
const longestProperty = 1000

/** What a later step needs to know to register the outputs, which has nothing but the job's name. */
function propertiesOf(inputs: readonly EnsuredInput[], outputs: readonly WrittenOutput[]): Record<string, string> {
  const properties: Record<string, string> = {}
  if (inputs.length > 0)
    properties[inputsProperty] = inputs
      .map(({ asset }) => labelOf(asset))
      .join(', ')
      .slice(0, longestProperty)
  for (const written of outputs) {
    const text = JSON.stringify(written)
    if (text.length > longestProperty)
      throw new UserError(
        'bad-dataset',
        `Output "${written.output.name}": path, tags and description are too long to be kept with a job (${text.length} of ${longestProperty} characters).`,
      )
    properties[outputProperty + written.output.dataName] = text
  }
  return properties
}

/** What the properties of a job say of its datasets. */
export function datasetsOf({ properties }: JobState): {
  readonly inputs: readonly string[]
  readonly outputs: readonly WrittenOutput[]
} {
  const outputs = Object.entries(properties).flatMap(([name, value]) =>
    name.startsWith(outputProperty) ? [JSON.parse(value) as WrittenOutput] : [],
  )
  return { inputs: (properties[inputsProperty] ?? '').split(', ').filter(Boolean), outputs }
}

/** Submits a job. A request whose answer was lost is not paid twice: the job is looked for by its name. */
export async function submitJob(context: DatasetContext, name: string, body: RestJob): Promise<JobState> {
  const { workspace, signal } = context
  try {
    return await putJob(workspace, name, body, await tokenHeader(context, body))
  } catch (error) {
    const there = signal.aborted ? undefined : await findJob(workspace, name).catch(() => undefined)
    if (there) return there
    throw error
  }
}

/** A job that runs as its user needs our token for AzureML (azure-ai-ml, `x-azureml-token`). */
async function tokenHeader({ workspace }: DatasetContext, { properties }: RestJob): Promise<Record<string, string>> {
  if ((properties.identity as { identityType?: string } | undefined)?.identityType !== 'UserIdentity') return {}
  const token = await workspace.identity.credential.getToken(workspace.cloud.scopes.ml)
  return token ? { 'x-azureml-token': token.token } : {}
}
