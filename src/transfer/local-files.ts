import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { quoted, UserError } from '../report/index.ts'

/** A file of a folder on this machine. */
export interface LocalFile {
  /** Path below the folder, with `/` between its segments. */
  readonly path: string
  readonly absolutePath: string
  /** Bytes. */
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly modified: number
}

/** What becomes of symbolic links that lead out of the folder. */
export type LinksOut = 'refuse' | 'follow'

/**
 * All files below a folder, links followed, sorted by path. Empty folders have no place in blob storage and are left out.
 * @throws UserError for FIFOs, sockets, devices, names that are not UTF-8, links in a circle or to nowhere, and links out where they are refused
 */
export async function listLocalFiles(root: string, linksOut: LinksOut): Promise<LocalFile[]> {
  const files: LocalFile[] = []
  const home = await realpath(root)
  await walk({ home, linksOut, files }, root, '', [home])
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

interface Walk {
  readonly home: string
  readonly linksOut: LinksOut
  readonly files: LocalFile[]
}

async function walk(context: Walk, folder: string, prefix: string, ancestors: readonly string[]): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
    const name = decodeName(entry.name, folder)
    const place = { absolutePath: join(folder, name), path: prefix + name }
    const target = entry.isSymbolicLink() ? await followLink(context, place) : undefined
    const status = await stat(place.absolutePath).catch((error) => {
      throw error.code === 'ENOENT' ? vanished(place.path, error) : error
    })
    if (status.isDirectory()) {
      const real = target ?? (await realpath(place.absolutePath))
      if (ancestors.includes(real)) throw refused(place.path, 'is a link to a folder that it lies in')
      await walk(context, place.absolutePath, `${place.path}/`, [...ancestors, real])
    } else if (status.isFile()) {
      context.files.push({ ...place, size: status.size, modified: status.mtimeMs })
    } else {
      throw refused(place.path, 'is neither a file nor a folder (a FIFO, socket or device)')
    }
  }
}

async function followLink(
  { home, linksOut }: Walk,
  { absolutePath, path }: { absolutePath: string; path: string },
): Promise<string> {
  const target = await realpath(absolutePath).catch((error) => {
    throw refused(path, 'is a link to nowhere', error)
  })
  if (linksOut === 'refuse' && target !== home && !target.startsWith(home + sep))
    throw refused(path, 'is a link that leads out of the folder')
  return target
}

function decodeName(name: Buffer, folder: string): string {
  const text = name.toString('utf8')
  if (Buffer.from(text, 'utf8').equals(name)) return text
  throw new UserError(
    'unsafe-output',
    `${folder} holds a file whose name is not UTF-8 (${name.toString('latin1').replace(/[^\x20-\x7e]/g, '?')}); blob names are. Rename it.`,
  )
}

function refused(path: string, what: string, cause?: unknown): UserError {
  return new UserError('unsafe-output', `${quoted(path)} ${what}. Replace it by a plain file, or leave it out.`, {
    cause,
  })
}

function vanished(path: string, cause: unknown): UserError {
  return new UserError(
    'changed-while-uploading',
    `${quoted(path)} was removed while the folder was read. Something still writes to it: let it end before the job does.`,
    { cause },
  )
}

/** MD5 of a file's content, in base64, as blob storage keeps it. */
export async function md5OfFile(path: string): Promise<string> {
  const hash = createHash('md5')
  for await (const bytes of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(bytes)
  return hash.digest('base64')
}
