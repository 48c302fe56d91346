import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../../emulator/index.ts'
import {
  type Blob,
  type BlobContainer,
  BlobError,
  type ContainerCredential,
  listFolders,
  listPages,
  openContainer,
} from '../../src/blobs/index.ts'
import { Cancelled, UserError } from '../../src/report/index.ts'
import { credential, trust } from '../emulator/clients.ts'
import { silentLog } from '../report/helpers.ts'

let emulator: Emulator
let container: BlobContainer
const { signal } = new AbortController()

beforeAll(async () => {
  emulator = await startEmulator()
  trust(emulator)
  await emulator.container('box').create()
  container = open({ kind: 'account-key', accountKey: emulator.storage.accountKey })
})
afterAll(() => emulator.stop())
afterEach(() => {
  emulator.intercept.blob = undefined
  emulator.requests.length = 0
})

function open(by: ContainerCredential, containerName = 'box'): BlobContainer {
  const { accountName, url } = emulator.storage
  return openContainer({ accountName, containerName, url: `${url}/${containerName}` }, by, silentLog)
}

const md5 = (content: string | Buffer) => createHash('md5').update(content).digest('base64')
const put = (name: string, content: string, replace = false) =>
  container.putBlob(name, Buffer.from(content), { md5: md5(content), replace, signal })

async function list(prefix: string): Promise<Blob[]> {
  const blobs: Blob[] = []
  for await (const page of listPages(container, prefix, signal))
    for (let index = 0; index < page.length; index += 1) blobs.push(page.at(index))
  return blobs
}

async function read(blob: Blob, offset = 0, length = blob.size, from = container): Promise<string> {
  const chunks: Buffer[] = []
  const onBytes = (bytes: Uint8Array) => void chunks.push(Buffer.from(bytes))
  await from.read({ name: blob.name, etag: blob.etag, offset, length, signal, onBytes })
  return Buffer.concat(chunks).toString()
}

/** Puts a blob in its place and shows it as a listing does. */
async function stored(name: string, content: string): Promise<Blob> {
  await put(name, content, true)
  const blob = (await list(name)).find((candidate) => candidate.name === name)
  if (!blob) throw new Error(`${name} is not listed`)
  return blob
}

