import { createHash } from 'node:crypto'
import { BlobServiceClient, ContainerClient, RestError, StorageSharedKeyCredential } from '@azure/storage-blob'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Emulator, startEmulator, storageError } from '../../emulator/index.ts'
import { armToken, blob, collect, credential, trust } from './clients.ts'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator()
  trust(emulator)
  await emulator.container('box').create()
  await emulator.container('box').getBlockBlobClient('here.txt').upload('hello', 5)
})
afterAll(() => emulator.stop())
afterEach(() => {
  Object.assign(emulator.storage, { keyAccess: true, bearerAccess: 'write', firewall: false })
  emulator.intercept.blob = undefined
})

const once = { retryOptions: { maxTries: 1 } }
const byBearer = () => new ContainerClient(`${emulator.storage.url}/box`, credential(emulator), once)
const bySas = (options = {}) =>
  new ContainerClient(`${emulator.storage.url}/box?${emulator.issueSas('box', options)}`, undefined, once)
const byKey = (key = emulator.storage.accountKey) => {
  const shared = new StorageSharedKeyCredential(emulator.storage.accountName, key)
  return new BlobServiceClient(emulator.storage.url, shared, once).getContainerClient('box')
}
const path = (rest: string, sas = emulator.issueSas('box')) => `/${emulator.storage.accountName}/box${rest}?${sas}`
const md5 = (text: string) => createHash('md5').update(text).digest('base64')
const block = { 'x-ms-blob-type': 'BlockBlob' }

async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  )
  return error instanceof RestError ? `${error.statusCode} ${error.code}` : String(error)
}
const read = (container: ContainerClient) => container.getBlobClient('here.txt').download()
const write = (container: ContainerClient) => container.getBlockBlobClient('new.txt').upload('new', 3)

const awkward = [
  'sp ace/a b',
  '100%',
  '%41',
  'a+b',
  'h#sh',
  'qu?ry=1',
  'a&b',
  "it's",
  'ünï/日本語',
  'e\u0301',
  'x//y',
  'end.',
  '/lead',
]

test.for([
  ['the account key', byKey],
  ['a SAS', bySas],
  ['a token', byBearer],
] as const)('signatures hold through the front door with %s, whatever the blob is called', async ([, connect]) => {
  const container = connect()
  for (const name of awkward) {
    await container.getBlockBlobClient(name).upload(name, Buffer.byteLength(name))
    expect((await container.getBlobClient(name).downloadToBuffer()).toString()).toBe(name)
  }
  const listed = (await collect(container.listBlobsFlat())).map((one) => one.name)
  expect(listed).toEqual(expect.arrayContaining(awkward))
  for (const name of awkward) await container.getBlobClient(name).delete()
})

test('large bodies go through in blocks, both ways', async () => {
  const content = Buffer.alloc(12_000_000, 'abcdefg')
  const client = byKey().getBlockBlobClient('large.bin')
  await client.uploadData(content, { blockSize: 4_000_000, maxSingleShotSize: 1_000_000, concurrency: 3 })
  expect((await client.downloadToBuffer()).equals(content)).toBe(true)
})

test('names that a URL would resolve arrive as they are', async () => {
  expect((await blob(emulator, path('/up/../down'), { method: 'PUT', headers: block, body: 'x' })).status).toBe(201)
  const names = (await collect(emulator.container('box').listBlobsFlat())).map((one) => one.name)
  expect(names).toContain('up/../down')
  expect((await blob(emulator, path('/up/../down'), { method: 'DELETE' })).status).toBe(202)
})

test('an account without key access refuses key and SAS, and takes tokens', async () => {
  emulator.storage.keyAccess = false
  expect(await refusal(read(byKey()))).toBe('403 KeyBasedAuthenticationNotPermitted')
  expect(await refusal(read(bySas()))).toBe('403 KeyBasedAuthenticationNotPermitted')
  await read(byBearer())
})

test('roles decide what a token may do, and nothing else', async () => {
  emulator.storage.bearerAccess = 'read'
  await read(byBearer())
  expect(await refusal(write(byBearer()))).toBe('403 AuthorizationPermissionMismatch')
  emulator.storage.bearerAccess = 'none'
  expect(await refusal(read(byBearer()))).toBe('403 AuthorizationPermissionMismatch')
  await write(byKey())
})

test('a firewall lets nobody in, and its answer is XML with a code', async () => {
  emulator.storage.firewall = true
  for (const container of [byKey(), bySas(), byBearer()])
    expect(await refusal(read(container))).toBe('403 AuthorizationFailure')
  const { headers, text } = await blob(emulator, path('/here.txt'))
  expect(headers['x-ms-error-code']).toBe('AuthorizationFailure')
  expect(text).toMatch(
    /<Error><Code>AuthorizationFailure<\/Code><Message>This request is not authorized[^<]*\nRequestId:/,
  )
  expect((await blob(emulator, path('/here.txt'), { method: 'HEAD' })).text).toBe('')
})

test('a SAS that is over, or not yet begun, says so; one that does not allow it is another refusal', async () => {
  const hour = 3_600_000
  const over = { startsOn: new Date(Date.now() - 2 * hour), expiresOn: new Date(Date.now() - hour) }
  expect(await refusal(read(bySas(over)))).toBe('403 AuthenticationFailed')
  const { text } = await blob(emulator, path('/here.txt', emulator.issueSas('box', over)))
  expect(text).toContain('<AuthenticationErrorDetail>Signature not valid in the specified time frame: Start [')
  expect(await refusal(read(bySas({ startsOn: new Date(Date.now() + hour) })))).toBe('403 AuthenticationFailed')
  expect(await refusal(write(bySas({ permissions: 'rl' })))).toBe('403 AuthorizationPermissionMismatch')
})

