import { createHash, type Hash } from 'node:crypto'
import { closeSync, fstatSync, openSync, read as readCallback, readSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BlobContainer, BlobError, type Gate, mostBlocks } from '../blobs/index.ts'
import { inParallel } from './parallel.ts'

/** A file to upload, as it was when its folder was read. */
export interface StoreFile {
  readonly index: number
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly modified: number
}

/** Where files are uploaded from, and to. */
export interface StoreWork {
  readonly container: BlobContainer
  /** The folder that they lie in, absolute. */
  readonly root: string
  /** Where they go: empty, or ends in `/`. */
  readonly prefix: string
  /** Whether blobs that are there already may be replaced. */
  readonly replace: boolean
  /** Counts requests in flight. */
  readonly requests: Gate
  /** Counts bytes of files held in memory. */
  readonly memory: Gate
  readonly onBytes: (count: number) => void
}

/** The file is not any more what it was when its folder was read. */
export class FileChanged extends Error {}

const mebibyte = 1024 * 1024
/** Files up to this size go in one request. */
export const blockBytes = 8 * mebibyte
/** Blocks of one file in flight. */
const blocksAtOnce = 8

const read = promisify(readCallback)

/**
 * Uploads one file, with an MD5 in every request, which the service checks.
 * @returns the MD5 of its content, in base64
 * @throws FileChanged, BlobError, and what the file system says
 */
export async function storeFile(work: StoreWork, file: StoreFile, signal: AbortSignal): Promise<string> {
  const descriptor = openSync(join(work.root, file.path), 'r')
  try {
    return await (file.size <= blockBytes ? storeWhole : storeBlocks)(work, file, descriptor, signal)
  } finally {
    closeSync(descriptor)
  }
}

async function storeWhole(work: StoreWork, file: StoreFile, descriptor: number, signal: AbortSignal): Promise<string> {
  return whileIn(work, file.size, signal, async () => {
    const content = Buffer.allocUnsafe(file.size)
    readFully(descriptor, content)
    requireUnchanged(file, fstatSync(descriptor))
    const md5 = createHash('md5').update(content).digest('base64')
    const { container, prefix, replace, onBytes } = work
    await orAlreadyThere(container.putBlob(prefix + file.path, content, { md5, replace, signal }))
    onBytes(file.size)
    return md5
  })
}

async function storeBlocks(work: StoreWork, file: StoreFile, descriptor: number, signal: AbortSignal): Promise<string> {
  const { container, prefix, replace, onBytes } = work
  const name = prefix + file.path
  const hash = createHash('md5')
  // Each waits for the one before it to be read and hashed, before it takes anything that others wait for: the MD5 of the whole needs that order.
  let turn = Promise.resolve()
  const ids = await inParallel(blocksOf(file), blocksAtOnce, signal, async ({ id, offset, length }, either) => {
    const before = turn
    const isRead = Promise.withResolvers<void>()
    turn = isRead.promise
    try {
      await before
      await whileIn(work, length, either, async () => {
        const content = await readBlock(descriptor, offset, length, hash)
        isRead.resolve()
        await container.putBlock(name, id, content, either)
      })
    } finally {
      isRead.resolve()
    }
    onBytes(length)
    return id
  })
  requireUnchanged(file, fstatSync(descriptor))
  const md5 = hash.digest('base64')
  await orAlreadyThere(container.putBlockList(name, ids, { md5, replace, signal }))
  return md5
}

/** Does something that holds so many bytes in memory and has one request in flight. */
async function whileIn<T>(
  { requests, memory }: StoreWork,
  bytes: number,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  await requests.enter(1, signal)
  try {
    await memory.enter(bytes, signal)
    try {
      return await work()
    } finally {
      memory.leave(bytes)
    }
  } finally {
    requests.leave(1)
  }
}

interface Block {
  /** The same for the same block of the same file, so that a retried request replaces and never doubles it. */
  readonly id: string
  readonly offset: number
  readonly length: number
}

/** The blocks of a file. They grow with it, so that no file has too many. */
function* blocksOf({ size }: StoreFile): Iterable<Block> {
  const most = Math.max(blockBytes, Math.ceil(size / mostBlocks / mebibyte) * mebibyte)
  for (let offset = 0, index = 0; offset < size; offset += most, index += 1) {
    const id = Buffer.from(String(index).padStart(6, '0')).toString('base64')
    yield { id, offset, length: Math.min(most, size - offset) }
  }
}

async function readBlock(descriptor: number, offset: number, length: number, hash: Hash): Promise<Buffer> {
  const content = Buffer.allocUnsafe(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await read(descriptor, content, done, length - done, offset + done)
    if (bytesRead === 0) throw new FileChanged('shorter than it was')
    done += bytesRead
  }
  hash.update(content)
  return content
}

function readFully(descriptor: number, content: Buffer): void {
  for (let done = 0; done < content.byteLength; ) {
    const count = readSync(descriptor, content, done, content.byteLength - done, done)
    if (count === 0) throw new FileChanged('shorter than it was')
    done += count
  }
}

function requireUnchanged({ size, modified }: StoreFile, status: Stats): void {
  if (status.size !== size || status.mtimeMs !== modified) throw new FileChanged('written to')
}

/**
 * Where nothing may be replaced, a request that is sent again because its answer was lost meets its own blob. That is no error here: whoever
 * uploads lists and compares afterwards, and so finds a blob that is somebody else's.
 */
async function orAlreadyThere(write: Promise<unknown>): Promise<void> {
  try {
    await write
  } catch (error) {
    if (!(error instanceof BlobError) || error.code !== 'BlobAlreadyExists') throw error
  }
}
