import type { Snapshot } from '../blobs/index.ts'

/** Inode of the root, in every FUSE file system. */
export const rootInode = 1

/**
 * The folders and files of a snapshot. Files have the inodes 2, 3, … in the order of the snapshot, so that files that follow each other there
 * do so here too; folders have those behind them. The same snapshot gives the same inodes. It is held in columns, some 50 bytes for each file.
 */
export interface Tree {
  readonly files: number
  readonly bytes: number
  isFolder(inode: number): boolean
  isFile(inode: number): boolean
  /** Bytes of a file. */
  sizeOf(inode: number): number
  /** Of a file; of a folder, when the newest file of the snapshot was written. In milliseconds since the epoch. */
  timeOf(inode: number): number
  /** The folder above; the root's is itself. */
  parentOf(inode: number): number
  /** How many folders lie directly in a folder. */
  foldersIn(folder: number): number
  /** The inode of that name in a folder, or undefined. */
  find(folder: number, name: Uint8Array): number | undefined
  /** How many entries a folder has. */
  countIn(folder: number): number
  /** The entry at that place, from 0, in the order of the bytes of their names. */
  entryAt(folder: number, place: number): number
  /** UTF-8. Valid for as long as the tree. */
  nameOf(inode: number): Uint8Array
}

/** The index of a file's inode in the snapshot. */
export function indexOf(inode: number): number {
  return inode - rootInode - 1
}

/** @param snapshot sorted by path; its paths have no empty segments, and no file is a folder too */
export function treeOf(snapshot: Snapshot): Tree {
  const { parents, nameStarts, nameLengths, names, order } = collectNodes(snapshot)
  const firstFolder = rootInode + 1 + snapshot.length
  const inodes = parents.length
  const isFolder = (inode: number) => inode === rootInode || (inode >= firstFolder && inode < inodes)
  /** Folders counted from 0, which is the root. */
  const numberOf = (folder: number) => (folder === rootInode ? 0 : folder - firstFolder + 1)
  const compare = (inode: number, name: Uint8Array, start: number, end: number) => {
    const from = nameStarts[inode] ?? 0
    return names.compare(name, start, end, from, from + (nameLengths[inode] ?? 0))
  }
  const compareTwo = (a: number, b: number) => {
    const start = nameStarts[b] ?? 0
    return compare(a, names, start, start + (nameLengths[b] ?? 0))
  }
  const { ends, entries, folders } = collectEntries(parents, order, numberOf, isFolder)
  const startOf = (folder: number) => ends[numberOf(folder) - 1] ?? 0
  const endOf = (folder: number) => ends[numberOf(folder)] ?? 0
  for (const [number, end] of ends.entries()) sortIfNot(entries.subarray(ends[number - 1] ?? 0, end), compareTwo)
  const sizes = Float64Array.from({ length: snapshot.length }, (_, index) => snapshot.sizeAt(index))
  const times = Float64Array.from({ length: snapshot.length }, (_, index) => snapshot.lastModifiedAt(index))
  const newest = times.reduce((latest, time) => Math.max(latest, time), 0)
  return {
    files: snapshot.length,
    bytes: snapshot.bytes,
    isFolder,
    isFile: (inode) => inode > rootInode && inode < firstFolder,
    sizeOf: (inode) => sizes[indexOf(inode)] ?? 0,
    timeOf: (inode) => (isFolder(inode) ? newest : (times[indexOf(inode)] ?? 0)),
    parentOf: (inode) => parents[inode] ?? rootInode,
    foldersIn: (folder) => folders[numberOf(folder)] ?? 0,
    find: (folder, name) => {
      let [low, high] = [startOf(folder), endOf(folder)]
      while (low < high) {
        const middle = (low + high) >> 1
        const inode = entries[middle] ?? 0
        const order = compare(inode, name, 0, name.byteLength)
        if (order === 0) return inode
        if (order < 0) low = middle + 1
        else high = middle
      }
      return undefined
    },
    countIn: (folder) => endOf(folder) - startOf(folder),
    entryAt: (folder, place) => entries[startOf(folder) + place] ?? 0,
    nameOf: (inode) => {
      const start = nameStarts[inode] ?? 0
      return names.subarray(start, start + (nameLengths[inode] ?? 0))
    },
  }
}

/** Columns by inode, and all inodes but the root's in the order in which the snapshot shows them. */
interface Nodes {
  readonly parents: Uint32Array
  readonly nameStarts: Uint32Array
  readonly nameLengths: Uint16Array
  readonly names: Buffer
  readonly order: Uint32Array
}

