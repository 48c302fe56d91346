import type {
  Datastore as ArmDatastore,
  AzureBlobDatastore,
  AzureDataLakeGen2Datastore,
} from '@azure/arm-machinelearning'
import type { ContainerLocation } from '../blobs/index.ts'
import { listed, nearest, quoted, UserError } from '../report/index.ts'
import { askingArm, findingInArm } from './arm-refusals.ts'
import { isAddress } from './data-uri.ts'
import { type Workspace, workspaceId } from './workspace.ts'

/** A datastore whose files we can reach: a container of Azure Blob Storage, or a file system of ADLS Gen2 by its blob endpoint. */
export interface Datastore {
  readonly name: string
  readonly location: ContainerLocation
  readonly credentials: DatastoreCredentials
}

/** Which credentials a datastore keeps; secrets are asked for separately. */
export type DatastoreCredentials =
  | { readonly kind: 'AccountKey' | 'Sas' | 'None' | 'Certificate' }
  | {
      readonly kind: 'ServicePrincipal'
      readonly tenantId: string
      readonly clientId: string
      readonly authorityUrl: string | undefined
    }

/**
 * The datastore of that name (`GET {workspace}/datastores/{name}`).
 * @throws UserError that names the datastores there are, or the kinds that are supported
 */
export async function getDatastore(workspace: Workspace, name: string): Promise<Datastore> {
  const { resourceGroup, workspace: workspaceName } = workspace.name
  const found = await findingInArm(`Reading datastore "${name}"`, () =>
    workspace.client.datastores.get(resourceGroup, workspaceName, name),
  )
  if (found) return toDatastore(found, workspace)
  const names = (await listDatastores(workspace)).map((datastore) => datastore.name ?? '')
  const near = nearest(name, names)
  throw new UserError(
    'datastore-not-found',
    `Datastore ${quoted(name)} does not exist in workspace "${workspaceName}". ${near.length > 0 ? `Did you mean ${listed(near)}? ` : ''}There are: ${listed(names)}.`,
  )
}

/** The workspace's default datastore (`GET {workspace}/datastores?isDefault=true`). */
export async function getDefaultDatastore(workspace: Workspace): Promise<Datastore> {
  const [datastore] = await listDatastores(workspace, true)
  if (datastore) return toDatastore(datastore, workspace)
  throw new UserError(
    'datastore-not-found',
    `Workspace "${workspace.name.workspace}" has no default datastore. Name one with default-datastore.`,
  )
}

/** All datastores that hold blobs, for finding the one that a blob address belongs to. */
export async function listBlobDatastores(workspace: Workspace): Promise<Datastore[]> {
  const datastores = await listDatastores(workspace)
  return datastores.filter(holdsBlobs).map((datastore) => toDatastore(datastore, workspace))
}

async function listDatastores(workspace: Workspace, isDefault?: true): Promise<ArmDatastore[]> {
  const { resourceGroup, workspace: workspaceName } = workspace.name
  return askingArm(`Listing the datastores of workspace "${workspaceName}"`, async () => {
    const datastores: ArmDatastore[] = []
    for await (const datastore of workspace.client.datastores.list(
      resourceGroup,
      workspaceName,
      isDefault ? { isDefault } : {},
    )) {
      datastores.push(datastore)
    }
    return datastores
  })
}

/**
 * The account key, SAS (without a leading `?`) or client secret that a datastore keeps, masked before anybody sees it
 * (`POST {workspace}/datastores/{name}/listSecrets`).
 */
export async function readDatastoreSecret(workspace: Workspace, name: string): Promise<string> {
  const { resourceGroup, workspace: workspaceName } = workspace.name
  const answer = await askingArm(`Reading the credentials of datastore "${name}"`, () =>
    workspace.client.datastores.listSecrets(resourceGroup, workspaceName, name),
  )
  const { key, sasToken, clientSecret } = answer as { key?: string; sasToken?: string; clientSecret?: string }
  const secret = key ?? sasToken?.replace(/^\?/, '') ?? clientSecret ?? ''
  if (!secret) throw new UserError('datastore-secret-missing', `the workspace gave no secret for datastore "${name}"`)
  for (const form of [secret, ...signaturesIn(secret)]) workspace.log.mask(form)
  return secret
}

/** The signature of a SAS, as it is and as it stands in a URL: each would do as a key. */
function signaturesIn(secret: string): string[] {
  const signature = secret.includes('sig=') ? new URLSearchParams(secret).get('sig') : null
  return signature ? [signature, encodeURIComponent(signature)] : []
}

function holdsBlobs({ properties }: ArmDatastore): boolean {
  return properties.datastoreType === 'AzureBlob' || properties.datastoreType === 'AzureDataLakeGen2'
}

function toDatastore(datastore: ArmDatastore, { cloud, name }: Workspace): Datastore {
  const shown = `${quoted(datastore.name ?? '')} of workspace "${name.workspace}"`
  if (!holdsBlobs(datastore)) {
    throw new UserError(
      'datastore-unsupported',
      `Datastore ${shown} is of kind ${datastore.properties.datastoreType}. Supported are Azure Blob Storage (AzureBlob) and ADLS Gen2 (AzureDataLakeGen2).`,
    )
  }
  const properties = datastore.properties as AzureBlobDatastore | AzureDataLakeGen2Datastore
  const containerName = 'filesystem' in properties ? properties.filesystem : properties.containerName
  const { accountName } = properties
  const endpoint = properties.endpoint ?? cloud.storageSuffix
  const protocol = properties.protocol ?? 'https'
  if (!accountName || !containerName) {
    throw new UserError(
      'datastore-unsupported',
      `Datastore ${shown} has no storage account or container. Its definition is broken: create it anew (${workspaceId(name)}).`,
    )
  }
  return {
    name: datastore.name ?? '',
    location: { accountName, containerName, url: containerUrl(protocol, accountName, endpoint, containerName) },
    credentials: toCredentials(properties),
  }
}

/** Behind an address (Azurite, with or without a port) the account goes into the path. */
function containerUrl(protocol: string, account: string, endpoint: string, container: string): string {
  const host = endpoint.replace(/:\d+$/, '')
  return isAddress(host)
    ? `${protocol}://${endpoint}/${account}/${container}`
    : `${protocol}://${account}.blob.${endpoint}/${container}`
}

function toCredentials({ credentials }: AzureBlobDatastore | AzureDataLakeGen2Datastore): DatastoreCredentials {
  if (credentials.credentialsType !== 'ServicePrincipal') return { kind: credentials.credentialsType }
  const { tenantId, clientId, authorityUrl } = credentials as {
    tenantId: string
    clientId: string
    authorityUrl?: string
  }
  return { kind: 'ServicePrincipal', tenantId, clientId, authorityUrl }
}
