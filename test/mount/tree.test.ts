import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Snapshot, type SnapshotFile, snapshotOf } from '../../src/blobs/index.ts'
import { rootInode, type Tree, treeOf } from '../../src/mount/tree.ts'
import { fuzzSettings } from '../fuzz.ts'

/** A snapshot of files with these paths, of 1, 2, 3 … bytes. */
function snapshotAt(paths: readonly string[]): Snapshot {
  const sorted = [...paths].sort()
  return snapshotOf(
    sorted.map(
      (path, index): SnapshotFile => ({
        ...{ name: `d/${path}`, path, size: index + 1, etag: `0x${index + 1}`, md5: undefined },
        ...{ lastModified: 1000 * index, tier: undefined },
      }),
    ),
  )
}

/** Everything below a folder, found by its entries. */
function pathsBelow(tree: Tree, folder = rootInode, prefix = ''): string[] {
  const entries = Array.from({ length: tree.countIn(folder) }, (_, place) => tree.entryAt(folder, place))
  return entries.flatMap((inode) => {
    const path = prefix + Buffer.from(tree.nameOf(inode)).toString()
    return tree.isFolder(inode) ? pathsBelow(tree, inode, `${path}/`) : [path]
  })
}

function find(tree: Tree, path: string): number | undefined {
  let inode: number | undefined = rootInode
  for (const name of path.split('/')) inode = inode === undefined ? undefined : tree.find(inode, Buffer.from(name))
  return inode
}

/** Paths of which none is a folder of another. */
const name = fc.constantFrom('a', 'a-', 'a.b', 'b', 'ü', '\u{1f600}', '\uffee', 'Z', '0')
const paths = fc
  .uniqueArray(
    fc.array(name, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/')),
    { maxLength: 60 },
  )
  .map((all) => all.filter((path) => !all.some((other) => other.startsWith(`${path}/`))))

describe('a tree', () => {
  test('has exactly the files of its snapshot, each found by its names', () => {
    fc.assert(
      fc.property(paths, (all) => {
        const snapshot = snapshotAt(all)
        const tree = treeOf(snapshot)
        expect(pathsBelow(tree).toSorted()).toEqual([...all].sort())
        for (let index = 0; index < snapshot.length; index += 1) {
          const inode = find(tree, snapshot.pathAt(index))
          expect(inode).toBe(rootInode + 1 + index)
          expect(tree.sizeOf(inode ?? 0)).toBe(index + 1)
          expect(tree.timeOf(inode ?? 0)).toBe(1000 * index)
        }
      }),
      fuzzSettings(300),
    )
  })

  test('has the entries of each folder in the order of their bytes, once each', () => {
    fc.assert(
      fc.property(paths, (all) => {
        const tree = treeOf(snapshotAt(all))
        const check = (folder: number) => {
          const entries = Array.from({ length: tree.countIn(folder) }, (_, place) => tree.entryAt(folder, place))
          const names = entries.map((inode) => Buffer.from(tree.nameOf(inode)))
          expect(names).toEqual(names.toSorted(Buffer.compare))
          expect(new Set(names.map(String)).size).toBe(names.length)
          const folders = entries.filter(tree.isFolder)
          expect(tree.foldersIn(folder)).toBe(folders.length)
          for (const inode of folders) {
            expect(tree.parentOf(inode)).toBe(folder)
            check(inode)
          }
        }
        check(rootInode)
      }),
      fuzzSettings(300),
    )
  })

  test('finds nothing that is not there', () => {
    const tree = treeOf(snapshotAt(['a/b', 'c']))
    for (const path of ['b', 'a/c', 'a/b/c', 'A', '', 'a ', 'd']) expect(find(tree, path), path).toBeUndefined()
  })

  test('of nothing is an empty root', () => {
    const tree = treeOf(snapshotAt([]))
    expect([tree.countIn(rootInode), tree.isFolder(rootInode), tree.isFile(2), tree.isFolder(2)]).toEqual([
      0,
      true,
      false,
      false,
    ])
  })

  test('gives folders the time of the newest file, and the root itself as its parent', () => {
    const tree = treeOf(snapshotAt(['a/b', 'a/c', 'd']))
    expect([tree.timeOf(rootInode), tree.timeOf(find(tree, 'a') ?? 0)]).toEqual([2000, 2000])
    expect(tree.parentOf(rootInode)).toBe(rootInode)
  })
})
