import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { stringify } from 'yaml'
import {
  environmentId,
  findDataContainer,
  findLatestEnvironment,
  putAnonymousEnvironment,
  workspaceId,
} from '../azureml/index.ts'
import type { DatasetContext } from '../datasets/index.ts'
import { quoted, UserError } from '../report/index.ts'
import { uploadCode, uploadContext, uploadData } from './code.ts'
import type { CommandJob, EnvironmentSpec, JobInput } from './command-job.ts'
import type { JobReferences } from './rest-job.ts'

/**
 * Finds, registers or uploads what a job names.
 * @param base the folder that relative paths start from
 * @param known what inputs are that are known already, by their names
 */
export async function resolveReferences(
  context: DatasetContext,
  job: CommandJob,
  base: string,
  known: JobReferences['inputUris'],
): Promise<JobReferences> {
  const inputUris: Record<string, string> = { ...known }
  for (const [name, input] of Object.entries(job.inputs))
    if (input.kind === 'data') inputUris[name] ??= await inputUri(context, name, input, base)
  return {
    computeId: computeIdOf(context, job.compute),
    environmentId: await environmentIdOf(context, job.environment, base),
    codeId: job.code === undefined ? undefined : await codeIdOf(context, job.code, base),
    inputUris,
  }
}

/** An ARM id passes; a name is one of the workspace. Nothing, or `serverless`, is AzureML's own. */
function computeIdOf({ workspace }: DatasetContext, compute: string | undefined): string | undefined {
  const name = compute?.replace(/^azureml:/, '')
  if (name === undefined || name === 'serverless') return undefined
  if (name === 'local')
    throw new UserError(
      'bad-job',
      'compute: "local" would run on this runner; leave out submit-to-azureml for that, or name a compute of the workspace.',
    )
  return name.startsWith('/') ? name : `${workspaceId(workspace.name)}/computes/${name}`
}

async function codeIdOf(context: DatasetContext, code: string, base: string): Promise<string> {
  if (/^(azureml:)?\/subscriptions\//.test(code)) return code.replace(/^azureml:/, '')
  if (/^\w[\w+.-]*:/.test(code)) throw new UserError('bad-job', `code: ${quoted(code)} is no folder of the checkout.`)
  return uploadCode(context, resolve(base, code))
}

async function environmentIdOf(context: DatasetContext, spec: EnvironmentSpec, base: string): Promise<string> {
  const { workspace } = context
  switch (spec.kind) {
    case 'reference':
      return referenceOf(context, spec.reference)
    case 'image': {
      const condaFile = spec.condaFile === undefined ? undefined : await condaText(spec.condaFile, base)
      const { image, osType } = spec
      return putAnonymousEnvironment(workspace, hashOf(image, condaFile ?? '', osType), { image, condaFile, osType })
    }
    case 'build': {
      const { dockerfilePath, osType } = spec
      const { url, hash } = await uploadContext(context, resolve(base, spec.path))
      const build = { contextUri: url, ...(dockerfilePath === undefined ? {} : { dockerfilePath }) }
      return putAnonymousEnvironment(workspace, hashOf(hash, dockerfilePath ?? '', osType), { build, osType })
    }
  }
}

/** Those of Microsoft, and of registries, AzureML looks up itself; for a label, only they have others than `latest`. */
async function referenceOf({ workspace }: DatasetContext, reference: string): Promise<string> {
  if (/^azureml:\/\/registries\//.test(reference)) return reference
  const name = reference.replace(/^azureml:/, '')
  if (name.startsWith('/')) return name
  if (name.startsWith('AzureML-')) return `azureml:${name}`
  const [, environment = '', version, label = 'latest'] = /^([\w.-]+)(?::([\w.-]+)|@([\w.-]+))?$/.exec(name) ?? []
  if (environment === '')
    throw new UserError(
      'bad-job',
      `environment: ${quoted(reference)} is no name of an environment, such as azureml:my_env:3 or azureml:my_env@latest.`,
    )
  if (version !== undefined) return environmentId(workspace, environment, version)
  if (label !== 'latest')
    throw new UserError('bad-job', `environment: ${quoted(reference)} has another label than "latest".`)
  return findLatestEnvironment(workspace, environment)
}

async function condaText(condaFile: string | object, base: string): Promise<string> {
  if (typeof condaFile === 'object') return stringify(condaFile)
  return readFile(resolve(base, condaFile), 'utf8').catch(() => {
    throw new UserError('bad-job', `conda_file: there is no file ${quoted(resolve(base, condaFile))}.`)
  })
}

/** Where the data of an input is, as the CLI finds it (azure-ai-ml, `_resolve_job_input`): an id, a URL, a file or folder, an asset. */
async function inputUri(
  context: DatasetContext,
  name: string,
  { type, path }: JobInput & { kind: 'data' },
  base: string,
): Promise<string> {
  if (/^(azureml:)?\/subscriptions\//.test(path)) return path.replace(/^azureml:/, '')
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return path
  const asset = /^(?:azureml:)?([\w.-]+)(?::([\w.-]+)|@latest)$/.exec(path)
  if (asset) return assetId(context, name, type, asset[1] ?? '', asset[2])
  const place = resolve(base, path)
  const status = await stat(place).catch(() => undefined)
  if (!status)
    throw new UserError(
      'bad-job',
      `Input "${name}": there is no file or folder ${quoted(place)}. Assets are written azureml:name:version.`,
    )
  return status.isDirectory() ? uploadData(context, place) : uploadData(context, dirname(place), basename(place))
}

async function assetId(
  { workspace }: DatasetContext,
  input: string,
  type: string,
  name: string,
  version: string | undefined,
): Promise<string> {
  const kind = type.endsWith('_model') ? 'models' : 'data'
  if (version !== undefined) return `${workspaceId(workspace.name)}/${kind}/${name}/versions/${version}`
  const latest = kind === 'data' ? (await findDataContainer(workspace, name))?.latestVersion : undefined
  if (latest !== undefined) return `${workspaceId(workspace.name)}/data/${name}/versions/${latest}`
  const remedy = kind === 'models' ? 'For a model, name a version.' : 'There is no such dataset.'
  throw new UserError('bad-job', `Input "${input}": the latest version of ${quoted(name)} cannot be found. ${remedy}`)
}

function hashOf(...parts: readonly string[]): string {
  return createHash('md5').update(parts.join('\0')).digest('hex')
}
