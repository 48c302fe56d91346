import type { Blob } from './blob.ts'
import type { BlobContainer } from './container.ts'

/** One file of a dataset: a blob, by its path below the dataset's folder. */
export interface SnapshotFile extends Blob {
  /** Path within the dataset, with `/` between its segments. */
  readonly path: string
}

/** What a dataset held when it was listed, in the service's order. Everything after works from it, never from a second listing. */
export interface Snapshot {
  readonly length: number
  /** Sum of the sizes. */
  readonly bytes: number
  [Symbol.iterator](): Iterator<SnapshotFile>
}

/** A snapshot that holds just these files. */
export function snapshotOf(files: readonly SnapshotFile[]): Snapshot {
  return {
    length: files.length,
    bytes: files.reduce((sum, file) => sum + file.size, 0),
    [Symbol.iterator]: () => files[Symbol.iterator](),
  }
}

export interface ListingOptions {
  /** The listing ends after the page that brought so many files: for who only looks. */
  readonly most?: number | undefined
  /** Gets, after each page, how many files there are so far. */
  readonly onFiles?: (count: number) => void
}

/** Lists a folder, whose prefix is empty (the whole container) or ends in `/`: `foo` must not take `foo_bar`. */
export async function takeSnapshot(
  container: BlobContainer,
  prefix: string,
  signal: AbortSignal,
  { most = Number.POSITIVE_INFINITY, onFiles }: ListingOptions = {},
): Promise<Snapshot> {
  const files: SnapshotFile[] = []
  for await (const page of container.listPages(prefix, signal)) {
    for (const blob of page) files.push({ ...blob, path: blob.name.slice(prefix.length) })
    onFiles?.(files.length)
    if (files.length >= most) break
  }
  return snapshotOf(withoutFolderStubs(files))
}

/** A snapshot of the one blob of that name, which is empty where there is none. Its path is the last segment of the name. */
export async function takeFileSnapshot(container: BlobContainer, name: string, signal: AbortSignal): Promise<Snapshot> {
  // A listing gives the name itself first, before all longer names.
  for await (const page of container.listPages(name, signal)) {
    if (page.length === 0) continue // a page may be empty and not the last
    const blob = page.find((candidate) => candidate.name === name)
    return snapshotOf(blob ? [{ ...blob, path: name.slice(name.lastIndexOf('/') + 1) }] : [])
  }
  return snapshotOf([])
}

/** Leaves out empty blobs that stand for a folder: those that have other blobs below their name. */
function withoutFolderStubs(files: readonly SnapshotFile[]): readonly SnapshotFile[] {
  const empty = new Set(files.filter((file) => file.size === 0).map((file) => file.path))
  if (empty.size === 0) return files
  const stubs = new Set<string>()
  for (const { path } of files) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash)
      if (empty.has(folder)) stubs.add(folder)
    }
  }
  return stubs.size === 0 ? files : files.filter((file) => !(file.size === 0 && stubs.has(file.path)))
}
