import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  chooseWorkspace,
  cloudOf,
  createStorageAccess,
  openWorkspace,
  parseWorkspaceConfig,
  signIn,
  type WorkspaceName,
} from '../azureml/index.ts'
import type { DatasetContext } from '../datasets/index.ts'
import { type Log, UserError } from '../report/index.ts'
import type { ActionInputs } from './inputs.ts'
import { idTokenSource } from './oidc.ts'
import type { Connection } from './session.ts'

/** What the inputs say about reaching the workspace, frozen for the steps after this one. */
export async function decideConnection(inputs: ActionInputs, checkout: string): Promise<Connection> {
  const { cloud, resourceManagerUrl, authorityHost, defaultDatastore } = inputs
  const { clientId, tenantId } = inputs.signIn
  const workspace = chooseWorkspace(inputs.workspace, await findConfig(inputs.workspaceConfig, checkout))
  return { workspace, cloud, resourceManagerUrl, authorityHost, clientId, tenantId, defaultDatastore }
}

/** Signs in and opens the workspace. */
export async function connect(
  connection: Connection,
  clientSecret: string,
  signal: AbortSignal,
  log: Log,
): Promise<DatasetContext> {
  const { clientId, tenantId, resourceManagerUrl, authorityHost, defaultDatastore } = connection
  const cloud = cloudOf(connection.cloud, resourceManagerUrl, authorityHost)
  const identity = await signIn({ clientId, tenantId, clientSecret }, cloud, idTokenSource(), log)
  const workspace = await openWorkspace(connection.workspace, cloud, identity, log)
  return { workspace, access: createStorageAccess(), defaultDatastore, signal, log }
}

/** `config.json`, then `.azureml/config.json` in the checkout; a file without the three keys is some other tool's. */
async function findConfig(workspaceConfig: string, checkout: string): Promise<WorkspaceName | undefined> {
  if (workspaceConfig !== '') {
    const config = await readConfig(resolve(checkout, workspaceConfig))
    if (config) return config
    throw new UserError(
      'bad-input',
      `workspace-config: ${workspaceConfig} does not exist, or has not the keys subscription_id, resource_group and workspace_name.`,
    )
  }
  return (
    (await readConfig(resolve(checkout, 'config.json'))) ??
    (await readConfig(resolve(checkout, '.azureml', 'config.json')))
  )
}

async function readConfig(path: string): Promise<WorkspaceName | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : parseWorkspaceConfig(text)
}
