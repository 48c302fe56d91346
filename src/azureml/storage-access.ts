import {
  type BlobContainer,
  BlobError,
  type ContainerCredential,
  type ContainerLocation,
  isSameContainer,
  openContainer,
} from '../blobs/index.ts'
import { messageOf, quoted, UserError } from '../report/index.ts'
import { isOwnStorage } from './cloud.ts'
import {
  type Datastore,
  getDatastore,
  getDefaultDatastore,
  listBlobDatastores,
  readDatastoreSecret,
} from './datastores.ts'
import {
  explainStorageFailure,
  explainStorageRefusals,
  explainStorageTrouble,
  type Refusal,
} from './storage-refusals.ts'
import type { Access } from './storage-verdicts.ts'
import { type Attempt, storedCredential } from './stored-credential.ts'
import { type Workspace, workspaceId } from './workspace.ts'

export type Purpose = 'read' | 'write'

/** How a container was opened. */
export interface Opening {
  /** The credential that opened it: `the datastore's account key`, `our own token`. */
  readonly label: string
  /** What was tried before, and refused. */
  readonly refusals: readonly Refusal[]
}

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
  /** How a container was opened that came from here. */
  openingOf(container: BlobContainer): Opening
  /**
   * Whether we may have the secret that a datastore keeps; false where it keeps none.
   * @throws UserError where the workspace refuses it
   */
  mayListSecret(workspace: Workspace, datastore: Datastore): Promise<boolean>
  /** A container that a blob address names: with the credentials of a datastore that has the same account and container, else with our own token. */
  openLocation(
    workspace: Workspace,
    location: ContainerLocation,
    prefix: string,
    signal: AbortSignal,
  ): Promise<BlobContainer>
  /** What a container that was opened here threw at any time later, as an instruction; what is no failure of storage comes back as it is. */
  explain(container: BlobContainer, error: unknown): Promise<unknown>
}

/** How the containers were opened that are in use, for what fails with them later. */
type OpenContainers = WeakMap<BlobContainer, Opening & { readonly access: Access }>

export function createStorageAccess(): StorageAccess {
  const opened: OpenContainers = new WeakMap()
  const datastore = once(({ name }: Workspace, store = '') => `${workspaceId(name)} ${store}`, findDatastore)
  const secret = once(({ name }: Workspace, store: string) => `${workspaceId(name)} ${store}`, readDatastoreSecret)
  const open = once(
    ({ name }: Workspace, store: Datastore, _prefix: string, purpose: Purpose, _signal: AbortSignal) =>
      `${workspaceId(name)} ${store.name} ${purpose}`,
    (workspace, store, prefix, purpose, signal) => {
      const stored = storedCredential(workspace, store, purpose, secret)
      const attempts = [...(stored ? [stored] : []), ownToken(workspace, store.location)]
      return openFirst({ workspace, location: store.location, purpose, prefix }, attempts, signal, opened)
    },
  )
  const openLocation = once(
    (_workspace: Workspace, { url }: ContainerLocation, _prefix: string, _signal: AbortSignal) => url,
    async (workspace, location, prefix, signal) => {
      const same = (await listBlobDatastores(workspace)).find((store) => isSameContainer(store.location, location))
      if (same) return open(workspace, same, prefix, 'read', signal)
      return openFirst(
        { workspace, location, purpose: 'read', prefix },
        [ownToken(workspace, location)],
        signal,
        opened,
      )
    },
  )
  const openingOf = (container: BlobContainer) => {
    const opening = opened.get(container)
    if (opening) return opening
    throw new Error(`container ${container.location.containerName} was not opened here`)
  }
  const explain: StorageAccess['explain'] = async (container, error) => {
    const { label, access } = openingOf(container)
    return explainStorageFailure(error, label, access)
  }
  const mayListSecret: StorageAccess['mayListSecret'] = async (workspace, { name, credentials }) => {
    if (credentials.kind === 'None' || credentials.kind === 'Certificate') return false
    await secret(workspace, name)
    return true
  }
  return { datastore, open, openingOf, mayListSecret, openLocation, explain }
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
  { prefix, ...target }: Omit<Access, 'credential'> & { readonly prefix: string },
  attempts: readonly Attempt[],
  signal: AbortSignal,
  opened: OpenContainers,
): Promise<BlobContainer> {
  const { workspace, location } = target
  const { accountName, containerName } = location
  const refusals: Refusal[] = []
  for (const { label, credential: make } of attempts) {
    let credential: ContainerCredential | undefined
    try {
      credential = await make()
      const container = openContainer(location, credential, workspace.log)
      await container.probe(prefix, signal)
      opened.set(container, { label, refusals, access: { ...target, credential } })
      workspace.log.debug(`Opened container ${containerName} of account ${accountName} with ${label}.`)
      return container
    } catch (error) {
      if (!mayTryNext(error)) throw explainStorageTrouble(error, location)
      refusals.push({ label, error, access: { ...target, credential } })
      workspace.log.debug(`Container ${containerName} does not open with ${label}: ${messageOf(error)}`)
    }
  }
  throw await explainStorageRefusals(location, refusals)
}

/** Refused credentials are a reason to try others; a missing container, a broken network or a proxy that refuses is not. */
function mayTryNext(error: unknown): boolean {
  if (error instanceof UserError) return true
  return error instanceof BlobError && error.code !== '' && (error.status === 401 || error.status === 403)
}

function ownToken({ identity, cloud }: Workspace, { url }: ContainerLocation): Attempt {
  const label = 'our own token'
  return {
    label,
    credential: async () => {
      if (isOwnStorage(cloud, url)) return { kind: 'token', token: identity.credential }
      const message = `it is sent to https://*.blob.${cloud.storageSuffix} only, and not to ${quoted(new URL(url).origin)}`
      throw new UserError('storage-refused', message)
    },
  }
}
