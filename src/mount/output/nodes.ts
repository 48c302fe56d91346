import { type Errno, fileTypeMask, fileTypes, type Time, timeOf } from '../fuse/replies.ts'
import { rootInode } from '../tree.ts'
import { type Content, emptyContent } from './content.ts'

/** A file, folder, symbolic link, FIFO or socket. It lives for as long as it has a name, or the kernel knows it. */
export interface Node {
  readonly inode: number
  /** Type and rights. */
  mode: number
  uid: number
  gid: number
  atime: Time
  mtime: Time
  ctime: Time
  /** How often the kernel was told of it, less how often it has forgotten it. */
  lookups: number
  /** The names that it has: folders one, the root none, files as many as they have links. */
  readonly places: Place[]
  /** Of a folder, in the order in which they came. */
  readonly children: Map<string, Place> | undefined
  /** How many folders lie directly in a folder. */
  subfolders: number
  /** Of a symbolic link. */
  readonly target: Buffer | undefined
  /** Of a file. */
  readonly content: Content | undefined
  /** How often a file is open for writing. */
  writers: number
  /** How often it is open with the kernel's page cache, and how often for writing past it. */
  cached: number
  uncached: number
  /** Whether the page cache may have something that was written past it since. */
  isStale: boolean
}

/** A name in a folder. */
export interface Place {
  readonly node: Node
  parent: Node
  /** Its bytes, as latin1: names need not be UTF-8. */
  name: string
  /** Grows with every name that is given: by it, a listing finds its place again, whatever was removed meanwhile. */
  cookie: number
}

/** Who makes something, and with which type and rights. */
export interface Making {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly target?: Buffer
}

/** The tree of an output. What an operation may not do, it says by the error that the caller gets. */
export interface Nodes {
  readonly root: Node
  readonly files: number
  /** A node that the kernel asks about. It asks about none that it was not told of. */
  get(inode: number): Node
  find(folder: Node, name: string): Node | undefined
  make(folder: Node, name: string, making: Making): Node | Errno
  link(node: Node, folder: Node, name: string): Errno | undefined
  remove(folder: Node, name: string, what: 'file' | 'folder'): Errno | undefined
  rename(from: Node, name: string, to: Node, newName: string, how: RenameHow): Errno | undefined
  /** The kernel has forgotten what it was told so many times. */
  forget(inode: number, lookups: number): void
}

/** What happens to what has the new name already. */
export type RenameHow = 'replace' | 'refuse' | 'exchange'

const setGroupId = 0o2000
/** Files have no more names than so many, as on ext4. */
const mostLinks = 65_000

export function isFolder({ mode }: Node): boolean {
  return (mode & fileTypeMask) === fileTypes.folder
}

export function now(): Time {
  return timeOf(Date.now())
}

