import { createHash } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Snapshot } from '../blobs/index.ts'
import { UserError } from '../report/index.ts'

/**
 * What we wrote into a folder, or are about to write. It lies beside the folder as `.{folder}.azureml-datasets.json`, so that a later
 * run, perhaps with both restored from a cache, knows which files are ours and which content they have.
 */
export interface Manifest {
  readonly schema: 1
  /** Whether all of it was in place when this was written. Until then, only the hidden folder beside the place is ours. */
  readonly complete: boolean
  /** By path. */
  readonly files: Readonly<Record<string, ManifestFile>>
}

export interface ManifestFile {
  readonly size: number
  readonly etag: string
  /** Milliseconds since the epoch, whole seconds. The file on disk gets this time when, and only when, it is complete. */
  readonly lastModified: number
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

/** The manifest of a folder, or undefined where there is none that can be read: then nothing there is ours. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const manifest: unknown = JSON.parse(await readFile(manifestPath(folder), 'utf8'))
    return isManifest(manifest) ? { ...manifest, files: Object.assign(Object.create(null), manifest.files) } : undefined
  } catch {
    return undefined
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false
  const { schema, complete, files } = value as Partial<Manifest>
  return schema === 1 && typeof complete === 'boolean' && typeof files === 'object' && files !== null
}

export function manifestOf(snapshot: Snapshot, complete: boolean): Manifest {
  // Without a prototype: a blob may be called `__proto__`.
  const files: Record<string, ManifestFile> = Object.create(null)
  for (const { path, size, etag, lastModified } of snapshot) files[path] = { size, etag, lastModified }
  return { schema: 1, complete, files }
}

/**
 * Written whole or not at all.
 * @throws UserError where a folder lies in its place
 */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const path = manifestPath(folder)
  try {
    // Exclusive: what a killed run left there goes, and a link is not followed.
    await rm(`${path}.new`, { force: true })
    await writeFile(`${path}.new`, JSON.stringify(manifest), { flag: 'wx' })
    await rename(`${path}.new`, path)
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
