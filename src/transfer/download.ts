import { createHash } from 'node:crypto'
import { lstat, mkdir, open, rename, rm, rmdir, utimes } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { BlobError, type Snapshot, type SnapshotFile } from '../blobs/index.ts'
import { counted, formatBytes, quoted, UserError } from '../report/index.ts'
import { manifestOf, partialPath, writeManifest } from './manifest.ts'
import { inParallel } from './parallel.ts'
import { type DownloadPlan, type DownloadRequest, somebodyElses } from './plan.ts'
import { type Progress, startProgress } from './progress.ts'

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
  const { request, earlierPlace, missing, bytes, outdated } = plan
  const { snapshot, folder, label, log } = request
  if (earlierPlace === folder && missing.length === 0 && outdated.length === 0) {
    log.info(`${label}: nothing changed since ${folder} was filled.`)
    return { files: 0, bytes: 0, seconds: 0 }
  }
  const partial = partialPath(folder)
  await openPartial(folder, partial, earlierPlace)
  await removeFiles(partial, outdated)
  await writeManifest(folder, manifestOf(snapshot, false))
  log.info(`${label}: downloading ${counted(missing.length, 'file')}, ${formatBytes(bytes)}, to ${folder}`)
  const seconds = await fetchFiles(request, partial, missing, bytes)
  await moveIntoPlace(partial, folder, snapshot)
  return { files: missing.length, bytes, seconds }
}

async function openPartial(folder: string, partial: string, earlierPlace: string | undefined): Promise<void> {
  if (earlierPlace === partial) return
  await rm(partial, { recursive: true, force: true })
  if (earlierPlace) await moveFolder(folder, partial)
  else await mkdir(partial, { recursive: true })
}

async function moveIntoPlace(partial: string, folder: string, snapshot: Snapshot): Promise<void> {
  await rmdir(folder).catch((error) => {
    if (error.code !== 'ENOENT') throw notEmpty(folder, error)
  })
  await writeManifest(folder, manifestOf(snapshot, true))
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

async function fetchFiles(
  request: DownloadRequest,
  partial: string,
  files: readonly SnapshotFile[],
  bytes: number,
): Promise<number> {
  const { log, label, container } = request
  const progress = startProgress(log, label, { files: files.length, bytes }, () => container.requestsWaiting)
  const folders = new Map<string, Promise<void>>()
  try {
    await inParallel(files, request.concurrency, request.signal, async (file, signal) => {
      await ensureFolder(partial, dirname(join(partial, file.path)), folders)
      await fetchFile({ ...request, signal }, partial, file, progress)
    })
  } finally {
    progress.stop()
  }
  return progress.stop()
}

/** Makes a folder below the root, each once, and makes sure that no link leads out of the root on the way. */
function ensureFolder(root: string, folder: string, made: Map<string, Promise<void>>): Promise<void> {
  const known = made.get(folder)
  if (known) return known
  const making = (async () => {
    if (folder !== root) await ensureFolder(root, dirname(folder), made)
    await mkdir(folder).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
    if (!(await lstat(folder)).isDirectory()) throw somebodyElses(root, folder.slice(root.length + 1))
  })()
  made.set(folder, making)
  return making
}

async function isRealFolder(root: string, folder: string): Promise<boolean> {
  for (let place = folder; place.length >= root.length; place = dirname(place)) {
    const status = await lstat(place).catch(() => undefined)
    if (!status?.isDirectory()) return false
  }
  return true
}

async function fetchFile(
  request: DownloadRequest,
  partial: string,
  file: SnapshotFile,
  progress: Progress,
): Promise<void> {
  const { container, signal } = request
  const path = join(partial, file.path)
  // Exclusive: whatever lies there now is not ours, and is not followed if it is a link.
  const handle = await open(path, 'wx').catch((error) => {
    throw error.code === 'EEXIST' || error.code === 'EISDIR' ? somebodyElses(partial, file.path) : error
  })
  const md5 = createHash('md5')
  let position = 0
  try {
    const onBytes = async (bytes: Uint8Array) => {
      md5.update(bytes)
      for (let done = 0; done < bytes.byteLength; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, position)
        done += bytesWritten
        position += bytesWritten
      }
      progress.addBytes(bytes.byteLength)
    }
    if (file.size > 0)
      await container.read({ name: file.name, etag: file.etag, offset: 0, length: file.size, signal, onBytes })
  } catch (error) {
    throw explainRead(error, file, request.label)
  } finally {
    await handle.close()
  }
  if (position !== file.size)
    throw new UserError(
      'incomplete-download',
      `${quoted(file.path)} of ${request.label} has ${file.size} bytes, but ${position} arrived. Run again.`,
    )
  if (file.md5 !== undefined && md5.digest('base64') !== file.md5) throw wrongMd5(file, request.label)
  // Last of all: the time says that the file is complete.
  await utimes(path, file.lastModified / 1000, file.lastModified / 1000)
  progress.addFile()
}

function explainRead(error: unknown, file: SnapshotFile, label: string): unknown {
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return diskFull(file, label, error)
  // Why credentials are refused, those know who opened the container.
  if (!(error instanceof BlobError) || error.status === 401 || error.status === 403) return error
  const name = `${quoted(file.path)} of ${label}`
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

function diskFull(file: SnapshotFile, label: string, cause: unknown): UserError {
  return new UserError(
    'disk-too-small',
    `The disk became full while ${quoted(file.path)} of ${label} was written, though there was room at the start: something else fills it too. Use a larger disk ("target-folder"), or stage a part ("include", "sample").`,
    { cause },
  )
}

function wrongMd5(file: SnapshotFile, label: string): UserError {
  return new UserError(
    'wrong-md5',
    `${quoted(file.path)} of ${label} does not have the MD5 that is stored with it: the blob was damaged, or written with a wrong Content-MD5. Upload it again.`,
  )
}

function notEmpty(folder: string, cause: unknown): UserError {
  return new UserError(
    'target-not-ours',
    `${folder} was filled by something else while the dataset was downloaded. Choose another target-folder.`,
    { cause },
  )
}
