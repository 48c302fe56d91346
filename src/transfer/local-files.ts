import { createHash } from 'node:crypto'
import { type BigIntStats, createReadStream, type Dirent, readdirSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { setImmediate as otherWork } from 'node:timers/promises'
import { quoted, UserError } from '../report/index.ts'

/** A file of a folder on this machine. */
export interface LocalFile {
  /** Path below the folder, with `/` between its segments. */
  readonly path: string
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
  const home = realpathSync(root)
  await walk({ root, home, linksOut, files }, '', [identityOf(root)])
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

interface Walk {
  readonly root: string
  /** The root without links. */
  readonly home: string
  readonly linksOut: LinksOut
  readonly files: LocalFile[]
}

/** With synchronous calls, which take a few microseconds where those of the thread pool take fifty; other work has its turn between folders. */
async function walk(context: Walk, prefix: string, ancestors: readonly BigIntStats[]): Promise<void> {
  await otherWork()
  const folder = join(context.root, prefix)
  for (const entry of readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })) {
    const path = prefix + decodeName(entry, folder)
    if (entry.isSymbolicLink()) followLink(context, path)
    const status = statSync(join(context.root, path), { throwIfNoEntry: false })
    if (!status) throw vanished(path)
    if (status.isDirectory()) {
      const identity = identityOf(join(context.root, path))
      const isOpen = ancestors.some(({ dev, ino }) => dev === identity.dev && ino === identity.ino)
      if (isOpen) throw refused(path, 'is a link to a folder that it lies in')
      await walk(context, `${path}/`, [...ancestors, identity])
    } else if (status.isFile()) {
      context.files.push({ path, size: status.size, modified: status.mtimeMs })
    } else {
      throw refused(path, 'is neither a file nor a folder (a FIFO, socket or device)')
    }
  }
}

/** Device and inode: on Windows, numbers that only a bigint holds. */
function identityOf(folder: string): BigIntStats {
  return statSync(folder, { bigint: true })
}

function followLink({ root, home, linksOut }: Walk, path: string): void {
  let target: string
  try {
    target = realpathSync(join(root, path))
  } catch (error) {
    throw refused(path, 'is a link to nowhere', error)
  }
  if (linksOut === 'refuse' && target !== home && !target.startsWith(home + sep))
    throw refused(path, 'is a link that leads out of the folder')
}

function decodeName({ name }: Dirent<Buffer>, folder: string): string {
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

function vanished(path: string): UserError {
  return new UserError(
    'changed-while-uploading',
    `${quoted(path)} was removed while the folder was read. Something still writes to it: let it end before the job does.`,
  )
}

/** MD5 of a file's content, in base64, as blob storage keeps it. */
export async function md5OfFile(path: string): Promise<string> {
  const hash = createHash('md5')
  for await (const bytes of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(bytes)
  return hash.digest('base64')
}
