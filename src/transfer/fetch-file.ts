import { createHash, type Hash } from 'node:crypto'
import { closeSync, futimesSync, lstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BlobContainer, Gate } from '../blobs/index.ts'
import { inParallel } from './parallel.ts'

/** A file to fetch. */
export interface FetchFile {
  readonly index: number
  readonly name: string
  readonly path: string
  /** Bytes. */
  readonly size: number
  readonly etag: string
  /** In base64; nothing is compared where there is none. */
  readonly md5: string | undefined
  /** Milliseconds since the epoch. The file gets this time last of all: it says that the file is complete. */
  readonly lastModified: number
}

/** Where files are fetched from, and to. */
export interface FetchWork {
  readonly container: BlobContainer
  /** The folder that they are written to, absolute; it exists. */
  readonly root: string
  /** Counts requests in flight. */
  readonly requests: Gate
  /** Folders below the root that were made, or found to be real ones. */
  readonly folders: Set<string>
  readonly onBytes: (count: number) => void
}

/** What went wrong with a file, other than by the container or the disk. */
export type FetchFault = 'in the way' | 'incomplete' | 'wrong MD5'

/** Something lies where the file or its folder belongs, or its content is not what the listing said. */
export class FetchFailure extends Error {
  readonly fault: FetchFault
  /** The file, or what lies in the way, below the root. */
  readonly path: string

  constructor(fault: FetchFault, path: string) {
    super(`${path}: ${fault}`)
    this.fault = fault
    this.path = path
  }
}

/** Larger files are read in stretches of so many bytes, several at a time. */
export const stretchBytes = 8 * 1024 * 1024
/** Stretches of one file in flight. They end in about the order in which they began, so that the MD5, which needs that order, is not far behind. */
const stretchesAtOnce = 8

/**
 * Fetches one file. Bytes go from the connection's own buffer into the file with synchronous writes: no copy, no queue, and a full disk is
 * told by the write itself.
 * @throws FetchFailure, BlobError, and what the file system says
 */
export async function fetchFile(work: FetchWork, file: FetchFile, signal: AbortSignal): Promise<void> {
  const descriptor = create(work, file.path)
  try {
    if (file.size > stretchBytes) await fetchStretches(work, file, descriptor, signal)
    else await fetchWhole(work, file, descriptor, signal)
    futimesSync(descriptor, file.lastModified / 1000, file.lastModified / 1000)
  } finally {
    closeSync(descriptor)
  }
}

/** Exclusive: whatever lies there now is not ours, and is not followed if it is a link. */
function create({ root, folders }: FetchWork, path: string): number {
  const place = join(root, path)
  makeFolder(root, dirname(place), folders)
  try {
    return openSync(place, 'wx+')
  } catch (error) {
    throw isIn(error, 'EEXIST', 'EISDIR') ? new FetchFailure('in the way', path) : error
  }
}

/** Makes a folder below the root, each once, and makes sure that no link leads out of the root on the way. */
function makeFolder(root: string, folder: string, made: Set<string>): void {
  if (made.has(folder) || folder.length <= root.length) return
  makeFolder(root, dirname(folder), made)
  try {
    mkdirSync(folder)
  } catch (error) {
    if (!isIn(error, 'EEXIST')) throw error
  }
  if (!lstatSync(folder).isDirectory()) throw new FetchFailure('in the way', folder.slice(root.length + 1))
  made.add(folder)
}

async function fetchWhole(work: FetchWork, file: FetchFile, descriptor: number, signal: AbortSignal): Promise<void> {
  if (file.size === 0) return
  const hash = file.md5 === undefined ? undefined : createHash('md5')
  await read(work, file, 0, file.size, descriptor, signal, hash)
  checkMd5(file, hash)
}

async function fetchStretches(
  work: FetchWork,
  file: FetchFile,
  descriptor: number,
  signal: AbortSignal,
): Promise<void> {
  const hash = file.md5 === undefined ? undefined : createHash('md5')
  const done = new Set<number>()
  let hashed = 0
  const offsets = Array.from({ length: Math.ceil(file.size / stretchBytes) }, (_, index) => index * stretchBytes)
  await inParallel(offsets, stretchesAtOnce, signal, async (offset, either) => {
    await read(work, file, offset, Math.min(stretchBytes, file.size - offset), descriptor, either)
    done.add(offset)
    for (; hash && done.delete(hashed); hashed += stretchBytes)
      hashFile(hash, descriptor, hashed, Math.min(stretchBytes, file.size - hashed))
  })
  checkMd5(file, hash)
}

async function read(
  { container, requests, onBytes }: FetchWork,
  { name, etag, path }: FetchFile,
  offset: number,
  length: number,
  descriptor: number,
  signal: AbortSignal,
  hash?: Hash,
): Promise<void> {
  await requests.enter(1, signal)
  let position = offset
  try {
    await container.read({
      name,
      etag,
      offset,
      length,
      signal,
      onBytes: (bytes) => {
        hash?.update(bytes)
        for (let done = 0; done < bytes.byteLength; )
          done += writeSync(descriptor, bytes, done, bytes.byteLength - done, position + done)
        position += bytes.byteLength
        onBytes(bytes.byteLength)
      },
    })
  } finally {
    requests.leave(1)
  }
  if (position !== offset + length) throw new FetchFailure('incomplete', path)
}

let hashBuffer: Buffer | undefined

/** Hashes what was just written, which is still in the page cache: the stretches came in another order than MD5 needs. */
function hashFile(hash: Hash, descriptor: number, offset: number, length: number): void {
  hashBuffer ??= Buffer.allocUnsafeSlow(256 * 1024)
  for (let done = 0; done < length; ) {
    const count = readSync(descriptor, hashBuffer, 0, Math.min(hashBuffer.byteLength, length - done), offset + done)
    if (count === 0) throw new Error('the file became shorter while it was written')
    hash.update(hashBuffer.subarray(0, count))
    done += count
  }
}

function checkMd5({ path, md5 }: FetchFile, hash: Hash | undefined): void {
  if (hash && hash.digest('base64') !== md5) throw new FetchFailure('wrong MD5', path)
}

function isIn(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
