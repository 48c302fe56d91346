import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ContainerCredential } from '../../src/blobs/index.ts'
import { Cancelled } from '../../src/report/index.ts'
import { openWriters, type Writers } from '../../src/transfer/index.ts'
import { silentLog } from '../report/helpers.ts'
import { type BlobServer, etagOf, md5Of, startBlobServer } from './blob-server.ts'

let server: BlobServer
let writers: Writers | undefined
const { signal } = new AbortController()
const options = { md5: undefined, replace: true, signal }

beforeEach(async () => {
  server = await startBlobServer()
})
afterEach(async () => {
  await writers?.close()
  await server.close()
})

function open(by?: ContainerCredential): Writers {
  writers = openWriters(server.open(by), silentLog)
  return writers
}

const shared = (text: string) => {
  const bytes = Buffer.from(new SharedArrayBuffer(text.length))
  bytes.write(text)
  return bytes
}

describe('blobs that are written on threads', () => {
  test('arrive whole, from shared memory, memory of their own, and a part of it', async () => {
    const { putBlob } = open()
    const own = Buffer.from('own memory of some kilobytes '.repeat(500))
    const contents = [shared('shared'), Buffer.from(own), Buffer.from('xxpartxx').subarray(2, 6), Buffer.alloc(0)]
    const texts = contents.map(String)
    const written = await Promise.all(contents.map((content, index) => putBlob(`w/${index}`, content, options)))
    for (const [index, text] of texts.entries()) {
      const blob = server.blobs.get(`w/${index}`) ?? Buffer.from('nothing')
      expect(blob.toString()).toBe(text)
      expect(written[index]).toEqual({ etag: etagOf(blob), md5: md5Of(blob) })
    }
    expect(contents[0]?.toString()).toBe('shared')
  })

  test('of blocks that came in order, each once, have the MD5 of the whole; others have none', async () => {
    const { putBlock, putBlockList } = open()
    const stage = async (name: string, ids: string) => {
      for (const id of ids)
        await putBlock(name, Buffer.from(id).toString('base64'), Buffer.from(`block ${id};`), signal)
    }
    const list = (name: string, ids: string) =>
      putBlockList(
        name,
        [...ids].map((id) => Buffer.from(id).toString('base64')),
        options,
      )
    await stage('ordered', 'abc')
    expect((await list('ordered', 'abc')).md5).toBe(md5Of(Buffer.from('block a;block b;block c;')))
    await stage('turned', 'ba')
    expect((await list('turned', 'ab')).md5).toBeUndefined()
    await stage('again', 'aba')
    expect((await list('again', 'ab')).md5).toBeUndefined()
    await stage('left', 'abc')
    expect((await list('left', 'ab')).md5).toBeUndefined()
    expect(server.blobs.get('turned')?.toString()).toBe('block a;block b;')
  })

  test('are written by a token that this thread has', async () => {
    const token = { getToken: async () => ({ token: 'of this thread', expiresOnTimestamp: Date.now() + 3_600_000 }) }
    const { putBlob } = open({ kind: 'token', token })
    await putBlob('by-token', Buffer.from('x'), options)
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer of this thread'])
  })

  test('that are refused say so, as on this thread', async () => {
    const { putBlob } = open()
    await putBlob('taken', Buffer.from('x'), options)
    await expect(putBlob('taken', Buffer.from('y'), { ...options, replace: false })).rejects.toMatchObject({
      name: 'BlobError',
      code: 'BlobAlreadyExists',
    })
  })

  test('that nobody wants any more are given up at once, and after the end nothing is written', async () => {
    const { putBlob, close } = open()
    server.intercept = () => new Promise(() => {})
    const stop = new AbortController()
    const writing = putBlob('stopped', Buffer.from('x'), { ...options, signal: stop.signal })
    stop.abort(new Cancelled('enough'))
    await expect(writing).rejects.toThrow(Cancelled)
    const other = putBlob('other', Buffer.from('x'), options)
    other.catch(() => {})
    await close()
    await expect(other).rejects.toThrow('closed')
    await expect(putBlob('late', Buffer.from('x'), options)).rejects.toThrow('closed')
  })
})
