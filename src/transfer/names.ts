import { filesWithOthersBelow, type Snapshot } from '../blobs/index.ts'
import { listed, UserError } from '../report/index.ts'

/** What a name is checked against: the system that is to hold the files. */
export type Platform = NodeJS.Platform

const windowsReserved = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i
const windowsRefused = /[<>:"|?*\\]|\p{Cc}|[ .]$/u
const longestSegment = 255
/** Bytes of a whole path, from the limits.h of each system; where none is given, paths may be longer than blob names. */
const longestPath: Partial<Record<Platform, number>> = { linux: 4095, darwin: 1023 }

/**
 * Makes sure that every file of a snapshot has a place of its own below any folder, and only there. Blob names are anybody's text.
 * @throws UserError that names the first offenders of the first rule that is broken
 */
export function checkNames(snapshot: Snapshot, platform: Platform = process.platform): void {
  const offenders = new Map<string, string[]>()
  for (const path of pathsOf(snapshot)) {
    const problem = problemOf(path, platform)
    if (!problem) continue
    const paths = offenders.get(problem)
    if (paths) paths.push(path)
    else offenders.set(problem, [path])
  }
  for (const [problem, paths] of offenders) refuse(problem, paths)
  const ignoresCase = platform === 'win32' || platform === 'darwin'
  const clashes = ignoresCase ? clashesByKey(snapshot) : clashesOf(snapshot)
  if (clashes.length > 0) refuse('are files and folders at once', clashes)
  if (ignoresCase) refuseTwins(snapshot)
}

/** Whether a name by itself can be a file here. */
export function isPossibleName(path: string, platform: Platform = process.platform): boolean {
  return problemOf(path, platform) === undefined
}

function* pathsOf(snapshot: Snapshot): Iterable<string> {
  for (let index = 0; index < snapshot.length; index += 1) yield snapshot.pathAt(index)
}

/**
 * Makes sure that the system can hold every file of a snapshot below this folder.
 * @throws UserError that names the first offenders
 */
export function checkLengths(snapshot: Snapshot, folder: string, platform: Platform = process.platform): void {
  const room = (longestPath[platform] ?? Number.POSITIVE_INFINITY) - Buffer.byteLength(folder) - 1
  const tooLong: string[] = []
  for (const path of pathsOf(snapshot)) if (Buffer.byteLength(path) > room) tooLong.push(path)
  if (tooLong.length > 0) refuse(`make paths of more than ${longestPath[platform]} bytes below ${folder}`, tooLong)
}

function problemOf(path: string, platform: Platform): string | undefined {
  if (path.includes('\0')) return 'contain NUL'
  const segments = path.split('/')
  if (segments.includes('')) return 'are absolute or have empty segments'
  if (segments.includes('..') || segments.includes('.')) return 'have "." or ".." as a segment'
  if (segments.some((segment) => Buffer.byteLength(segment) > longestSegment))
    return 'have a segment of more than 255 bytes'
  if (platform !== 'win32') return undefined
  const refused = segments.some((segment) => windowsRefused.test(segment) || windowsReserved.test(segment))
  return refused ? 'are names that Windows cannot hold' : undefined
}

/** In blob storage a name can be a file and, as a prefix, a folder; on a disk it cannot. */
function clashesOf(snapshot: Snapshot): string[] {
  return filesWithOthersBelow(snapshot, () => true).map((index) => snapshot.pathAt(index))
}

/** The same where names of different spelling are one, which do not stand together in a snapshot. */
function clashesByKey(snapshot: Snapshot): string[] {
  const files = new Map<string, string>()
  for (const path of pathsOf(snapshot)) files.set(folded(path), path)
  const clashes = new Set<string>()
  for (const key of files.keys()) {
    for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
      const file = files.get(key.slice(0, slash))
      if (file !== undefined) clashes.add(file)
    }
  }
  return [...clashes]
}

/** A name as a file system sees it that has no case, or normalises Unicode. */
function folded(path: string): string {
  return path.normalize('NFC').toLowerCase()
}

/** Names that such a file system takes for one. */
function refuseTwins(snapshot: Snapshot): void {
  const seen = new Map<string, string>()
  for (const path of pathsOf(snapshot)) {
    const key = folded(path)
    const twin = seen.get(key)
    if (twin !== undefined) refuse('are one name on this system, which ignores case', [twin, path])
    seen.set(key, path)
  }
}

function refuse(problem: string, paths: readonly string[]): never {
  throw new UserError(
    'unsafe-names',
    `The dataset has names that cannot be files here, as they ${problem}: ${listed(paths, 20)}. Rename the blobs, or leave them out with "exclude".`,
  )
}
