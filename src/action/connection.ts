import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  type Cloud,
  chooseWorkspace,
  cloudOf,
  createStorageAccess,
  type Identity,
  openWorkspace,
  parseWorkspaceConfig,
  signIn,
  type WorkspaceName,
} from '../azureml/index.ts'
import type { DatasetContext } from '../datasets/index.ts'
import { type Log, type Stopwatch, startStopwatch, UserError } from '../report/index.ts'
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

/** Signs in with what the connection says, as far as the workspace is not needed for it. */
export async function identify(
  {
    clientId,
    tenantId,
    ...hosts
  }: Pick<Connection, 'clientId' | 'tenantId' | 'cloud' | 'resourceManagerUrl' | 'authorityHost'>,
  clientSecret: string,
  log: Log,
): Promise<Identity> {
  return signIn({ clientId, tenantId, clientSecret }, cloudIn(hosts), idTokenSource(), log)
}

/** Opens the workspace of a connection. */
export async function connect(
  connection: Connection,
  identity: Identity,
  signal: AbortSignal,
  log: Log,
  stopwatch: Stopwatch = startStopwatch('connect'),
): Promise<DatasetContext> {
  const workspace = await openWorkspace(connection.workspace, cloudIn(connection), identity, signal, log)
  return {
    workspace,
    access: createStorageAccess(),
    defaultDatastore: connection.defaultDatastore,
    signal,
    log,
    stopwatch,
  }
}

/** The cloud that a connection names. */
export function cloudIn({
  cloud,
  resourceManagerUrl,
  authorityHost,
}: Pick<Connection, 'cloud' | 'resourceManagerUrl' | 'authorityHost'>): Cloud {
  return cloudOf(cloud, resourceManagerUrl, authorityHost)
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
