import { names } from '../names.ts'
import type { DataAssets } from './data-assets.ts'
import type { Datastore } from './datastores.ts'
import type { Job } from './jobs.ts'

/** All that Resource Manager and AzureML know. */
export interface Workspace {
  /** Where this Resource Manager listens. */
  readonly url: string
  readonly datastores: Map<string, Datastore>
  readonly data: DataAssets
  readonly jobs: Map<string, Job>
  /** Addresses of code versions by `codes/{name}/versions/{version}` without its first part, in lower case. */
  readonly codes: Map<string, string>
  /** Environment versions that were registered, by name and version. */
  readonly environments: Map<string, string[]>
  /** Actions that the signed-in application has no role for, in lower case or not. */
  readonly denied: Set<string>
}

export const resourceGroupId = `/subscriptions/${names.subscriptionId}/resourceGroups/${names.resourceGroup}`
export const workspaceId = `${resourceGroupId}/providers/Microsoft.MachineLearningServices/workspaces/${names.workspace}`

/** The workspace's path as an Express route. */
export const root =
  '/subscriptions/:subscription/resourceGroups/:group/providers/Microsoft.MachineLearningServices/workspaces/:workspace'

/** The answer to `GET {workspace}`. */
export function workspaceResource(url: string): unknown {
  const resources = `${resourceGroupId}/providers`
  return {
    id: workspaceId,
    name: names.workspace,
    type: 'Microsoft.MachineLearningServices/workspaces',
    location: names.location,
    kind: 'Default',
    sku: { name: 'Basic', tier: 'Basic' },
    tags: {},
    identity: { type: 'SystemAssigned', tenantId: names.tenantId, principalId: names.objectId },
    properties: {
      friendlyName: names.workspace,
      workspaceId: names.workspaceId,
      tenantId: names.tenantId,
      provisioningState: 'Succeeded',
      publicNetworkAccess: 'Enabled',
      discoveryUrl: `${url}/discovery`,
      v1LegacyMode: false,
      hbiWorkspace: false,
      storageHnsEnabled: false,
      storageAccount: `${resources}/Microsoft.Storage/storageAccounts/${names.storageAccount}`,
      keyVault: `${resources}/Microsoft.KeyVault/vaults/${names.workspace}`,
      applicationInsights: `${resources}/Microsoft.Insights/components/${names.workspace}`,
      mlFlowTrackingUri: `azureml://${names.location}.api.azureml.ms/mlflow/v1.0${workspaceId}`,
    },
    systemData: { createdAt: '2024-01-15T08:00:00.0000000Z', createdByType: 'User' },
  }
}
