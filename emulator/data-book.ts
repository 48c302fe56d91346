import { type DataAssets, type DataVersion, findVersion } from './arm/data-assets.ts'
import { type DataVersionBody, putVersion, replaceVersion } from './arm/data-put.ts'

/** The registered data assets, for whoever watches the workspace or plays another job in it. */
export interface DataAssetBook {
  names(): string[]
  /** All versions of an asset in the order of creation, archived ones too; none for an unknown name. */
  versions(name: string): readonly DataVersion[]
  /** Registers a version as another job would, refusals included; a `uri_folder` unless it says otherwise. */
  add(name: string, version: string, body: Partial<DataVersionBody> & Pick<DataVersionBody, 'dataUri'>): DataVersion
  archive(name: string, version: string): void
}

/** Opens the registered assets as a book to read and write in. */
export function dataAssetBook(data: DataAssets): DataAssetBook {
  return {
    names: () => [...data.assets.keys()],
    versions: (name) => data.assets.get(name) ?? [],
    add: (name, version, body) => {
      putVersion(data, name, version, { properties: { dataType: 'uri_folder', ...body } })
      return findVersion(data, name, version)
    },
    archive: (name, version) => {
      replaceVersion(data, { ...findVersion(data, name, version), isArchived: true, modifiedAt: data.now() })
    },
  }
}
