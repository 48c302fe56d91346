import { notFound } from './errors.ts'

export type DataType = 'uri_file' | 'uri_folder' | 'mltable'
export type Labels = Readonly<Record<string, string | null>>

/** One version of a data asset, as it is now. */
export interface DataVersion {
  readonly name: string
  readonly version: string
  readonly dataType: DataType
  readonly dataUri: string
  readonly referencedUris: readonly string[] | undefined
  readonly description: string | null
  readonly tags: Labels
  readonly properties: Labels
  readonly isAnonymous: boolean
  readonly isArchived: boolean
  /** With seven digits after the second, as AzureML writes it; so two versions never have the same. */
  readonly createdAt: string
  readonly modifiedAt: string
}

export interface DataAssets {
  /** Versions of each asset in the order of their creation. */
  readonly assets: Map<string, DataVersion[]>
  /** Names that belong to datasets of AzureML's first version, which no data asset may take. */
  readonly v1Datasets: Set<string>
  /** The time now, later than any time it gave before. */
  readonly now: () => string
}

/** A workspace's data assets before the first one. */
export function makeDataAssets(): DataAssets {
  return { assets: new Map(), v1Datasets: new Set(), now: makeClock() }
}

function makeClock(): () => string {
  let last = 0n
  return () => {
    const ticks = BigInt(Date.now()) * 10_000n
    last = ticks > last ? ticks : last + 1n
    const milliseconds = new Date(Number(last / 10_000n)).toISOString().slice(0, -1)
    return `${milliseconds}${String(last % 10_000n).padStart(4, '0')}+00:00`
  }
}

/** The versions of an asset; a 404 for one that is not there. */
export function versionsOf(data: DataAssets, name: string): readonly DataVersion[] {
  const versions = data.assets.get(name)
  if (!versions) throw notFound(`Could not find data asset: ${name}.`)
  return versions
}

/** One version; a 404 where it is not there. */
export function findVersion(data: DataAssets, name: string, version: string): DataVersion {
  const found = data.assets.get(name)?.find((one) => one.version === version)
  if (!found) throw notFound(`Could not find data asset: ${name}, version: ${version}.`)
  return found
}

/** One more than the highest integer version, archived ones included; versions that are no integers don't count. */
export function nextVersion(versions: readonly DataVersion[]): string {
  const integers = versions.map((one) => one.version).filter((version) => /^\d+$/.test(version))
  return String(Math.max(0, ...integers.map(Number)) + 1)
}
