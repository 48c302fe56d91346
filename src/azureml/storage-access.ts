import {
  type BlobContainer,
  BlobError,
  type ContainerLocation,
  isSameContainer,
  openContainer,
} from '../blobs/index.ts'
import { messageOf, UserError } from '../report/index.ts'
import {
  type Datastore,
  getDatastore,
  getDefaultDatastore,
  listBlobDatastores,
  readDatastoreSecret,
} from './datastores.ts'
import { explainStorageRefusals, type Refusal } from './storage-refusals.ts'
import { type Attempt, storedCredential } from './stored-credential.ts'
import { type Workspace, workspaceId } from './workspace.ts'

export type Purpose = 'read' | 'write'

/** The datastores of workspaces and their containers. Each is asked for and opened once, however many datasets lie in it. */
export interface StorageAccess {
  /** The datastore of that name, or the workspace's default where the name is undefined. */
  datastore(workspace: Workspace, name: string | undefined): Promise<Datastore>
  /**
   * The container of a datastore, opened with its stored credentials or, where those cannot be had or are refused, with our own token.
   * `prefix` is the folder that will be used: credentials are tried on it.
   * @throws UserError that names every attempt
   */
  open(
    workspace: Workspace,
    datastore: Datastore,
    prefix: string,
    purpose: Purpose,
    signal: AbortSignal,
  ): Promise<BlobContainer>
  /** A container that a blob address names: with the credentials of a datastore that has the same account and container, else with our own token. */
  openLocation(
    workspace: Workspace,
    location: ContainerLocation,
    prefix: string,
    signal: AbortSignal,
  ): Promise<BlobContainer>
}

export function createStorageAccess(): StorageAccess {
  const datastore = once(({ name }: Workspace, store = '') => `${workspaceId(name)} ${store}`, findDatastore)
  const secret = once(({ name }: Workspace, store: string) => `${workspaceId(name)} ${store}`, readDatastoreSecret)
  const open = once(
    ({ name }: Workspace, store: Datastore, _prefix: string, purpose: Purpose, _signal: AbortSignal) =>
      `${workspaceId(name)} ${store.name} ${purpose}`,
    (workspace, store, prefix, purpose, signal) => {
      const stored = storedCredential(workspace, store, purpose, secret)
      const attempts = [...(stored ? [stored] : []), ownToken(workspace)]
      return openFirst(workspace, store.location, attempts, prefix, purpose, signal)
    },
  )
  const openLocation = once(
    (_workspace: Workspace, { url }: ContainerLocation, _prefix: string, _signal: AbortSignal) => url,
    async (workspace, location, prefix, signal) => {
      const same = (await listBlobDatastores(workspace)).find((store) => isSameContainer(store.location, location))
      if (same) return open(workspace, same, prefix, 'read', signal)
      return openFirst(workspace, location, [ownToken(workspace)], prefix, 'read', signal)
    },
  )
  return { datastore, open, openLocation }
}

/** A function that does its work once for each key, and gives everybody the same promise. */
function once<A extends unknown[], T>(keyOf: (...args: A) => string, work: (...args: A) => Promise<T>) {
  const results = new Map<string, Promise<T>>()
  return (...args: A): Promise<T> => {
    const key = keyOf(...args)
    const result = results.get(key) ?? work(...args)
    results.set(key, result)
    return result
  }
}

function findDatastore(workspace: Workspace, name?: string): Promise<Datastore> {
  return name === undefined ? getDefaultDatastore(workspace) : getDatastore(workspace, name)
}

async function openFirst(
  workspace: Workspace,
  location: ContainerLocation,
  attempts: readonly Attempt[],
  prefix: string,
  purpose: Purpose,
  signal: AbortSignal,
): Promise<BlobContainer> {
  const refusals: Refusal[] = []
  for (const { label, credential } of attempts) {
    try {
      const container = await openContainer(location, await credential(), workspace.log)
      await container.probe(prefix, signal)
      workspace.log.debug(
        `Opened container ${location.containerName} of account ${location.accountName} with ${label}.`,
      )
      return container
    } catch (error) {
      if (!mayTryNext(error)) throw explainOther(error, location)
      refusals.push({ label, error })
      workspace.log.debug(`Container ${location.containerName} does not open with ${label}: ${messageOf(error)}`)
    }
  }
  throw explainStorageRefusals(location, refusals, purpose)
}

/** Refused credentials are a reason to try others; a missing container or a broken network is not. */
function mayTryNext(error: unknown): boolean {
  return error instanceof UserError || (error instanceof BlobError && (error.status === 401 || error.status === 403))
}

function explainOther(error: unknown, { accountName, containerName }: ContainerLocation): unknown {
  if (!(error instanceof BlobError)) return error
  if (error.status === 404) {
    return new UserError(
      'container-not-found',
      `Container "${containerName}" does not exist in storage account "${accountName}". The datastore points at nothing: create the container, or mend the datastore.`,
      { cause: error },
    )
  }
  if (error.status === 0) {
    return new UserError(
      'storage-unreachable',
      `Storage account "${accountName}" cannot be reached (${error.code || 'no answer'}). Check its name and, if it has private endpoints only, that the runner is in that network.`,
      { cause: error },
    )
  }
  return error
}

function ownToken({ identity }: Workspace): Attempt {
  return { label: 'our own token', credential: async () => ({ kind: 'token', token: identity.credential }) }
}
