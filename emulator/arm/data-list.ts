import { type DataAssets, type DataVersion, nextVersion, versionsOf } from './data-assets.ts'
import { badRequest } from './errors.ts'
import { workspaceId } from './workspace.ts'

type Query = (key: string) => string

/** A version as GET, PUT and list answer it: `name` is the version; the asset's name is only in the id. */
export function versionResource(one: DataVersion): unknown {
  const { name, version, createdAt, modifiedAt, referencedUris, ...properties } = one
  return {
    id: `${workspaceId}/data/${name}/versions/${version}`,
    name: version,
    type: 'Microsoft.MachineLearningServices/workspaces/data/versions',
    properties: { ...properties, ...(referencedUris ? { referencedUris } : {}) },
    systemData: systemData(createdAt, modifiedAt),
  }
}

/** An asset (a "data container") as GET and list answer it. */
export function assetResource(data: DataAssets, name: string): unknown {
  const versions = versionsOf(data, name)
  const [first] = versions
  const last = versions.at(-1)
  return {
    id: `${workspaceId}/data/${name}`,
    name,
    type: 'Microsoft.MachineLearningServices/workspaces/data',
    properties: {
      description: null,
      tags: null,
      properties: null,
      isArchived: false,
      latestVersion: last?.version,
      nextVersion: nextVersion(versions),
      dataType: first?.dataType,
    },
    systemData: first && last && systemData(first.createdAt, last.modifiedAt),
  }
}

/** The versions that a list asks for with `$orderBy`, `listViewType` and `$tags`; newest first without an order. */
export function selectVersions(data: DataAssets, name: string, query: Query): DataVersion[] {
  return versionsOf(data, name)
    .filter((one) => isInView(one.isArchived, query('listViewType')))
    .filter((one) => hasTags(one, query('$tags')))
    .sort(order(query('$orderBy')))
}

/** Whether something archived or not belongs into `ActiveOnly` (the default), `ArchivedOnly` or `All`. */
export function isInView(isArchived: boolean, view: string): boolean {
  if (view === 'All') return true
  if (view === 'ArchivedOnly') return isArchived
  if (view === 'ActiveOnly' || view === '') return !isArchived
  throw badRequest(`The listViewType '${view}' is not valid.`)
}

function hasTags(one: DataVersion, tags: string): boolean {
  const wanted = tags.split(',').filter(Boolean)
  return wanted.every((tag) => {
    const [key = '', value] = tag.split('=', 2)
    return key in one.tags && (value === undefined || one.tags[key] === value)
  })
}

function order(orderBy: string): (a: DataVersion, b: DataVersion) => number {
  const match = /^(?:(createdtime|modifiedtime)(?: (asc|desc))?)?$/i.exec(orderBy)
  if (!match) throw badRequest(`The $orderBy '${orderBy}' is not valid.`)
  const field = match[1]?.toLowerCase() === 'modifiedtime' ? 'modifiedAt' : 'createdAt'
  const ascending = match[1] !== undefined && match[2]?.toLowerCase() !== 'desc'
  return (a, b) => (a[field] < b[field] === ascending ? -1 : 1)
}

function systemData(createdAt: string, lastModifiedAt: string): unknown {
  return { createdAt, createdBy: 'emulator', createdByType: 'Application', lastModifiedAt }
}
