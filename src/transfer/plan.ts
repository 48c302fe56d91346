import type { Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobContainer, Snapshot, SnapshotFile } from '../blobs/index.ts'
import { counted, type Log, quoted, UserError } from '../report/index.ts'
import { type Manifest, partialPath, readManifest } from './manifest.ts'
import { checkLengths, checkNames } from './names.ts'
import { inParallel } from './parallel.ts'

const filesLookedAtAtOnce = 32

export interface DownloadRequest {
  readonly container: BlobContainer
  readonly snapshot: Snapshot
  /** Absolute. Its parent need not exist. */
  readonly folder: string
  /** What is downloaded, for the log: `my_folder:7`. */
  readonly label: string
  /** Most requests in flight. */
  readonly concurrency: number
  readonly signal: AbortSignal
  readonly log: Log
}

/** What has to be done so that a folder holds a snapshot. */
export interface DownloadPlan {
  readonly request: DownloadRequest
  /** Where files of an earlier run lie: in place, or half done beside it. */
  readonly earlierPlace: string | undefined
  /** Files to fetch. */
  readonly missing: readonly SnapshotFile[]
  /** Bytes to fetch. */
  readonly bytes: number
  /** Paths that an earlier run wrote and that are to go: not in the snapshot any more, or to be fetched anew. */
  readonly outdated: readonly string[]
}

/**
 * Compares a snapshot with what an earlier run left, complete or not. Nothing is changed yet.
 * @throws UserError for names that cannot be files, archived blobs, and files of others in the place of ours
 */
export async function planDownload(request: DownloadRequest): Promise<DownloadPlan> {
  const { snapshot, folder, signal } = request
  checkNames(snapshot)
  for (const place of [folder, partialPath(folder)]) checkLengths(snapshot, place)
  refuseArchived(snapshot)
  const earlier = await earlierRun(folder)
  const missing = earlier ? await missingFiles(snapshot, earlier, signal) : [...snapshot]
  return {
    request,
    earlierPlace: earlier?.place,
    missing,
    bytes: missing.reduce((sum, file) => sum + file.size, 0),
    outdated: earlier ? outdatedPaths(earlier.manifest, snapshot, missing) : [],
  }
}

interface EarlierRun {
  readonly place: string
  readonly manifest: Manifest
}

/** Where an earlier run left files: in place, or half done beside it. */
async function earlierRun(folder: string): Promise<EarlierRun | undefined> {
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

async function holdsFiles(folder: string): Promise<boolean> {
  const entries = await readdir(folder).catch(() => [])
  return entries.length > 0
}

/** Files of the snapshot that do not lie there with the right content yet. */
async function missingFiles(snapshot: Snapshot, earlier: EarlierRun, signal: AbortSignal): Promise<SnapshotFile[]> {
  const missing = await inParallel(snapshot, filesLookedAtAtOnce, signal, async (file) => {
    const ours = earlier.manifest.files[file.path]
    const onDisk = await lstat(join(earlier.place, file.path)).catch(() => undefined)
    // A folder may be there because files of ours were below it, which are about to go.
    if (!ours && onDisk && !onDisk.isDirectory()) throw somebodyElses(earlier.place, file.path)
    return ours?.etag === file.etag && onDisk && isComplete(onDisk, file) ? [] : [file]
  })
  return missing.flat()
}

/** A file gets the blob's time when its last byte is there; blob storage and some archives keep whole seconds only. */
function isComplete(onDisk: Stats, file: SnapshotFile): boolean {
  const sameTime = Math.floor(onDisk.mtimeMs / 1000) === Math.floor(file.lastModified / 1000)
  return onDisk.isFile() && onDisk.size === file.size && sameTime
}

function outdatedPaths(manifest: Manifest, snapshot: Snapshot, missing: readonly SnapshotFile[]): string[] {
  const wanted = new Set<string>()
  for (const { path } of snapshot) wanted.add(path)
  for (const { path } of missing) wanted.delete(path)
  return Object.keys(manifest.files).filter((path) => !wanted.has(path))
}

function refuseArchived(snapshot: Snapshot): void {
  const archived: string[] = []
  for (const { tier, path } of snapshot) if (tier === 'Archive') archived.push(path)
  if (archived.length === 0) return
  throw new UserError(
    'archived-blobs',
    `${counted(archived.length, 'file')} of the dataset are in the archive tier and cannot be read, among them ${quoted(archived[0] ?? '')}. Rehydrate them (az storage blob set-tier --tier Hot …), or leave them out with "exclude".`,
  )
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
