import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Geometry, isAway, isCommitted } from './content.ts'
import { isFolder, type Node, type Nodes } from './nodes.ts'
import type { Spool } from './spool.ts'

/**
 * Writes the files that the store has not got into a folder of this machine. Blocks of them that are only in the store, and part of no blob there, are left
 * out: such a file has zeros in their place.
 */
export async function keepUnsent({ root }: Nodes, spool: Spool, geometry: Geometry, folder: string): Promise<void> {
  const walk = async (node: Node, path: string): Promise<void> => {
    if (node.content && !isCommitted(node.content)) await keep(node.content, spool, geometry, path)
    if (!isFolder(node)) return
    // Names of a folder have no slashes, and are neither `.` nor `..`: no path leads elsewhere. They are bytes, as they were given.
    for (const [name, place] of node.children ?? []) await walk(place.node, join(path, name))
  }
  await walk(root, Buffer.from(folder, 'utf8').toString('latin1'))
}

async function keep(
  { blocks, size }: NonNullable<Node['content']>,
  spool: Spool,
  geometry: Geometry,
  path: string,
): Promise<void> {
  await mkdir(Buffer.from(dirname(path), 'latin1'), { recursive: true, mode: 0o700 })
  const file = await open(Buffer.from(path, 'latin1'), 'w', 0o600)
  try {
    await file.truncate(size)
    for (const [index, block] of blocks.entries())
      if (block && block.length > 0 && !isAway(block))
        await file.write(spool.read(block, 0, block.length), 0, block.length, geometry.of(index).start)
  } finally {
    await file.close()
  }
}
