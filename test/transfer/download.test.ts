import { mkdir, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { BlobError } from '../../src/blobs/index.ts'
import { Cancelled } from '../../src/report/index.ts'
import { manifestPath, partialPath } from '../../src/transfer/manifest.ts'
import { memoryContainer } from '../blobs/memory-container.ts'
import { recordingLog, refusalOf } from '../report/helpers.ts'
import { manifestText, stage, treeOf, useFolder } from './helpers.ts'

const root = useFolder()
const target = () => join(root.path, 'data')
const read = (path: string) => readFile(join(target(), path), 'utf8')
const three = { 'd/a': 'one', 'd/b/c': 'two', 'd/b/e': '' }

const writeManifest = (entries: readonly unknown[], complete = true) =>
  writeFile(manifestPath(target()), manifestText(entries, complete))

describe('a download', () => {
  test('makes a folder with the files, their times, and the list of what is ours beside it', async () => {
    const result = await stage(memoryContainer({ ...three, 'd/__proto__': 'p' }), target())
    expect(result).toMatchObject({ files: 4, bytes: 7 })
    expect(await treeOf(root.path)).toEqual([
      '.data.azureml-datasets.json',
      'data/__proto__',
      'data/a',
      'data/b/c',
      'data/b/e',
    ])
    expect([await read('a'), await read('b/c'), await read('b/e')]).toEqual(['one', 'two', ''])
    expect((await stat(join(target(), 'a'))).mtime).toEqual(new Date('2026-01-02T03:04:05Z'))
    const { files } = JSON.parse(await readFile(manifestPath(target()), 'utf8'))
    expect(files.map(([path]: [string]) => path)).toEqual(['__proto__', 'a', 'b/c', 'b/e'])
  })

  test('makes the folders above, and takes the place of an empty folder', async () => {
    const deep = join(root.path, 'x/y/z')
    await stage(memoryContainer(three), deep)
    expect(await treeOf(deep)).toEqual(['a', 'b/c', 'b/e'])
    await mkdir(target())
    await stage(memoryContainer(three), target())
    expect(await treeOf(target())).toEqual(['a', 'b/c', 'b/e'])
  })

  test('into a folder of the longest name that there can be has room beside it', async () => {
    const longest = join(root.path, 'n'.repeat(255))
    await stage(memoryContainer(three), longest)
    expect(await treeOf(longest)).toEqual(['a', 'b/c', 'b/e'])
  })

  test('has no more reads under way than it may', async () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`d/${index}`, 'x']))
    const container = memoryContainer(files)
    container.beforeRead = () => sleep(2)
    await stage(container, target(), { concurrency: 5 })
    expect(container.mostReadsAtOnce).toBe(5)
  })
})

describe('a second download into the same folder', () => {
  test('moves nothing where nothing changed', async () => {
    const container = memoryContainer(three)
    await stage(container, target())
    container.reads.length = 0
    const log = recordingLog()
    expect(await stage(container, target(), { log })).toEqual({ files: 0, bytes: 0, seconds: 0 })
    expect(container.reads).toEqual([])
    expect(log.lines).toEqual([`info: d:1: nothing changed since ${target()} was filled.`])
  })

  test('fetches what changed, removes what is gone, and leaves what is not ours', async () => {
    const container = memoryContainer({ ...three, 'd/old/deep/f': 'x', 'd/keep/f': 'x' })
    await stage(container, target())
    await writeFile(join(target(), 'mine'), 'mine')
    await writeFile(join(target(), 'keep/mine'), 'mine')
    container.reads.length = 0
    container.store('d/a', 'new')
    container.store('d/new/f', 'new')
    container.blobs.delete('d/old/deep/f')
    container.blobs.delete('d/keep/f')
    expect(await stage(container, target())).toMatchObject({ files: 2, bytes: 6 })
    expect(container.reads.sort()).toEqual(['d/a', 'd/new/f'])
    expect(await treeOf(target())).toEqual(['a', 'b/c', 'b/e', 'keep/mine', 'mine', 'new/f'])
    expect(await read('a')).toBe('new')
    expect(await readdir(target())).not.toContain('old')
  })

  test.each([
    ['was deleted', (path: string) => rm(path)],
    ['was written to', (path: string) => writeFile(path, 'longer')],
    ['got another time', (path: string) => utimes(path, 1, 1)],
    [
      'was replaced by a link',
      async (path: string) => {
        await rm(path)
        await symlink('/etc/hostname', path)
      },
    ],
  ])('fetches a file of ours anew that %s', async (_what, spoil) => {
    const container = memoryContainer(three)
    await stage(container, target())
    container.reads.length = 0
    await spoil(join(target(), 'a'))
    await stage(container, target())
    expect(container.reads).toEqual(['d/a'])
    expect(await read('a')).toBe('one')
    expect((await stat(join(target(), 'a'))).isFile()).toBe(true)
  })

  test('takes a folder that actions/cache restored, whose times have no fractions', async () => {
    const container = memoryContainer()
    container.store('d/a', 'one', { lastModified: Date.UTC(2026, 0, 1) + 999 })
    await stage(container, target())
    await utimes(join(target(), 'a'), Date.UTC(2026, 0, 1) / 1000, Date.UTC(2026, 0, 1) / 1000)
    expect(await stage(container, target())).toMatchObject({ files: 0 })
  })

  test('turns a file into a folder, and a folder into a file, where the dataset did', async () => {
    const container = memoryContainer({ 'd/x': 'file', 'd/y/f': 'below' })
    await stage(container, target())
    for (const name of ['d/x', 'd/y/f']) container.blobs.delete(name)
    container.store('d/x/f', 'below')
    container.store('d/y', 'file')
    await stage(container, target())
    expect(await treeOf(target())).toEqual(['x/f', 'y'])
  })
})

