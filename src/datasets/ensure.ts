import {
  type Datastore,
  type DataVersion,
  datastoreUri,
  findDataContainer,
  findDataVersion,
  listDataVersions,
  locateData,
  putDataVersion,
  sameDataUri,
  studioUrl,
} from '../azureml/index.ts'
import {
  type BlobContainer,
  type ListingOptions,
  listFolders,
  type Snapshot,
  takeFileSnapshot,
  takeSnapshot,
} from '../blobs/index.ts'
import { counted, listed, nearest, quoted, UserError } from '../report/index.ts'
import { type BegunDownload, beginDownload, type EarlyDownload, tellListing } from '../transfer/index.ts'
import type { InputDataset } from './config.ts'
import { type DatasetContext, datastoreFor, onContainer } from './context.ts'
import { type Fingerprint, fingerprintOf } from './fingerprint.ts'
import { select, selectOfPage, selectsAll } from './selection.ts'
import { explainNameClash, fingerprintTag } from './tags.ts'

/** How much there is of something. */
export interface Extent {
  readonly files: number
  readonly bytes: number
}

/** An input whose version is known, and what it held when it was listed. */
export interface EnsuredInput {
  readonly dataset: InputDataset
  readonly asset: DataVersion
  readonly container: BlobContainer
  /** The page of the version in the AzureML studio. */
  readonly studioUrl: string
  /** The folder that the version was registered for just now, by us. */
  readonly registeredFrom: string | undefined
  /** All files. */
  readonly whole: Extent
  /** The selected files. */
  readonly snapshot: Snapshot
  readonly fingerprint: Fingerprint
  /** The download, where it began during the listing. */
  readonly begun: BegunDownload | undefined
}

/** Where an input will be downloaded to, if that may begin before the listing is complete. */
export interface EarlyPlace {
  /** Absolute. */
  readonly folder: string
  readonly concurrency: number | undefined
}

/**
 * Makes sure that the data asset of an input exists, and takes a snapshot of it. An asset that does not exist is made from the folder of its name.
 * @throws UserError for versions, folders and files that do not exist, and for everything that is refused on the way
 */
export async function ensureInput(
  context: DatasetContext,
  dataset: InputDataset,
  place?: EarlyPlace,
): Promise<EnsuredInput> {
  const early = earlyDownload(context, dataset, place)
  try {
    return await ensure(context, dataset, early)
  } catch (error) {
    await early.download?.abandon()
    throw error
  }
}

/** Begins to download with the first pages of a listing, where it can be told of each file by itself whether it is wanted. */
interface Early {
  download?: EarlyDownload | undefined
  /** Gets ready for the listing of a container; what it gives gets the pages. */
  begin(container: BlobContainer, label: string): Promise<ListingOptions['onPage']>
}

function earlyDownload(context: DatasetContext, { selection }: InputDataset, place: EarlyPlace | undefined): Early {
  const { signal, log } = context
  const early: Early = {
    begin: async (container, label) => {
      if (!place || selection.sample) return undefined
      await early.download?.abandon()
      const download = await beginDownload({ ...place, container, label, signal, log })
      early.download = download
      return download && ((page) => download.onPage(selectOfPage(page, selection, label)))
    },
  }
  return early
}

async function ensure(context: DatasetContext, dataset: InputDataset, early: Early): Promise<EnsuredInput> {
  context.stopwatch.begin('find datasets')
  const existing = await chooseVersion(context, dataset)
  const { asset, container, whole, registeredFrom } = existing
    ? await listAsset(context, existing, dataset, { begin: early.begin })
    : await createFromFolder(context, dataset, early)
  const snapshot = select(whole, dataset.selection, `Dataset ${labelOf(asset)}`)
  const fingerprint = fingerprintOf(snapshot)
  compareWithTag(context, asset, () => (snapshot === whole ? fingerprint : fingerprintOf(whole)).value)
  const part = selectsAll(dataset.selection) ? '' : ` of ${counted(whole.length, 'file')}`
  context.log.info(
    `Input ${labelOf(asset)}: ${counted(snapshot.length, 'file')}${part}, fingerprint ${fingerprint.value.slice(0, 16)}… (${fingerprint.basis}).`,
  )
  return {
    dataset,
    asset,
    container,
    studioUrl: studioUrl(context.workspace, asset.name, asset.version),
    registeredFrom,
    whole: { files: whole.length, bytes: whole.bytes },
    snapshot,
    fingerprint,
    begun: await early.download?.settle(snapshot),
  }
}

