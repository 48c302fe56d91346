import { lstatSync, type Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as otherWork } from 'node:timers/promises'
import type { BlobContainer, Snapshot, SnapshotFile } from '../blobs/index.ts'
import { counted, type Log, quoted, UserError } from '../report/index.ts'
import type { BegunDownload } from './early.ts'
import { type Manifest, type ManifestFile, partialPath, readManifest } from './manifest.ts'
import { checkLengths, checkNames } from './names.ts'

export interface DownloadRequest {
  readonly container: BlobContainer
  readonly snapshot: Snapshot
  /** Absolute. Its parent need not exist. */
  readonly folder: string
  /** What is downloaded, for the log: `my_folder:7`. */
  readonly label: string
  /** Most requests in flight; undefined for as many as it pays. */
  readonly concurrency: number | undefined
  readonly signal: AbortSignal
  readonly log: Log
  /** A download of the same that began during the listing. */
  readonly begun?: BegunDownload | undefined
}

/** What has to be done so that a folder holds a snapshot. */
export interface DownloadPlan {
  readonly request: DownloadRequest
  /** Where files of an earlier run lie: in place, or half done beside it. */
  readonly earlierPlace: string | undefined
  /** Files to fetch. */
  readonly missing: Snapshot
  /** Paths that an earlier run wrote and that are to go: not in the snapshot any more, or to be fetched anew. */
  readonly outdated: readonly string[]
}

/**
 * Compares a snapshot with what an earlier run left, complete or not. Nothing is changed yet.
 * @throws UserError for names that cannot be files, archived blobs, and files of others in the place of ours
 */
export async function planDownload(request: DownloadRequest): Promise<DownloadPlan> {
  const { snapshot, folder, signal, begun } = request
  requireReadable(snapshot, [folder, partialPath(folder)])
  const earlier = begun ? undefined : await earlierRun(folder)
  if (!earlier) return { request, earlierPlace: undefined, missing: snapshot, outdated: [] }
  return { request, earlierPlace: earlier.place, ...(await compare(snapshot, earlier, signal)) }
}

/**
 * Makes sure that all of a snapshot can be files below these folders, and be read now.
 * @throws UserError for names that cannot be files, and archived blobs
 */
export function requireReadable(snapshot: Snapshot, folders: readonly string[]): void {
  checkNames(snapshot)
  for (const folder of folders) checkLengths(snapshot, folder)
  refuseArchived(snapshot)
}

export interface EarlierRun {
  readonly place: string
  readonly manifest: Manifest
}

/** Where an earlier run left files: in place, or half done beside it. */
export async function earlierRun(folder: string): Promise<EarlierRun | undefined> {
  const manifest = await readManifest(folder)
  if (!manifest) return undefined
  const partial = partialPath(folder)
  // A link in that place is somebody else's, and what it leads to too.
  const isLink = (await lstat(partial).catch(() => undefined))?.isSymbolicLink() === true
  const [inPlace, half] = [await holdsFiles(folder), !isLink && (await holdsFiles(partial))]
  if (inPlace && half) throw bothThere(folder, partial)
  if (inPlace) return manifest.complete ? { place: folder, manifest } : undefined
  return half ? { place: partial, manifest } : undefined
}

/** Whether a folder may be filled: it is empty, not there, or what it holds was put there by an earlier run (besides files of others). */
export async function isOursOrEmpty(folder: string): Promise<boolean> {
  return !(await holdsFiles(folder)) || (await readManifest(folder))?.complete === true
}

/** Whether a folder holds what an earlier run put there. */
export async function isOursAndFilled(folder: string): Promise<boolean> {
  return (await holdsFiles(folder)) && (await readManifest(folder))?.complete === true
}

async function holdsFiles(folder: string): Promise<boolean> {
  const entries = await readdir(folder).catch(() => [])
  return entries.length > 0
}

/** So many files are looked at before other work has its turn: some milliseconds. */
const filesAtOnce = 500

/** Goes through the snapshot and the list of what is ours, both sorted, side by side. */
async function compare(
  snapshot: Snapshot,
  { place, manifest }: EarlierRun,
  signal: AbortSignal,
): Promise<Pick<DownloadPlan, 'missing' | 'outdated'>> {
  const ours = manifest.files()[Symbol.asyncIterator]()
  const missing: number[] = []
  const outdated: string[] = []
  let entry = await nextOf(ours)
  for (let index = 0; index < snapshot.length; index += 1) {
    if (index % filesAtOnce === 0) await otherWork(undefined, { signal })
    const file = snapshot.at(index)
    for (; entry && entry.path < file.path; entry = await nextOf(ours)) outdated.push(entry.path)
    const isOurs = entry?.path === file.path
    const onDisk = statusOf(join(place, file.path))
    // A folder may be there because files of ours were below it, which are about to go.
    if (!isOurs && onDisk && !onDisk.isDirectory()) throw somebodyElses(place, file.path)
    if (!isOurs || entry?.etag !== file.etag || !onDisk || !isComplete(onDisk, file)) {
      missing.push(index)
      if (isOurs) outdated.push(file.path)
    }
    if (isOurs) entry = await nextOf(ours)
  }
  for (; entry; entry = await nextOf(ours)) outdated.push(entry.path)
  return { missing: missing.length === snapshot.length ? snapshot : snapshot.pick(missing), outdated }
}

async function nextOf(files: AsyncIterator<ManifestFile>): Promise<ManifestFile | undefined> {
  const { value, done } = await files.next()
  return done ? undefined : value
}

/** Of what lies there, links not followed. A file or a name on the way that cannot be, are as good as nothing. */
function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** A file gets the blob's time when its last byte is there; blob storage and some archives keep whole seconds only. */
function isComplete(onDisk: Stats, file: SnapshotFile): boolean {
  const sameTime = Math.floor(onDisk.mtimeMs / 1000) === Math.floor(file.lastModified / 1000)
  return onDisk.isFile() && onDisk.size === file.size && sameTime
}

function refuseArchived(snapshot: Snapshot): void {
  const archived: string[] = []
  for (const file of snapshot) if (isArchived(file)) archived.push(file.path)
  if (archived.length === 0) return
  throw new UserError(
    'archived-blobs',
    `${counted(archived.length, 'file')} of the dataset are in the archive tier and cannot be read, among them ${quoted(archived[0] ?? '')}. Rehydrate them (az storage blob set-tier --tier Hot …), or leave them out with "exclude".`,
  )
}

/** Whether a blob is in the one access tier that cannot be read. */
export function isArchived({ tier }: SnapshotFile): boolean {
  return tier === 'Archive'
}

function bothThere(folder: string, partial: string): UserError {
  return new UserError(
    'target-not-ours',
    `${folder} holds files, and beside it lies ${partial}, an unfinished download to the same place. Remove the one that is not needed.`,
  )
}

/** The error for a file that is not ours in the place of one of ours. */
export function somebodyElses(root: string, path: string): UserError {
  return new UserError(
    'target-not-ours',
    `${root} holds ${quoted(path)}, which we did not write, where the dataset has a file of its own. Move it away, or choose another target-folder.`,
  )
}
