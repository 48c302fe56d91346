import { type DataVersion, listDataVersions } from '../azureml/index.ts'
import { BlobError, type Snapshot, type SnapshotFile } from '../blobs/index.ts'
import { counted, messageOf, UserError } from '../report/index.ts'
import type { DatasetContext } from './context.ts'
import { type Extent, labelOf, listVersion } from './ensure.ts'

/** What is different in a new version from the version before it. */
export type VersionChanges =
  | { readonly kind: 'first' }
  | { readonly kind: 'unknown'; readonly before: string; readonly reason: string }
  | ({ readonly kind: 'compared'; readonly before: string } & Comparison)

export interface Comparison extends Tally {
  /** Bytes that the new version has more than the one before; negative where it has less. */
  readonly netBytes: number
  /** Whether some files were compared by their size alone, as one of the two has no stored MD5. */
  readonly bySize: boolean
  /** The top-level folders with the most changes first, ten at the most. */
  readonly folders: readonly FolderChanges[]
  readonly moreFolders: number
}

interface Tally {
  readonly added: Extent
  readonly removed: Extent
  /** As they are now. */
  readonly changed: Extent
}

/** Files that changed in one top-level folder; `folder` is empty for files that lie in none. */
export interface FolderChanges {
  readonly folder: string
  readonly added: number
  readonly removed: number
  readonly changed: number
}

const mostFolders = 10

/**
 * Compares a version that was just registered with the one before it: the highest number below its own that is not archived, else the one made
 * before. That one is listed for it. Whatever stands against it is part of the answer and never an error; `patience` ends it.
 */
export async function changesSince(
  context: DatasetContext,
  { name, version }: Pick<DataVersion, 'name' | 'version'>,
  content: Snapshot,
  patience: AbortSignal,
): Promise<VersionChanges> {
  context.stopwatch.begin('compare')
  const signal = AbortSignal.any([context.signal, patience])
  let before: DataVersion | undefined
  try {
    before = await orEnd(versionBefore(context, name, version), signal)
    if (!before) return { kind: 'first' }
    const { whole } = await orEnd(listVersion(context, before, signal), signal)
    if (whole.length === 0) return { kind: 'unknown', before: before.version, reason: 'there are no files any more' }
    const changes = compareFiles(whole, content)
    context.log.info(`${name}:${version} compared with version ${before.version}: ${inWords(changes)}.`)
    return { kind: 'compared', before: before.version, ...changes }
  } catch (error) {
    context.log.debug(`${before ? labelOf(before) : name} could not be compared with: ${messageOf(error)}`)
    return { kind: 'unknown', before: before?.version ?? '', reason: reasonOf(error, context.signal, patience) }
  }
}

/** Requests to Resource Manager don't know our patience: they are left behind. */
async function orEnd<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([work, ended])
}

async function versionBefore(
  { workspace }: DatasetContext,
  name: string,
  version: string,
): Promise<DataVersion | undefined> {
  const others = (await listDataVersions(workspace, name)).filter((other) => other.version !== version)
  const [highest] = others
    .filter((other) => /^\d+$/.test(other.version) && Number(other.version) < Number(version))
    .sort((a, b) => Number(b.version) - Number(a.version))
  return highest ?? others.find((other) => !/^\d+$/.test(other.version))
}

function reasonOf(error: unknown, stopped: AbortSignal, patience: AbortSignal): string {
  if (stopped.aborted) return 'the step was cancelled'
  if (patience.aborted) return 'it took too long'
  if (error instanceof UserError) return error.code
  if (error instanceof BlobError) return error.code
  return 'the debug log says why'
}

/** What of two lists of files is different. Both are sorted by path, as snapshots are. */
export function compareFiles(before: Iterable<SnapshotFile>, now: Iterable<SnapshotFile>): Comparison {
  const count = startCounting()
  const fresh = now[Symbol.iterator]()
  let bySize = false
  let file = nextOf(fresh)
  for (const old of before) {
    for (; file && file.path < old.path; file = nextOf(fresh)) count('added', file.path, file.size, file.size)
    if (file?.path !== old.path) {
      count('removed', old.path, old.size, -old.size)
      continue
    }
    if (isChanged(old, file)) count('changed', file.path, file.size, file.size - old.size)
    bySize ||= file.md5 === undefined || old.md5 === undefined
    file = nextOf(fresh)
  }
  for (; file; file = nextOf(fresh)) count('added', file.path, file.size, file.size)
  return { ...count.result(), bySize }
}

function nextOf<T>(items: Iterator<T>): T | undefined {
  const { value, done } = items.next()
  return done ? undefined : value
}

/** The ETag tells nothing: two blobs never have the same. */
function isChanged(before: SnapshotFile, now: SnapshotFile): boolean {
  if (before.size !== now.size) return true
  return before.md5 !== undefined && now.md5 !== undefined && before.md5 !== now.md5
}

type Kind = keyof Tally

function startCounting() {
  const tally = { added: { files: 0, bytes: 0 }, removed: { files: 0, bytes: 0 }, changed: { files: 0, bytes: 0 } }
  const folders = new Map<string, { folder: string; added: number; removed: number; changed: number }>()
  let netBytes = 0
  const count = (kind: Kind, path: string, bytes: number, net: number) => {
    tally[kind].files += 1
    tally[kind].bytes += bytes
    netBytes += net
    const folder = path.slice(0, Math.max(0, path.indexOf('/')))
    const counts = folders.get(folder) ?? { folder, added: 0, removed: 0, changed: 0 }
    counts[kind] += 1
    folders.set(folder, counts)
  }
  const sum = ({ added, removed, changed }: FolderChanges) => added + removed + changed
  const result = () => ({
    ...tally,
    netBytes,
    folders: [...folders.values()].sort((a, b) => sum(b) - sum(a)).slice(0, mostFolders),
    moreFolders: Math.max(0, folders.size - mostFolders),
  })
  return Object.assign(count, { result })
}

function inWords({ added, removed, changed }: Tally): string {
  return `${counted(added.files, 'file')} added, ${removed.files.toLocaleString('en-US')} removed, ${changed.files.toLocaleString('en-US')} changed`
}
