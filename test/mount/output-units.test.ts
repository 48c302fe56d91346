import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pMap from 'p-map'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BlobError } from '../../src/blobs/index.ts'
import { fileTypes } from '../../src/mount/fuse/replies.ts'
import { emptyBlock, geometryOf } from '../../src/mount/output/content.ts'
import { createHomes, expectedPath } from '../../src/mount/output/homes.ts'
import { listFiles } from '../../src/mount/output/listing.ts'
import { createNodes, type Node, pathOf } from '../../src/mount/output/nodes.ts'
import { placeFiles } from '../../src/mount/output/placing.ts'
import { createSpool } from '../../src/mount/output/spool.ts'
import { type MemoryContainer, memoryContainer } from '../blobs/memory-container.ts'

const { signal } = new AbortController()

/** A tree of files and links, as texts: `a/b`, and `a/link -> b`. */
function treeOf(...entries: string[]) {
  const nodes = createNodes({ uid: 0, gid: 0 }, () => {})
  const make = (folder: Node, name: string, mode: number, target?: string): Node => {
    const made = nodes.make(folder, name, { mode, uid: 0, gid: 0, ...(target ? { target: Buffer.from(target) } : {}) })
    if (typeof made === 'string') throw new Error(`${name}: ${made}`)
    return made
  }
  const found = new Map<string, Node>()
  for (const entry of entries) {
    const [path = '', target] = entry.split(' -> ')
    const segments = Buffer.from(path).toString('latin1').split('/')
    const name = segments.pop() ?? ''
    const folder = segments.reduce(
      (above, segment) => nodes.find(above, segment) ?? make(above, segment, fileTypes.folder | 0o755),
      nodes.root,
    )
    found.set(path, make(folder, name, (target === undefined ? fileTypes.file : fileTypes.link) | 0o644, target))
  }
  return { nodes, found }
}

describe('the blocks of a file', () => {
  const geometry = geometryOf(8 * 2 ** 20)

  test('follow each other without a gap, and double in size where a blob would have too many', () => {
    for (const index of [0, 1, 4095, 4096, 4097, 8191, 8192, 12_288, 12_289, 49_998]) {
      const [block, next] = [geometry.of(index), geometry.of(index + 1)]
      expect(block.start + block.bytes).toBe(next.start)
      expect(geometry.at(block.start)).toEqual(block)
      expect(geometry.at(next.start - 1)).toEqual(block)
    }
    expect([0, 4096, 8192, 12_288].map((index) => geometry.of(index).bytes / 2 ** 20)).toEqual([8, 16, 32, 64])
  })

  test('hold half a terabyte, and some', () => {
    expect(geometry.mostBytes).toBeGreaterThan(2 * 2 ** 40)
    expect(geometry.at(geometry.mostBytes - 1).index).toBe(49_999)
  })
})

describe('the name that a file will probably have', () => {
  test.each([
    ['model.pt.tmp', 'model.pt'],
    ['d/model.pt.TMP', 'd/model.pt'],
    ['d/.model.pt.Xa81Cd', 'd/model.pt'],
    ['a.part', 'a'],
    ['a~', 'a'],
    ['.tmp', '.tmp'],
    ['d.tmp/a', 'd.tmp/a'],
    ['.hidden', '.hidden'],
    ['plain.csv', 'plain.csv'],
  ])('%s: %s', (path, expected) => {
    expect(expectedPath(path)).toBe(expected)
  })
})

describe('the tree', () => {
  test('keeps what is open without a name, and frees it when it is forgotten', () => {
    const freed: Node[] = []
    const nodes = createNodes({ uid: 0, gid: 0 }, (node) => void freed.push(node))
    const file = nodes.make(nodes.root, 'f', { mode: fileTypes.file | 0o644, uid: 1, gid: 1 }) as Node
    file.lookups = 2
    nodes.link(file, nodes.root, 'g')
    expect(nodes.remove(nodes.root, 'f', 'file')).toBeUndefined()
    expect(pathOf(file)).toBe('g')
    nodes.remove(nodes.root, 'g', 'file')
    expect([pathOf(file), freed]).toEqual([undefined, []])
    nodes.forget(file.inode, 1)
    expect(nodes.get(file.inode)).toBe(file)
    nodes.forget(file.inode, 1)
    expect(freed).toEqual([file])
    expect(() => nodes.get(file.inode)).toThrow('has forgotten')
  })
})

