import { createHash } from 'node:crypto'
import { appendFile, mkdir, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BlobError } from '../../src/blobs/index.ts'
import { Cancelled } from '../../src/report/index.ts'
import { listLocalFiles, type UploadRequest, uploadFiles } from '../../src/transfer/index.ts'
import { type MemoryContainer, memoryContainer } from '../blobs/memory-container.ts'
import { refusalOf, silentLog } from '../report/helpers.ts'
import { useFolder } from './helpers.ts'

const mebibyte = 1024 * 1024
const root = useFolder()
const at = (path: string) => join(root.path, path)
const md5 = (content: Buffer | string) => createHash('md5').update(content).digest('base64')

async function write(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(at(path)), { recursive: true })
    await writeFile(at(path), content)
  }
}

async function upload(container: MemoryContainer, differences: Partial<UploadRequest> = {}) {
  const request = { root: root.path, prefix: 'p/', replace: false, label: 'made', concurrency: 8, log: silentLog }
  const { signal } = new AbortController()
  const files = await listLocalFiles(root.path, 'refuse')
  const uploaded = await uploadFiles({ ...request, container, files, signal, ...differences })
  return files.map(({ path, size }, index) => ({ path, size, md5: uploaded.md5At(index) }))
}

describe('uploading', () => {
  test('gives each file with its size and MD5, and stores them', async () => {
    await write({ a: 'one', 'deep/ü #%+.txt': 'two', empty: '' })
    const container = memoryContainer()
    const uploaded = await upload(container)
    expect(uploaded).toEqual([
      { path: 'a', size: 3, md5: md5('one') },
      { path: 'deep/ü #%+.txt', size: 3, md5: md5('two') },
      { path: 'empty', size: 0, md5: md5('') },
    ])
    expect([...container.blobs.keys()].sort()).toEqual(['p/a', 'p/deep/ü #%+.txt', 'p/empty'])
  })

  test('sends files of up to 8 MiB in one request, larger ones in blocks of 8 MiB', async () => {
    const large = Buffer.alloc(16 * mebibyte + 1, 'x')
    await write({ exact: Buffer.alloc(8 * mebibyte), large })
    const container = memoryContainer()
    const uploaded = await upload(container)
    expect(container.writes.sort()).toEqual([
      'block p/large 1',
      `block p/large ${8 * mebibyte}`,
      `block p/large ${8 * mebibyte}`,
      'list p/large 3',
      'put p/exact',
    ])
    expect(container.blobs.get('p/large')?.content.equals(large)).toBe(true)
    expect(uploaded.find(({ path }) => path === 'large')?.md5).toBe(md5(large))
  })

  test('makes the blocks of huge files larger, so that 50,000 are enough', async () => {
    await write({ huge: '' })
    await truncate(at('huge'), 500_000 * mebibyte)
    const container = memoryContainer()
    container.beforeWrite = () => {
      throw new BlobError('write', 500, 'enough')
    }
    await refusalOf(() => upload(container))
    expect(container.writes[0]).toBe(`block p/huge ${10 * mebibyte}`)
  })

  test('replaces nothing unless it may', async () => {
    await write({ a: 'new' })
    const container = memoryContainer({ 'p/a': 'old' })
    expect(await upload(container)).toEqual([{ path: 'a', size: 3, md5: md5(Buffer.from('new')) }])
    expect(container.blobs.get('p/a')?.content.toString()).toBe('old')
    await upload(container, { replace: true })
    expect(container.blobs.get('p/a')?.content.toString()).toBe('new')
  })
})

