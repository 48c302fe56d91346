import { randomBytes, randomUUID } from 'node:crypto'
import type { Datastore, StoredCredentials } from './arm/datastores.ts'
import type { Application } from './entra/tokens.ts'
import { names } from './names.ts'
import type { Storage } from './storage/index.ts'

/** What is left out is made so that it works: the account's own key, a SAS of one day, a new service principal. */
export type CredentialsSpec =
  | { readonly credentialsType: 'AccountKey'; readonly key?: string }
  | { readonly credentialsType: 'Sas'; readonly sasToken?: string }
  | { readonly credentialsType: 'ServicePrincipal'; readonly clientSecret?: string }
  | { readonly credentialsType: 'Certificate' }
  | { readonly credentialsType: 'None' }

export interface DatastoreSpec {
  readonly name: string
  /** Default AzureBlob. A Gen2 datastore's file system is a container here, without a hierarchical namespace. */
  readonly datastoreType?: 'AzureBlob' | 'AzureDataLakeGen2' | 'AzureFile'
  /** The container, file system or file share; default: the datastore's name with `-` for `_`. */
  readonly container?: string
  /** Default None. */
  readonly credentials?: CredentialsSpec
  /** Makes it the workspace's default in place of the one that was. */
  readonly isDefault?: boolean
  /** Another storage account than the emulator's: one that a client cannot reach. */
  readonly accountName?: string
  readonly endpoint?: string
}

export interface DatastoreMaker {
  readonly storage: Storage
  readonly url: string
  readonly secrets: Set<string>
  readonly applications: Map<string, Application>
}

/** The datastore that a specification describes. */
export function makeDatastore(maker: DatastoreMaker, spec: DatastoreSpec): Datastore {
  return {
    name: spec.name,
    isDefault: spec.isDefault ?? false,
    description: null,
    location: location(maker.storage, spec),
    credentials: storedCredentials(maker, spec),
  }
}

/** The container, file system or share that a specification means. */
export const containerOf = (spec: DatastoreSpec) => spec.container ?? spec.name.toLowerCase().replaceAll('_', '-')

function location(storage: Storage, spec: DatastoreSpec): Datastore['location'] {
  const datastoreType = spec.datastoreType ?? 'AzureBlob'
  const field = { AzureBlob: 'containerName', AzureDataLakeGen2: 'filesystem', AzureFile: 'fileShareName' }[
    datastoreType
  ]
  return {
    datastoreType,
    accountName: spec.accountName ?? storage.accountName,
    [field]: containerOf(spec),
    endpoint: spec.endpoint ?? storage.endpoint,
    protocol: 'https',
  }
}

function storedCredentials(maker: DatastoreMaker, spec: DatastoreSpec): StoredCredentials {
  const credentials = spec.credentials ?? { credentialsType: 'None' }
  const { credentialsType } = credentials
  const shown = { credentialsType }
  switch (credentialsType) {
    case 'AccountKey':
      return { shown, secrets: { key: remember(maker, credentials.key ?? maker.storage.accountKey) } }
    case 'Sas':
      return { shown, secrets: { sasToken: credentials.sasToken ?? maker.storage.sas(containerOf(spec), {}) } }
    case 'ServicePrincipal':
      return servicePrincipal(maker, credentials.clientSecret)
    case 'Certificate':
      return { shown: { ...shown, ...principal(maker), thumbprint: hex(20) }, secrets: { certificate: secret(maker) } }
    case 'None':
      return { shown, secrets: undefined }
  }
}

/** An application of its own, that Entra knows; with another secret than Entra's when the specification gives one. */
function servicePrincipal(maker: DatastoreMaker, clientSecret: string | undefined): StoredCredentials {
  const shown = { credentialsType: 'ServicePrincipal', ...principal(maker), resourceUrl: 'https://storage.azure.com/' }
  const real = secret(maker)
  maker.applications.set(shown.clientId, { clientId: shown.clientId, objectId: randomUUID(), secret: real })
  return { shown, secrets: { clientSecret: remember(maker, clientSecret ?? real) } }
}

const principal = (maker: DatastoreMaker) => ({
  tenantId: names.tenantId,
  clientId: randomUUID(),
  authorityUrl: maker.url,
})

const hex = (bytes: number) => randomBytes(bytes).toString('hex')
const secret = (maker: DatastoreMaker) => remember(maker, randomBytes(30).toString('base64url'))

function remember(maker: DatastoreMaker, value: string): string {
  maker.secrets.add(value)
  return value
}
