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
import { type Snapshot, takeSnapshot } from '../blobs/index.ts'
import { counted, formatBytes, formatSeconds, listed, quoted, UserError } from '../report/index.ts'
import { type LocalFile, listLocalFiles, tellListing, type UploadedFiles, uploadFiles } from '../transfer/index.ts'
import type { VersionChanges } from './changes.ts'
import type { OutputDataset } from './config.ts'
import { type DatasetContext, datastoreFor, onContainer } from './context.ts'
import { checkDestination, type Destination, ownFolder } from './destination.ts'
import { type FingerprintBasis, fingerprintOf } from './fingerprint.ts'
import { explainNameClash, type Provenance, publishedTags } from './tags.ts'

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

/** A folder of a datastore that an AzureML job wrote. */
export interface WrittenFolder {
  readonly datastore: string
  /** Ends in `/`. */
  readonly path: string
}

/** Where a job is to write an output that is published later: a folder of its own, or the one that the user named, which is checked. */
export async function chooseWrittenFolder(
  context: DatasetContext,
  output: OutputDataset,
  provenance: Pick<Provenance, 'run' | 'attempt'>,
): Promise<WrittenFolder> {
  const { datastore, path } = await openDestination(context, output, provenance)
  return { datastore, path }
}

/**
 * Registers what an AzureML job wrote as the next version.
 * @returns undefined where the folder is empty and that is allowed
 */
export async function publishWritten(
  context: DatasetContext,
  request: Omit<PublishRequest, 'folder' | 'concurrency'>,
  { datastore, path }: WrittenFolder,
): Promise<Publication | undefined> {
  const start = performance.now()
  const { workspace, access, signal, log, stopwatch } = context
  stopwatch.begin('list outputs')
  const container = await access.open(workspace, await datastoreFor(context, datastore), path, 'read', signal)
  const onFiles = tellListing(log, request.output.name)
  const content = await onContainer(context, container, () => takeSnapshot(container, path, signal, { onFiles }))
  if (content.length === 0) return nothingToPublish(context, { ...request, folder: path })
  return publishContent(context, request, { datastore, path, container }, content, start)
}

async function publishContent(
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

function nothingToPublish(
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

async function openDestination(
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

/** Lists what arrived: names, sizes, and MD5, which every upload stores. Files that were there before stay: they are part of the version, and that is told. */
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
  const { wrong, others } = compareWithUploaded(content, files, uploaded)
  if (wrong.length > 0) {
    throw new UserError(
      'upload-incomplete',
      `${counted(wrong.length, 'file')} of output "${output.name}" are not in ${quoted(path)} as they were uploaded: ${listed(wrong)}. Nothing was registered. Does something else write to this folder?`,
    )
  }
  if (others.length === 0) return content
  if (!output.overwriteExisting) {
    throw new UserError(
      'destination-not-empty',
      `Something else writes to ${quoted(path)}: it holds ${listed(others)}, which output "${output.name}" has not. Nothing was registered.`,
    )
  }
  context.log.warning(
    `${quoted(path)} also holds ${counted(others.length, 'file')} of before (${listed(others, 3)}); they are part of the new version of "${output.name}".`,
  )
  return content
}

/** Goes through what lies there and what was uploaded side by side: both are sorted by path. */
function compareWithUploaded(
  content: Snapshot,
  files: readonly LocalFile[],
  uploaded: UploadedFiles,
): { readonly wrong: readonly string[]; readonly others: readonly string[] } {
  const wrong: string[] = []
  const others: string[] = []
  let next = 0
  for (const found of content) {
    for (let file = files[next]; file && file.path < found.path; file = files[next]) {
      wrong.push(file.path)
      next += 1
    }
    const file = files[next]
    if (file?.path !== found.path) {
      others.push(found.path)
      continue
    }
    if (found.size !== file.size || found.md5 !== uploaded.md5At(next)) wrong.push(file.path)
    next += 1
  }
  for (const { path } of files.slice(next)) wrong.push(path)
  return { wrong, others }
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
