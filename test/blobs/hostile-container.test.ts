import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type BlobContainer, BlobError, listPages } from '../../src/blobs/index.ts'
import { Cancelled } from '../../src/report/index.ts'
import { recordingLog } from '../report/helpers.ts'
import { answer, chunked, type HostileService, type Reply, startHostileService } from './http/hostile-server.ts'

const etag = '0x8DC0B3F2A1C0AAA'
const content = '0123456789'
const { signal } = new AbortController()
let service: HostileService
let container: BlobContainer

async function start(...replies: Reply[]): Promise<void> {
  service = await startHostileService(...replies)
  container = service.open()
}
// The pauses between two tries are random; here they are none.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
afterEach(async () => {
  vi.restoreAllMocks()
  await service.wire.close()
})

/** Reads bytes 100 to 109 of a blob; gives what was handed on, and how it ended. */
async function read(onText: (text: string) => void = () => {}) {
  let received = ''
  const onBytes = (bytes: Uint8Array) => {
    const text = Buffer.from(bytes).toString('latin1')
    received += text
    onText(text)
  }
  const ending = await container.read({ name: 'a/f', etag, offset: 100, length: 10, signal, onBytes }).then(
    () => 'complete',
    (error: unknown) => error,
  )
  return { received, ending }
}

/** The right answer to a range that begins with so many bytes of the content. */
function range(from: number, headers: Readonly<Record<string, string>> = {}): string {
  const right = { 'Content-Range': `bytes ${100 + from}-109/5000`, ETag: `"${etag}"` }
  return answer(206, { ...right, ...headers }, content.slice(from))
}

/** Writes only the first bytes of the body, and ends as told. */
const cut = (text: string, bytes: number, end: (socket: Socket) => void): Reply => {
  const body = text.indexOf('\r\n\r\n') + 4
  return (socket) => void socket.write(text.slice(0, body + bytes), 'latin1', () => end(socket))
}
const close = (socket: Socket) => void socket.end()

const ranges = () => service.asked.map(({ headers }) => headers['x-ms-range'])

