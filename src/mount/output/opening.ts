import { openFlags } from '../fuse/replies.ts'
import type { Node } from './nodes.ts'

/** How a file was opened, as bits of the handle that RELEASE brings back. */
const opened = { forWriting: 1, pastCache: 2 } as const

/** Access mode of open(2): `O_ACCMODE`, `O_RDONLY` and `O_WRONLY`. */
const access = { mask: 3, readOnly: 0, writeOnly: 1 } as const

/** Whether a file that is opened with these flags of open(2) may be written to. */
export function isForWriting(flags: number): boolean {
  return (flags & access.mask) !== access.readOnly
}

/**
 * Opens a file. Who only writes goes past the kernel's page cache: putting each page into it costs more than all else, and takes memory from the job. But
 * nobody who has the file open may see old pages, which kernels before 6.6 leave in the cache: so all who have a file open at a time go the same way, but
 * for those who came first.
 * @returns the handle, and what the kernel is told
 */
export function openFile(node: Node, flags: number): { readonly handle: number; readonly flags: number } {
  const isWriting = isForWriting(flags)
  const isPast = node.uncached > 0 || (node.cached === 0 && (flags & access.mask) === access.writeOnly)
  if (isWriting) node.writers += 1
  if (isPast) {
    node.uncached += 1
    if (isWriting) node.isStale = true
  } else node.cached += 1
  const handle = (isWriting ? opened.forWriting : 0) | (isPast ? opened.pastCache : 0)
  if (isPast) return { handle, flags: openFlags.directIo }
  const keeps = node.isStale ? 0 : openFlags.keepCache
  node.isStale = false
  return { handle, flags: keeps }
}

/** @returns whether it was open for writing */
export function closeFile(node: Node, handle: number): boolean {
  const isWriting = (handle & opened.forWriting) !== 0
  if (isWriting) node.writers -= 1
  if (handle & opened.pastCache) node.uncached -= 1
  else node.cached -= 1
  return isWriting
}
