import { type Attributes, blockBytes, timeOf } from '../fuse/replies.ts'
import { rootInode } from '../tree.ts'
import type { Node } from './nodes.ts'

/** `S_ISUID`, `S_ISGID`, and the right of the group to run it, without which the second means something else. */
const modes = { setUser: 0o4000, setGroup: 0o2000, groupRuns: 0o010 } as const

/** What a write or a change of the owner takes from a program that runs with the rights of its owner. */
export function withoutSetId(mode: number): number {
  const isSetGroup = (mode & modes.setGroup) !== 0 && (mode & modes.groupRuns) !== 0
  return mode & ~modes.setUser & ~(isSetGroup ? modes.setGroup : 0)
}

/** The attributes of a node, in one object for all of them: it is valid until the next is asked for. */
export function attributesFor(): (node: Node) => Attributes {
  const never = timeOf(0)
  const reused: Attributes = {
    ...{ ino: 0, size: 0, atime: never, mtime: never, ctime: never },
    ...{ mode: 0, nlink: 0, uid: 0, gid: 0 },
  }
  return (node) => {
    reused.ino = node.inode
    reused.size = node.content?.size ?? node.target?.byteLength ?? (node.children ? blockBytes : 0)
    reused.atime = node.atime
    reused.mtime = node.mtime
    reused.ctime = node.ctime
    reused.mode = node.mode
    reused.nlink = linksOf(node)
    reused.uid = node.uid
    reused.gid = node.gid
    return reused
  }
}

/** A folder has its name, its dot and the dots of its folders; once it was removed, none. */
function linksOf({ children, places, subfolders, inode }: Node): number {
  if (!children) return places.length
  return places.length > 0 || inode === rootInode ? 2 + subfolders : 0
}
