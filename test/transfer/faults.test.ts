import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { snapshotOf } from '../../src/blobs/index.ts'
import { download, listLocalFiles, planDownload, uploadFiles } from '../../src/transfer/index.ts'
import { refusalOf, silentLog } from '../report/helpers.ts'
import { type BlobServer, startBlobServer } from './blob-server.ts'
import { treeOf, useFolder } from './helpers.ts'

const mebibyte = 1024 * 1024
const root = useFolder()
const target = () => join(root.path, 'data')
let server: BlobServer

beforeEach(async () => {
  server = await startBlobServer()
})
afterEach(() => server.close())

async function stage() {
  const { signal } = new AbortController()
  const request = {
    container: server.open(),
    folder: target(),
    label: 'd:1',
    concurrency: undefined,
    signal,
    log: silentLog,
  }
  return download(await planDownload({ ...request, snapshot: snapshotOf(server.files()) }))
}

describe('a download from a server that', () => {
  test('gives one byte a second is slow, and arrives', async () => {
    server.blobs.set('f', Buffer.from('slow'))
    server.intercept = async ({ headers }, response) => {
      response.writeHead(206, {
        etag: String(headers['if-match']),
        'content-length': 4,
        'content-range': 'bytes 0-3/4',
      })
      for (const byte of 'slow') {
        response.write(byte)
        await sleep(1000)
      }
      return response.end()
    }
    await stage()
    expect(await readFile(join(target(), 'f'), 'utf8')).toBe('slow')
    expect(server.requests).toHaveLength(1)
  })

  test('resets the connection in the middle of large files goes on behind the last byte of each stretch', async () => {
    for (const name of ['a', 'b']) server.blobs.set(name, randomBytes(20 * mebibyte))
    let resets = 0
    server.intercept = ({ name, headers }, response) => {
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(String(headers['x-ms-range'])) ?? []
      const content = server.blobs.get(name)?.subarray(Number(first), Number(last) + 1)
      if (!content || content.length < 2 * mebibyte || resets === 6) return undefined
      resets += 1
      response.writeHead(206, {
        etag: String(headers['if-match']),
        'content-length': content.length,
        'content-range': `bytes ${first}-${last}/${server.blobs.get(name)?.length}`,
      })
      return response.write(content.subarray(0, mebibyte + resets), () => response.socket?.resetAndDestroy())
    }
    await stage()
    expect(resets).toBe(6)
    for (const [name, content] of server.blobs)
      expect((await readFile(join(target(), name))).equals(content)).toBe(true)
  })

  test('says one thing in its headers and gives less, again and again, is an error, and leaves no folder', async () => {
    server.blobs.set('f', randomBytes(1000))
    server.intercept = ({ headers }, response) => {
      response.writeHead(206, {
        etag: String(headers['if-match']),
        'content-length': 1000,
        'content-range': 'bytes 0-999/1000',
      })
      return response.socket?.end()
    }
    expect((await refusalOf(stage)).code).toBe('connection-lost')
    expect(await treeOf(target())).toBeUndefined()
  }, 60_000)

  test.each([
    ['another range', { 'content-range': 'bytes 1-4/5' }],
    ['the blob of another ETag', { etag: '"0xBAD"', 'content-range': 'bytes 0-3/4' }],
    ['no range', {}],
  ])('gives %s than was asked for is an error, and leaves no folder', async (_what, headers) => {
    server.blobs.set('f', Buffer.from('good'))
    server.intercept = (_, response) => response.writeHead(206, { 'content-length': 4, ...headers }).end('evil')
    expect(['changed-while-reading', 'storage-refused']).toContain((await refusalOf(stage)).code)
    expect(await treeOf(target())).toBeUndefined()
  })
})

/** Whether this user may make a file system of his own, for himself alone. */
const mayMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp']).status === 0

test('a disk that becomes full at 90 % is an error that says so, and leaves no folder', async ({ skip }) => {
  skip(!mayMount, 'this user may not mount: unshare -rm is refused, or not there')
  for (let index = 0; index < 40; index += 1) server.blobs.set(`f${index}`, randomBytes(mebibyte))
  const disk = join(root.path, 'disk')
  await mkdir(disk)
  const file = join(root.path, 'request.json')
  const { location, credential } = server.open()
  await writeFile(file, JSON.stringify({ location, credential, files: server.files(), folder: join(disk, 'data') }))
  const program = new URL('download-there.ts', import.meta.url).pathname
  const commands = 'mount -t tmpfs -o size=36m tmpfs "$1" && "$2" --no-warnings "$3" "$4"; ls -A "$1"'
  const child = spawn('unshare', ['-rm', 'sh', '-c', commands, 'sh', disk, process.execPath, program, file])
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  const [outcome = '', ...left] = output.trim().split('\n')
  expect(JSON.parse(outcome)).toMatchObject({ code: 'disk-too-small', cause: 'ENOSPC' })
  expect(left.filter((name) => !name.startsWith('.'))).toEqual([])
})

test.each([
  ['a large one', 20 * mebibyte],
  ['a small one', mebibyte],
])('a file that grows while it is uploaded is an error, and no blob is made of it: %s', async (_what, size) => {
  for (let index = 0; index < 300; index += 1) await writeFile(join(root.path, `other${index}`), 'x')
  const growing = join(root.path, 'growing')
  await writeFile(growing, randomBytes(size))
  const files = await listLocalFiles(root.path, 'refuse')
  if (size === mebibyte) appendFileSync(growing, 'more')
  server.intercept = ({ query }) => (query.get('comp') === 'block' ? appendFileSync(growing, 'more') : undefined)
  const { signal } = new AbortController()
  const request = {
    root: root.path,
    prefix: '',
    replace: false,
    label: 'made',
    concurrency: undefined,
    signal,
    log: silentLog,
  }
  const { code, message } = await refusalOf(() => uploadFiles({ ...request, container: server.open(), files }))
  expect([code, message]).toEqual(['changed-while-uploading', expect.stringContaining('"growing" was changed')])
  expect(server.blobs.has('growing')).toBe(false)
})
