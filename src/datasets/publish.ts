import {
  datastoreUri,
  findDataContainer,
  findDataVersion,
  type NewDataVersion,
  putDataVersion,
  sameDataUri,
  shortUri,
  studioUrl,
  type Workspace,
} from '../azureml/index.ts'
import { type Snapshot, type SnapshotFile, takeSnapshot } from '../blobs/index.ts'
import { counted, formatBytes, formatSeconds, UserError } from '../report/index.ts'
import { type LocalFile, listLocalFiles, tellListing, type UploadedFiles, uploadFiles } from '../transfer/index.ts'
import type { VersionChanges } from './changes.ts'
import type { OutputDataset } from './config.ts'
import { type DatasetContext, datastoreFor, onContainer } from './context.ts'
import { checkDestination, type Destination, ownFolder } from './destination.ts'
import { type FingerprintBasis, fingerprintOf } from './fingerprint.ts'
import { explainNameClash, type Provenance, publishedTags } from './tags.ts'
import { requireAsExpected } from './verify.ts'

export type IfNoFilesFound = 'error' | 'warn' | 'ignore'

/** Everything that publishing an output needs to know. */
export interface PublishRequest {
  readonly output: OutputDataset
  /** What the job wrote. */
  readonly folder: string
  readonly provenance: Provenance
  readonly ifNoFilesFound: IfNoFilesFound
  /** Most requests in flight; undefined for as many as it pays. */
  readonly concurrency: number | undefined
}

/** A version that was registered just now, and what it holds. */
export interface Publication {
  readonly published: PublishedOutput
  readonly content: Snapshot
}

/** A version that was registered. */
export interface PublishedOutput {
  readonly dataName: string
  readonly name: string
  readonly version: string
  /** `azureml:new_dataset:8` */
  readonly id: string
  /** `azureml://datastores/…` */
  readonly uri: string
  readonly studioUrl: string
  readonly fingerprint: string
  readonly fingerprintBasis: FingerprintBasis
  readonly files: number
  readonly bytes: number
  readonly seconds: number
  /** Undefined until it was compared with the version before. */
  readonly changes?: VersionChanges
}

/** How many numbers are tried before we give up: other jobs may register versions at the same time. */
const mostTries = 20

/**
 * Uploads what the job wrote, verifies it, and registers it as the next version: in this order, so that a version is complete or does not exist.
 * @returns undefined where the folder is empty and that is allowed
 */
export async function publishOutput(
  context: DatasetContext,
  request: PublishRequest,
): Promise<Publication | undefined> {
  const start = performance.now()
  const { output } = request
  const { stopwatch } = context
  stopwatch.begin('read output folders')
  const files = await filesToPublish(request)
  if (files.length === 0) return nothingToPublish(context, request)
  stopwatch.begin('check outputs')
  const destination = await openDestination(context, output, request.provenance)
  stopwatch.begin('upload')
  const uploaded = await upload(context, request, destination, files)
  stopwatch.begin('verify')
  const content = await verify(context, request, destination, files, uploaded)
  return publishContent(context, request, destination, content, start)
}

/** Registers what lies in the destination, and has been verified. */
export async function publishContent(
  context: DatasetContext,
  request: Pick<PublishRequest, 'output' | 'provenance'>,
  destination: Destination,
  content: Snapshot,
  start: number,
): Promise<Publication> {
  const { output } = request
  const fingerprint = fingerprintOf(content)
  context.stopwatch.begin('register')
  const { version, uri } = await register(context, request, destination, fingerprint.value)
  const seconds = (performance.now() - start) / 1000
  context.log.info(
    `Published ${output.name}:${version}: ${counted(content.length, 'file')}, ${formatBytes(content.bytes)} in ${formatSeconds(seconds)}.`,
  )
  const published = {
    dataName: output.dataName,
    name: output.name,
    version,
    id: `azureml:${output.name}:${version}`,
    uri: shortUri(uri),
    studioUrl: studioUrl(context.workspace, output.name, version),
    fingerprint: fingerprint.value,
    fingerprintBasis: fingerprint.basis,
    files: content.length,
    bytes: content.bytes,
    seconds,
  }
  return { published, content }
}

/**
 * Finds out early, before the job has computed for hours, whether an output can be published: its datastore opens, and its folder is free.
 */
export async function checkOutput(context: DatasetContext, output: OutputDataset): Promise<void> {
  context.stopwatch.begin('check outputs')
  await openDestination(context, output, { run: 'check', attempt: '0' })
}

async function filesToPublish({ folder }: PublishRequest): Promise<LocalFile[]> {
  return listLocalFiles(folder, 'refuse').catch((error) => {
    if (error.code === 'ENOENT' && error.path === folder) return []
    throw error
  })
}

