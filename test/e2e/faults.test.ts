import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type EmulatorRequest, type FaultyResponse, storageError, throttling } from '../../emulator/index.ts'
import { errorOf, filesBelow, useWorld } from './world.ts'

const world = useWorld()
const reads = () => world.emulator.requests.filter(({ operation }) => operation === 'Get Blob')
const isFor = (action: string) => (request: EmulatorRequest) => request.operation.endsWith(action)

/** Answers the first so many reads with faults, one after another. */
function faultyReads(...faults: readonly FaultyResponse[]): void {
  const left = [...faults]
  world.emulator.intercept.blob = ({ operation }) => (operation === 'Get Blob' ? left.shift() : undefined)
}

/** Content that differs everywhere, so that a stretch in the wrong place shows. */
const content = (size: number) =>
  Array.from({ length: Math.ceil(size / 64) }, (_, index) => createHash('sha256').update(`${index}`).digest('hex'))
    .join('')
    .slice(0, size)

async function staged(folder: string, size: number): Promise<void> {
  const text = content(size)
  await world.upload({ [`${folder}/f`]: text })
  const job = await world.job()
  const main = await job.main({ 'input-datasets': folder })
  expect(main.exitCode, main.log).toBe(0)
  expect((await readFile(path.join(main.outputs['input-0'] ?? '', 'f'), 'utf8')) === text).toBe(true)
}

describe('a download over a bad wire', () => {
  const size = 200_000
  /** Where each read began; all go to the end of the blob. */
  const starts = () =>
    reads().map(({ headers }) => {
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(String(headers['x-ms-range'] ?? headers.range)) ?? []
      expect(Number(end)).toBe(size - 1)
      return Number(start)
    })

  test.each([
    ['is cut', { cut: 70_000 }, 70_000],
    ['is cut before its first byte', { cut: 0 }, 0],
    ['ends early in good order', { truncate: 123_456 }, 123_456],
  ])('that %s goes on behind the last byte, by the same ETag', async (_what, fault, start) => {
    faultyReads(fault)
    await staged(`wire_${start}`, size)
    const [first, second] = starts()
    expect([first, starts().length]).toEqual([0, 2])
    // What had come and was not yet written when the connection broke is asked for again.
    expect(second).toBeLessThanOrEqual(start)
    const tags = new Set(reads().map(({ headers }) => headers['if-match']))
    expect([...tags]).toEqual([expect.stringMatching(/^"0x[0-9A-F]+"$/)])
  })

  test('that is cut again and again arrives whole', async () => {
    faultyReads({ cut: 1 }, { truncate: 50_000 }, { cut: 3 }, { cut: 0 }, { truncate: 7 })
    await staged('wire_often', size)
    expect(reads()).toHaveLength(6)
  })

  // Waits for the 30 seconds of the watchdog, the one test that does.
  test('that stalls for 30 s goes on behind the last byte', { timeout: 90_000 }, async () => {
    faultyReads({ stall: 99_999 })
    await staged('wire_stalled', size)
    expect(starts()).toEqual([0, 99_999])
  })

  test('that drips arrives', async () => {
    faultyReads({ throttle: 100_000 })
    await staged('wire_drip', size)
    expect(reads()).toHaveLength(1)
  })

  test('that brings a wrong byte is an error, and no folder is left', async () => {
    faultyReads({ corrupt: true })
    await world.upload({ 'corrupt/f': content(1000) })
    const job = await world.job()
    const message = errorOf(await job.main({ 'input-datasets': '{name: corrupt, target-folder: data}' }))
    expect(message).toMatch(/"f" of corrupt:1 does not have the MD5 that is stored with it.*\[wrong-md5\]/)
    expect(filesBelow(path.join(job.runner.folders.checkout, 'data'))).toEqual([])
  })

  test('that breaks every time is given up with one line, and no folder is left', async () => {
    world.emulator.intercept.blob = ({ operation }) => (operation === 'Get Blob' ? { cut: 0 } : undefined)
    await world.upload({ 'hopeless/f': content(1000) })
    const job = await world.job()
    const message = errorOf(await job.main({ 'input-datasets': '{name: hopeless, target-folder: data}' }))
    expect(message).toMatch(/The connection broke while "f" of hopeless:1 was read.*\[connection-lost\]/)
    expect(filesBelow(path.join(job.runner.folders.checkout, 'data'))).toEqual([])
  })

  test('whose blob vanishes after the listing is an error', async () => {
    await world.upload({ 'vanishing/a': 'x', 'vanishing/b': 'y' })
    world.emulator.intercept.blob = async ({ operation, path: place }) => {
      if (operation === 'Get Blob' && place.endsWith('/b')) await world.emulator.container().deleteBlob('vanishing/b')
      return undefined
    }
    const message = errorOf(await (await world.job()).main({ 'input-datasets': 'vanishing' }))
    expect(message).toMatch(/"b" of vanishing:1 was (deleted|changed) while .*\[changed-while-reading\]/)
  })
})