describe('a file that changes between listing and uploading is an error:', () => {
  const size = 9 * mebibyte
  const changes: [string, string | Buffer, () => Promise<unknown>][] = [
    ['a small one that grows', 'x', () => appendFile(at('f'), 'y')],
    ['a small one that shrinks', 'xyz', () => truncate(at('f'), 1)],
    ['a small one that is deleted', 'x', () => rm(at('f'))],
    ['a large one that grows', Buffer.alloc(size), () => appendFile(at('f'), 'y')],
    ['a large one that shrinks', Buffer.alloc(size), () => truncate(at('f'), size - 5)],
    ['a large one that is written to', Buffer.alloc(size), () => utimes(at('f'), 1, 1)],
    ['a large one that is deleted', Buffer.alloc(size), () => rm(at('f'))],
  ]
  test.each(changes)('%s', async (_what, content, change) => {
    await write({ f: content })
    const files = await listLocalFiles(root.path, 'refuse')
    await change()
    const container = memoryContainer()
    const { code, message } = await refusalOf(() => upload(container, { files }))
    expect(code).toBe('changed-while-uploading')
    expect(message).toContain('"f" was changed while it was uploaded')
    expect(container.blobs.size).toBe(0)
  })

  test('a large one that is written to while its blocks are under way', async () => {
    await write({ f: Buffer.alloc(size) })
    const container = memoryContainer()
    container.beforeWrite = () => appendFile(at('f'), 'y')
    expect((await refusalOf(() => upload(container))).code).toBe('changed-while-uploading')
    expect(container.blobs.size).toBe(0)
  })
})

describe('names that no blob may have are refused before the first byte:', () => {
  test.each([
    ['a backslash', 'a\\b', 'contain a backslash'],
    ['a line end', 'a\nb', 'contain control characters'],
    ['what XML cannot hold', 'a\ufffe', 'contain control characters'],
    ['255 segments', Array(255).fill('d').join('/'), 'have more than 254 segments'],
    ['a file that ends in a dot', 'end.', 'have a segment that ends in a dot'],
    ['a folder that ends in a dot', 'dir./f', 'have a segment that ends in a dot'],
    [
      'more than 1,024 characters',
      `${'d'.repeat(250)}/${'d'.repeat(250)}/${'d'.repeat(250)}/${'d'.repeat(250)}/${'f'.repeat(30)}`,
      'are longer than 1024 characters',
    ],
  ])('%s', async (_what, name, text) => {
    await write({ a: 'fine', [name]: 'x' })
    const container = memoryContainer()
    const { code, message } = await refusalOf(() => upload(container))
    expect(code).toBe('unsafe-output')
    expect(message).toContain(text)
    expect(container.writes).toEqual([])
  })
})

describe('a write that fails', () => {
  test.each([
    [503, 'ServerBusy', 'the storage account is too busy (503 ServerBusy)'],
    [0, 'ECONNRESET', 'The connection broke while "f" of made was uploaded (ECONNRESET)'],
    [500, 'InternalError', 'the storage account answered 500 InternalError'],
    [409, 'BlobImmutableDueToPolicy', '409 BlobImmutableDueToPolicy'],
  ])('with %i %s is explained', async (status, code, text) => {
    await write({ f: 'x' })
    const container = memoryContainer()
    container.beforeWrite = () => {
      throw new BlobError('write f', status, code)
    }
    expect((await refusalOf(() => upload(container))).message).toContain(text)
  })

  test('because credentials are refused is left to those who opened the container', async () => {
    await write({ f: 'x' })
    const container = memoryContainer()
    const refused = new BlobError('write p/f', 403, 'AuthorizationPermissionMismatch')
    container.beforeWrite = () => {
      throw refused
    }
    await expect(upload(container)).rejects.toBe(refused)
  })

  test('because the step was told to stop is thrown as that', async () => {
    await write({ f: 'x', g: Buffer.alloc(9 * mebibyte) })
    const stop = new AbortController()
    const container = memoryContainer()
    container.beforeWrite = () => stop.abort(new Cancelled('stop'))
    await expect(upload(container, { signal: stop.signal })).rejects.toThrow(Cancelled)
    expect(container.blobs.size).toBe(0)
  })
})
