import { type BlobContainer, type Snapshot, type SnapshotFile, takeSnapshot } from '../blobs/index.ts'
import { inParallel, tellListing } from '../transfer/index.ts'
import type { OutputDataset } from './config.ts'
import { type DatasetContext, datastoreFor, onContainer } from './context.ts'
import { isOwnFolder, ownFolder } from './destination.ts'
import { nothingToPublish, openDestination, type Publication, type PublishRequest, publishContent } from './publish.ts'
import type { Provenance } from './tags.ts'
import { requireAsExpected } from './verify.ts'

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

/** Where a mounted output is written. */
export interface MountedFolder {
  readonly container: BlobContainer
  /** Where it is published. */
  readonly written: WrittenFolder
  /** Where it is written while the job runs, in the same container: a folder of its own, also where the user named one. Ends in `/`. */
  readonly early: string
}

/**
 * Where a mounted output is to be written. A folder that the user named changes only when the output is published: until then, nobody knows
 * whether it will be.
 */
export async function chooseMountedFolder(
  context: DatasetContext,
  output: OutputDataset,
  provenance: Pick<Provenance, 'run' | 'attempt'>,
): Promise<MountedFolder> {
  const { datastore, path, container } = await openDestination(context, output, provenance)
  const early = output.path === undefined ? path : ownFolder(output.name, provenance.run, provenance.attempt)
  return { container, written: { datastore, path }, early }
}

/** A file as it was written to a mounted output. */
export interface ExpectedFile {
  readonly path: string
  /** Bytes. */
  readonly size: number
  readonly etag: string
  readonly md5: string | undefined
}

export interface MountedPublishRequest extends Omit<PublishRequest, 'folder' | 'concurrency'> {
  /** What the output was when it was sealed, sorted by path. */
  readonly files: readonly ExpectedFile[]
  /** Called before the version is registered. */
  readonly beforeRegister: () => Promise<void>
}

/**
 * Registers what a mounted output has brought to the store as the next version, when a listing has shown that it is just that.
 * @returns undefined where it is empty and that is allowed
 */
export async function publishMounted(
  context: DatasetContext,
  request: MountedPublishRequest,
  { datastore, path }: WrittenFolder,
): Promise<Publication | undefined> {
  const start = performance.now()
  const { output, files } = request
  if (files.length === 0) return nothingToPublish(context, { ...request, folder: path })
  context.stopwatch.begin('verify')
  const { container, content } = await listWritten(context, output, { datastore, path })
  const isRight = (found: SnapshotFile, index: number) => isSame(found, files[index])
  requireAsExpected(content, files, isRight, { output, path, log: context.log })
  await request.beforeRegister()
  return publishContent(context, request, { datastore, path, container }, content, start)
}

/** An ETag is that of one write: with it, the blob is the very one. */
function isSame(found: Omit<ExpectedFile, 'path'>, file: ExpectedFile | undefined): boolean {
  return found.size === file?.size && found.etag === file.etag && (file.md5 === undefined || found.md5 === file.md5)
}

/**
 * Deletes what a mounted output has sent and nobody will register. Only from a folder that an output of this run has for itself: the session that names it is
 * a file, which the job could write.
 */
export async function removeWritten(
  { workspace, access, signal }: DatasetContext,
  { name }: OutputDataset,
  { datastore, early, run }: { readonly datastore: string; readonly early: string; readonly run: string },
): Promise<void> {
  if (!isOwnFolder(early, name, run)) throw new Error(`${early} is not a folder of an output of this run`)
  const container = await access.open(workspace, await access.datastore(workspace, datastore), early, 'write', signal)
  const names = [...(await takeSnapshot(container, early, signal))].map((file) => file.name)
  await inParallel(names, removedAtOnce, signal, (blob, either) => container.deleteBlob(blob, either))
}

const removedAtOnce = 32

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
  context.stopwatch.begin('list outputs')
  const { container, content } = await listWritten(context, request.output, { datastore, path })
  if (content.length === 0) return nothingToPublish(context, { ...request, folder: path })
  return publishContent(context, request, { datastore, path, container }, content, start)
}

/** What lies there now. */
async function listWritten(
  context: DatasetContext,
  { name }: OutputDataset,
  { datastore, path }: WrittenFolder,
): Promise<{ readonly container: BlobContainer; readonly content: Snapshot }> {
  const { workspace, access, signal, log } = context
  const container = await access.open(workspace, await datastoreFor(context, datastore), path, 'read', signal)
  const onFiles = tellListing(log, name)
  const content = await onContainer(context, container, () => takeSnapshot(container, path, signal, { onFiles }))
  return { container, content }
}
