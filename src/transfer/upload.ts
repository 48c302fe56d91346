import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { type BlobContainer, BlobError } from '../blobs/index.ts'
import { counted, formatBytes, type Log, quoted, UserError } from '../report/index.ts'
import type { LocalFile } from './local-files.ts'
import { inParallel } from './parallel.ts'
import { type Progress, startProgress } from './progress.ts'

export interface UploadRequest {
  readonly container: BlobContainer
  /** Where the files go: empty, or ends in `/`. */
  readonly prefix: string
  readonly files: readonly LocalFile[]
  /** Whether blobs that are there already may be replaced. */
  readonly replace: boolean
  /** What is uploaded, for the log. */
  readonly label: string
  /** Most requests in flight. */
  readonly concurrency: number
  readonly signal: AbortSignal
  readonly log: Log
}

/** A file as it was uploaded. */
export interface UploadedFile {
  readonly path: string
  readonly size: number
  /** In base64. */
  readonly md5: string
}

const mebibyte = 1024 * 1024
/** Files up to this size go in one request. */
const blockSize = 8 * mebibyte
/** Put Block List takes so many blocks at the most. */
const mostBlocks = 50_000
/** Blocks of one file in flight; several large files go at the same time. */
const blocksAtOnce = 4
const longestBlobName = 1024
const mostSegments = 254

/**
 * Uploads files, each with its MD5, which the service checks. Nothing is deleted, and nothing replaced unless it may be: whoever calls this
 * compares what lies there with what is returned.
 * @throws UserError for names that no blob may have, files that change meanwhile, and refused writes
 */
export async function uploadFiles(request: UploadRequest): Promise<UploadedFile[]> {
  const { files, prefix, label, concurrency, signal, log } = request
  for (const { path } of files) checkBlobName(prefix + path)
  const bytes = files.reduce((sum, file) => sum + file.size, 0)
  log.info(`${label}: uploading ${counted(files.length, 'file')}, ${formatBytes(bytes)}`)
  const progress = startProgress(log, label, { files: files.length, bytes }, () => request.container.requestsWaiting)
  const upload = async (file: LocalFile, signal: AbortSignal) => {
    const uploaded = await uploadFile({ ...request, signal }, file, progress).catch((error) => {
      throw explainWrite(error, file, label)
    })
    progress.addFile()
    return uploaded
  }
  try {
    // Large files first, few at a time, as each has several blocks in flight: memory stays at `concurrency` blocks.
    const large = files.filter((file) => file.size > blockSize)
    const small = files.filter((file) => file.size <= blockSize)
    const uploaded = await inParallel(large, Math.max(1, Math.floor(concurrency / blocksAtOnce)), signal, upload)
    return [...uploaded, ...(await inParallel(small, concurrency, signal, upload))]
  } finally {
    progress.stop()
  }
}

async function uploadFile(request: UploadRequest, file: LocalFile, progress: Progress): Promise<UploadedFile> {
  const { container, prefix, replace, signal } = request
  const name = prefix + file.path
  if (file.size <= blockSize) {
    const content = await readFile(file.absolutePath)
    if (content.byteLength !== file.size) throw changedWhileUploading(file)
    const md5 = createHash('md5').update(content).digest('base64')
    await orAlreadyThere(container.putBlob(name, content, { md5, replace, signal }))
    progress.addBytes(file.size)
    return { path: file.path, size: file.size, md5 }
  }
  await using handle = await open(file.absolutePath)
  const hash = createHash('md5')
  const ids = await inParallel(blocksOf(handle, file, hash), blocksAtOnce, signal, async ({ id, content }, either) => {
    await container.putBlock(name, id, content, either)
    progress.addBytes(content.byteLength)
    return id
  })
  const { size, mtimeMs } = await handle.stat()
  if (size !== file.size || mtimeMs !== file.modified) throw changedWhileUploading(file)
  const md5 = hash.digest('base64')
  await orAlreadyThere(container.putBlockList(name, ids, { md5, replace, signal }))
  return { path: file.path, size: file.size, md5 }
}

/**
 * Where nothing may be replaced, a request that is sent again because its answer was lost meets its own blob. That is no error here: whoever
 * uploads lists and compares afterwards, and so finds a blob that is somebody else's.
 */
async function orAlreadyThere(write: Promise<void>): Promise<void> {
  try {
    await write
  } catch (error) {
    if (!(error instanceof BlobError) || error.code !== 'BlobAlreadyExists') throw error
  }
}

interface Block {
  /** The same for the same block of the same file, so that a retried request replaces and never doubles it. */
  readonly id: string
  readonly content: Uint8Array
}

/** The blocks of a file, read and hashed in order. They grow with the file, so that no file has too many. */
async function* blocksOf(handle: FileHandle, file: LocalFile, hash: Hash): AsyncIterable<Block> {
  const size = Math.max(blockSize, Math.ceil(file.size / mostBlocks / mebibyte) * mebibyte)
  for (let offset = 0, index = 0; offset < file.size; offset += size, index += 1) {
    const content = Buffer.allocUnsafe(Math.min(size, file.size - offset))
    await readFully(handle, content, offset, file)
    hash.update(content)
    yield { id: Buffer.from(String(index).padStart(6, '0')).toString('base64'), content }
  }
}

async function readFully(handle: FileHandle, content: Buffer, offset: number, file: LocalFile): Promise<void> {
  for (let done = 0; done < content.byteLength; ) {
    const { bytesRead } = await handle.read(content, done, content.byteLength - done, offset + done)
    if (bytesRead === 0) throw changedWhileUploading(file)
    done += bytesRead
  }
}

/** Rules of blob names: learn.microsoft.com, "Naming and referencing containers, blobs, and metadata". */
const blobNameRules: readonly (readonly [
  breaks: (name: string, segments: readonly string[]) => boolean,
  how: string,
])[] = [
  [(name) => name.length > longestBlobName, `are longer than ${longestBlobName} characters`],
  [(_, segments) => segments.length > mostSegments, `have more than ${mostSegments} segments`],
  [(name) => name.includes('\\'), 'contain a backslash'],
  // Nor U+FFFE and U+FFFF, which XML, the form of a listing, cannot hold.
  [(name) => /[\p{Cc}\ufffe\uffff]/u.test(name), 'contain control characters'],
  [(_, segments) => segments.some((segment) => segment.endsWith('.')), 'have a segment that ends in a dot'],
]

function checkBlobName(name: string): void {
  const segments = name.split('/')
  const broken = blobNameRules.find(([breaks]) => breaks(name, segments))
  if (!broken) return
  throw new UserError(
    'unsafe-output',
    `${quoted(name)} cannot be the name of a blob: names must not be such that they ${broken[1]}. Rename the file.`,
  )
}

function changedWhileUploading({ path }: LocalFile): UserError {
  return new UserError(
    'changed-while-uploading',
    `${quoted(path)} was changed while it was uploaded. Something still writes to the output folder: let it end before the job does.`,
  )
}

function explainWrite(error: unknown, file: LocalFile, label: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return changedWhileUploading(file)
  if (code === 'EACCES') {
    return new UserError(
      'unsafe-output',
      `${quoted(file.path)} of ${label} may not be read: it belongs to another user. A container that runs as root leaves such files; make them readable in the step that writes them.`,
      { cause: error },
    )
  }
  // Why credentials are refused, those know who opened the container.
  if (!(error instanceof BlobError) || error.status === 401 || error.status === 403) return error
  const name = `${quoted(file.path)} of ${label}`
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