describe('a listing that goes wrong in the middle', () => {
  const broken = async (folder: string, answer: FaultyResponse | ReturnType<typeof storageError>) => {
    await world.upload({ [`${folder}/f`]: 'x' })
    let listings = 0
    world.emulator.intercept.blob = ({ operation }) => {
      if (operation !== 'List Blobs') return undefined
      listings += 1
      return listings > 1 ? answer : undefined // the first is the attempt to open
    }
    return errorOf(await (await world.job()).main({ 'input-datasets': folder }))
  }

  test('because the account is broken', async () => {
    expect(await broken('unlisted', storageError(400, 'OutOfRangeInput', 'No.'))).toMatch(
      /container "\S+" did not list its files: 400 OutOfRangeInput\. Run again.*\[storage-refused\]/,
    )
  })

  test('because the connection breaks every time', async () => {
    expect(await broken('cut_listing', { cut: 10 })).toMatch(
      /The connection to storage account "\w+" broke \(CutShort\)\. Run again.*\[connection-lost\]/,
    )
  })
})

describe('throttling is told, and waited for', () => {
  test('by Resource Manager: each wait is a line', async () => {
    await world.upload({ 'busy_arm/f': 'x' })
    let refusals = 0
    world.emulator.intercept.arm = () => {
      refusals += 1
      return refusals > 2 ? undefined : throttling(1)
    }
    const main = await (await world.job()).main({ 'input-datasets': 'busy_arm' })
    expect(main.exitCode, main.log).toBe(0)
    expect(main.log.match(/Azure Resource Manager asks us to wait 1 s \(429\); trying again\./g)).toHaveLength(2)
  })

  test('by Resource Manager without an end: an error after the last try', async () => {
    world.emulator.intercept.arm = () => throttling(0)
    const step = await (await world.job()).main({ 'input-datasets': 'any' })
    expect(errorOf(step)).toMatch(/gets too many requests in this subscription \(429\).*\[throttled\]/)
    expect(step.log.match(/asks us to wait/g)).toHaveLength(3)
  })

  test('by Resource Manager for hours: an error at once', async () => {
    world.emulator.intercept.arm = () => throttling(7200)
    const message = errorOf(await (await world.job()).main({ 'input-datasets': 'any' }))
    expect(message).toMatch(/asks for a pause of 2 hours, which is too long to wait for.*\[throttled\]/)
    expect(world.emulator.requests.filter(({ service }) => service === 'arm')).toHaveLength(1)
  })

  test('by Resource Manager with trouble of its own', async () => {
    await world.upload({ 'ill_arm/f': 'x' })
    let failures = 0
    world.emulator.intercept.arm = () => {
      failures += 1
      return failures > 1
        ? undefined
        : { status: 503, body: { error: { code: 'ServiceUnavailable', message: 'Soon.' } } }
    }
    const main = await (await world.job()).main({ 'input-datasets': 'ill_arm' })
    expect(main.exitCode, main.log).toBe(0)
    expect(main.log).toContain('Azure Resource Manager answered 503; trying again.')
  })

  test('by Entra', async () => {
    await world.upload({ 'busy_entra/f': 'x' })
    let refusals = 0
    world.emulator.intercept.entra = ({ method }) => {
      if (method !== 'POST') return undefined
      refusals += 1
      return refusals > 1 ? undefined : { status: 429, headers: { 'retry-after': '1' }, body: busyEntra }
    }
    const main = await (await world.job()).main({ 'input-datasets': 'busy_entra' })
    expect(main.exitCode, main.log).toBe(0)
    expect(main.log).toContain('Microsoft Entra asks us to wait 1 s (429); trying again.')
  })

  test('by Entra for minutes: an error at once', async () => {
    world.emulator.intercept.entra = () => ({ status: 429, headers: { 'retry-after': '300' }, body: busyEntra })
    expect(errorOf(await (await world.job()).main({ 'input-datasets': 'any' }))).toMatch(
      /Microsoft Entra gets too many requests and asks for a pause of 5 minutes.*\[throttled\]/,
    )
  })
})

