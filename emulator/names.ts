/**
 * Who and where everything in the emulator is. The values are the same at every start, so that a workflow may hold them
 * in its `with:` block. None of them is a secret.
 */
export const names = {
  tenantId: '8d1f3a54-2c6b-4f0e-9a77-5b1c0e4d2f91',
  clientId: 'c2b7e9d0-6f14-4d3a-8e5b-71a09c3f6d28',
  /** The service principal's object id: what ARM names in an AuthorizationFailed, and what a role is assigned to. */
  objectId: '4e6a1d7c-93b2-4c58-b0f6-2d8e5a7f1c03',
  subscriptionId: 'f0a4c812-7d35-4e9b-a6c1-38e2d95b7f64',
  resourceGroup: 'emulator-resources',
  workspace: 'emulator-workspace',
  workspaceId: '1b9d7e36-a852-4f7c-8d04-c6f3e1a95b70',
  location: 'westeurope',
  storageAccount: 'azuremlemulator',
} as const

/** The repository whose workflow the emulator's GitHub vouches for. */
export const repository = { owner: 'octo-org', name: 'octo-repo', branch: 'refs/heads/main' } as const

export const defaultContainer = `azureml-blobstore-${names.workspaceId}`
export const artifactContainer = 'azureml'