/** `my_folder:7` */
export function labelOf({ name, version }: DataVersion): string {
  return `${name}:${version}`
}

/** What lies in a folder, before anything is chosen of it. */
export interface Listed {
  readonly container: BlobContainer
  readonly whole: Snapshot
}

/** What a version points at, and what lies there. */
export interface ListedVersion extends Listed {
  /** Path within the container, without slash at either end. */
  readonly path: string
}

interface ListedAsset extends Listed {
  readonly asset: DataVersion
  readonly registeredFrom: string | undefined
}

/** How something is listed. */
interface HowToList {
  /** As in `ListingOptions`. */
  readonly most?: number
  readonly begin?: Early['begin']
}

/** Lists what a version points at: all files, which may be none. */
export async function listVersion(
  context: DatasetContext,
  version: DataVersion,
  signal: AbortSignal,
  { most, begin }: HowToList = {},
): Promise<ListedVersion> {
  const { dataType, dataUri } = version
  const { container, path } = await locateData(context.workspace, context.access, dataUri, signal)
  const onFiles = tellListing(context.log, labelOf(version))
  const whole = await onContainer(context, container, async () => {
    if (dataType === 'uri_file') return takeFileSnapshot(container, path, signal)
    const onPage = await begin?.(container, labelOf(version))
    return takeSnapshot(container, path === '' ? '' : `${path}/`, signal, { most, onFiles, onPage })
  })
  return { container, path, whole }
}

/** The version to use, or undefined where the asset does not exist and is to be made. */
export async function chooseVersion(
  context: DatasetContext,
  { name, version }: InputDataset,
): Promise<DataVersion | undefined> {
  if (version !== undefined)
    return (await findDataVersion(context.workspace, name, version)) ?? noSuchVersion(context, name, version)
  const active = await listDataVersions(context.workspace, name)
  const [highest] = active
    .filter((candidate) => /^\d+$/.test(candidate.version))
    .sort((a, b) => Number(b.version) - Number(a.version))
  if (highest) return highest
  const container = await findDataContainer(context.workspace, name)
  if (container?.latestVersion === undefined) return undefined
  const latest = await findDataVersion(context.workspace, name, container.latestVersion)
  if (latest && !latest.isArchived) return latest
  const [newest] = active
  if (newest) return newest
  throw new UserError(
    'dataset-archived',
    `All versions of dataset "${name}" are archived. Restore one (az ml data restore), or name a version to use it all the same.`,
  )
}

async function noSuchVersion({ workspace }: DatasetContext, name: string, version: string): Promise<never> {
  const versions = (await listDataVersions(workspace, name)).map((candidate) => candidate.version)
  if (versions.length > 0) {
    throw new UserError(
      'version-not-found',
      `Dataset "${name}" has no version ${version}. There are: ${listed(versions, 20)}.`,
    )
  }
  throw new UserError(
    'dataset-not-found',
    `There is no dataset "${name}", so it has no version ${version}. Without a version it would be made from the folder of its name.`,
  )
}

/**
 * The same for an input.
 * @throws UserError where there is nothing
 */
export async function listAsset(
  context: DatasetContext,
  asset: DataVersion,
  dataset: InputDataset,
  how: HowToList = {},
): Promise<ListedAsset> {
  context.stopwatch.begin('list')
  const { container, path, whole } = await listVersion(context, asset, context.signal, how)
  // `path` says what a missing dataset is made of; one that exists has its place already.
  if (dataset.path !== undefined && dataset.path !== `${path}/`) {
    context.log.warning(
      `"path: ${dataset.path}" is not used: dataset ${labelOf(asset)} exists and points at ${quoted(path)}.`,
    )
  }
  if (whole.length > 0) return { asset, container, whole, registeredFrom: undefined }
  const what = asset.dataType === 'uri_file' ? 'is no file' : 'are no files'
  throw new UserError(
    'dataset-empty',
    `Dataset ${labelOf(asset)} points at ${quoted(path)} in container "${container.location.containerName}", where there ${what}. Was it deleted or moved?`,
  )
}