const busyEntra = { error: 'temporarily_unavailable', error_description: 'AADSTS90055: Too many requests.' }

describe('answers of Resource Manager that are none, or of a kind of their own', () => {
  const said = async (answer: { status: number; headers?: Record<string, string>; body?: unknown }) => {
    world.emulator.intercept.arm = () => answer
    return errorOf(await (await world.job()).main({ 'input-datasets': 'any' }))
  }
  const error = (status: number, code: string, message: string) => ({ status, body: { error: { code, message } } })
  const page = { headers: { 'content-type': 'text/html' }, body: '<html>\n<p>::error::Sign in to WiFi</p></html>' }

  test.each([
    [
      'the page of a captive portal',
      { status: 200, ...page },
      /Azure Resource Manager answered in its place \(200\).*sign-in page/,
    ],
    ['the page of a proxy', { status: 403, ...page }, /answered in its place \(403\): a proxy.*\[azure-unreachable\]/],
    ['a proxy without its password', { status: 407, ...page }, /asks for a password \(407\): give it in HTTPS_PROXY/],
    [
      'a page that calls itself JSON',
      { ...page, status: 200, headers: { 'content-type': 'application/json' } },
      /answered in its place \(200\)/,
    ],
    [
      'a 404 without a body',
      { status: 404 },
      /There is no dataset "any"|no default datastore|Azure answered 404: no reason was given\./,
    ],
    [
      'a subscription id that is none',
      error(400, 'InvalidSubscriptionId', "The provided subscription identifier 'x' is malformed or invalid."),
      /malformed or invalid\. Check subscription-id.*\[subscription-not-found\]/,
    ],
    [
      'a subscription without AzureML',
      error(
        409,
        'MissingSubscriptionRegistration',
        "The subscription is not registered to use namespace 'Microsoft.MachineLearningServices'.",
      ),
      /az provider register --namespace Microsoft\.MachineLearningServices/,
    ],
    [
      'a subscription of another tenant',
      error(401, 'InvalidAuthenticationTokenTenant', 'The access token is from the wrong issuer.'),
      /belongs to another tenant: check tenant-id\. \[sign-in-refused\]/,
    ],
    [
      'a workspace with private endpoints only',
      error(403, 'Forbidden', 'Public network access is disabled.'),
      /Azure answered 403 Forbidden: Public network access is disabled\. If the workspace has private endpoints only/,
    ],
    [
      'a role that is missing on what is linked',
      error(
        403,
        'LinkedAuthorizationFailed',
        "The client 'a' with object id 'b-1' has permission to perform action 'x' on scope '/w'; however, it does not have permission to perform action(s) 'Microsoft.Storage/x/write' on the linked scope(s) '/subscriptions/s/acc' (respectively) or the linked scope(s) are invalid.",
      ),
      /--assignee b-1 --role "<role with Microsoft\.Storage\/x\/write>" --scope \/subscriptions\/s\/acc \[azure-role-missing\]/,
    ],
  ])('%s', async (_what, answer, text) => {
    const message = await said(answer)
    expect(message).toMatch(text)
    expect(message).not.toMatch(/WiFi|<html|SyntaxError/)
  })

  test('a lock on registering is told as such, and not taken for a version of others', async () => {
    await world.upload({ 'locked/f': 'x' })
    world.emulator.intercept.arm = ({ method }) =>
      method === 'PUT' ? error(409, 'ScopeLocked', "The scope '/x' cannot perform write operation.") : undefined
    const message = errorOf(await (await world.job()).main({ 'input-datasets': 'locked' }))
    expect(message).toMatch(
      /Registering dataset "locked" version 1: Azure answered 409 ScopeLocked: .*\[azure-refused\]/,
    )
    expect(world.emulator.requests.filter(isFor('data/versions/write'))).toHaveLength(1)
  })
})

