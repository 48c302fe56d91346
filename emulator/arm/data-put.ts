import { type DataAssets, type DataType, type DataVersion, findVersion, type Labels } from './data-assets.ts'
import { normaliseDataUri } from './data-uri.ts'
import { badRequest, conflict } from './errors.ts'

const dataTypes: readonly string[] = ['uri_file', 'uri_folder', 'mltable'] satisfies DataType[]
const assetName = /^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}$/
const versionName = /^[a-zA-Z0-9._-]{1,255}$/

/** What a PUT of a version carries in `properties`. */
export interface DataVersionBody {
  readonly dataType: DataType
  readonly dataUri: string
  readonly referencedUris?: readonly string[]
  readonly description?: string | null
  readonly tags?: Labels | null
  readonly properties?: Labels | null
  readonly isAnonymous?: boolean
  readonly isArchived?: boolean
}

/**
 * `PUT {workspace}/data/{name}/versions/{version}`: makes the version, and the asset with its first one; or updates the
 * tags, the description and `isArchived` of a version that exists. Where a version's data lies never changes.
 */
export function putVersion(data: DataAssets, name: string, version: string, body: unknown): { created: boolean } {
  checkNames(name, version)
  const asked = readBody(body)
  const versions = data.assets.get(name) ?? []
  if (data.v1Datasets.has(name)) throw badRequest(`Cannot create v2 Data Version in v1 Data Container. Name: ${name}`)
  checkDataType(versions, name, asked.dataType)
  const exists = versions.some((one) => one.version === version)
  if (exists) update(data, name, version, asked)
  else data.assets.set(name, [...versions, make(data, name, version, asked)])
  return { created: !exists }
}

function make(data: DataAssets, name: string, version: string, asked: DataVersionBody): DataVersion {
  const now = data.now()
  return {
    name,
    version,
    dataType: asked.dataType,
    dataUri: normaliseDataUri(asked.dataUri, asked.dataType),
    referencedUris: asked.referencedUris,
    description: asked.description ?? null,
    tags: asked.tags ?? {},
    properties: asked.properties ?? {},
    isAnonymous: asked.isAnonymous ?? false,
    isArchived: asked.isArchived ?? false,
    createdAt: now,
    modifiedAt: now,
  }
}

function update(data: DataAssets, name: string, version: string, asked: DataVersionBody): void {
  const before = findVersion(data, name, version)
  if (normaliseDataUri(asked.dataUri, asked.dataType) !== before.dataUri) {
    throw conflict(
      `A data version with this name and version already exists. If you are trying to create a new data version, use a ` +
        `different name or version. If you are trying to update an existing data version, the existing asset's data uri ` +
        `cannot be changed. Only tags, description, and isArchived can be updated.`,
    )
  }
  replaceVersion(data, {
    ...before,
    description: asked.description ?? null,
    tags: asked.tags ?? {},
    properties: { ...before.properties, ...asked.properties },
    isArchived: asked.isArchived ?? false,
    modifiedAt: data.now(),
  })
}

/** Puts a changed version in the place of the one with its name and number. */
export function replaceVersion(data: DataAssets, changed: DataVersion): void {
  const versions = data.assets.get(changed.name) ?? []
  data.assets.set(
    changed.name,
    versions.map((one) => (one.version === changed.version ? changed : one)),
  )
}

function checkNames(name: string, version: string): void {
  if (!assetName.test(name))
    throw badRequest(`The asset name '${name}' is not valid: it must match ${assetName.source}.`)
  if (!versionName.test(version))
    throw badRequest(`The version '${version}' is not valid: it must match ${versionName.source}.`)
}

function checkDataType(versions: readonly DataVersion[], name: string, dataType: DataType): void {
  const [first] = versions
  if (first && first.dataType !== dataType) {
    throw badRequest(`Data asset ${name} is of type ${first.dataType}; its versions cannot be of type ${dataType}.`)
  }
}

function readBody(body: unknown): DataVersionBody {
  const properties = isRecord(body) ? body.properties : undefined
  if (!isRecord(properties)) throw badRequest('The request body must have properties.')
  const { dataType, dataUri } = properties
  if (typeof dataType !== 'string' || !dataTypes.includes(dataType)) {
    throw badRequest(`The dataType '${String(dataType)}' is not valid: it must be one of ${dataTypes.join(', ')}.`)
  }
  if (typeof dataUri !== 'string' || dataUri === '') throw badRequest('The property dataUri is required.')
  for (const field of ['tags', 'properties']) checkLabels(field, properties[field] ?? {})
  return properties as unknown as DataVersionBody
}

function checkLabels(field: string, labels: unknown): void {
  const valid = isRecord(labels) && Object.values(labels).every((value) => value === null || typeof value === 'string')
  if (!valid) throw badRequest(`The values of ${field} must be strings.`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
