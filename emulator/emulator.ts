import type { ContainerClient } from '@azure/storage-blob'
import type { JobRunner } from './arm/command-jobs.ts'
import type { DataAssetBook } from './data-book.ts'
import type { DatastoreSpec } from './datastore-spec.ts'
import type { FederatedCredential } from './entra/assertions.ts'
import type { GitHubJob } from './github.ts'
import type { Storage } from './storage/index.ts'
import type { SasOptions } from './storage/owner.ts'
import type { Intercepts, RecordedRequest } from './traffic.ts'

export interface EmulatorOptions {
  /** A folder of one's own: its entries become the top-level folders and files of the default datastore's container. */
  readonly dataFolder?: string
  /** For Resource Manager, Entra and GitHub's id tokens; default: any free port. */
  readonly port?: number
  /** For blobs; default: any free port. */
  readonly blobPort?: number
  /** Seconds that an access token of Entra is valid; default 3600. */
  readonly tokenLifetime?: number
}

/** An AzureML workspace on this machine. */
export interface Emulator {
  readonly tenantId: string
  readonly clientId: string
  readonly clientSecret: string
  /** The object id of the application's service principal. */
  readonly objectId: string
  readonly subscriptionId: string
  readonly resourceGroup: string
  readonly workspace: string
  readonly workspaceId: string
  /** `https://localhost:PORT`: Resource Manager and Entra at once. */
  readonly url: string
  /** The certificate authority made for this run, as PEM: what NODE_EXTRA_CA_CERTS names. */
  readonly certificateFile: string
  /** The action's inputs that reach this workspace by OIDC. */
  readonly inputs: Readonly<Record<string, string>>
  /** What a runner gives a step that may ask for id tokens, and NODE_EXTRA_CA_CERTS. */
  readonly environment: Readonly<Record<string, string>>
  /** The storage account and its switches. */
  readonly storage: Pick<
    Storage,
    'accountName' | 'accountKey' | 'url' | 'endpoint' | 'keyAccess' | 'bearerAccess' | 'firewall' | 'denied'
  >
  /** Every secret that exists by now. */
  readonly secrets: readonly string[]
  /** Every request to any of the services, in the order of arrival. */
  readonly requests: RecordedRequest[]
  readonly intercept: Intercepts
  /** ARM actions that the application has no role for: they are answered by AuthorizationFailed. */
  readonly denied: Set<string>
  /** Names of AzureML v1 datasets: no data asset may take one. */
  readonly v1Datasets: Set<string>
  /** The job whose id tokens GitHub gives out. */
  readonly githubJob: GitHubJob
  /** The federated credential of the application: the id tokens that it takes. */
  readonly federatedCredential: FederatedCredential
  readonly dataAssets: DataAssetBook
  /** A container as its owner, past the front door; the default datastore's without a name. */
  container(name?: string): ContainerClient
  /** Adds a datastore, or replaces the one with its name; and its container where it is missing. */
  addDatastore(spec: DatastoreSpec): Promise<void>
  /** Command jobs, which run as processes of this machine. */
  readonly jobs: JobRunner
  /** Versions of environments by their names. */
  readonly environments: Map<string, string[]>
  /** Adds a completed job: the URI of each of its outputs by name. */
  addJob(name: string, outputs: Readonly<Record<string, string>>): void
  /** A SAS for a container, signed with the account's key; a query string without a question mark. */
  issueSas(container: string, options?: SasOptions): string
  /** Ends every process and removes every file. May be called twice. */
  stop(): Promise<void>
}