describe('a read', () => {
  test('asks for its range of the blob with that ETag', async () => {
    await start(range(0))
    expect(await read()).toEqual({ received: content, ending: 'complete' })
    expect(service.asked[0]).toMatchObject({
      method: 'GET',
      target: '/account/box/a/f?sig=secret',
      headers: { 'x-ms-range': 'bytes=100-109', 'if-match': `"${etag}"`, 'x-ms-version': '2023-11-03' },
    })
  })

  test('that is reset in the middle goes on behind the last byte, with the same ETag', async () => {
    let reset = () => {}
    await start((socket) => {
      reset = () => socket.resetAndDestroy()
      socket.write(range(0).slice(0, -6))
    }, range(4))
    expect(await read(() => reset())).toEqual({ received: content, ending: 'complete' })
    expect(ranges()).toEqual(['bytes=100-109', 'bytes=104-109'])
    expect(service.asked.map(({ headers }) => headers['if-match'])).toEqual([`"${etag}"`, `"${etag}"`])
  })

  test.each<[string, Reply]>([
    ['closed in the middle of its body', cut(range(0), 4, close)],
    [
      'closed in the middle of a chunk',
      cut(chunked(206, { 'Content-Range': 'bytes 100-109/5000' }, content), 'a\r\n0123'.length, close),
    ],
    ['shorter than its range', range(0, { 'Content-Length': '4' }).slice(0, -6)],
    [
      'that ends with the connection, too early',
      (socket) => void socket.end('HTTP/1.1 206 X\r\nContent-Range: bytes 100-109/5000\r\n\r\n0123'),
    ],
  ])('whose answer is %s goes on behind the last byte', async (_what, first) => {
    await start(first, range(4))
    expect(await read()).toEqual({ received: content, ending: 'complete' })
    expect(ranges()).toEqual(['bytes=100-109', 'bytes=104-109'])
  })

  test('that breaks at every byte arrives whole', async () => {
    const cuts = Array.from(content, (_, from) => cut(range(from), 1, close))
    await start(...cuts)
    expect(await read()).toEqual({ received: content, ending: 'complete' })
    expect(service.asked).toHaveLength(10)
  })

  test.each<[string, string]>([
    ['without a range', answer(206, {}, content)],
    ['of the whole blob', answer(200, { ETag: `"${etag}"` }, content)],
    ['with another beginning', range(0, { 'Content-Range': 'bytes 0-9/5000' })],
    ['with another end', range(0, { 'Content-Range': 'bytes 100-110/5000' })],
    ['with an end that only begins alike', range(0, { 'Content-Range': 'bytes 100-1090/5000' })],
    ['in another unit', range(0, { 'Content-Range': 'items 100-109/5000' })],
    ['with a range that is none', range(0, { 'Content-Range': 'bytes */5000' })],
    ['with two ranges', range(0).replace('\r\n', '\r\nContent-Range: bytes 0-9/10\r\n')],
    ['without content', answer(204)],
  ])('never hands on an answer %s', async (_what, reply) => {
    await start(reply)
    const { received, ending } = await read()
    expect(ending).toBeInstanceOf(BlobError)
    expect(ending).toMatchObject({ code: 'RangeNotGiven' })
    expect([received, service.asked.length]).toEqual(['', 1])
  })

  test.each(['"0x8DC0B3F2A1C0BBB"', `W/"${etag}"`, '""', `"${etag}", "${etag}"`])(
    'never hands on an answer with the ETag %s',
    async (other) => {
      await start(range(0, { ETag: other }))
      expect(await read()).toMatchObject({ received: '', ending: { status: 412, code: 'ConditionNotMet' } })
    },
  )

  test('never mixes two contents: the rest with another ETag is not handed on', async () => {
    await start(cut(range(0), 4, close), range(4, { ETag: '"0x1"' }))
    expect(await read()).toMatchObject({ received: '0123', ending: { status: 412 } })
  })

  test('never hands on more bytes than it asked for', async () => {
    await start(`${range(0, { 'Content-Length': '12' })}XX`)
    const { received, ending } = await read()
    expect(ending).toMatchObject({ code: 'TooManyBytes' })
    expect(content.startsWith(received)).toBe(true)
  })

  test('of a whole blob may be answered with 200', async () => {
    await start(answer(200, { ETag: `"${etag}"` }, content))
    let received = ''
    const onBytes = (bytes: Uint8Array) => {
      received += Buffer.from(bytes)
    }
    await container.read({ name: 'f', etag, offset: 0, length: 10, signal, onBytes })
    expect(received).toBe(content)
  })

  test.each([
    [404, 'BlobNotFound'],
    [412, 'ConditionNotMet'],
    [403, 'AuthorizationFailure'],
    [409, 'BlobArchived'],
    [416, 'InvalidRange'],
    [301, ''],
    [304, ''],
  ])(
    'that is answered with %i %s ends with that at once, and what the answer says is no content',
    async (status, code) => {
      const body = status === 304 ? '' : content
      await start(answer(status, { 'x-ms-error-code': code, 'Content-Range': 'bytes 100-109/5000' }, body))
      expect(await read()).toMatchObject({ received: '', ending: { name: 'BlobError', status, code } })
      expect(service.asked).toHaveLength(1)
    },
  )

  test.each([408, 429, 500, 502, 503, 504])('that is answered with %i is sent again', async (status) => {
    const trouble = answer(status, { 'Retry-After': '0' }, 'trouble')
    await start(trouble, trouble, trouble, range(0))
    expect(await read()).toEqual({ received: content, ending: 'complete' })
    expect(service.asked).toHaveLength(4)
    expect([container.timesThrottled, container.requestsWaiting]).toEqual([[429, 503].includes(status) ? 3 : 0, 0])
    expect(service.wire.connections).toHaveLength(1)
  })

  test('that is told to stop while it waits for its next try ends with the reason', async () => {
    const stop = new AbortController()
    await start(answer(503, { 'Retry-After': '60' }))
    const reading = container.read({ name: 'f', etag, offset: 0, length: 1, signal: stop.signal, onBytes: () => {} })
    await vi.waitUntil(() => container.requestsWaiting === 1)
    stop.abort(new Cancelled('stop'))
    await expect(reading).rejects.toThrow(Cancelled)
    expect(container.requestsWaiting).toBe(0)
  })

  test.each(['soon', 'Wed, 21 Oct 2026 07:28:00 GMT', '-5'])('takes no %j for a number of seconds', async (after) => {
    await start(answer(503, { 'Retry-After': after }), range(0))
    expect((await read()).ending).toBe('complete')
  })

  test.each([
    ['7', 7],
    ['0', 0],
    ['-5', undefined],
    ['soon', undefined],
  ])('tells of Retry-After: %s as %s seconds', async (after, retryAfter) => {
    await start(answer(403, { 'Retry-After': after }))
    expect((await read()).ending).toMatchObject({ status: 403, retryAfter })
  })

  test('whose proxy answers for the service has no code of it', async () => {
    await start(answer(403, { 'Content-Type': 'text/html', Date: 'today' }, '<html>'))
    expect((await read()).ending).toMatchObject({ status: 403, code: '', date: 'today' })
  })

  test('tells of what is tried again without signatures and names', async () => {
    const log = recordingLog()
    await start(answer(503), answer(500), range(0))
    container = service.open({ kind: 'sas', sas: 'sig=secret' }, log)
    await read()
    expect(log.lines).toHaveLength(1)
    expect(log.lines.join()).not.toMatch(/secret|a\/f/)
  })
})

