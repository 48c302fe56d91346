import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BlobError, snapshotOf } from '../../src/blobs/index.ts'
import { Cancelled, UserError } from '../../src/report/index.ts'
import { type DownloadRequest, download, listLocalFiles, planDownload, uploadFiles } from '../../src/transfer/index.ts'
import { recordingLog, refusalOf, silentLog } from '../report/helpers.ts'
import { type BlobServer, md5Of, refuse, startBlobServer } from './blob-server.ts'
import { treeOf, useFolder } from './helpers.ts'

const mebibyte = 1024 * 1024
const root = useFolder()
const target = () => join(root.path, 'data')
let server: BlobServer

beforeEach(async () => {
  server = await startBlobServer()
})
afterEach(() => server.close())

/** More files than one thread gets: some empty, some in folders, two that are read in stretches. */
function fill(count = 1000): void {
  for (let index = 0; index < count; index += 1)
    server.blobs.set(
      `d${index % 7}/${index % 100 === 0 ? 'empty' : 'f'}${index}`,
      randomBytes(index % 100 === 0 ? 0 : 500),
    )
  for (const name of ['large/a', 'large/ü %+#?']) server.blobs.set(name, randomBytes(20 * mebibyte + 12_345))
}

async function stage(differences: Partial<DownloadRequest> = {}) {
  const { signal } = new AbortController()
  const snapshot = snapshotOf(server.files())
  const request = {
    container: server.open(),
    snapshot,
    folder: target(),
    label: 'd:1',
    concurrency: undefined,
    signal,
    log: silentLog,
  }
  return download(await planDownload({ ...request, ...differences }))
}

async function expectAll(): Promise<void> {
  expect(await treeOf(target())).toEqual([...server.blobs.keys()].sort())
  for (const [name, content] of server.blobs)
    expect((await readFile(join(target(), name))).equals(content), name).toBe(true)
}

/** Threads hold a port of this process each. */
const threads = () => process.getActiveResourcesInfo().filter((resource) => resource === 'MessagePort').length

describe('a large download', () => {
  test('goes over threads: one request for a small file, stretches of a large one, all in its place', async () => {
    fill()
    const before = threads()
    await stage()
    await expectAll()
    const small = server.requests.filter(({ name }) => !name.startsWith('large/'))
    expect(small).toHaveLength(990)
    expect(server.requests.filter(({ name }) => name === 'large/a')).toHaveLength(3)
    expect(threads()).toBe(before)
  })

  test('has no more requests in flight than it may', async () => {
    fill(600)
    server.intercept = () => new Promise((resolve) => setTimeout(resolve, 3))
    await stage({ concurrency: 6 })
    expect(server.mostAtOnce).toBeLessThanOrEqual(6)
    expect(server.mostAtOnce).toBeGreaterThan(2)
  })

  test.each([
    [404, 'BlobNotFound', 'changed-while-reading', 'was deleted'],
    [412, 'ConditionNotMet', 'changed-while-reading', 'was changed'],
  ])(
    'of which one file is refused with %i %s ends with that, and nothing runs on',
    async (status, code, errorCode, text) => {
      fill()
      const before = threads()
      server.intercept = ({ name }, response) => (name === 'd4/f501' ? refuse(response, status, code) : undefined)
      const refusal = await refusalOf(() => stage())
      expect([refusal.code, refusal.message]).toEqual([errorCode, expect.stringContaining(`"d4/f501" of d:1 ${text}`)])
      expect(await treeOf(target())).toBeUndefined()
      expect(threads()).toBe(before)
      server.intercept = () => undefined
      await stage()
      await expectAll()
    },
  )

  test('of which the credentials are refused leaves that to those who opened the container', async () => {
    fill(600)
    server.intercept = (_, response) =>
      refuse(response, 403, 'AuthorizationFailure', { date: 'Sun, 22 Nov 2020 20:00:00 GMT' })
    const failure = await stage().catch((error) => error)
    expect(failure).toBeInstanceOf(BlobError)
    expect(failure).toMatchObject({ status: 403, code: 'AuthorizationFailure', date: 'Sun, 22 Nov 2020 20:00:00 GMT' })
    expect(failure.operation).toMatch(/^read d\d\/f\d+$/)
  })

  test('with a wrong byte in the middle of a large file is an error', async () => {
    fill(10)
    const files = server.files()
    const content = server.blobs.get('large/a') as Buffer
    content[9 * mebibyte] = (content[9 * mebibyte] as number) ^ 1
    const etag = server.files().find(({ name }) => name === 'large/a')?.etag as string
    const snapshot = snapshotOf(files.map((file) => (file.name === 'large/a' ? { ...file, etag } : file)))
    const { code, message } = await refusalOf(() => stage({ snapshot }))
    expect([code, message]).toEqual(['wrong-md5', expect.stringContaining('"large/a" of d:1')])
  })

  test('that is told to stop ends with the reason, and the next run goes on', async () => {
    fill()
    const stop = new AbortController()
    server.intercept = () => (server.requests.length === 400 ? stop.abort(new Cancelled('stop')) : undefined)
    await expect(stage({ signal: stop.signal })).rejects.toThrow(Cancelled)
    expect(await treeOf(target())).toBeUndefined()
    server.intercept = () => undefined
    const before = server.requests.length
    await stage()
    await expectAll()
    expect(server.requests.length - before).toBeLessThan(900)
  })

  test('gets its tokens from the thread that has the credential, and another one when it is refused', async () => {
    fill()
    let [asked, revokedUpTo] = [0, 0]
    const getToken = async () => {
      asked += 1
      return { token: `token-${asked}`, expiresOnTimestamp: Date.now() + 3_600_000 }
    }
    server.intercept = ({ headers }, response) => {
      if (server.requests.length === 500) revokedUpTo = asked
      const number = Number(/^Bearer token-(\d+)$/.exec(headers.authorization ?? '')?.[1])
      return number > revokedUpTo ? undefined : refuse(response, 401, 'InvalidAuthenticationInfo')
    }
    await stage({ container: server.open({ kind: 'token', token: { getToken } }) })
    await expectAll()
    expect(revokedUpTo).toBeGreaterThan(0)
    expect(asked).toBeGreaterThan(revokedUpTo)
    expect(asked, 'each thread asks once, and once more').toBeLessThanOrEqual(2 * revokedUpTo)
  })

  test('for which no token can be had ends with what the sign-in says', async () => {
    fill()
    const refused = new UserError('sign-in-refused', 'Entra said no.')
    const container = server.open({ kind: 'token', token: { getToken: () => Promise.reject(refused) } })
    const { code, message } = await refusalOf(() => stage({ container }))
    expect([code, message]).toEqual(['sign-in-refused', 'Entra said no.'])
  })

  test('tells retries, and asks for less when the service is busy', async () => {
    fill()
    let busy = 0
    server.intercept = (_, response) => {
      if (server.requests.length % 50 !== 7 || busy === 5) return undefined
      busy += 1
      return refuse(response, 503, 'ServerBusy', { 'retry-after': '0' })
    }
    const log = recordingLog()
    await stage({ log, container: server.open(undefined, log) })
    await expectAll()
    expect(busy).toBe(5)
    expect(log.lines).toContainEqual(expect.stringMatching(/asks us to slow down \(503 ServerBusy\); trying again/))
  })
})

