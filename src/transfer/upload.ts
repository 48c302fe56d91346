import { type BlobContainer, BlobError, problemOfBlobName } from '../blobs/index.ts'
import { counted, formatBytes, type Log, quoted, UserError } from '../report/index.ts'
import type { LocalFile } from './local-files.ts'
import { MoveFailure, type Mover, startMoving } from './mover.ts'
import { startProgress } from './progress.ts'
import { blockBytes, FileChanged, type StoreFile } from './store-file.ts'

export interface UploadRequest {
  readonly container: BlobContainer
  /** Where the files go: empty, or ends in `/`. */
  readonly prefix: string
  /** The folder that the files lie in, absolute. */
  readonly root: string
  readonly files: readonly LocalFile[]
  /** Whether blobs that are there already may be replaced. */
  readonly replace: boolean
  /** What is uploaded, for the log. */
  readonly label: string
  /** Most requests in flight; undefined for as many as it pays. */
  readonly concurrency: number | undefined
  readonly signal: AbortSignal
  readonly log: Log
}

/** Files as they were uploaded. */
export interface UploadedFiles {
  /** The MD5 of the file with that index among those of the request, in base64. */
  md5At(index: number): string
}

const md5Bytes = 16
/** So much is moved in the time in which threads start. */
const smallUpload = { files: 256, bytes: 64 * 1024 * 1024 }

/**
 * Uploads files, each with its MD5, which the service checks. Nothing is deleted, and nothing replaced unless it may be: whoever calls this
 * compares what lies there with what is returned.
 * @throws UserError for names that no blob may have, files that change meanwhile, and refused writes
 */
export async function uploadFiles(request: UploadRequest): Promise<UploadedFiles> {
  const { files, root, prefix, replace, label, container, concurrency, signal, log } = request
  for (const { path } of files) checkBlobName(prefix + path)
  const bytes = files.reduce((sum, file) => sum + file.size, 0)
  log.info(`${label}: uploading ${counted(files.length, 'file')}, ${formatBytes(bytes)}`)
  const md5s = Buffer.alloc(files.length * md5Bytes)
  const progress = startProgress(log, label, () => mover.requestsWaiting)
  const mover: Mover = startMoving({
    job: { kind: 'store', root, prefix, replace },
    isLarge: files.length > smallUpload.files || bytes > smallUpload.bytes,
    onDone: ({ index, md5 }) => void md5s.write(md5, index * md5Bytes, 'base64'),
    ...{ container, concurrency, signal, log, progress },
  })
  try {
    progress.expect({ files: files.length, bytes })
    // Large files first, so that the end does not wait for one that began late.
    mover.add(filesOf(files, ({ size }) => size > blockBytes))
    mover.add(filesOf(files, ({ size }) => size <= blockBytes))
    await mover.finish()
  } catch (error) {
    throw error instanceof MoveFailure ? explainWrite(error.cause, error.path, label) : error
  } finally {
    progress.stop()
  }
  return { md5At: (index) => md5s.toString('base64', index * md5Bytes, (index + 1) * md5Bytes) }
}

function* filesOf(files: readonly LocalFile[], isWanted: (file: LocalFile) => boolean): Iterable<StoreFile> {
  for (const [index, file] of files.entries()) if (isWanted(file)) yield { index, ...file }
}

function checkBlobName(name: string): void {
  const problem = problemOfBlobName(name)
  if (problem === undefined) return
  throw new UserError(
    'unsafe-output',
    `${quoted(name)} cannot be the name of a blob: names must not be such that they ${problem}. Rename the file.`,
  )
}

function changedWhileUploading(path: string): UserError {
  return new UserError(
    'changed-while-uploading',
    `${quoted(path)} was changed while it was uploaded. Something still writes to the output folder: let it end before the job does.`,
  )
}

function explainWrite(error: unknown, path: string, label: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || error instanceof FileChanged) return changedWhileUploading(path)
  if (code === 'EACCES') {
    return new UserError(
      'unsafe-output',
      `${quoted(path)} of ${label} may not be read: it belongs to another user. A container that runs as root leaves such files; make them readable in the step that writes them.`,
      { cause: error },
    )
  }
  // Why credentials are refused, those know who opened the container.
  if (!(error instanceof BlobError) || error.status === 401 || error.status === 403) return error
  const name = `${quoted(path)} of ${label}`
  const options = { cause: error }
  if (error.status === 0)
    return new UserError(
      'connection-lost',
      `The connection broke while ${name} was uploaded (${error.code}). Run again.`,
      options,
    )
  const answer = [error.status, error.code].filter(Boolean).join(' ')
  if (error.status === 429 || error.status === 503) {
    return new UserError(
      'throttled',
      `Uploading ${name} failed: the storage account is too busy (${answer}), also after several tries. Lower "concurrency", or run again later.`,
      options,
    )
  }
  return new UserError(
    'storage-refused',
    `Uploading ${name} failed: the storage account answered ${answer}. Run again; if it stays, look at the account's health.`,
    options,
  )
}