test('a wrong signature is not mistaken for a firewall', async () => {
  expect(await refusal(read(byKey(Buffer.alloc(64).toString('base64'))))).toBe('403 AuthenticationFailed')
  const forged = path('/here.txt', emulator.issueSas('box').replace(/sig=.{6}/, 'sig=AAAAAA'))
  const { status, headers } = await blob(emulator, forged)
  expect([status, headers['x-ms-error-code']]).toEqual([403, 'AuthenticationFailed'])
})

test('a token must be ours, for storage, and alive', async () => {
  const ask = async (token: string) => {
    const headers = { authorization: `Bearer ${token}`, 'x-ms-version': '2021-12-02' }
    return blob(emulator, `/${emulator.storage.accountName}/box/here.txt`, { headers })
  }
  const management = await ask(await armToken(emulator))
  expect([management.status, management.headers['x-ms-error-code']]).toEqual([401, 'InvalidAuthenticationInfo'])
  expect(management.text).toContain('Audience validation failed')
  expect(management.headers['www-authenticate']).toContain('resource_id=https://storage.azure.com')
  expect((await ask('abc')).status).toBe(401)
  expect((await ask(await armToken(emulator, 'https://storage.azure.com/.default'))).text).toBe('hello')
})

test('nobody reads without credentials', async () => {
  const { status, headers } = await blob(emulator, `/${emulator.storage.accountName}/box/here.txt`)
  expect([status, headers['x-ms-error-code']]).toEqual([409, 'PublicAccessNotPermitted'])
})

test('what was read stays what was listed: a wrong ETag is refused', async () => {
  expect(
    await refusal(
      byKey()
        .getBlobClient('here.txt')
        .download(0, 2, { conditions: { ifMatch: '"0x1"' } }),
    ),
  ).toBe('412 ConditionNotMet')
})

test('content that is not what its MD5 says is refused, and a right one is listed', async () => {
  const put = (sum: string) =>
    blob(emulator, path('/sum.txt'), { method: 'PUT', headers: { ...block, 'content-md5': md5(sum) }, body: 'sum' })
  const wrong = await put('other')
  expect([wrong.status, wrong.headers['x-ms-error-code']]).toEqual([400, 'Md5Mismatch'])
  expect((await put('sum')).status).toBe(201)
  const [listed] = await collect(emulator.container('box').listBlobsFlat({ prefix: 'sum.txt' }))
  expect(Buffer.from(listed?.properties.contentMD5 ?? '').toString('base64')).toBe(md5('sum'))
})

test('a range without a byte of the blob is refused, also of an empty blob', async () => {
  await emulator.container('box').getBlockBlobClient('empty').upload('', 0)
  for (const [name, range] of [
    ['empty', 'bytes=0-'],
    ['here.txt', 'bytes=5-9'],
    ['here.txt', 'bytes=9-'],
  ]) {
    const { status, headers } = await blob(emulator, path(`/${name}`), { headers: { 'x-ms-range': range ?? '' } })
    expect([status, headers['x-ms-error-code']]).toEqual([416, 'InvalidRange'])
  }
  expect((await blob(emulator, path('/here.txt'), { headers: { 'x-ms-range': 'bytes=4-9' } })).text).toBe('o')
})

test('requests are recorded by their REST names with the credential they came with, and without it', async () => {
  const before = emulator.requests.length
  await collect(bySas().listBlobsFlat())
  await byBearer()
    .getBlockBlobClient('b')
    .uploadData(Buffer.alloc(2_000_000), { blockSize: 1_000_000, maxSingleShotSize: 1 })
  await byKey().getBlobClient('b').delete()
  const seen = emulator.requests.slice(before).filter((one) => one.service === 'blob')
  expect(seen.map((one) => `${one.credential} ${one.operation} ${one.status}`)).toEqual([
    'Sas List Blobs 200',
    'Bearer Put Block 201',
    'Bearer Put Block 201',
    'Bearer Put Block List 201',
    'SharedKey Delete Blob 202',
  ])
  const text = JSON.stringify(seen)
  for (const secret of emulator.secrets) expect(text).not.toContain(secret)
})

test('a test may answer in place of storage, and slow a response down', async () => {
  emulator.intercept.blob = ({ operation }) =>
    operation === 'Get Blob' ? storageError(503, 'ServerBusy', 'The server is busy.') : { throttle: 50_000 }
  expect(await refusal(read(byKey()))).toBe('503 ServerBusy')
  emulator.intercept.blob = () => ({ throttle: 50_000 })
  await emulator.container('box').getBlockBlobClient('slow').upload('x'.repeat(20_000), 20_000)
  const started = Date.now()
  expect((await byKey().getBlobClient('slow').downloadToBuffer()).length).toBe(20_000)
  expect(Date.now() - started).toBeGreaterThan(300)
})

test('a client that goes away in the middle takes nothing with it', async () => {
  emulator.intercept.blob = () => ({ throttle: 10_000 })
  const response = await byKey().getBlobClient('large.bin').download()
  const stream = response.readableStreamBody
  if (!stream || !('destroy' in stream)) throw new Error('no stream')
  stream.destroy()
  emulator.intercept.blob = undefined
  await read(byKey())
})

test('the owner goes past the switches, the intercepts and the record', async () => {
  emulator.storage.firewall = true
  emulator.intercept.blob = () => ({ status: 500 })
  const before = emulator.requests.length
  expect((await collect(emulator.container('box').listBlobsFlat({ prefix: 'here' }))).map((one) => one.name)).toEqual([
    'here.txt',
  ])
  expect(emulator.requests).toHaveLength(before)
})