describe('what is published', () => {
  const list = (entries: readonly string[], places = ['/mnt/out', '/checkout/ü']) => {
    const { files, problems } = listFiles(treeOf(...entries).nodes, { places, prefix: 'out/' })
    return [files.map(({ path }) => path), problems.map(({ path, reason }) => `${path} ${reason.split(/[.,;]/)[0]}`)]
  }

  test('are files under all their names, sorted as a listing is', () => {
    expect(list(['b/c', 'b-a', 'ü/x', 'a', 'link -> a', 'folder -> b'])).toEqual([
      ['a', 'b-a', 'b/c', 'folder/c', 'link', 'ü/x'],
      [],
    ])
  })

  test.each([
    ['l -> a', 'l'],
    ['d/l -> ../a', 'd/l'],
    ['d/l -> ./.././a', 'd/l'],
    ['l -> /mnt/out/a', 'l'],
    ['l -> /checkout/ü/a', 'l'],
  ])('a link inside is followed: %s', (link, path) => {
    expect(list(['a', link])).toEqual([['a', path].sort(), []])
  })

  test.each([
    ['l -> ..', 'is a link that leads out of the folder'],
    ['d/l -> ../../out/a', 'is a link that leads out of the folder'],
    ['l -> /etc/passwd', 'is a link that leads out of the folder'],
    ['l -> /mnt/outside/a', 'is a link that leads out of the folder'],
    ['l -> none', 'is a link to nowhere'],
    ['l -> a/b', 'is a link to nowhere'],
    ['l -> l', 'is a link to nowhere'],
    ['d/l -> .', 'is a link to a folder that it lies in'],
    ['d/l -> ..', 'is a link to a folder that it lies in'],
    [String.raw`d/back\slash`, 'cannot be the name of a blob: names must not be such that they contain a backslash'],
    ['d./f', 'cannot be the name of a blob: names must not be such that they have a segment that ends in a dot'],
  ])('%s is refused: %s', (entry, reason) => {
    const [path = ''] = entry.split(' -> ')
    expect(list(['a', entry])[1]).toEqual([`${path} ${reason}`])
  })
})

describe('bringing blobs to their names', () => {
  /** Files that were sent, `{path: home}`; each has its path at the time of sending as its content. */
  async function place(homesOf: Readonly<Record<string, string>>, container: MemoryContainer = memoryContainer()) {
    const { nodes, found } = treeOf(...Object.keys(homesOf))
    const homes = createHomes('out/')
    for (const [path, home] of Object.entries(homesOf)) {
      const content = found.get(path)?.content
      if (!content) throw new Error('no file')
      container.store(`out/${home}`, `sent to ${home}`)
      homes.settle(found.get(path) as Node, `out/${home}`)
      content.size = `sent to ${home}`.length
      content.blob = { etag: container.blobs.get(`out/${home}`)?.etag ?? '', md5: undefined }
    }
    const { files } = listFiles(nodes, { places: [], prefix: 'out/' })
    const inParallel = async <T>(items: readonly T[], work: (item: T) => Promise<void>) =>
      void (await pMap(items, work, { concurrency: 4 }))
    const placed = await placeFiles(files, {
      container,
      homes,
      prefix: 'out/',
      replace: true,
      signal,
      inParallel,
      placed: new Map(),
    })
    await homes.sweep(0, new Set(files.map(({ path }) => `out/${path}`)), (name) => container.deleteBlob(name, signal))
    for (const { path, etag } of placed) expect(container.blobs.get(`out/${path}`)?.etag, path).toBe(etag)
    const copies = container.writes.filter((write) => write.startsWith('copy')).length
    const content = [...container.blobs.values()].map(({ name, content: bytes }) => [name.slice(4), String(bytes)])
    return { copies, content: Object.fromEntries(content) }
  }

  test.each([
    ['that are there already', { a: 'a', b: 'b' }, 0],
    ['that were renamed', { a: 'x', b: 'y' }, 2],
    ['that follow each other', { a: 'b', b: 'c', c: 'd' }, 3],
    ['that were swapped', { a: 'b', b: 'a' }, 3],
    ['that were turned around', { a: 'b', b: 'c', c: 'a', d: 'd' }, 4],
    ['of two circles and a chain', { a: 'b', b: 'a', c: 'd', d: 'c', e: 'f', f: 'g' }, 8],
  ])('of files %s', async (_, homesOf, copies) => {
    const expected = Object.entries(homesOf).map(([path, home]) => [path, `sent to ${home}`])
    expect(await place(homesOf)).toEqual({ copies, content: Object.fromEntries(expected) })
  })

  test('goes through this machine where the service does not copy', async () => {
    const container = memoryContainer()
    container.copyBlob = async ({ from }) => {
      throw new BlobError(`write ${from}`, 403, 'CannotVerifyCopySource')
    }
    expect((await place({ a: 'b', b: 'a' }, container)).content).toEqual({ a: 'sent to b', b: 'sent to a' })
  })
})

