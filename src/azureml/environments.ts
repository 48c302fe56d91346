import { UserError } from '../report/index.ts'
import { askingArm, findingInArm } from './arm-refusals.ts'
import { type Workspace, workspaceId } from './workspace.ts'

/** Environments that are made for one job all have this name, as those of the CLI: their version is the hash of what they hold. */
const anonymous = 'CliV2AnonymousEnvironment'

export interface NewEnvironment {
  readonly image?: string | undefined
  /** The text of a conda file. */
  readonly condaFile?: string | undefined
  readonly build?: { readonly contextUri: string; readonly dockerfilePath?: string | undefined } | undefined
  readonly osType: string
}

/** `PUT {workspace}/environments/…/versions/{hash}`: an environment without a name. Gives its ARM id. */
export async function putAnonymousEnvironment(
  workspace: Workspace,
  hash: string,
  environment: NewEnvironment,
): Promise<string> {
  const { resourceGroup, workspace: workspaceName } = workspace.name
  const { image, condaFile, build, osType } = environment
  const given = { ...(image ? { image } : {}), ...(condaFile ? { condaFile } : {}), ...(build ? { build } : {}) }
  await askingArm('Registering the environment of the job', () =>
    workspace.client.environmentVersions.createOrUpdate(resourceGroup, workspaceName, anonymous, hash, {
      properties: { ...(given as object), osType, isAnonymous: true },
    }),
  )
  return environmentId(workspace, anonymous, hash)
}

/** `GET {workspace}/environments/{name}`: the ARM id of the version that was made last. @throws UserError where there is none */
export async function findLatestEnvironment(workspace: Workspace, name: string): Promise<string> {
  const { resourceGroup, workspace: workspaceName } = workspace.name
  const found = await findingInArm(`Reading environment "${name}"`, async () => {
    const versions = workspace.client.environmentVersions.list(resourceGroup, workspaceName, name, {
      orderBy: 'createdtime desc',
      top: 1,
    })
    for await (const { name: version } of versions) return version
    return undefined
  })
  if (found) return environmentId(workspace, name, found)
  throw new UserError(
    'bad-job',
    `Environment "${name}" does not exist in workspace "${workspaceName}", or has no version. Those of Microsoft are named azureml://registries/azureml/environments/….`,
  )
}

export function environmentId({ name: workspace }: Workspace, name: string, version: string): string {
  return `${workspaceId(workspace)}/environments/${name}/versions/${version}`
}
