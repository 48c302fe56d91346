import { StorageSharedKeyCredential } from '@azure/storage-blob'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { BlobContainer } from '../../src/blobs/index.ts'
import { fuzzSettings } from '../fuzz.ts'
import { type Arrived, answer, type HostileService, startHostileService } from './http/hostile-server.ts'
import { anyName } from './written-page.ts'

const accountKey = Buffer.from('a key of the account').toString('base64')
const { signal } = new AbortController()
let service: HostileService
let container: BlobContainer

beforeAll(async () => {
  service = await startHostileService(answer(404, { 'x-ms-error-code': 'BlobNotFound' }))
  container = service.open({ kind: 'account-key', accountKey })
})
afterAll(() => service.wire.close())
// Both sign the time, to the second.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 22) }))
afterEach(() => void vi.useRealTimers())

/** The part of the SDK's requests that its own signer works on. */
interface Signable {
  readonly method: string
  readonly url: string
  readonly body: string
  readonly headers: {
    get(name: string): string | undefined
    set(name: string, value: unknown): void
    headersArray(): { readonly name: string; readonly value: string }[]
  }
}

/** The signature that the SDK would have sent with a request that arrived. */
async function signedBySdk({ method, target, headers, body }: Arrived): Promise<string | undefined> {
  const { authorization: _, ...all } = headers
  const values = new Map(Object.entries(all))
  const request: Signable = {
    ...{ method, body, url: new URL(target, service.wire.url).href },
    headers: {
      get: (name) => values.get(name.toLowerCase()),
      set: (name, value) => void values.set(name.toLowerCase(), String(value)),
      headersArray: () => [...values].map(([name, value]) => ({ name, value })),
    },
  }
  const credential = new StorageSharedKeyCredential('account', accountKey)
  type Policy = { sendRequest(request: Signable): Promise<unknown> }
  const create = credential.create.bind(credential) as unknown as (next: Policy, options: object) => Policy
  await create({ sendRequest: async () => undefined }, { log: () => {}, shouldLog: () => false }).sendRequest(request)
  return values.get('authorization')
}

const text = fc.oneof(anyName, fc.constantFrom('50%', 'a+b', 'a?b=c&d', '#', 'a/b c', '%2F', '=&', 'ß', 'e\u0301'))

async function expectSignedAlike(request: () => Promise<unknown>): Promise<void> {
  const before = service.asked.length
  await request().catch(() => {})
  expect(service.asked).toHaveLength(before + 1)
  const sent = service.asked[before] as Arrived
  expect(sent.headers.authorization, sent.target).toBe(await signedBySdk(sent))
}

describe('a shared key signs as the SDK does', () => {
  test('reading and writing blobs of any name', async () => {
    const md5 = '1B2M2Y8AsgTpgAmY7PhCfg=='
    // The SDK would take `.` and `..` for steps in a path before it signs.
    const name = text.filter((name) => !name.split('/').some((segment) => /^\.\.?$/.test(segment)))
    await fc.assert(
      fc.asyncProperty(
        name,
        fc.base64String({ minLength: 4, maxLength: 12 }),
        fc.boolean(),
        async (name, id, replace) => {
          const options = { md5, replace, signal }
          const read = { name, etag: '0x1', offset: 5, length: 7, signal, onBytes: () => {} }
          await expectSignedAlike(() => container.read(read))
          await expectSignedAlike(() => container.putBlob(name, Buffer.from('content'), options))
          await expectSignedAlike(() => container.putBlob(name, Buffer.alloc(0), options))
          await expectSignedAlike(() => container.putBlock(name, id, Buffer.from('x'), signal))
          await expectSignedAlike(() => container.putBlockList(name, [id], options))
        },
      ),
      fuzzSettings(100),
    )
  })

  test('listing with any prefix and marker', async () => {
    const marker = fc.option(text, { nil: undefined })
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.constant('')), marker, fc.constantFrom('', '/'), (prefix, marker, delimiter) =>
        expectSignedAlike(() => container.listPage({ prefix, marker, delimiter, signal })),
      ),
      fuzzSettings(150),
    )
  })

  test('and a name arrives as it is, for the service to decode', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (name, prefix) => {
        const before = service.asked.length
        await container.read({ name, etag: '0x1', offset: 0, length: 1, signal, onBytes: () => {} }).catch(() => {})
        await container.listPage({ prefix, marker: name, delimiter: '', signal }).catch(() => {})
        const [read, list] = service.asked.slice(before)
        expect(read?.target).toMatch(/^\/account\/box\/[\x21-\x7e]*$/)
        expect(decodeURIComponent(read?.target.slice('/account/box/'.length) ?? '')).toBe(name)
        const query = new URLSearchParams(list?.target.slice(list.target.indexOf('?')))
        expect([query.get('prefix'), query.get('marker')]).toEqual([prefix, name])
      }),
      fuzzSettings(150),
    )
  })
})