describe('a large upload', () => {
  async function write(path: string, content: Buffer): Promise<void> {
    await mkdir(dirname(join(root.path, path)), { recursive: true })
    await writeFile(join(root.path, path), content)
  }
  async function upload(signal = new AbortController().signal) {
    const files = await listLocalFiles(root.path, 'refuse')
    const request = {
      root: root.path,
      prefix: 'p/',
      replace: false,
      label: 'made',
      concurrency: undefined,
      log: silentLog,
      signal,
    }
    const uploaded = await uploadFiles({ ...request, container: server.open(), files })
    return { files, uploaded }
  }
  const contents = new Map<string, Buffer>()
  beforeEach(async () => {
    contents.clear()
    for (let index = 0; index < 300; index += 1) contents.set(`d/${index}`, randomBytes(index * 7))
    for (const name of ['large a', 'large b']) contents.set(name, randomBytes(30 * mebibyte + 5))
    for (const [path, content] of contents) await write(path, content)
  })

  test('goes over threads: every file is there, with the MD5 of its content', async () => {
    const before = threads()
    const { files, uploaded } = await upload()
    expect(files.map(({ path }) => path)).toEqual([...contents.keys()].sort())
    for (const [index, { path }] of files.entries()) {
      expect(server.blobs.get(`p/${path}`)?.equals(contents.get(path) as Buffer), path).toBe(true)
      expect(uploaded.md5At(index)).toBe(md5Of(contents.get(path) as Buffer))
    }
    const lists = server.requests.filter(({ query }) => query.get('comp') === 'blocklist')
    expect(lists.map(({ headers }) => headers['x-ms-blob-content-md5']).sort()).toEqual(
      ['large a', 'large b'].map((path) => md5Of(contents.get(path) as Buffer)).sort(),
    )
    expect(threads()).toBe(before)
  })

  test('sends a block that failed in passing again, by the same id', async () => {
    const failed: string[] = []
    server.intercept = ({ query }, response) => {
      const id = query.get('blockid')
      if (id === null || failed.length === 4 || failed.includes(id)) return undefined
      failed.push(id)
      return refuse(response, 500, 'InternalError')
    }
    await upload()
    expect(failed).toHaveLength(4)
    for (const name of ['large a', 'large b'])
      expect(server.blobs.get(`p/${name}`)?.equals(contents.get(name) as Buffer)).toBe(true)
  })

  test('whose answer is lost does not stumble over its own blob', async () => {
    let lost = 0
    server.intercept = ({ name, method, query }, response) => {
      if (method !== 'PUT' || query.has('comp') || lost === 3 || server.blobs.has(name)) return undefined
      lost += 1
      server.blobs.set(name, contents.get(name.slice(2)) as Buffer)
      return response.destroy()
    }
    await upload()
    expect(lost).toBe(3)
    for (const [path, content] of contents) expect(server.blobs.get(`p/${path}`)?.equals(content), path).toBe(true)
  })

  test('that is told to stop ends with the reason, and makes no blob of half a file', async () => {
    const stop = new AbortController()
    server.intercept = ({ query }) => (query.get('comp') === 'block' ? stop.abort(new Cancelled('stop')) : undefined)
    const before = threads()
    await expect(upload(stop.signal)).rejects.toThrow(Cancelled)
    expect([...server.blobs.keys()].filter((name) => name.startsWith('p/large'))).toEqual([])
    expect(threads()).toBe(before)
  })
})
