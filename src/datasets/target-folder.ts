import { lstat, readdir, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { quoted, UserError } from '../report/index.ts'
import { isHiddenName, isOursOrEmpty } from '../transfer/index.ts'

/**
 * The place that `target-folder` names, absolute and without links in it.
 * @throws UserError for places where files could be lost or mixed up: the checkout, what it lies in, home, files, links
 */
export async function resolveTargetFolder(targetFolder: string, checkout: string): Promise<string> {
  const target = await realPlace(resolve(checkout, targetFolder))
  if (target.split(sep).some(isHiddenName))
    throw refused(targetFolder, 'has a name that this action keeps for its own files')
  const guarded = { 'the checkout': checkout, 'the home folder': homedir() }
  for (const [what, folder] of Object.entries(guarded)) {
    // Both by its name and, where that is a link, by its real place.
    for (const place of [await realPlace(folder), await realpath(folder).catch(() => folder)]) {
      if (target === place) throw refused(targetFolder, `is ${what}`)
      if (contains(target, place)) throw refused(targetFolder, `contains ${what}`)
    }
  }
  const status = await lstat(target).catch((error) => {
    if (error.code === 'ENOTDIR') throw refused(targetFolder, 'lies below a file')
    return undefined
  })
  if (status?.isSymbolicLink()) throw refused(targetFolder, 'is a symbolic link')
  if (status && !status.isDirectory()) throw refused(targetFolder, 'is a file')
  return target
}

/** An input's folder may hold what an earlier run wrote there, and nothing else. */
export async function requireOursOrEmpty(folder: string): Promise<void> {
  if (await isOursOrEmpty(folder)) return
  throw new UserError(
    'target-not-ours',
    `target-folder ${folder} is not empty and was not filled by this action. Empty it, or choose another.`,
  )
}

/** Files that lie in an output's folder before the job begins would be published with it. */
export async function requireEmpty(folder: string): Promise<void> {
  if (await isEmpty(folder)) return
  throw new UserError(
    'target-not-ours',
    `target-folder ${folder} of an output is not empty: what it holds would be published too. Empty it before this step, or choose another.`,
  )
}

/** @throws UserError where one folder lies in another, or two are one */
export function refuseOverlaps(folders: readonly string[]): void {
  const sorted = [...folders].sort()
  for (const [index, folder] of sorted.entries()) {
    const inside = sorted.slice(index + 1).find((other) => other === folder || contains(folder, other))
    if (inside !== undefined)
      throw new UserError(
        'bad-dataset',
        `Two datasets have the same place, or one lies in the other: ${folder} and ${inside}. Give them separate target-folders.`,
      )
  }
}

function contains(folder: string, place: string): boolean {
  return place.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/** Links in the part of a path that exists are followed; its last segment is kept, so that a link there is noticed. */
async function realPlace(path: string): Promise<string> {
  const parent = dirname(path)
  if (parent === path) return path
  const real = await realpath(parent).catch(() => undefined)
  return join(real ?? (await realPlace(parent)), basename(path))
}

async function isEmpty(folder: string): Promise<boolean> {
  const entries = await readdir(folder).catch(() => [])
  return entries.length === 0
}

function refused(targetFolder: string, why: string): UserError {
  return new UserError(
    'bad-dataset',
    `target-folder ${quoted(targetFolder)} ${why}. Choose a folder of its own for the dataset, for instance "data/scans".`,
  )
}