const listing = (names: readonly string[], marker = '') =>
  `\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>${names
    .map(
      (name) =>
        `<Blob><Name>${name}</Name><Properties><Etag>0x1</Etag><Content-Length>1</Content-Length></Properties></Blob>`,
    )
    .join('')}</Blobs><NextMarker>${marker}</NextMarker></EnumerationResults>`
const page = (...args: Parameters<typeof listing>) => answer(200, {}, listing(...args))

async function list(): Promise<string[]> {
  const names: string[] = []
  for await (const blobs of listPages(container, 'd/ü&/', signal))
    for (let index = 0; index < blobs.length; index += 1) names.push(blobs.name(index))
  return names
}

describe('a listing', () => {
  test('asks for page after page', async () => {
    await start(page(['d/1'], '2!a b&amp;c'), page([], '3'), page(['d/2']))
    expect(await list()).toEqual(['d/1', 'd/2'])
    const queries = service.asked.map(({ target }) => new URL(target, 'http://host').searchParams)
    expect(queries.map((query) => [query.get('prefix'), query.get('marker'), query.get('maxresults')])).toEqual([
      ['d/ü&/', null, '5000'],
      ['d/ü&/', '2!a b&c', '5000'],
      ['d/ü&/', '3', '5000'],
    ])
    expect(service.asked.map(({ target }) => target.slice(0, target.indexOf('?')))).toEqual(
      Array(3).fill('/account/box'),
    )
  })

  test.each<[string, Reply]>([
    ['cut by the connection', cut(page(['d/1', 'd/2']), 250, close)],
    ['cut, though the answer is whole', answer(200, {}, listing(['d/1', 'd/2']).slice(0, -30))],
    [
      'cut between two blobs, though the answer is whole',
      answer(200, {}, listing(['d/1', 'd/2']).split('<Blob><Name>d/2')[0] ?? ''),
    ],
    ['empty', answer(200)],
    [
      'cut, and ends with the connection',
      (socket) => void socket.end(`HTTP/1.1 200 X\r\n\r\n${listing(['d/1', 'd/2']).slice(0, -30)}`, 'latin1'),
    ],
    ['no answer', (socket) => void socket.resetAndDestroy()],
    ['trouble', answer(500, {}, listing(['d/9']))],
  ])('whose page is %s is asked for anew, and no blob comes twice', async (_what, first) => {
    await start(first, page(['d/1', 'd/2']))
    expect(await list()).toEqual(['d/1', 'd/2'])
    expect(service.asked).toHaveLength(2)
  })

  test.each<[string, string]>([
    ['HTML', '<html><body>Sign in</body></html>'],
    ['HTML with its declaration', '<!DOCTYPE html><html></html>'],
    ['JSON', '{"error":{}}'],
    ['text', 'Sign in to WiFi'],
    ['an error in XML', '<?xml version="1.0"?><Error><Code>ServerBusy</Code></Error>'],
    ['XML that is broken', listing(['d/1']).replace('</EnumerationResults>', '</EnumerationResults></x>')],
    ['a name that is no UTF-8', listing(['d/\xff'])],
  ])('that is answered with %s says that it was not the service, at once', async (_what, body) => {
    await start(answer(200, {}, body))
    const failure = await list().catch((error) => error)
    expect(failure).toBeInstanceOf(BlobError)
    expect(failure).toMatchObject({ status: 200, code: '' })
    expect(service.asked).toHaveLength(1)
  })

  test('that is cut each time is given up, with the reason', async () => {
    await start(answer(200, {}, listing(['d/1']).slice(0, -1)))
    await expect(list()).rejects.toMatchObject({ status: 0, code: 'CutShort' })
    expect(service.asked).toHaveLength(6)
  })

  test('in chunks of one byte is read', async () => {
    await start(chunked(200, {}, ...Buffer.from(listing(['d/\u00c3\u00bc']), 'latin1').toString('latin1')))
    expect(await list()).toEqual(['d/ü'])
  })
})

