import type { Blob } from './blob.ts'
import type { BlobContainer } from './container.ts'
import { listPages, listSideBySide } from './listing.ts'
import { type PackedBlobs, packBlobs } from './packed.ts'

/** One file of a dataset: a blob, by its path below the dataset's folder. */
export interface SnapshotFile extends Blob {
  /** Path within the dataset, with `/` between its segments. */
  readonly path: string
}

/**
 * What a dataset held when it was listed, sorted by path. Everything after works from it, never from a second listing. It is held in columns,
 * and a file becomes an object only when it is asked for.
 */
export interface Snapshot {
  readonly length: number
  /** Sum of the sizes. */
  readonly bytes: number
  /** The file of that index, from 0. */
  at(index: number): SnapshotFile
  pathAt(index: number): string
  sizeAt(index: number): number
  lastModifiedAt(index: number): number
  /** A snapshot of the files with these indices, which ascend. */
  pick(indices: ArrayLike<number>): Snapshot
  [Symbol.iterator](): Iterator<SnapshotFile>
}

/** A snapshot that holds just these files, all from one folder. */
export function snapshotOf(files: readonly SnapshotFile[]): Snapshot {
  const [first] = files
  const folder = first ? first.name.slice(0, first.name.length - first.path.length) : ''
  return sorted([packBlobs(files)], folder)
}

export interface ListingOptions {
  /** The listing ends after the page that brought so many files: for who only looks. */
  readonly most?: number | undefined
  /** Gets, after each page, how many files there are so far. */
  readonly onFiles?: (count: number) => void
  /** Gets each page of a listing that has several, while it runs. What stands for a folder may be among the empty blobs. */
  readonly onPage?: ((page: Snapshot) => void) | undefined
}

/** A snapshot of blobs that are sorted by name, all from a folder whose name has so many characters. */
export function snapshotOfPacked(blobs: PackedBlobs, folderLength: number): Snapshot {
  return view(blobs, folderLength, undefined)
}

/** Lists a folder, whose prefix is empty (the whole container) or ends in `/`: `foo` must not take `foo_bar`. */
export async function takeSnapshot(
  container: BlobContainer,
  prefix: string,
  signal: AbortSignal,
  { most = Number.POSITIVE_INFINITY, onFiles, onPage }: ListingOptions = {},
): Promise<Snapshot> {
  const pages: PackedBlobs[] = []
  let count = 0
  const take = (page: PackedBlobs) => {
    pages.push(page)
    count += page.length
    onFiles?.(count)
  }
  if (most === Number.POSITIVE_INFINITY) {
    for await (const { blobs, isLast } of listSideBySide(container, prefix, signal)) {
      take(blobs)
      if (!isLast || pages.length > 1) onPage?.(sorted([blobs], prefix))
    }
  } else {
    for await (const page of listPages(container, prefix, signal)) {
      take(page)
      if (count >= most) break
    }
  }
  return withoutFolderStubs(sorted(pages, prefix))
}

/** A snapshot of the one blob of that name, which is empty where there is none. Its path is the last segment of the name. */
export async function takeFileSnapshot(container: BlobContainer, name: string, signal: AbortSignal): Promise<Snapshot> {
  // A listing gives the name itself first, before all longer names.
  for await (const page of listPages(container, name, signal)) {
    if (page.length === 0) continue // a page may be empty and not the last
    const first = page.at(0)
    return snapshotOf(first.name === name ? [{ ...first, path: name.slice(name.lastIndexOf('/') + 1) }] : [])
  }
  return snapshotOf([])
}

/**
 * Indices of files below whose path others lie, as if they were folders too. In a sorted snapshot, all paths that begin alike stand together.
 * @param isCandidate which files are looked at
 */
export function filesWithOthersBelow(snapshot: Snapshot, isCandidate: (index: number) => boolean): number[] {
  const found: number[] = []
  let open: { readonly path: string; readonly index: number; isFolder: boolean }[] = []
  const closeOthers = (path: string) => {
    const still = open.filter((file) => path.startsWith(file.path))
    for (const file of open) if (file.isFolder && !still.includes(file)) found.push(file.index)
    open = still
  }
  for (let index = 0; index < snapshot.length; index += 1) {
    const candidate = isCandidate(index)
    if (!candidate && open.length === 0) continue
    const path = snapshot.pathAt(index)
    if (open.length > 0) closeOthers(path)
    for (const file of open) file.isFolder ||= path[file.path.length] === '/'
    if (candidate) open.push({ path, index, isFolder: false })
  }
  closeOthers('\uffff')
  return found.sort((a, b) => a - b)
}

