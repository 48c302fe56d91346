import type { DataContainer, DataVersionBase } from '@azure/arm-machinelearning'
import { armFailure, askingArm, findingInArm, isManagersOwn } from './arm-refusals.ts'
import { type Workspace, workspaceId } from './workspace.ts'

/** What kind of thing a data asset is; all versions of an asset are of one type. */
export type DataType = 'uri_folder' | 'uri_file' | 'mltable'

/** One version of a data asset. */
export interface DataVersion {
  /** ARM resource id. */
  readonly id: string
  readonly name: string
  readonly version: string
  readonly dataType: DataType
  readonly dataUri: string
  readonly tags: Readonly<Record<string, string>>
  readonly isArchived: boolean
}

/** What the container of all versions of a data asset knows of them. */
export interface DataContainerState {
  /** The version made last, whatever it is called. */
  readonly latestVersion: string | undefined
  /** The number that a next version would get; only integers are counted. */
  readonly nextVersion: string
}

/** A version to be registered. */
export interface NewDataVersion {
  readonly dataType: DataType
  readonly dataUri: string
  readonly description?: string | undefined
  readonly tags: Readonly<Record<string, string>>
}

/** `GET {workspace}/data/{name}`; undefined where there is no such asset. */
export async function findDataContainer(workspace: Workspace, name: string): Promise<DataContainerState | undefined> {
  const { resourceGroup, workspace: workspaceName } = workspace.name
  const container = await findingInArm(`Reading dataset "${name}"`, () =>
    workspace.client.dataContainers.get(resourceGroup, workspaceName, name),
  )
  return (
    container && {
      latestVersion: container.properties.latestVersion,
      nextVersion: container.properties.nextVersion ?? '1',
    }
  )
}

/** `GET {workspace}/data/{name}/versions/{version}`; undefined where there is no such version. */
export async function findDataVersion(
  workspace: Workspace,
  name: string,
  version: string,
): Promise<DataVersion | undefined> {
  const { resourceGroup, workspace: workspaceName } = workspace.name
  const found = await findingInArm(`Reading dataset "${name}" version ${version}`, () =>
    workspace.client.dataVersions.get(resourceGroup, workspaceName, name, version),
  )
  return found && toDataVersion(workspace, name, found)
}

/** `GET {workspace}/data/{name}/versions`: the newest first, by default without archived ones; empty where there is no such asset. */
export async function listDataVersions(
  workspace: Workspace,
  name: string,
  view: 'ActiveOnly' | 'All' = 'ActiveOnly',
): Promise<DataVersion[]> {
  const { resourceGroup, workspace: workspaceName } = workspace.name
  const versions = await findingInArm(`Listing the versions of dataset "${name}"`, () =>
    collect<DataVersionBase>(
      workspace.client.dataVersions.list(resourceGroup, workspaceName, name, { listViewType: view }),
    ),
  )
  return (versions ?? []).map((version) => toDataVersion(workspace, name, version))
}

/** `GET {workspace}/data`: the names of all data assets, archived ones too. */
export async function listDataNames(workspace: Workspace): Promise<string[]> {
  const { resourceGroup, workspace: workspaceName } = workspace.name
  const containers = await askingArm('Listing the datasets of the workspace', () =>
    collect<DataContainer>(workspace.client.dataContainers.list(resourceGroup, workspaceName, { listViewType: 'All' })),
  )
  return containers.flatMap(({ name }) => name ?? [])
}

/**
 * `PUT {workspace}/data/{name}/versions/{version}`. An existing version with another `dataUri` cannot be changed: the service
 * refuses it with 409 (older services with 400), and that is no error but the answer `taken`, with the reason it gave.
 */
export async function putDataVersion(
  workspace: Workspace,
  name: string,
  version: string,
  { dataType, dataUri, description, tags }: NewDataVersion,
): Promise<{ readonly taken: boolean; readonly reason: string }> {
  const { resourceGroup, workspace: workspaceName } = workspace.name
  const properties = { dataType, dataUri, description, tags: { ...tags }, isAnonymous: false, isArchived: false }
  return askingArm(`Registering dataset "${name}" version ${version}`, async () => {
    try {
      await workspace.client.dataVersions.createOrUpdate(resourceGroup, workspaceName, name, version, { properties })
      return { taken: false, reason: '' }
    } catch (error) {
      const failure = armFailure(error)
      const isRefused = failure?.status === 400 || failure?.status === 409
      if (!failure || !isRefused || isManagersOwn(failure)) throw error
      return { taken: true, reason: failure.message }
    }
  })
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** In the service's answer, `name` is the version; the name of the asset is in the address only. */
function toDataVersion(
  workspace: Workspace,
  name: string,
  { name: version = '', properties }: DataVersionBase,
): DataVersion {
  const tags = Object.entries(properties.tags ?? {}).filter(
    (tag): tag is [string, string] => typeof tag[1] === 'string',
  )
  return {
    id: `${workspaceId(workspace.name)}/data/${name}/versions/${version}`,
    name,
    version,
    dataType: properties.dataType as DataType,
    dataUri: properties.dataUri,
    tags: Object.fromEntries(tags),
    isArchived: properties.isArchived ?? false,
  }
}