describe('the spool', () => {
  let folder = ''
  let made: string[] = []
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spool-'))
    made = []
  })
  afterEach(() => rm(folder, { recursive: true }))
  const spoolOf = (memory: number, disk: number) =>
    createSpool({ folder, memory, disk, onRoom: () => made.push('room') })
  const untilMade = async (spool: ReturnType<typeof spoolOf>) => {
    while (spool.isSpilling) await new Promise(setImmediate)
  }

  test('moves small blocks into one file when memory runs out, and gives them back as they were', async () => {
    const spool = spoolOf(64 * 4096, 2 ** 20)
    const blocks = Array.from({ length: 60 }, () => emptyBlock())
    for (const [index, block] of blocks.entries()) {
      while (!spool.write(block, 0, Buffer.alloc(4096, index))) await untilMade(spool)
      expect(spool.memory).toBeLessThanOrEqual(64 * 4096)
    }
    await untilMade(spool)
    const files = await readdir(folder)
    expect(files.length).toBeGreaterThan(0)
    expect(files.length).toBeLessThan(6)
    for (const [index, block] of blocks.entries())
      expect(Buffer.from(spool.read(block, 0, 4096)).equals(Buffer.alloc(4096, index))).toBe(true)
    for (const block of blocks) spool.isStored(block)
    expect([await readdir(folder), spool.disk]).toEqual([[], 0])
  })

  test('writes again to what is in a file, cuts it, and has zeros where nothing was written', async () => {
    const spool = spoolOf(16 * 4096, 2 ** 20)
    const blocks = Array.from({ length: 30 }, () => emptyBlock())
    for (const block of blocks) while (!spool.write(block, 0, Buffer.alloc(4096, 'x'))) await untilMade(spool)
    const block = blocks.find(({ spooled }) => spooled) ?? emptyBlock()
    spool.cut(block, 10)
    while (!spool.write(block, 20, Buffer.from('y'))) await untilMade(spool)
    expect(Buffer.from(spool.read(block, 0, 21)).toString()).toBe(`${'x'.repeat(10)}${'\0'.repeat(10)}y`)
  })

  test('says no when neither has room, and yes when there is some again', async () => {
    const spool = spoolOf(16 * 4096, 4096)
    const blocks: ReturnType<typeof emptyBlock>[] = []
    for (;;) {
      const block = emptyBlock()
      const isWritten = spool.write(block, 0, Buffer.alloc(4096))
      await untilMade(spool)
      if (!isWritten && !spool.write(block, 0, Buffer.alloc(4096))) break
      blocks.push(block)
    }
    expect(blocks.length).toBeGreaterThan(10)
    expect(made).not.toEqual([])
    const [first] = blocks
    if (first) spool.isStored(first)
    const late = emptyBlock()
    if (!spool.write(late, 0, Buffer.alloc(4096))) await untilMade(spool)
    expect(late.length === 4096 || spool.write(late, 0, Buffer.alloc(4096))).toBe(true)
  })

  test('lets a block that has no room in memory by itself grow in a file of its own', () => {
    const spool = spoolOf(16 * 4096, 2 ** 20)
    const block = emptyBlock()
    for (let at = 0; at < 20; at += 1) expect(spool.write(block, at * 4096, Buffer.alloc(4096, at))).toBe(true)
    expect([spool.memory, spool.disk]).toEqual([0, 20 * 4096])
    for (let at = 0; at < 20; at += 1) expect(spool.read(block, at * 4096, at * 4096 + 1)[0]).toBe(at)
    spool.drop(block)
    expect(spool.disk).toBe(0)
  })
})