/** Leaves out empty blobs that stand for a folder: those that have other blobs below their name. */
function withoutFolderStubs(snapshot: Snapshot): Snapshot {
  const stubs = filesWithOthersBelow(snapshot, (index) => snapshot.sizeAt(index) === 0)
  if (stubs.length === 0) return snapshot
  const stay = new Uint32Array(snapshot.length - stubs.length)
  let [next, kept] = [0, 0]
  for (let index = 0; index < snapshot.length; index += 1) {
    if (index === stubs[next]) next += 1
    else stay[kept++] = index
  }
  return snapshot.pick(stay)
}

/** A snapshot of pages that come in any order. The service may sort in its own way, as accounts with a hierarchical namespace do. */
function sorted(pages: readonly PackedBlobs[], folder: string): Snapshot {
  const filled = pages.filter((page) => page.length > 0)
  const inOrder = filled
    .map((page) => ({ page, first: page.name(0) }))
    .sort((a, b) => (a.first < b.first ? -1 : 1))
    .map(({ page }) => page)
  const columns = joined(inOrder)
  if (isSorted(columns)) return view(columns, folder.length, undefined)
  const order = Array.from({ length: columns.length }, (_, index) => index)
  // The sort of arrays sees that most of them stand in order already.
  order.sort((a, b) => (columns.name(a) < columns.name(b) ? -1 : 1))
  return view(columns, folder.length, Uint32Array.from(order))
}

function isSorted(blobs: PackedBlobs): boolean {
  let before = ''
  for (let index = 0; index < blobs.length; index += 1) {
    const name = blobs.name(index)
    if (name < before) return false
    before = name
  }
  return true
}

/** Pages as one. */
function joined(pages: readonly PackedBlobs[]): PackedBlobs {
  const [only] = pages
  if (only && pages.length === 1) return only
  const starts: number[] = []
  let length = 0
  for (const page of pages) {
    starts.push(length)
    length += page.length
  }
  // Neighbours are asked for one after another, so that the page before is nearly always the right one.
  let current = 0
  const find = (index: number): PackedBlobs => {
    if (index < (starts[current] ?? 0) || index >= (starts[current + 1] ?? length)) current = pageOf(starts, index)
    const page = pages[current]
    if (page === undefined || index >= length) throw new RangeError(`no blob ${index} of ${length}`)
    return page
  }
  return {
    length,
    name: (index) => find(index).name(index - (starts[current] ?? 0)),
    size: (index) => find(index).size(index - (starts[current] ?? 0)),
    lastModified: (index) => find(index).lastModified(index - (starts[current] ?? 0)),
    at: (index) => find(index).at(index - (starts[current] ?? 0)),
  }
}

/** The last page that begins at or before an index. */
function pageOf(starts: readonly number[], index: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= index) low = middle
    else high = middle - 1
  }
  return low
}

/** @param order which blobs, and in which order; all as they are where undefined */
function view(blobs: PackedBlobs, folderLength: number, order: Uint32Array | undefined): Snapshot {
  const length = order?.length ?? blobs.length
  const place = order ? (index: number) => order[index] ?? length : (index: number) => index
  const at = (index: number): SnapshotFile => {
    const blob = blobs.at(place(index))
    return { ...blob, path: blob.name.slice(folderLength) }
  }
  let bytes = 0
  for (let index = 0; index < length; index += 1) bytes += blobs.size(place(index))
  return {
    length,
    bytes,
    at,
    pathAt: (index) => blobs.name(place(index)).slice(folderLength),
    sizeAt: (index) => blobs.size(place(index)),
    lastModifiedAt: (index) => blobs.lastModified(place(index)),
    pick: (indices) => view(blobs, folderLength, Uint32Array.from(indices, place)),
    *[Symbol.iterator]() {
      for (let index = 0; index < length; index += 1) yield at(index)
    },
  }
}
