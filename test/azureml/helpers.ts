import type { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning'
import { RestError } from '@azure/storage-blob'
import { cloudOf, type Workspace } from '../../src/azureml/index.ts'
import type { Log } from '../../src/report/index.ts'
import { silentLog } from '../report/helpers.ts'

/** A workspace that answers with what these stand-ins for parts of its client give. */
export function workspaceWith(client: object, log: Log = silentLog): Workspace {
  return {
    name: { subscriptionId: 'sub', resourceGroup: 'group', workspace: 'space' },
    cloud: cloudOf('public'),
    identity: { credential: { getToken: async () => null }, description: 'nobody' },
    client: client as AzureMachineLearningWorkspaces,
    log,
  }
}

/** What the ARM client throws for an answer of the service. */
export function serviceError(statusCode: number, code: string | undefined, message: string): RestError {
  return new RestError(message, { statusCode, ...(code === undefined ? {} : { code }) })
}