describe('after a failure at any file', () => {
  test.each([1, 2, 3, 4, 5])(
    '(at read %i) there is no folder, and the next run fetches only what is missing',
    async (nth) => {
      const container = memoryContainer(
        Object.fromEntries(['v', 'w', 'x', 'y', 'z'].map((name) => [`d/${name}/f`, name])),
      )
      container.beforeRead = () => {
        if (container.reads.length === nth) throw new BlobError('read', 500, 'InternalError')
      }
      const { code, message } = await refusalOf(() => stage(container, target(), { concurrency: 1 }))
      expect(code).toBe('storage-refused')
      expect(message).toContain('the storage account answered 500 InternalError')
      expect(await treeOf(target())).toBeUndefined()
      container.reads.length = 0
      container.beforeRead = () => {}
      expect(await stage(container, target())).toMatchObject({ files: 6 - nth })
      expect(container.reads).toHaveLength(6 - nth)
      expect(await treeOf(root.path)).toEqual([
        '.data.azureml-datasets.json',
        ...['v', 'w', 'x', 'y', 'z'].map((name) => `data/${name}/f`),
      ])
    },
  )

  test('of an update, the folder that was complete is not there, half new, either', async () => {
    const container = memoryContainer(three)
    await stage(container, target())
    await writeFile(join(target(), 'mine'), 'mine')
    container.store('d/a', 'changed')
    container.beforeRead = () => {
      throw new BlobError('read', 0, 'ECONNRESET')
    }
    expect((await refusalOf(() => stage(container, target()))).code).toBe('connection-lost')
    expect(await treeOf(target())).toBeUndefined()
    container.beforeRead = () => {}
    container.reads.length = 0
    await stage(container, target())
    expect(container.reads).toEqual(['d/a'])
    expect(await treeOf(target())).toEqual(['a', 'b/c', 'b/e', 'mine'])
  })

  test('the other reads have ended before the failure is told', async () => {
    const container = memoryContainer({ 'd/a': 'x', 'd/b': 'x', 'd/c': 'x' })
    const ended: string[] = []
    container.beforeRead = async ({ name, signal }) => {
      if (name === 'd/b') throw new BlobError('read', 404, 'BlobNotFound')
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await sleep(20)
      ended.push(name)
    }
    expect((await refusalOf(() => stage(container, target()))).message).toContain('"b" of d:1 was deleted while')
    expect(ended.sort()).toEqual(['d/a', 'd/c'])
  })

  test('being told to stop is thrown as it is', async () => {
    const stop = new AbortController()
    const container = memoryContainer(three)
    container.beforeRead = () => stop.abort(new Cancelled('stop'))
    await expect(stage(container, target(), { signal: stop.signal })).rejects.toThrow(Cancelled)
    expect(await treeOf(target())).toBeUndefined()
  })
})