/** In a sorted snapshot, all that lies in a folder stands together: what is open is a path of folders, as deep as that of the file before. */
function collectNodes(snapshot: Snapshot): Nodes {
  const nodes = createNodes(snapshot.length)
  const open: { readonly name: string; readonly inode: number }[] = []
  const enter = (segments: readonly string[]) => {
    let depth = 0
    while (depth < open.length && open[depth]?.name === segments[depth]) depth += 1
    open.length = depth
    for (const name of segments.slice(depth))
      open.push({ name, inode: nodes.addFolder(open.at(-1)?.inode ?? rootInode, name) })
  }
  let folder = ''
  for (let index = 0; index < snapshot.length; index += 1) {
    const path = snapshot.pathAt(index)
    const end = path.lastIndexOf('/') + 1
    if (end !== folder.length || !path.startsWith(folder)) {
      folder = path.slice(0, end)
      enter(folder.split('/').slice(0, -1))
    }
    nodes.addFile(index, open.at(-1)?.inode ?? rootInode, path.slice(end))
  }
  return nodes.done()
}

function createNodes(files: number) {
  let count = rootInode + 1 + files
  let parents = new Uint32Array(count + 256)
  let nameStarts = new Uint32Array(count + 256)
  let nameLengths = new Uint16Array(count + 256)
  let order = new Uint32Array(count + 256)
  let names = Buffer.allocUnsafeSlow(64 * (files + 1))
  let [ordered, named] = [0, 0]
  const set = (inode: number, parent: number, name: string) => {
    // No character needs more than three bytes for each of its UTF-16 units.
    if (named + 3 * name.length > names.byteLength)
      names = grown(names, Buffer.allocUnsafeSlow(2 * names.byteLength + 3 * name.length))
    const length = names.write(name, named, 'utf8')
    parents[inode] = parent
    nameStarts[inode] = named
    nameLengths[inode] = length
    order[ordered] = inode
    ordered += 1
    named += length
  }
  const makeRoom = () => {
    if (count < parents.length) return
    parents = grown(parents, new Uint32Array(2 * count))
    nameStarts = grown(nameStarts, new Uint32Array(2 * count))
    nameLengths = grown(nameLengths, new Uint16Array(2 * count))
    order = grown(order, new Uint32Array(2 * count))
  }
  return {
    addFile: (index: number, parent: number, name: string) => set(rootInode + 1 + index, parent, name),
    addFolder: (parent: number, name: string): number => {
      makeRoom()
      set(count, parent, name)
      count += 1
      return count - 1
    },
    done: (): Nodes => ({
      parents: parents.slice(0, count).fill(rootInode, 0, rootInode + 1),
      nameStarts: nameStarts.slice(0, count),
      nameLengths: nameLengths.slice(0, count),
      names: Buffer.from(names.subarray(0, named)),
      order: order.slice(0, ordered),
    }),
  }
}

/** The entries of all folders one behind the other, where those of each end, and how many of them are folders. */
function collectEntries(
  parents: Uint32Array,
  order: Uint32Array,
  numberOf: (folder: number) => number,
  isFolder: (inode: number) => boolean,
) {
  const last = order.reduce((most, inode) => (isFolder(inode) ? Math.max(most, numberOf(inode)) : most), 0)
  const folders = new Uint32Array(last + 1)
  const places = new Uint32Array(last + 2)
  for (const inode of order) {
    const number = numberOf(parents[inode] ?? rootInode)
    places[number + 1] = (places[number + 1] ?? 0) + 1
    if (isFolder(inode)) folders[number] = (folders[number] ?? 0) + 1
  }
  for (let number = 1; number < places.length; number += 1)
    places[number] = (places[number] ?? 0) + (places[number - 1] ?? 0)
  const entries = new Uint32Array(order.length)
  for (const inode of order) {
    const number = numberOf(parents[inode] ?? rootInode)
    entries[places[number] ?? 0] = inode
    places[number] = (places[number] ?? 0) + 1 // when all are there, it is where the folder ends
  }
  return { ends: places.subarray(0, last + 1), entries, folders }
}

/** Nearly all folders are in order already: a snapshot is sorted by paths, and differs only where `a-b` stands before `a/`, and beyond UTF-16. */
function sortIfNot(inodes: Uint32Array, compare: (a: number, b: number) => number): void {
  for (let place = 1; place < inodes.length; place += 1)
    if (compare(inodes[place - 1] ?? 0, inodes[place] ?? 0) > 0) {
      inodes.sort(compare)
      return
    }
}

/** Copies what there is to the beginning of something larger. */
function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from)
  return to
}
