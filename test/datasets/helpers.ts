import type { AzureMachineLearningWorkspaces, DataVersionBaseProperties } from '@azure/arm-machinelearning'
import { RestError } from '@azure/storage-blob'
import { cloudOf, type Workspace } from '../../src/azureml/index.ts'
import type { BlobContainer, SnapshotFile } from '../../src/blobs/index.ts'
import type { DatasetContext } from '../../src/datasets/index.ts'
import { type Log, startStopwatch } from '../../src/report/index.ts'
import { silentLog } from '../report/helpers.ts'

/** A file of a snapshot. */
export function file(path: string, size: number, differences: Partial<SnapshotFile> = {}): SnapshotFile {
  return {
    name: `d/${path}`,
    path,
    size,
    etag: '0x1',
    md5: '1B2M2Y8AsgTpgAmY7PhCfg==',
    lastModified: 0,
    tier: 'Hot',
    ...differences,
  }
}

export interface FakeWorkspace extends Workspace {
  /** Properties of every version by `name:version`, in the order in which they were made. */
  readonly versions: Map<string, Partial<DataVersionBaseProperties>>
  /** Every `name:version` that somebody tried to register. */
  readonly puts: string[]
  /** Stands before every PUT; may throw in its place. */
  beforePut: (key: string) => void
  /** Stands before every GET of a version; `missing` hides it. */
  beforeGet: (key: string) => 'missing' | undefined
}

/** A workspace whose data assets are a map. */
export function fakeWorkspace(
  existing: Readonly<Record<string, Partial<DataVersionBaseProperties>>> = {},
  log: Log = silentLog,
): FakeWorkspace {
  const versions = new Map(Object.entries(existing))
  const workspace: FakeWorkspace = {
    name: { subscriptionId: 'sub', resourceGroup: 'group', workspace: 'space' },
    cloud: cloudOf('public'),
    identity: { credential: { getToken: async () => null }, description: 'nobody' },
    client: undefined as unknown as AzureMachineLearningWorkspaces,
    log,
    versions,
    puts: [],
    beforePut: () => {},
    beforeGet: () => undefined,
  }
  return Object.assign(workspace, { client: fakeClient(workspace) })
}

function fakeClient(workspace: FakeWorkspace): AzureMachineLearningWorkspaces {
  const { versions } = workspace
  const split = (key: string) => key.split(':') as [string, string]
  const versionsOf = (asset: string) =>
    [...versions].flatMap(([key, properties]) => {
      const [name, version] = split(key)
      return name === asset ? [{ name: version, properties }] : []
    })
  const dataContainers = {
    get: async (_group: string, _workspace: string, asset: string) => {
      const all = versionsOf(asset)
      if (all.length === 0) throw serviceError(404, 'UserError', `${asset} was not found.`)
      const numbers = all.map(({ name }) => Number(name)).filter(Number.isInteger)
      return {
        properties: { latestVersion: all.at(-1)?.name, nextVersion: String(Math.max(0, ...numbers) + 1) },
      }
    },
    list: async function* () {
      yield* [...new Set([...versions.keys()].map((key) => split(key)[0]))].map((name) => ({ name }))
    },
  }
  const dataVersions = {
    get: async (_group: string, _workspace: string, asset: string, version: string) => {
      const key = `${asset}:${version}`
      const properties = workspace.beforeGet(key) === 'missing' ? undefined : versions.get(key)
      if (!properties) throw serviceError(404, 'UserError', `${key} was not found.`)
      return { name: version, properties }
    },
    list: async function* (_group: string, _workspace: string, asset: string, options?: { listViewType?: string }) {
      yield* versionsOf(asset)
        .filter(({ properties }) => options?.listViewType === 'All' || !properties.isArchived)
        .reverse()
    },
    createOrUpdate: async (
      _group: string,
      _workspace: string,
      asset: string,
      version: string,
      body: { properties: DataVersionBaseProperties },
    ) => {
      const key = `${asset}:${version}`
      workspace.puts.push(key)
      workspace.beforePut(key)
      const present = versions.get(key)
      if (present && present.dataUri !== body.properties.dataUri)
        throw serviceError(409, 'UserError', `A data version with this name and version already exists: ${key}.`)
      versions.set(key, body.properties)
    },
  }
  return { dataContainers, dataVersions, datastores: { list: datastores } } as unknown as AzureMachineLearningWorkspaces
}

/** Two datastores on the container of `memoryContainer`, and one on another. */
async function* datastores() {
  const common = { datastoreType: 'AzureBlob', accountName: 'account', credentials: { credentialsType: 'None' } }
  yield { name: 'store', properties: { ...common, containerName: 'box' } }
  yield { name: 'alias', properties: { ...common, containerName: 'box' } }
  yield { name: 'else', properties: { ...common, containerName: 'other' } }
}

/** What the ARM client throws. */
export function serviceError(statusCode: number, code: string, message: string): RestError {
  return new RestError(message, { statusCode, code })
}

/** Working on datasets of a workspace whose every datastore is this one container. */
export function contextOf(
  workspace: Workspace,
  container: BlobContainer,
  signal: AbortSignal = new AbortController().signal,
): DatasetContext {
  const { location } = container
  return {
    workspace,
    access: {
      datastore: async (_workspace, name = 'workspaceblobstore') => ({ name, location, credentials: { kind: 'None' } }),
      open: async () => container,
      openingOf: () => ({ label: 'our own token', refusals: [] }),
      mayListSecret: async () => false,
      openLocation: async () => container,
      explain: async (_container, error) => error,
    },
    defaultDatastore: '',
    signal,
    log: workspace.log,
    stopwatch: startStopwatch('test'),
  }
}