describe('content that is not what was listed is an error:', () => {
  test('wrong MD5', async () => {
    const container = memoryContainer()
    container.store('d/a', 'content', { md5: 'AAAAAAAAAAAAAAAAAAAAAA==' })
    expect((await refusalOf(() => stage(container, target()))).code).toBe('wrong-md5')
  })

  test('fewer bytes than listed, from a reader that does not notice', async () => {
    const container = memoryContainer()
    container.store('d/a', 'short', { size: 9 })
    expect((await refusalOf(() => stage(container, target()))).message).toContain(
      'did not arrive with the size that was listed',
    )
  })

  test('another ETag', async () => {
    const container = memoryContainer(three)
    container.beforeRead = ({ name }) => container.store(name, 'other')
    expect((await refusalOf(() => stage(container, target()))).code).toBe('changed-while-reading')
  })

  test.each([401, 403])('status %i is left to those who opened the container', async (status) => {
    const container = memoryContainer(three)
    const refused = new BlobError('read d/a', status, 'AuthorizationPermissionMismatch')
    container.beforeRead = () => {
      throw refused
    }
    await expect(stage(container, target())).rejects.toBe(refused)
  })

  test.each([
    [503, 'ServerBusy', 'throttled', 'too busy (503 ServerBusy)'],
    [429, '', 'throttled', 'too busy (429)'],
    [502, '', 'storage-refused', 'answered 502. Run again'],
  ])('status %i %s is told', async (status, serviceCode, code, text) => {
    const container = memoryContainer(three)
    container.beforeRead = () => {
      throw new BlobError('read d/a', status, serviceCode)
    }
    const refusal = await refusalOf(() => stage(container, target()))
    expect([refusal.code, refusal.message]).toEqual([code, expect.stringContaining(text)])
  })

  test('a file without a stored MD5 is taken by its size', async () => {
    const container = memoryContainer()
    container.store('d/a', 'content', { md5: undefined })
    await stage(container, target())
    expect(await read('a')).toBe('content')
  })
})

describe('archived blobs', () => {
  test('are refused before the first byte, with their number', async () => {
    const container = memoryContainer(three)
    container.store('d/cold', 'x', { tier: 'Archive' })
    container.store('d/colder', 'x', { tier: 'Archive' })
    const { code, message } = await refusalOf(() => stage(container, target()))
    expect([code, container.reads]).toEqual(['archived-blobs', []])
    expect(message).toContain('2 files of the dataset are in the archive tier and cannot be read, among them "cold"')
  })
})

describe('what somebody else put there', () => {
  test('is never overwritten: a file in the place of a new one', async () => {
    const container = memoryContainer(three)
    await stage(container, target())
    await writeFile(join(target(), 'new'), 'precious')
    container.store('d/new', 'theirs')
    expect((await refusalOf(() => stage(container, target()))).code).toBe('target-not-ours')
    expect(await read('new')).toBe('precious')
  })

  test('is never overwritten: a file that comes while we download', async () => {
    const container = memoryContainer(three)
    container.beforeRead = () =>
      mkdir(target(), { recursive: true }).then(() => writeFile(join(target(), 'a'), 'precious'))
    expect((await refusalOf(() => stage(container, target()))).code).toBe('target-not-ours')
    expect(await read('a')).toBe('precious')
    container.beforeRead = () => {}
    await stage(container, target()).catch(() => {})
    expect(await read('a'), 'nor by the next run').toBe('precious')
  })

  test('is never overwritten: a folder made where an interrupted download was to go', async () => {
    const container = memoryContainer(three)
    container.beforeRead = () => {
      throw new BlobError('read', 0, 'ECONNRESET')
    }
    await refusalOf(() => stage(container, target()))
    await mkdir(target())
    await writeFile(join(target(), 'a'), 'precious')
    container.beforeRead = () => {}
    await stage(container, target()).catch(() => {})
    expect(await read('a')).toBe('precious')
  })

  test('is never overwritten: a folder in the place of a file of ours', async () => {
    const container = memoryContainer(three)
    await stage(container, target())
    await rm(join(target(), 'a'))
    await mkdir(join(target(), 'a'))
    await writeFile(join(target(), 'a/mine'), 'precious')
    container.store('d/a', 'new')
    expect((await refusalOf(() => stage(container, target()))).code).toBe('target-not-ours')
    const place = (await treeOf(target())) ? target() : partialPath(target())
    expect(await readFile(join(place, 'a/mine'), 'utf8')).toBe('precious')
  })

  test('is not followed: a link in the place of one of our folders', async () => {
    const container = memoryContainer(three)
    await stage(container, target())
    const outside = join(root.path, 'outside')
    await rename(join(target(), 'b'), outside)
    await symlink(outside, join(target(), 'b'))
    container.store('d/b/c', 'changed')
    container.blobs.delete('d/b/e')
    container.store('d/b/new', 'new')
    expect((await refusalOf(() => stage(container, target()))).code).toBe('target-not-ours')
    expect(await treeOf(outside)).toEqual(['c', 'e'])
    expect(await readFile(join(outside, 'c'), 'utf8')).toBe('two')
  })
})