/** @param onFreed gets what has no name any more and is not open: nobody can reach it again */
export function createNodes(
  owner: { readonly uid: number; readonly gid: number },
  onFreed: (node: Node) => void,
): Nodes {
  const nodes = new Map<number, Node>()
  let nextInode = rootInode
  let nextCookie = 1
  let files = 0

  const create = ({ mode, uid, gid, target }: Making): Node => {
    const type = mode & fileTypeMask
    const time = now()
    const node: Node = {
      inode: nextInode,
      ...{ mode, uid, gid, atime: time, mtime: time, ctime: time },
      lookups: 0,
      places: [],
      children: type === fileTypes.folder ? new Map() : undefined,
      subfolders: 0,
      target,
      content: type === fileTypes.file ? emptyContent() : undefined,
      ...{ writers: 0, cached: 0, uncached: 0, isStale: false },
    }
    nextInode += 1
    nodes.set(node.inode, node)
    return node
  }
  const root = create({ mode: fileTypes.folder | 0o755, ...owner })

  const childrenOf = ({ children }: Node): Map<string, Place> => {
    if (!children) throw new Error('not a folder')
    return children
  }
  const changed = (folder: Node) => {
    folder.mtime = folder.ctime = now()
  }
  const put = (place: Place) => {
    place.cookie = nextCookie
    nextCookie += 1
    childrenOf(place.parent).set(place.name, place)
    if (isFolder(place.node)) place.parent.subfolders += 1
    place.node.ctime = now()
    changed(place.parent)
  }
  const take = (place: Place) => {
    childrenOf(place.parent).delete(place.name)
    if (isFolder(place.node)) place.parent.subfolders -= 1
    place.node.ctime = now()
    changed(place.parent)
  }
  const addPlace = (node: Node, parent: Node, name: string) => {
    const place: Place = { node, parent, name, cookie: 0 }
    node.places.push(place)
    put(place)
  }
  const removePlace = (place: Place) => {
    take(place)
    const { node } = place
    node.places.splice(node.places.indexOf(place), 1)
    freeIfUnused(node)
  }
  const freeIfUnused = (node: Node) => {
    if (node.places.length > 0 || node.lookups > 0 || node === root) return
    nodes.delete(node.inode)
    if (node.content) files -= 1
    onFreed(node)
  }
  /** What stands against removing it. */
  const objection = ({ node }: Place, what: 'file' | 'folder'): Errno | undefined => {
    if (what === 'file') return isFolder(node) ? 'EISDIR' : undefined
    if (!isFolder(node)) return 'ENOTDIR'
    return childrenOf(node).size > 0 ? 'ENOTEMPTY' : undefined
  }
  return {
    root,
    get files() {
      return files
    },
    get: (inode) => {
      const node = nodes.get(inode)
      if (!node) throw new Error(`the kernel asks about inode ${inode}, which it has forgotten`)
      return node
    },
    find: (folder, name) => childrenOf(folder).get(name)?.node,
    make: (folder, name, making) => {
      if (folder.places.length === 0 && folder !== root) return 'ENOENT' // it was removed
      if (childrenOf(folder).has(name)) return 'EEXIST'
      const isInherited = (folder.mode & setGroupId) !== 0
      const isNewFolder = (making.mode & fileTypeMask) === fileTypes.folder
      const node = create({
        ...making,
        gid: isInherited ? folder.gid : making.gid,
        mode: isInherited && isNewFolder ? making.mode | setGroupId : making.mode,
      })
      if (node.content) files += 1
      addPlace(node, folder, name)
      return node
    },
    link: (node, folder, name) => {
      if (isFolder(node)) return 'EPERM'
      if (node.places.length === 0) return 'ENOENT'
      if (childrenOf(folder).has(name)) return 'EEXIST'
      if (node.places.length >= mostLinks) return 'EMLINK'
      addPlace(node, folder, name)
      return undefined
    },
    remove: (folder, name, what) => {
      const place = childrenOf(folder).get(name)
      if (!place) return 'ENOENT'
      const objected = objection(place, what)
      if (!objected) removePlace(place)
      return objected
    },
    rename: (from, name, to, newName, how) => {
      const place = childrenOf(from).get(name)
      const there = childrenOf(to).get(newName)
      if (!place) return 'ENOENT'
      if (how === 'exchange') {
        if (!there) return 'ENOENT'
        take(place)
        take(there)
        Object.assign(there, { parent: from, name })
        Object.assign(place, { parent: to, name: newName })
        put(there)
        put(place)
        return undefined
      }
      if (there) {
        if (how === 'refuse') return 'EEXIST'
        if (there.node === place.node) return undefined
        const objected = objection(there, isFolder(place.node) ? 'folder' : 'file')
        if (objected) return objected
        removePlace(there)
      }
      take(place)
      Object.assign(place, { parent: to, name: newName })
      put(place)
      return undefined
    },
    forget: (inode, lookups) => {
      const node = nodes.get(inode)
      if (!node) return
      node.lookups -= lookups
      freeIfUnused(node)
    },
  }
}

/** Where a node is: its names from the root on, by its first name. Undefined for what was removed. */
export function pathOf(node: Node): string | undefined {
  const names: string[] = []
  for (let current = node; current.inode !== rootInode; ) {
    const [place] = current.places
    if (!place) return undefined
    names.push(place.name)
    current = place.parent
  }
  return names.reverse().join('/')
}
