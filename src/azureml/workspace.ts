import type { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning'
import { type Log, UserError } from '../report/index.ts'
import { askingArm, resourceManager } from './arm-refusals.ts'
import type { Cloud } from './cloud.ts'
import type { Identity } from './credentials.ts'
import { retryOptions, watchPolicy } from './watch.ts'

/** Which AzureML workspace. */
export interface WorkspaceName {
  readonly subscriptionId: string
  readonly resourceGroup: string
  readonly workspace: string
}

/** A workspace that we are signed in to. */
export interface Workspace {
  readonly name: WorkspaceName
  readonly cloud: Cloud
  readonly identity: Identity
  readonly client: AzureMachineLearningWorkspaces
  readonly log: Log
}

/** Milliseconds. Resource Manager counts requests by the minute, or by the hour: the hour is not worth a runner. */
const longestWait = 5 * 60_000

/**
 * Opens a workspace. Nothing is asked of it yet; the ARM client is loaded only now. Every request of the client ends when the signal says so.
 */
export async function openWorkspace(
  name: WorkspaceName,
  cloud: Cloud,
  identity: Identity,
  signal: AbortSignal,
  log: Log,
): Promise<Workspace> {
  const { AzureMachineLearningWorkspaces } = await import('@azure/arm-machinelearning')
  const client = new AzureMachineLearningWorkspaces(identity.credential, name.subscriptionId, {
    endpoint: cloud.resourceManagerUrl,
    credentialScopes: cloud.scopes.management,
    userAgentOptions: { userAgentPrefix: 'azureml-datasets' },
    retryOptions,
    additionalPolicies: [{ policy: watchPolicy(resourceManager, longestWait, log), position: 'perRetry' }],
  })
  client.pipeline.addPolicy({
    name: 'cancellation',
    sendRequest: (request, next) => {
      request.abortSignal ??= signal
      return next(request)
    },
  })
  return { name, cloud, identity, client, log }
}

/**
 * `GET {workspace}`: where it is. Nothing else of ours asks for it, so that whoever may not read it may still use its data.
 * @throws UserError where it does not exist, or may not be read
 */
export async function readLocation({ client, name }: Workspace): Promise<string> {
  const found = await askingArm(`Reading workspace "${name.workspace}"`, () =>
    client.workspaces.get(name.resourceGroup, name.workspace),
  )
  return found.location ?? ''
}

/** `/subscriptions/…/workspaces/…`, as ARM writes it. */
export function workspaceId({ subscriptionId, resourceGroup, workspace }: WorkspaceName): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}`
}

/** Whether two names mean the same workspace; Azure does not tell upper from lower case. */
export function isSameWorkspace(a: WorkspaceName, b: WorkspaceName): boolean {
  return workspaceId(a).toLowerCase() === workspaceId(b).toLowerCase()
}

const idPattern =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.MachineLearningServices\/workspaces\/([^/]+)\/?$/i

/** Takes an ARM resource id of a workspace apart; undefined for what is not one. */
export function parseWorkspaceId(id: string): WorkspaceName | undefined {
  const [, subscriptionId, resourceGroup, workspace] = idPattern.exec(id) ?? []
  return subscriptionId && resourceGroup && workspace ? { subscriptionId, resourceGroup, workspace } : undefined
}

/** The text of an AzureML `config.json`; undefined where one of its three keys is missing: then it is some other file. */
export function parseWorkspaceConfig(text: string): WorkspaceName | undefined {
  const config = parseJson(text.replace(/^\ufeff/, '')) // PowerShell writes a byte order mark
  if (typeof config !== 'object' || config === null) return undefined
  const { subscription_id, resource_group, workspace_name } = config as Record<string, unknown>
  if (typeof subscription_id !== 'string' || typeof resource_group !== 'string' || typeof workspace_name !== 'string')
    return undefined
  return { subscriptionId: subscription_id, resourceGroup: resource_group, workspace: workspace_name }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The workspace that inputs and config file name together; inputs win over the file.
 * @throws UserError that lists what is missing
 */
export function chooseWorkspace(inputs: WorkspaceName, config: WorkspaceName | undefined): WorkspaceName {
  const whole = parseWorkspaceId(inputs.workspace)
  if (whole) return whole
  if (inputs.workspace.includes('/')) {
    throw new UserError(
      'bad-input',
      'workspace: this is neither the name of a workspace nor its whole ARM resource id (/subscriptions/…/workspaces/…).',
    )
  }
  const chosen = {
    subscriptionId: inputs.subscriptionId || config?.subscriptionId || '',
    resourceGroup: inputs.resourceGroup || config?.resourceGroup || '',
    workspace: inputs.workspace || config?.workspace || '',
  }
  const missing = [
    !chosen.workspace && 'workspace',
    !chosen.resourceGroup && 'resource-group',
    !chosen.subscriptionId && 'subscription-id',
  ].filter(Boolean)
  if (missing.length === 0) return chosen
  throw new UserError(
    'no-workspace',
    `Which workspace? Missing: ${missing.join(', ')}. Give the inputs, or an AzureML config.json in the checkout (is actions/checkout before this step?).`,
  )
}
