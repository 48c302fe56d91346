import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { constants, type FileHandle, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Snapshot } from '../blobs/index.ts'
import { UserError } from '../report/index.ts'

/**
 * What we wrote into a folder, or are about to write. It lies beside the folder as `.{folder}.azureml-datasets.json`, so that a later
 * run, perhaps with both restored from a cache, knows which files are ours and which content they have. It is JSON with a file on each line,
 * sorted by path, so that it is written and read line by line: of millions of files, it is never in memory as a whole.
 */
export interface Manifest {
  /** Whether all of it was in place when this was written. Until then, only the hidden folder beside the place is ours. */
  readonly complete: boolean
  /** Files, sorted by path; each can be gone through once. A manifest that breaks off or is not sorted ends where it does. */
  files(): AsyncIterable<ManifestFile>
}

export interface ManifestFile {
  readonly path: string
  /** Of the blob that it is to have the content of. */
  readonly etag: string
}

/** Room for the dot, the suffix and `.new` within 255 bytes. */
const longestName = 220
/** Characters, of at most three bytes each. */
const shortenedName = 60

export function manifestPath(folder: string): string {
  return beside(folder, '.azureml-datasets.json')
}

/** Where a folder is made: beside its place, so that it gets there by one rename, and never half. */
export function partialPath(folder: string): string {
  return beside(folder, '.azureml-datasets.partial')
}

/** Whether a name is one that we may give to something beside a folder: no folder of a user's can have it. */
export function isHiddenName(name: string): boolean {
  return /^\..*\.azureml-datasets\.(partial|json|json\.new)$/s.test(name)
}

/** A hidden name beside a folder. Names have 255 bytes at the most, so that of very long ones a hash stands for the end. */
function beside(folder: string, suffix: string): string {
  const name = basename(folder)
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16)
  const fits = Buffer.byteLength(name) <= longestName
  return join(dirname(folder), `.${fits ? name : `${name.slice(0, shortenedName)}-${hash}`}${suffix}`)
}

/** The first line, in two states of the same length, so that one becomes the other in place. */
const firstLine = {
  begun: '{"schema":2,"complete":false,"files":[\n',
  complete: '{"schema":2,"complete":true ,"files":[\n',
}
const lastLine = ']}\n'
/** Text that is written in one go. */
const pieceLength = 64 * 1024
/** No line of ours is longer: a path has 1,024 characters, each at most six in JSON. */
const longestLine = 16 * 1024

/** The manifest of a folder, or undefined where there is none that we wrote: then nothing there is ours. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = manifestPath(folder)
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(firstLine.begun.length), 0, firstLine.begun.length, 0)
    const line = buffer.toString('latin1', 0, bytesRead)
    if (line !== firstLine.begun && line !== firstLine.complete) return undefined
    return { complete: line === firstLine.complete, files: () => readFiles(path) }
  } catch {
    return undefined
  }
}

/** Anybody can write this file: what is not as we write it ends the list. */
async function* readFiles(path: string): AsyncIterable<ManifestFile> {
  let before: string | undefined
  let isFirst = true
  for await (const line of createInterface(createReadStream(path))) {
    if (isFirst) {
      isFirst = false
      continue
    }
    const file = parseLine(line)
    if (!file || (before !== undefined && file.path <= before)) return
    before = file.path
    yield file
  }
}

function parseLine(line: string): ManifestFile | undefined {
  if (line.length > longestLine) return undefined
  try {
    const entry: unknown = JSON.parse(line.replace(/,$/, ''))
    if (!Array.isArray(entry)) return undefined
    const [path, etag] = entry
    return typeof path === 'string' && typeof etag === 'string' ? { path, etag } : undefined
  } catch {
    return undefined
  }
}

/**
 * Writes down which files are about to be ours. Written whole or not at all.
 * @throws UserError where a folder lies in its place
 */
export async function beginManifest(folder: string, snapshot: Snapshot): Promise<void> {
  const path = manifestPath(folder)
  await orRefuse(path, async () => {
    // Exclusive: what a killed run left there goes, and a link is not followed.
    await rm(`${path}.new`, { force: true })
    {
      await using file = await open(`${path}.new`, 'wx')
      await writeFiles(file, snapshot)
    }
    await rename(`${path}.new`, path)
  })
}

async function writeFiles(file: FileHandle, snapshot: Snapshot): Promise<void> {
  let piece = firstLine.begun
  for (let index = 0; index < snapshot.length; index += 1) {
    const { path, etag } = snapshot.at(index)
    piece += `${JSON.stringify([path, etag])}${index === snapshot.length - 1 ? '' : ','}\n`
    if (piece.length < pieceLength) continue
    await file.write(piece)
    piece = ''
  }
  await file.write(piece + lastLine)
}

/** Says that all files of the manifest are in place, or are about to be moved there in one go. */
export async function completeManifest(folder: string): Promise<void> {
  await using file = await open(manifestPath(folder), constants.O_RDWR | constants.O_NOFOLLOW)
  await file.write(firstLine.complete, 0)
}

/** Forgets what an earlier run wrote down. @throws UserError where a folder lies in its place */
export async function removeManifest(folder: string): Promise<void> {
  const path = manifestPath(folder)
  await orRefuse(path, () => rm(path, { force: true }))
}

async function orRefuse(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'EISDIR' && code !== 'ERR_FS_EISDIR') throw error
    throw new UserError(
      'target-not-ours',
      `A folder lies where the list of downloaded files has to be (${path}). Move it away, or choose another target-folder.`,
      { cause: error },
    )
  }
}