export function nothingToPublish(
  { log }: DatasetContext,
  { output, folder, ifNoFilesFound }: Pick<PublishRequest, 'output' | 'folder' | 'ifNoFilesFound'>,
): undefined {
  const message = `Output "${output.name}": there are no files in ${folder}, so no version is registered.`
  if (ifNoFilesFound === 'error') {
    throw new UserError(
      'output-empty',
      `${message} Did the job write elsewhere? If an empty output is fine, set "if-no-files-found: warn".`,
    )
  }
  if (ifNoFilesFound === 'warn') log.warning(message)
  else log.info(message)
  return undefined
}

export async function openDestination(
  context: DatasetContext,
  output: OutputDataset,
  { run, attempt }: Pick<Provenance, 'run' | 'attempt'>,
): Promise<Destination> {
  const { workspace, access, signal, log } = context
  const datastore = await datastoreFor(context, output.datastore)
  const path = output.path ?? ownFolder(output.name, run, attempt)
  const container = await access.open(workspace, datastore, path, 'write', signal)
  const destination = { datastore: datastore.name, path, container }
  if (output.path !== undefined) {
    await onContainer(context, container, () =>
      checkDestination(workspace, destination, output.overwriteExisting, signal, log),
    )
  }
  return destination
}

async function upload(
  context: DatasetContext,
  { output, folder, concurrency }: PublishRequest,
  { container, path }: Destination,
  files: readonly LocalFile[],
): Promise<UploadedFiles> {
  const { signal, log } = context
  const replace = output.overwriteExisting && output.path !== undefined
  return onContainer(context, container, () =>
    uploadFiles({
      container,
      prefix: path,
      root: folder,
      files,
      replace,
      label: output.name,
      concurrency,
      signal,
      log,
    }),
  )
}

/** Lists what arrived: names, sizes, and MD5, which every upload stores. */
async function verify(
  context: DatasetContext,
  { output }: PublishRequest,
  { container, path }: Destination,
  files: readonly LocalFile[],
  uploaded: UploadedFiles,
): Promise<Snapshot> {
  const onFiles = tellListing(context.log, output.name)
  const content = await onContainer(context, container, () =>
    takeSnapshot(container, path, context.signal, { onFiles }),
  )
  const isRight = (found: SnapshotFile, index: number) =>
    found.size === files[index]?.size && found.md5 === uploaded.md5At(index)
  requireAsExpected(content, files, isRight, { output, path, log: context.log })
  return content
}

/** Registers the next free version. Another job may take a number first, and then the next one is tried. */
async function register(
  context: DatasetContext,
  { output, provenance }: Pick<PublishRequest, 'output' | 'provenance'>,
  destination: Destination,
  fingerprint: string,
): Promise<{ version: string; uri: string }> {
  const { workspace, signal, log } = context
  const dataUri = datastoreUri(workspace.name, destination.datastore, destination.path)
  const tags = publishedTags(output.tags, provenance, fingerprint)
  const first = Number((await findDataContainer(workspace, output.name))?.nextVersion) || 1
  for (let version = first; version < first + mostTries; version += 1) {
    signal.throwIfAborted()
    const { taken, reason, state } = await putAndReadBack(context, output.name, String(version), {
      dataType: 'uri_folder',
      dataUri,
      description: output.description,
      tags,
    })
    if (state === 'ours') return { version: String(version), uri: dataUri }
    if (state === 'missing')
      throw explainNameClash(output.name, taken ? reason : 'the version was not there when it was read back')
    log.info(`Version ${version} of ${output.name} was registered by another job meanwhile; trying ${version + 1}.`)
  }
  throw new UserError(
    'versions-taken',
    `Dataset "${output.name}": versions ${first} to ${first + mostTries - 1} were all registered by others while we tried. Do fewer jobs publish it at once?`,
  )
}

/** Registers a version and finds out whose it is. In between nobody knows, and who is cancelled there is told so. */
async function putAndReadBack(
  { workspace, signal, log }: DatasetContext,
  name: string,
  version: string,
  content: NewDataVersion,
): Promise<{ taken: boolean; reason: string; state: 'ours' | 'others' | 'missing' }> {
  try {
    const { taken, reason } = await putDataVersion(workspace, name, version, content)
    return { taken, reason, state: await readBack(workspace, name, version, content.dataUri) }
  } catch (error) {
    if (signal.aborted)
      log.warning(
        `The step was cancelled while version ${version} of "${name}" was being registered. Look whether there is one; if so, it is complete.`,
      )
    throw error
  }
}

async function readBack(
  workspace: Workspace,
  name: string,
  version: string,
  dataUri: string,
): Promise<'ours' | 'others' | 'missing'> {
  const found = await findDataVersion(workspace, name, version)
  if (!found) return 'missing'
  return sameDataUri(found.dataUri, dataUri, workspace.name) ? 'ours' : 'others'
}
