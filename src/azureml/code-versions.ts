import { askingArm, findingInArm } from './arm-refusals.ts'
import { type Workspace, workspaceId } from './workspace.ts'

/** `GET {workspace}/codes/{name}/versions/{version}`: its ARM id, or undefined where there is none. */
export async function findCodeVersion(
  workspace: Workspace,
  name: string,
  version: string,
): Promise<string | undefined> {
  const { resourceGroup, workspace: workspaceName } = workspace.name
  const found = await findingInArm(`Reading code "${name}"`, () =>
    workspace.client.codeVersions.get(resourceGroup, workspaceName, name, version),
  )
  return found && codeId(workspace, name, version)
}

/** `PUT {workspace}/codes/{name}/versions/{version}`: registers a folder of blobs as code. Gives its ARM id. */
export async function putCodeVersion(
  workspace: Workspace,
  name: string,
  version: string,
  { codeUri, hash }: { readonly codeUri: string; readonly hash: string },
): Promise<string> {
  const { resourceGroup, workspace: workspaceName } = workspace.name
  const properties = { codeUri, isAnonymous: true, isArchived: false, properties: { content_hash: hash } }
  await askingArm('Registering the code of the job', () =>
    workspace.client.codeVersions.createOrUpdate(resourceGroup, workspaceName, name, version, { properties }),
  )
  return codeId(workspace, name, version)
}

function codeId({ name: workspace }: Workspace, name: string, version: string): string {
  return `${workspaceId(workspace)}/codes/${name}/versions/${version}`
}