describe('a blob', () => {
  test.each([
    'a b',
    '50%',
    '%41',
    'a+b',
    'h#sh',
    'qu?ry=1',
    'a&b',
    "it's",
    'ünï/日本語',
    'e\u0301',
    'line\nend',
    'carriage\rreturn',
    '[x]{y}',
    'tab\tin',
    '~!$*(),;:@',
  ])('called %j is written, listed and read under that name', async (name) => {
    const blob = await stored(`names/${name}`, `content of ${name}`)
    expect(blob).toMatchObject({ name: `names/${name}`, md5: md5(`content of ${name}`) })
    expect(await read(blob)).toBe(`content of ${name}`)
    await emulator.container('box').deleteBlob(`names/${name}`)
  })

  test('is listed with what a snapshot needs', async () => {
    const blob = await stored('facts/f', 'four')
    expect(blob).toMatchObject({ size: 4, md5: md5('four'), etag: expect.stringMatching(/^[^"]+$/) })
    expect(Math.abs(blob.lastModified - Date.now())).toBeLessThan(10_000)
    expect(blob.lastModified % 1000).toBe(0)
  })

  test('without a stored MD5 has none', async () => {
    const client = emulator.container('box').getBlockBlobClient('facts/plain')
    await client.stageBlock('MDAw', 'x', 1)
    await client.commitBlockList(['MDAw'])
    expect((await list('facts/plain'))[0]?.md5).toBeUndefined()
  })

  test('is read in stretches', async () => {
    const blob = await stored('stretch', '0123456789')
    expect(await read(blob, 0, 3)).toBe('012')
    expect(await read(blob, 7, 3)).toBe('789')
  })

  test('is read by its ETag only', async () => {
    const before = await stored('pinned', 'before')
    await put('pinned', 'after!', true)
    await expect(read(before)).rejects.toMatchObject({ status: 412, code: 'ConditionNotMet' })
  })

  test('that is gone is refused', async () => {
    const blob = await stored('gone', 'x')
    await emulator.container('box').deleteBlob('gone')
    const failure = await read(blob).catch((error) => error)
    expect(failure).toBeInstanceOf(BlobError)
    expect([404, 412]).toContain(failure.status)
  })
})

describe('a read', () => {
  test('whose bytes the disk does not take ends with what the disk said, after one request', async () => {
    const blob = await stored('disk', 'content')
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    emulator.requests.length = 0
    const onBytes = () => {
      throw full
    }
    const reading = container.read({ ...blob, offset: 0, length: 7, signal, onBytes })
    await expect(reading).rejects.toBe(full)
    expect(emulator.requests.filter(({ operation }) => operation === 'Get Blob')).toHaveLength(1)
  })

  test('that is told to stop ends with the reason', async () => {
    const blob = await stored('stop', 'content')
    const stop = new AbortController()
    emulator.intercept.blob = () => {
      stop.abort(new Cancelled('stop'))
      return new Promise(() => {})
    }
    const reading = container.read({ ...blob, offset: 0, length: 7, signal: stop.signal, onBytes: () => {} })
    await expect(reading).rejects.toThrow(Cancelled)
  })
})

describe('what is refused', () => {
  test('because no token was to be had is thrown as that', async () => {
    const refused = new UserError('sign-in-refused', 'Entra said no.')
    const locked = open({ kind: 'token', token: { getToken: () => Promise.reject(refused) } })
    await expect(locked.probe('', signal)).rejects.toBe(refused)
  })

  test('carries the clock of the service', async () => {
    const date = 'Sun, 22 Nov 2020 20:00:00 GMT'
    emulator.intercept.blob = () => ({ status: 403, headers: { date, 'x-ms-error-code': 'AuthenticationFailed' } })
    await expect(container.probe('', signal)).rejects.toMatchObject({ status: 403, code: 'AuthenticationFailed', date })
  })

  test.each([200, 403, 407])('by a page with status %i has no code of the service', async (status) => {
    const headers = { 'content-type': 'text/html' }
    emulator.intercept.blob = () => ({ status, headers, body: '<html><p>Sign in to WiFi</html>' })
    await expect(container.probe('', signal)).rejects.toMatchObject({ status, code: '' })
    await expect(list('x')).rejects.toMatchObject({ status, code: '' })
  })
})

describe('a write', () => {
  test('with a wrong MD5 is refused, and leaves nothing', async () => {
    const options = { md5: md5('other'), replace: false, signal }
    await expect(container.putBlob('wrong', Buffer.from('content'), options)).rejects.toMatchObject({
      status: 400,
      code: 'Md5Mismatch',
    })
    expect(await list('wrong')).toEqual([])
  })

  test('replaces a blob only where it may', async () => {
    await put('once', 'first')
    await expect(put('once', 'second')).rejects.toMatchObject({ status: 409, code: 'BlobAlreadyExists' })
    expect(await read(await stored('once', 'third'))).toBe('third')
  })

  test('in blocks puts them together in the order of the list, with the MD5 of all', async () => {
    const ids = ['MDAw', 'MDAx', 'MDAy']
    const parts = ['one ', 'two ', 'three']
    for (const index of [2, 0, 1])
      await container.putBlock('blocks', ids[index] ?? '', Buffer.from(parts[index] ?? ''), signal)
    expect(await list('blocks')).toEqual([])
    const options = { md5: md5(parts.join('')), replace: false, signal }
    await container.putBlockList('blocks', ids, options)
    const [blob] = await list('blocks')
    expect(blob).toMatchObject({ size: 13, md5: md5('one two three') })
    expect(blob && (await read(blob))).toBe('one two three')
    await container.putBlock('blocks', 'MDAw', Buffer.from('x'), signal)
    await expect(container.putBlockList('blocks', ['MDAw'], options)).rejects.toMatchObject({ status: 409 })
  })

  test('of blocks that are not there is refused', async () => {
    const listing = container.putBlockList('nothing', ['MDAw'], { md5: md5(''), replace: true, signal })
    await expect(listing).rejects.toMatchObject({ name: 'BlobError', status: 400 })
  })

  test('that is told to stop ends with the reason', async () => {
    const stop = AbortSignal.abort(new Cancelled('stop'))
    const options = { md5: md5('x'), replace: true, signal: stop }
    await expect(container.putBlob('stopped', Buffer.from('x'), options)).rejects.toThrow(Cancelled)
    await expect(container.putBlock('stopped', 'MDAw', Buffer.from('x'), stop)).rejects.toThrow(Cancelled)
  })
})

describe('a copy within the container', () => {
  const copy = async (from: string, to: string, replace = true) =>
    container.copyBlob({ from, etag: (await list(from))[0]?.etag ?? '', to, replace, signal })

  test('has the content, the MD5, and the ETag that is given, whatever the names', async () => {
    const content = Buffer.from('to copy')
    const names = ['copy/plain', 'copy/ü %+#?&=/x']
    for (const name of names) {
      await container.putBlob(name, content, { md5: undefined, replace: true, signal })
      const etag = await copy(name, `${name} copied`)
      const [blob] = await list(`${name} copied`)
      expect(blob).toMatchObject({ etag, md5: md5(content), size: content.byteLength })
      expect(blob && (await read(blob))).toBe('to copy')
    }
  })

  test('is not made of another content, nor in the place of a blob that is not to be replaced', async () => {
    const [first, second] = ['copy/first', 'copy/second']
    await put(first, 'one', true)
    await put(second, 'two', true)
    await expect(copy(first, second, false)).rejects.toMatchObject({ status: 409 })
    const changed = { from: first, etag: '0x8D0000000000000', to: 'copy/third', replace: true, signal }
    await expect(container.copyBlob(changed)).rejects.toMatchObject({ status: 412 })
    await copy(first, second)
    expect(await list(second)).toMatchObject([{ md5: md5('one') }])
  })

  test('that goes on in the service is waited for', async () => {
    await put('copy/slow', 'slow', true)
    const states = ['pending', 'pending', 'success']
    const asked: string[] = []
    emulator.intercept.blob = ({ method, path: place }) => {
      if (!place.endsWith('copy/there')) return undefined
      asked.push(method)
      const headers = { 'x-ms-copy-status': states[asked.length - 1] ?? '', etag: '"0x8D1"' }
      return { status: method === 'HEAD' ? 200 : 202, headers }
    }
    expect(await copy('copy/slow', 'copy/there')).toBe('0x8D1')
    expect(asked).toEqual(['PUT', 'HEAD', 'HEAD'])
  })
})

test('a blob is deleted, and one that is not there is no error', async () => {
  await put('deleted', 'x', true)
  await container.deleteBlob('deleted', signal)
  expect(await list('deleted')).toEqual([])
  await container.deleteBlob('deleted', signal)
})

describe('a listing', () => {
  test('leaves out the stubs of folders', async () => {
    const client = emulator.container('box')
    await client.getBlockBlobClient('stubs/dir').upload('', 0, { metadata: { hdi_isfolder: 'true' } })
    await client.getBlockBlobClient('stubs/slash/').upload('', 0)
    await put('stubs/dir/f', 'x')
    await put('stubs/empty', '')
    expect((await list('stubs/')).map(({ name }) => name)).toEqual(['stubs/dir/f', 'stubs/empty'])
  })

  test('of folders names those directly below, up to a number', async () => {
    for (const name of ['top', 'dirs/f', 'dirs/a/f', 'dirs/a/b/f', 'dirs/c d/f', 'dirs/%20/f']) await put(name, 'x')
    expect((await listFolders(container, 'dirs/', 100, signal)).sort()).toEqual(['%20', 'a', 'c d'])
    expect(await listFolders(container, 'dirs/', 2, signal)).toHaveLength(2)
    expect(await listFolders(container, '', 100, signal)).toContain('dirs')
    expect(await listFolders(container, 'nothing/', 100, signal)).toEqual([])
  })

  test('that is told to stop ends with the reason', async () => {
    const stop = AbortSignal.abort(new Cancelled('stop'))
    await expect(listFolders(container, '', 1, stop)).rejects.toThrow(Cancelled)
    await expect(container.listPage({ prefix: '', delimiter: '', marker: undefined, signal: stop })).rejects.toThrow(
      Cancelled,
    )
  })
})

describe('a container', () => {
  test('opens by key, SAS and token alike', async () => {
    const blob = await stored('alike', 'content')
    const ways: ContainerCredential[] = [
      { kind: 'account-key', accountKey: emulator.storage.accountKey },
      { kind: 'sas', sas: emulator.issueSas('box') },
      { kind: 'token', token: credential(emulator) },
    ]
    for (const way of ways) {
      const opened = open(way)
      await opened.probe('', signal)
      expect(await read(blob, 0, 7, opened)).toBe('content')
    }
  })

  test('is asked for one blob at the most when it is probed', async () => {
    await container.probe('names/', signal)
    expect(emulator.requests.map(({ query }) => [query.prefix, query.maxresults])).toEqual([['names/', '1']])
  })

  test('tells whether it may be written to, and stays as it is', async () => {
    const before = (await list('')).map(({ name }) => name)
    const reading = emulator.issueSas('box', { permissions: 'rl' })
    const ways: ContainerCredential[] = [
      { kind: 'account-key', accountKey: emulator.storage.accountKey },
      { kind: 'sas', sas: emulator.issueSas('box') },
      { kind: 'token', token: credential(emulator) },
    ]
    for (const way of ways) await open(way).probeWrite('new/', signal)
    const refused = await open({ kind: 'sas', sas: reading })
      .probeWrite('new/', signal)
      .catch((error) => error)
    expect(refused).toMatchObject({ name: 'BlobError', status: 403 })
    const missing = open({ kind: 'account-key', accountKey: emulator.storage.accountKey }, 'nowhere')
    await expect(missing.probeWrite('new/', signal)).rejects.toMatchObject({ status: 404, code: 'ContainerNotFound' })
    expect((await list('')).map(({ name }) => name)).toEqual(before)
    const stop = AbortSignal.abort(new Cancelled('stop'))
    await expect(container.probeWrite('new/', stop)).rejects.toThrow(Cancelled)
  })

  test.each([
    [
      'does not exist',
      404,
      'ContainerNotFound',
      (): BlobContainer => open({ kind: 'account-key', accountKey: emulator.storage.accountKey }, 'nowhere'),
    ],
    ['is asked with a wrong key', 403, 'AuthenticationFailed', () => open({ kind: 'account-key', accountKey: 'AAAA' })],
  ])('that %s tells it by status and code', async (_what, status, code, opening) => {
    const opened = opening()
    const failure = await opened.probe('', signal).catch((error) => error)
    expect(failure).toBeInstanceOf(BlobError)
    expect(failure).toMatchObject({ status, code })
    expect(failure.message).toContain(`${status} ${code}`)
  })

  test('shows no signature in its errors', async () => {
    const sas = emulator.issueSas('box')
    const opened = open({ kind: 'sas', sas }, 'nowhere')
    const failure = await opened.probe('', signal).catch((error) => error)
    expect(failure.message).not.toMatch(/sig=|\?/)
    expect(opened.location.url).not.toContain('?')
  })
})