describe('a list of our files that somebody forged', () => {
  test.each(['../precious', '../../precious', 'sub/../../precious', '..', '.', '', '/', 'b/../../precious'])(
    'deletes nothing outside the folder: %j',
    async (path) => {
      await mkdir(join(target(), 'b'), { recursive: true })
      await writeFile(join(root.path, 'precious'), 'precious')
      await writeFile(join(target(), 'ours'), 'old')
      await writeManifest([path, join(root.path, 'precious'), 'ours'].sort().map((one) => [one, '0x1']))
      await stage(memoryContainer(three), target())
      expect(await readFile(join(root.path, 'precious'), 'utf8')).toBe('precious')
      expect(await treeOf(target())).toEqual(['a', 'b/c', 'b/e'])
    },
  )

  test('deletes nothing through a link', async () => {
    const outside = join(root.path, 'outside')
    await mkdir(outside)
    await mkdir(target())
    await writeFile(join(outside, 'precious'), 'precious')
    await symlink(outside, join(target(), 'link'))
    await writeManifest([['link/precious', '0x1']])
    await stage(memoryContainer(three), target())
    expect(await treeOf(outside)).toEqual(['precious'])
  })

  test('of no sense is no list, and nothing there is ours', async () => {
    await mkdir(target())
    await writeFile(join(target(), 'a'), 'precious')
    await writeManifest([null, ['a', 7], 7, { a: 'b' }])
    expect((await refusalOf(() => stage(memoryContainer(three), target()))).code).toBe('target-not-ours')
    expect(await read('a')).toBe('precious')
  })
})

describe('what lies where we keep our own files', () => {
  test('a link is not followed: neither the list of files nor the files go where it leads', async () => {
    const outside = join(root.path, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'f'), 'of others')
    await symlink(join(outside, 'f'), `${manifestPath(target())}.new`)
    await symlink(outside, partialPath(target()))
    await stage(memoryContainer(three), target())
    expect(await treeOf(target())).toEqual(['a', 'b/c', 'b/e'])
    expect(await treeOf(outside)).toEqual(['f'])
    expect(await readFile(join(outside, 'f'), 'utf8')).toBe('of others')
  })

  test('a link is no folder that a download left half done', async () => {
    const outside = join(root.path, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'f'), 'of others')
    await symlink(outside, partialPath(target()))
    await writeManifest([], false)
    await stage(memoryContainer(three), target())
    expect(await treeOf(target())).toEqual(['a', 'b/c', 'b/e'])
    expect(await treeOf(outside)).toEqual(['f'])
  })

  test('a folder in the place of the list is an error that names it', async () => {
    await mkdir(manifestPath(target()))
    const { code, message } = await refusalOf(() => stage(memoryContainer(three), target()))
    expect([code, message]).toEqual(['target-not-ours', expect.stringContaining(manifestPath(target()))])
    expect(await treeOf(target())).toBeUndefined()
  })

  test('a list with names that cannot be is no reason to stop', async () => {
    await stage(memoryContainer(three), target())
    await writeManifest(['', '.', '../data', 'a\0b', 'n'.repeat(300)].map((path) => [path, '0x1']))
    await rm(join(target(), 'a'))
    await rm(join(target(), 'b'), { recursive: true })
    await writeFile(join(target(), 'mine'), 'mine')
    await stage(memoryContainer(three), target())
    expect(await treeOf(target())).toEqual(['a', 'b/c', 'b/e', 'mine'])
  })
})