describe('services that cannot be reached', () => {
  const nowhere = 'https://nowhere.invalid'
  const closed = 'https://127.0.0.1:9'

  test.each([
    [
      'Entra, by a name that DNS does not know',
      { 'authority-host': nowhere },
      /Microsoft Entra cannot be reached \((ENOTFOUND|EAI_AGAIN)\).*DNS.*\[azure-unreachable\]/,
    ],
    [
      'Entra, where nobody listens',
      { 'authority-host': closed },
      /Microsoft Entra cannot be reached \(ECONNREFUSED\).*HTTPS_PROXY/,
    ],
  ])('%s', async (_what, inputs, text) => {
    expect(errorOf(await (await world.job()).main({ 'input-datasets': 'any', ...inputs }))).toMatch(text)
  })

  test('Entra behind a page', async () => {
    world.emulator.intercept.entra = () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' })
    expect(errorOf(await (await world.job()).main({ 'input-datasets': 'any' }))).toMatch(
      /Something on the way to Microsoft Entra answered in its place \(200\).*\[azure-unreachable\]/,
    )
  })

  test('storage behind a page', async () => {
    world.emulator.intercept.blob = () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' })
    expect(errorOf(await (await world.job()).main({ 'input-datasets': 'any' }))).toMatch(
      /Something on the way to storage account "\S+" answered in its place \(200\).*\[storage-unreachable\]/,
    )
  })

  test('a certificate that this runner does not trust: the variable that mends it', async () => {
    const secret = world.emulator.clientSecret
    const job = await world.job({ environment: { NODE_EXTRA_CA_CERTS: '' }, secrets: [secret] })
    // With a secret: asking GitHub for an id token would meet the same certificate first.
    expect(errorOf(await job.main({ 'input-datasets': 'any', 'client-secret': secret }))).toMatch(
      /Microsoft Entra cannot be reached \([A-Z_]+\)\. The certificate is of an authority that this runner does not trust.*NODE_EXTRA_CA_CERTS/,
    )
  })

  test.each([
    ['asks for a password', 407, /asks for a password \(407\): give it in HTTPS_PROXY/],
    ['refuses', 403, /Microsoft Entra (answered|cannot)|answered in its place \(403\)/],
  ])('a proxy that %s', async (_what, status, text) => {
    const proxy = await refusingProxy(status)
    try {
      const HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
      const secret = world.emulator.clientSecret
      const job = await world.job({ environment: { HTTPS_PROXY, NO_PROXY: '' }, secrets: [secret] })
      const inputs = { 'client-secret': secret, 'authority-host': nowhere }
      expect(errorOf(await job.main({ 'input-datasets': 'any', ...inputs }))).toMatch(text)
    } finally {
      proxy.close()
    }
  })
})

/** A proxy that lets nobody through. */
async function refusingProxy(status: number): Promise<Server> {
  const body = '<html>Proxy Authentication Required</html>'
  const proxy = createServer().listen(0, '127.0.0.1')
  proxy.on('connect', (_request, socket) => {
    socket.end(`HTTP/1.1 ${status} No\r\nContent-Type: text/html\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  })
  await once(proxy, 'listening')
  return proxy
}