/** The folder that a dataset is made of where it does not exist. Ends in `/`. */
export function folderOf({ name, path }: InputDataset): string {
  return path ?? `${name}/`
}

/**
 * Lists the folder that a dataset would be made of.
 * @throws UserError that names the nearest folders, where there is nothing
 */
export async function listFolder(
  context: DatasetContext,
  dataset: InputDataset,
  { most, begin }: HowToList = {},
): Promise<Listed & { readonly datastore: Datastore }> {
  const { workspace, access, signal } = context
  const path = folderOf(dataset)
  const datastore = await datastoreFor(context, dataset.datastore)
  const container = await access.open(workspace, datastore, path, 'read', signal)
  context.stopwatch.begin('list')
  const onFiles = tellListing(context.log, `Folder ${quoted(path)}`)
  const whole = await onContainer(context, container, async () => {
    const onPage = await begin?.(container, dataset.name)
    return takeSnapshot(container, path, signal, { most, onFiles, onPage })
  })
  if (whole.length === 0) throw await noSuchFolder(context, dataset.name, path, datastore.name, container)
  return { datastore, container, whole }
}

/** Registers version 1 for the folder, or uses the version that another job registered meanwhile. */
async function createFromFolder(context: DatasetContext, dataset: InputDataset, early: Early): Promise<ListedAsset> {
  const { workspace, log } = context
  const path = folderOf(dataset)
  const { datastore, container, whole } = await listFolder(context, dataset, { begin: early.begin })
  context.stopwatch.begin('register')
  const dataUri = datastoreUri(workspace.name, datastore.name, path)
  const version = (await findDataContainer(workspace, dataset.name))?.nextVersion ?? '1'
  const { taken, reason } = await putDataVersion(workspace, dataset.name, version, {
    dataType: 'uri_folder',
    dataUri,
    tags: { [fingerprintTag]: fingerprintOf(whole).value },
  })
  const asset = await findDataVersion(workspace, dataset.name, version)
  if (!asset) throw explainNameClash(dataset.name, taken ? reason : 'the version was not there when it was read back')
  if (!sameDataUri(asset.dataUri, dataUri, workspace.name)) {
    log.info(`Dataset ${labelOf(asset)} was registered by another job meanwhile; using that.`)
    return listAsset(context, asset, dataset, { begin: early.begin })
  }
  if (!taken) log.info(`Registered ${labelOf(asset)} for folder ${quoted(path)} of datastore "${datastore.name}".`)
  return { asset, container, whole, registeredFrom: taken ? undefined : path }
}

async function noSuchFolder(
  context: DatasetContext,
  name: string,
  path: string,
  datastore: string,
  container: BlobContainer,
): Promise<UserError> {
  const parent = path.slice(0, path.lastIndexOf('/', path.length - 2) + 1)
  const folders = await onContainer(context, container, () => listFolders(container, parent, 5000, context.signal))
  const near = nearest(path.slice(parent.length, -1), folders)
  const exist =
    near.length > 0
      ? `Nearest: ${listed(near)}.`
      : folders.length > 0
        ? `There are: ${listed(folders)}.`
        : 'There are no folders at all.'
  return new UserError(
    'dataset-not-found',
    `There is no dataset "${name}", and no folder ${quoted(path)} in datastore "${datastore}" (container "${container.location.containerName}") to make it from. ${exist}`,
  )
}

/** A version that points at a live folder carries the fingerprint it was registered with. */
function compareWithTag({ log }: DatasetContext, asset: DataVersion, fingerprintNow: () => string): void {
  const registered = asset.tags[fingerprintTag]
  if (registered === undefined) return
  const now = fingerprintNow()
  if (now === registered) return
  log.warning(
    `Dataset ${labelOf(asset)} is not what it was when it was registered: its folder was written to. Fingerprint then ${registered}, now ${now}. ` +
      'Publish to a folder of its own to have versions that never change.',
  )
}
