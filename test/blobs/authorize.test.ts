import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { authorizerOf } from '../../src/blobs/authorize.ts'
import { openContainer } from '../../src/blobs/index.ts'
import { silentLog } from '../report/helpers.ts'

const accountKey = Buffer.from('a key of the account').toString('base64')
const { signal } = new AbortController()
let server: Server
let url: string
let asked: IncomingMessage[]

beforeAll(async () => {
  server = createServer((message, response) => {
    asked.push(message)
    message.resume()
    response.writeHead(404, { 'x-ms-error-code': 'BlobNotFound' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/account/box`
})
beforeEach(() => {
  asked = []
})
afterAll(() => server.close())

/** The signature that the SDK's own signer makes for a request as it arrived. */
function signedBySdk({ method = '', url = '', headers }: IncomingMessage): string {
  const credential = new StorageSharedKeyCredential('account', accountKey)
  const value = (name: string) => String(headers[name] ?? '')
  const own = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-ms-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  const length = value('content-length') === '0' ? '' : value('content-length')
  const text = [
    ...[method, '', '', length, value('content-md5'), value('content-type'), '', '', value('if-match')],
    ...[value('if-none-match'), '', ''],
    ...own.map(([name, text]) => `${name}:${text}`),
    `/account${pathname}`,
    ...[...searchParams].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => `${name}:${text}`),
  ].join('\n')
  return `SharedKey account:${credential.computeHMACSHA256(text)}`
}

describe('a shared key', () => {
  test('signs requests as the service counts them', async () => {
    const container = openContainer(
      { accountName: 'account', containerName: 'box', url },
      { kind: 'account-key', accountKey },
      silentLog,
    )
    const md5 = '1B2M2Y8AsgTpgAmY7PhCfg=='
    const write = { md5, replace: false, signal }
    const names = ['plain', 'a b/ü%+&?#', '日本/😀', "it's (1)*!~"]
    for (const name of names) {
      await container.read({ name, etag: '0x1', offset: 5, length: 7, signal, onBytes: () => {} }).catch(() => {})
      await container.putBlob(name, Buffer.from('x'), write).catch(() => {})
      await container.putBlob(name, Buffer.alloc(0), { ...write, replace: true }).catch(() => {})
      await container.putBlock(name, 'MDAw', Buffer.from('x'), signal).catch(() => {})
      await container.putBlockList(name, ['MDAw'], write).catch(() => {})
      await container.listPage({ prefix: name, delimiter: '/', marker: '2!96!a b&c=+', signal }).catch(() => {})
    }
    expect(asked).toHaveLength(6 * names.length)
    for (const request of asked) expect(request.headers.authorization, request.url).toBe(signedBySdk(request))
  })

  test('signs as the SDK does, whose own requests are signed alike', async () => {
    const client = new ContainerClient(url, new StorageSharedKeyCredential('account', accountKey))
    await client
      .getBlobClient('a b/ü%')
      .download(5, 7, { conditions: { ifMatch: '"0x1"' } })
      .catch(() => {})
    await client
      .listBlobsFlat({ prefix: 'a b&c' })
      .byPage()
      .next()
      .catch(() => {})
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(asked.map(signedBySdk))
  })
})

test('a SAS goes into the query of every request, and nowhere else', async () => {
  const sas = 'sv=2023-11-03&sig=a%2Fb%3D'
  const container = openContainer(
    { accountName: 'account', containerName: 'box', url },
    { kind: 'sas', sas },
    silentLog,
  )
  await container.probe('d/', signal).catch(() => {})
  await container.read({ name: 'f', etag: '0x1', offset: 0, length: 1, signal, onBytes: () => {} }).catch(() => {})
  expect(asked.map((request) => request.url)).toEqual([expect.stringContaining(`&${sas}`), `/account/box/f?${sas}`])
  expect(asked.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
})

describe('a token', () => {
  const lasting = (seconds: number) => Date.now() + seconds * 1000
  /** A credential whose tokens are numbered; those that it has stored stay the same unless claims ask for another. */
  function credential({ isStored = false, knowsClaims = true, seconds = 3600 } = {}) {
    const asked: (string | undefined)[] = []
    let number = 0
    const getToken = async (_scopes: string | string[], options?: { claims?: string }) => {
      asked.push(options?.claims)
      if (options?.claims && !knowsClaims) throw new Error('claims are not supported')
      if (!isStored || options?.claims || number === 0) number += 1
      return { token: `t${number}`, expiresOnTimestamp: lasting(seconds) }
    }
    return { asked, authorizer: authorizerOf('account', { kind: 'token', token: { getToken } }) }
  }
  const request = { method: 'GET', path: '/', query: {}, headers: {}, length: 0 } as const
  const bearer = (number: number) => ({ headers: { Authorization: `Bearer t${number}` }, query: '' })

  test('is asked for once, however many requests come at the same time', async () => {
    const { asked, authorizer } = credential()
    const proofs = await Promise.all([authorizer.prove(request), authorizer.prove(request), authorizer.prove(request)])
    expect(proofs).toEqual([bearer(1), bearer(1), bearer(1)])
    expect(await authorizer.prove(request)).toEqual(bearer(1))
    expect(asked).toEqual([undefined])
  })

  test('that ends soon is asked for anew', async () => {
    const { authorizer } = credential({ seconds: 60 })
    expect([await authorizer.prove(request), await authorizer.prove(request)]).toEqual([bearer(1), bearer(2)])
  })

  test('that was refused is renewed once for all that had it', async () => {
    const { asked, authorizer } = credential()
    const proof = await authorizer.prove(request)
    expect(await Promise.all([authorizer.renew(proof), authorizer.renew(proof)])).toEqual([true, true])
    expect(await authorizer.renew(proof)).toBe(true)
    expect([await authorizer.prove(request), asked.length]).toEqual([bearer(2), 2])
  })

  test('that is kept in a store is renewed past it', async () => {
    const { asked, authorizer } = credential({ isStored: true })
    expect(await authorizer.renew(await authorizer.prove(request))).toBe(true)
    expect([await authorizer.prove(request), asked]).toEqual([
      bearer(2),
      [undefined, undefined, expect.stringContaining('access_token')],
    ])
  })

  test('that cannot be had anew stays, and the refusal too', async () => {
    const { authorizer } = credential({ isStored: true, knowsClaims: false })
    expect(await authorizer.renew(await authorizer.prove(request))).toBe(false)
  })
})

test.each([
  { kind: 'account-key', accountKey },
  { kind: 'sas', sas: 'sig=x' },
] as const)('%j cannot be renewed', async (credential) => {
  const authorizer = authorizerOf('account', credential)
  expect(await authorizer.renew({ headers: {}, query: '' })).toBe(false)
})
