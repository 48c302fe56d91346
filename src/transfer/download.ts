import { lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { BlobError } from '../blobs/index.ts'
import { counted, formatBytes, quoted, UserError } from '../report/index.ts'
import { FetchFailure } from './fetch-file.ts'
import { startFetching } from './fetching.ts'
import { beginManifest, completeManifest, partialPath } from './manifest.ts'
import { MoveFailure } from './mover.ts'
import { type DownloadPlan, somebodyElses } from './plan.ts'

export interface DownloadResult {
  /** What was moved; the rest was there already. */
  readonly files: number
  readonly bytes: number
  readonly seconds: number
}

/**
 * Makes a folder hold exactly the files of a snapshot, besides files that others put there. The work is done in a hidden folder
 * beside it which is renamed at the end: whatever happens, there is never a folder that looks complete and is not.
 * @throws UserError for blobs that changed or vanished since the listing, and for wrong MD5
 */
export async function download(plan: DownloadPlan): Promise<DownloadResult> {
  const { request, earlierPlace, missing, outdated } = plan
  const { snapshot, folder, label, log, begun } = request
  if (earlierPlace === folder && missing.length === 0 && outdated.length === 0) {
    log.info(`${label}: nothing changed since ${folder} was filled.`)
    return { files: 0, bytes: 0, seconds: 0 }
  }
  const partial = partialPath(folder)
  if (!begun) {
    await openPartial(folder, partial, earlierPlace)
    await removeFiles(partial, outdated)
    await beginManifest(folder, snapshot)
  }
  log.info(
    `${label}: downloading ${counted(missing.length, 'file')}, ${formatBytes(missing.bytes)}, to ${folder}${begun ? `; ${formatBytes(begun.arrived)} have arrived during the listing` : ''}`,
  )
  const seconds = await fetchMissing(plan, partial)
  await moveIntoPlace(partial, folder)
  return { files: missing.length, bytes: missing.bytes, seconds }
}

/** So much is moved in the time in which threads start. */
const smallDownload = { files: 256, bytes: 64 * 1024 * 1024 }

async function fetchMissing({ request, missing }: DownloadPlan, partial: string): Promise<number> {
  try {
    if (request.begun) return await request.begun.finish()
    const isLarge = missing.length > smallDownload.files || missing.bytes > smallDownload.bytes
    const fetching = startFetching(request, partial, isLarge)
    fetching.expect({ files: missing.length, bytes: missing.bytes })
    fetching.add(missing, () => true)
    return await fetching.finish()
  } catch (error) {
    throw error instanceof MoveFailure ? explainFailure(error, request.label, partial) : error
  }
}

async function openPartial(folder: string, partial: string, earlierPlace: string | undefined): Promise<void> {
  if (earlierPlace === partial) return
  await rm(partial, { recursive: true, force: true })
  if (earlierPlace) await moveFolder(folder, partial)
  else await mkdir(partial, { recursive: true })
}

async function moveIntoPlace(partial: string, folder: string): Promise<void> {
  await rmdir(folder).catch((error) => {
    if (error.code !== 'ENOENT') throw notEmpty(folder, error)
  })
  await completeManifest(folder)
  await moveFolder(partial, folder)
}

async function moveFolder(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error) => {
    if (error.code !== 'EBUSY' && error.code !== 'EXDEV') throw error
    throw new UserError(
      'target-is-mount',
      `${from} cannot be renamed to ${to}: it is a mount point or lies on two disks. Name a folder inside it as target-folder.`,
      { cause: error },
    )
  })
}

/** Removes files that we wrote, and the folders that this empties. The manifest is a file that anybody can write: each path is checked. */
async function removeFiles(root: string, paths: readonly string[]): Promise<void> {
  const folders = new Set<string>()
  for (const path of paths) {
    const file = resolve(root, path)
    if (!file.startsWith(root + sep) || file.includes('\0')) continue
    if (!(await isRealFolder(root, dirname(file)))) continue
    await rm(file, { force: true }).catch(ignoreOthers)
    folders.add(dirname(file))
  }
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) await removeEmpty(folder, root)
}

/** A folder in the place of a file of ours is somebody else's, and a name that cannot be was never a file of ours. */
function ignoreOthers(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ERR_FS_EISDIR' && error.code !== 'ENAMETOOLONG') throw error
}

async function removeEmpty(folder: string, root: string): Promise<void> {
  for (let place = folder; place.startsWith(root + sep); place = dirname(place)) {
    const removed = await rmdir(place).then(
      () => true,
      () => false,
    )
    if (!removed) return
  }
}

async function isRealFolder(root: string, folder: string): Promise<boolean> {
  for (let place = folder; place.length >= root.length; place = dirname(place)) {
    const status = await lstat(place).catch(() => undefined)
    if (!status?.isDirectory()) return false
  }
  return true
}

/** Why a file could not be fetched, as an instruction; what those know better who opened the container comes back as it is. */
function explainFailure({ path, cause }: MoveFailure, label: string, root: string): unknown {
  return cause instanceof FetchFailure ? explainFault(cause, path, label, root) : explainRead(cause, path, label)
}

function explainFault(failure: FetchFailure, path: string, label: string, root: string): UserError {
  const options = { cause: failure }
  switch (failure.fault) {
    case 'in the way':
      return somebodyElses(root, failure.path)
    case 'incomplete':
      return new UserError(
        'incomplete-download',
        `${quoted(path)} of ${label} did not arrive with the size that was listed. Run again.`,
        options,
      )
    case 'wrong MD5':
      return new UserError(
        'wrong-md5',
        `${quoted(path)} of ${label} does not have the MD5 that is stored with it: the blob was damaged, or written with a wrong Content-MD5. Upload it again.`,
        options,
      )
  }
}

function explainRead(error: unknown, path: string, label: string): unknown {
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return diskFull(path, label, error)
  // Why credentials are refused, those know who opened the container.
  if (!(error instanceof BlobError) || error.status === 401 || error.status === 403) return error
  const name = `${quoted(path)} of ${label}`
  const options = { cause: error }
  if (error.status === 412 || error.status === 404) {
    const what = error.status === 412 ? 'was changed' : 'was deleted'
    return new UserError(
      'changed-while-reading',
      `${name} ${what} while the dataset was being read. Somebody writes to this folder: run again when it is at rest, or publish to folders that are never written twice.`,
      options,
    )
  }
  if (error.status === 0) {
    return new UserError(
      'connection-lost',
      `The connection broke while ${name} was read, and several new tries brought nothing (${error.code}). Run again.`,
      options,
    )
  }
  const answer = [error.status, error.code].filter(Boolean).join(' ')
  if (error.status === 429 || error.status === 503) {
    return new UserError(
      'throttled',
      `Reading ${name} failed: the storage account is too busy (${answer}), also after several tries. Lower "concurrency", or run again later.`,
      options,
    )
  }
  return new UserError(
    'storage-refused',
    `Reading ${name} failed: the storage account answered ${answer}. Run again; if it stays, look at the account's health.`,
    options,
  )
}

function diskFull(path: string, label: string, cause: unknown): UserError {
  return new UserError(
    'disk-too-small',
    `The disk became full while ${quoted(path)} of ${label} was written, though there was room at the start: something else fills it too. Use a larger disk ("target-folder"), or stage a part ("include", "sample").`,
    { cause },
  )
}

function notEmpty(folder: string, cause: unknown): UserError {
  return new UserError(
    'target-not-ours',
    `${folder} was filled by something else while the dataset was downloaded. Choose another target-folder.`,
    { cause },
  )
}