describe('a write', () => {
  const md5 = createHash('md5').update(content).digest('base64')
  const put = (replace = false) => container.putBlob('a/f', Buffer.from(content), { md5, replace, signal })

  test('sends the content with its MD5, and the condition that no blob be replaced', async () => {
    await start(answer(201))
    await put()
    await put(true)
    const [first, second] = service.asked
    expect(first).toMatchObject({
      method: 'PUT',
      target: '/account/box/a/f?sig=secret',
      body: content,
      headers: {
        'content-md5': md5,
        'x-ms-blob-content-md5': md5,
        'x-ms-blob-type': 'BlockBlob',
        'if-none-match': '*',
        'content-length': '10',
      },
    })
    expect(second?.headers).not.toHaveProperty('if-none-match')
  })

  test.each<[string, Reply]>([
    ['503', answer(503, { 'Retry-After': '0' })],
    ['500', answer(500)],
    ['nothing', close as Reply],
    ['a part of the head', (socket) => void socket.end('HTTP/1.1 201 Cre')],
  ])('that is answered with %s sends the same again', async (_what, first) => {
    await start(first, answer(201))
    await put()
    const [before, after] = service.asked.map(({ headers, ...rest }) => ({ ...rest, md5: headers['content-md5'] }))
    expect(after).toEqual(before)
    expect(service.asked).toHaveLength(2)
  })

  test.each([
    [409, 'BlobAlreadyExists'],
    [412, 'ConditionNotMet'],
    [413, 'RequestBodyTooLarge'],
    [400, 'Md5Mismatch'],
  ])('that is answered with %i %s ends with that at once', async (status, code) => {
    await start(answer(status, { 'x-ms-error-code': code }, 'why'))
    await expect(put()).rejects.toMatchObject({ status, code })
    expect(service.asked).toHaveLength(1)
  })

  test('of blocks names them, and lists them with an MD5 of the list', async () => {
    await start(answer(201))
    await container.putBlock('a/f', 'MDAw+/==', Buffer.from('one'), signal)
    await container.putBlockList('a/f', ['MDAw', 'MDAx'], { md5, replace: false, signal })
    const [block, list] = service.asked
    expect(new URL(block?.target ?? '', 'http://host').searchParams.get('blockid')).toBe('MDAw+/==')
    expect(block?.headers['content-md5']).toBe(createHash('md5').update('one').digest('base64'))
    expect(list?.body).toContain('<BlockList><Latest>MDAw</Latest><Latest>MDAx</Latest></BlockList>')
    expect(list?.headers).toMatchObject({
      'content-md5': createHash('md5')
        .update(list?.body ?? '')
        .digest('base64'),
      'x-ms-blob-content-md5': md5,
      'if-none-match': '*',
    })
  })

  test.each<[string, Reply, unknown]>([
    ['would have been allowed', answer(412, { 'x-ms-error-code': 'ConditionNotMet' }), 'allowed'],
    ['is told that there is no such blob', answer(404, { 'x-ms-error-code': 'BlobNotFound' }), 'allowed'],
    ['has no right', answer(403, { 'x-ms-error-code': 'AuthorizationPermissionMismatch' }), { status: 403 }],
    ['has no container', answer(404, { 'x-ms-error-code': 'ContainerNotFound' }), { status: 404 }],
    ['was carried out against its condition', answer(201), { message: expect.stringContaining('cannot be met') }],
  ])('that is only tried and %s', async (_what, reply, expected) => {
    await start(reply)
    const outcome = await container.probeWrite('d/', signal).then(
      () => 'allowed',
      (error: unknown) => error,
    )
    if (typeof expected === 'string') expect(outcome).toBe(expected)
    else expect(outcome).toMatchObject(expected as object)
    expect(service.asked[0]).toMatchObject({ body: '', headers: { 'content-length': '0', 'if-match': '"0x0"' } })
  })
})

describe('a token', () => {
  /** A credential whose tokens are numbered; without claims it gives the one that it has. */
  function tokens() {
    const claims: (string | undefined)[] = []
    let number = 1
    const getToken = async (_scope: string | string[], options?: { claims?: string }) => {
      claims.push(options?.claims)
      if (options?.claims) number += 1
      return { token: `t${number}`, expiresOnTimestamp: Date.now() + 3_600_000 }
    }
    return { claims, credential: { kind: 'token', token: { getToken } } as const }
  }
  const expired = answer(401, { 'x-ms-error-code': 'InvalidAuthenticationInfo' }, 'expired')
  const sentTokens = () => service.asked.map(({ headers }) => headers.authorization)

  test('that the service refuses is renewed, once, and the request sent again', async () => {
    const { claims, credential } = tokens()
    await start(range(0), expired, range(0))
    container = service.open(credential)
    expect(await read()).toEqual({ received: content, ending: 'complete' })
    expect(await read()).toEqual({ received: content, ending: 'complete' })
    expect(sentTokens()).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2'])
    expect(claims.map((claim) => claim !== undefined)).toEqual([false, false, true])
  })

  test('that the service refuses when it is new is no good: 401 is thrown', async () => {
    const { credential } = tokens()
    await start(expired)
    container = service.open(credential)
    expect(await read()).toMatchObject({ received: '', ending: { status: 401, code: 'InvalidAuthenticationInfo' } })
    expect(sentTokens()).toEqual(['Bearer t1', 'Bearer t2'])
  })

  test('that many requests had is renewed once for all of them', async () => {
    const { claims, credential } = tokens()
    await start((socket, { headers }) => socket.write(headers.authorization === 'Bearer t1' ? expired : range(0)))
    container = service.open(credential)
    const readings = await Promise.all(Array.from({ length: 20 }, () => read()))
    expect(readings).toEqual(Array(20).fill({ received: content, ending: 'complete' }))
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1)
  })

  test('does not help a key or a SAS: 401 is thrown at once', async () => {
    await start(expired)
    expect((await read()).ending).toMatchObject({ status: 401 })
    container = service.open({ kind: 'account-key', accountKey: 'a2V5' })
    expect((await read()).ending).toMatchObject({ status: 401 })
    expect(service.asked).toHaveLength(2)
  })

  test('that never comes does not keep a request that is told to stop', { timeout: 5000 }, async () => {
    await start(range(0))
    container = service.open({ kind: 'token', token: { getToken: () => new Promise(() => {}) } })
    const stop = new AbortController()
    const probing = container.probe('', stop.signal)
    stop.abort(new Cancelled('stop'))
    await expect(probing).rejects.toThrow(Cancelled)
  })

  test('that is not renewed does not keep a request that is told to stop', { timeout: 5000 }, async () => {
    const stop = new AbortController()
    let number = 0
    const getToken = () => {
      number += 1
      if (number > 1) {
        setImmediate(() => stop.abort(new Cancelled('stop')))
        return new Promise<never>(() => {})
      }
      return Promise.resolve({ token: 't1', expiresOnTimestamp: Date.now() + 3_600_000 })
    }
    await start(expired)
    container = service.open({ kind: 'token', token: { getToken } })
    await expect(container.probe('', stop.signal)).rejects.toThrow(Cancelled)
  })

  test('is not asked for by a request that was told to stop before it began', async () => {
    const { claims, credential } = tokens()
    await start(range(0))
    container = service.open(credential)
    await expect(container.probe('', AbortSignal.abort(new Cancelled('stop')))).rejects.toThrow(Cancelled)
    expect([claims, service.asked]).toEqual([[], []])
  })
})

test('a server that is not there is an error of the network', async () => {
  await start()
  await service.wire.close()
  const { ending } = await read()
  expect(ending).toMatchObject({ name: 'BlobError', status: 0, code: 'ECONNREFUSED' })
  expect((ending as Error).message).not.toContain('secret')
  await start()
})
