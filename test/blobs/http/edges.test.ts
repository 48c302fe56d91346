import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { ConnectionLost, type HttpRequest } from '../../../src/blobs/http/connection.ts'
import { openPool, type Pool } from '../../../src/blobs/http/pool.ts'
import { MalformedResponse, readResponse } from '../../../src/blobs/http/response.ts'
import { fuzzSettings } from '../../fuzz.ts'
import { answer, chunked, readSlowly } from './hostile-server.ts'
import { type Answer, plain, startWire, type Wire } from './wire.ts'

const mebibyte = 1024 * 1024
/** Milliseconds; a busy machine must not make it. */
const stall = 1500
const put = { method: 'PUT', target: '/', headers: {} } as const
let wire: Wire
let pool: Pool
afterEach(() => wire?.close())

async function start(reply: Answer, stallMilliseconds = 30_000): Promise<void> {
  wire = await startWire(reply)
  pool = openPool(wire.url, stallMilliseconds)
}

async function ask(differences: Partial<HttpRequest> = {}): Promise<{ status: number; body: string }> {
  let body = ''
  const onBody = (bytes: Buffer) => {
    body += bytes.toString('latin1')
  }
  const { signal } = new AbortController()
  const { status } = await pool.send({ method: 'GET', target: '/', headers: {}, signal, onBody, ...differences })
  return { status, body }
}

describe('the head of a request', () => {
  test.each([
    ['Ċ, whose lower byte is a line end', '0x1\u010aX-Other: y'],
    ['č, whose lower byte is a carriage return', '0x1\u010dX-Other: y'],
    ['Ā, whose lower byte is NUL', '0x1\u0100'],
    ['a character of two units', '\u{1f60d}\u{1f40a}'],
  ])('with %s is never sent', async (_what, value) => {
    await start((socket) => socket.write(plain('x')))
    await expect(ask({ headers: { 'If-Match': value } })).rejects.toThrow('head of a request')
    expect(wire.requests).toEqual([])
  })

  test('carries whatever fits into a header, unchanged', async () => {
    await start((socket) => socket.write(plain('x')))
    await ask({ headers: { 'If-Match': '"ü\tÿ~!"' } })
    expect(wire.requests[0]).toContain('If-Match: "ü\tÿ~!"\r\n')
  })
})

describe('the head of an answer', () => {
  test.each([
    ['a line end without carriage return', 'a\nX-Other: b'],
    ['a carriage return alone', 'a\rX-Other: b'],
    ['a NUL', 'a\0b'],
  ])('with %s in a value is refused, as it would be by Node', async (_what, value) => {
    await start((socket) => socket.write(answer(200, { 'x-ms-error-code': value })))
    await expect(ask()).rejects.toBeInstanceOf(MalformedResponse)
  })

  test('may follow interim ones, and only the last is told', async () => {
    const heads: number[] = []
    await start((socket) =>
      socket.write(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX: y\r\n\r\n${answer(201, {}, 'made')}`),
    )
    expect(await ask({ onHead: ({ status }) => void heads.push(status) })).toEqual({ status: 201, body: 'made' })
    expect(heads).toEqual([201])
  })
})

describe('an answer', () => {
  const codings: readonly [string, (body: string) => string][] = [
    ['with a length', (body) => answer(200, { Date: 'today' }, body)],
    ['in chunks', (body) => chunked(200, { Date: 'today' }, ...(body.match(/.{1,7}/gs) ?? []))],
    ['until the connection ends', (body) => `HTTP/1.1 200 X\r\nDate: today\r\n\r\n${body}`],
    ['behind an interim one', (body) => `HTTP/1.1 103 X\r\nLink: y\r\n\r\n${answer(200, { Date: 'today' }, body)}`],
  ]

  test.each(codings)('%s gives the same events in whatever pieces it comes', (_what, coded) => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((body) => Buffer.from(body).toString('latin1'))
    fc.assert(
      fc.property(bytes, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (body, lengths) => {
        const events: string[] = []
        const received: Buffer[] = []
        const reader = readResponse({
          onHead: ({ status, headers }) => void events.push(`${status} ${headers.get('date')}`),
          onBody: (piece) => {
            if (received.length === 0 && piece.length > 0) events.push('body')
            if (piece.length > 0) received.push(Buffer.from(piece))
          },
          onEnd: () => void events.push('end'),
        })
        const all = Buffer.from(coded(body), 'latin1')
        for (let start = 0, nth = 0; start < all.length; nth += 1) {
          const length = lengths[nth % lengths.length] ?? 1
          // Each piece is overwritten at once, as the buffer of a socket is.
          const piece = Buffer.from(all.subarray(start, start + length))
          reader.push(piece)
          piece.fill(0)
          start += length
        }
        expect(reader.close()).toBe(true)
        expect(events).toEqual(['200 today', ...(body === '' ? [] : ['body']), 'end'])
        expect(Buffer.concat(received).toString('latin1')).toBe(body)
      }),
      fuzzSettings(200),
    )
  })

  test('that is garbage is refused as such, or waited for, and nothing else', () => {
    const fragment = fc.constantFrom(
      ...[
        'HTTP/1.1 200 OK',
        '\r\n',
        '\r\n\r\n',
        'Content-Length: 5',
        'Transfer-Encoding: chunked',
        ': ',
        '5',
        'F;x',
        '0',
      ],
      ...['Connection: close', 'abcde', '\0', '\n', '\r', ' ', 'HTTP/1.1 100 X\r\n\r\n', 'HTTP/1.1 204 X\r\n', '-1'],
    )
    const garbage = fc.oneof(
      fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join('')),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    )
    fc.assert(
      fc.property(garbage, (bytes) => {
        let ends = 0
        const onEnd = () => {
          ends += 1
        }
        const reader = readResponse({ onHead: () => {}, onBody: () => {}, onEnd })
        try {
          reader.push(Buffer.from(bytes, 'latin1'))
          reader.close()
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedResponse)
        }
        expect(ends).toBeLessThanOrEqual(1)
      }),
      fuzzSettings(500),
    )
  })

  test('that comes before the request is sent leaves no rest of it in the way of the next', async () => {
    await start((socket) => socket.write(plain('x')))
    wire.connections.length = 0
    const busy = openPool(wire.url, 2000)
    const { signal } = new AbortController()
    const refused = busy.send({ ...put, body: Buffer.alloc(64 * mebibyte), signal })
    await connected()
    const [first] = wire.connections
    first?.pause()
    first?.write(answer(503))
    expect((await refused).status).toBe(503)
    expect((await busy.send({ method: 'GET', target: '/', headers: {}, signal })).status).toBe(200)
    expect(wire.connections).toHaveLength(2)
  })
})

async function connected(): Promise<void> {
  while (wire.connections.length === 0) await new Promise((resolve) => setImmediate(resolve))
}

describe('a connection', () => {
  test('that breaks before the answer, when it had been idle, brings the whole request again, once', async () => {
    let isIdle = false
    await start((socket, nth) => {
      if (nth > 0 && isIdle) return void socket.resetAndDestroy()
      socket.write(plain('x'))
    })
    await ask()
    isIdle = true
    const body = Buffer.from('content')
    expect((await ask({ method: 'PUT', target: '/put', headers: { 'Content-MD5': 'y' }, body })).status).toBe(200)
    const [, lost, again] = wire.requests
    expect(again).toBe(lost)
    expect(again).toContain('\r\n\r\ncontent')
    expect(wire.requests).toHaveLength(3)
  })

  test('that breaks again when it is new is told, and not tried for ever', async () => {
    await start((socket, nth) => {
      if (wire.requests.length === 1) socket.write(plain('x'))
      else socket.resetAndDestroy()
      return nth
    })
    await ask()
    await expect(ask()).rejects.toMatchObject({ wasAnswered: false })
    expect(wire.requests).toHaveLength(3)
  })

  test('that broke when only an interim answer had come is not tried again', async () => {
    await start((socket, nth) => (nth === 0 ? socket.write(plain('x')) : socket.end('HTTP/1.1 100 Continue\r\n\r\n')))
    await ask()
    await expect(ask()).rejects.toMatchObject({ code: 'CutShort', wasAnswered: true })
    expect(wire.requests).toHaveLength(2)
  })

  test('which the server has closed while it was idle is not used', async () => {
    await start((socket) => socket.end(plain('x')))
    await ask()
    const [first] = wire.connections
    if (first && !first.destroyed) await once(first, 'close')
    expect((await ask()).body).toBe('x')
    expect(wire.requests).toHaveLength(2)
  })

  test.each([
    ['a second answer', plain('injected')],
    ['half an answer', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['a byte', '\n'],
  ])('with %s behind the first never answers another request', async (_what, behind) => {
    await start((socket, _, request) => socket.write(plain(request.slice(5, 6)) + behind))
    for (const name of ['a', 'b', 'c']) expect((await ask({ target: `/${name}` })).body).toBe(name)
    expect(wire.connections).toHaveLength(3)
  })

  test('that brings bytes while it is idle is closed, and never used again', async () => {
    await start((socket) => socket.write(plain('x')))
    await ask()
    const [first] = wire.connections
    first?.write(plain('injected'))
    if (first) await once(first, 'close')
    expect((await ask()).body).toBe('x')
    expect(wire.connections).toHaveLength(2)
  })

  test('that cannot be made is told also where the system says so at once', async () => {
    // Broadcast addresses have no TCP; asked from a timer, no microtask runs before the system answers.
    const refused = await new Promise((resolve) => {
      const { signal } = new AbortController()
      setImmediate(() => {
        openPool(new URL('http://255.255.255.255/'), 1000)
          .send({ method: 'GET', target: '/', headers: {}, signal })
          .catch(resolve)
      })
    })
    expect(refused).toBeInstanceOf(ConnectionLost)
    expect(refused).toMatchObject({ code: expect.stringMatching(/^E[A-Z]+$/), wasAnswered: false })
  }, 5000)

  test('that carries a large body slowly does not stand still', { timeout: 30_000 }, async () => {
    const slow = createServer((socket) => readSlowly(socket, 64 * mebibyte, 3 * stall)).listen(0, '127.0.0.1')
    await once(slow, 'listening')
    const { port } = slow.address() as AddressInfo
    const { signal } = new AbortController()
    const body = Buffer.alloc(64 * mebibyte)
    const sent = openPool(new URL(`http://127.0.0.1:${port}/`), stall).send({ ...put, body, signal })
    expect((await sent.finally(() => slow.close())).status).toBe(201)
  })
})

describe('requests at the same time', () => {
  test('get the answer to their own request each', async () => {
    await start((socket, _, request) => {
      const [, name = ''] = /^GET \/(\d+)/.exec(request) ?? []
      setTimeout(() => socket.write(plain(name)), Number(name) % 7)
    })
    const names = Array.from({ length: 120 }, (_, index) => String(index))
    const rounds = await Promise.all(
      names.map(async (name) => [await ask({ target: `/${name}` }), await ask({ target: `/${name}` })]),
    )
    expect(rounds.flat().map(({ body }) => body)).toEqual(names.flatMap((name) => [name, name]))
    expect(wire.connections.length).toBeLessThanOrEqual(120)
  })

  test('stop by their own signal, each', async () => {
    await start((socket, _, request) => {
      if (request.startsWith('GET /answered')) setTimeout(() => socket.write(plain('x')), 20)
    })
    const stop = new AbortController()
    const answered = ask({ target: '/answered' })
    const stopped = ask({ target: '/never', signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(stopped).rejects.toThrow('enough')
    expect((await answered).body).toBe('x')
  })
})

test('an idle connection does not keep a process alive', { timeout: 20_000 }, async () => {
  await start((socket) => socket.write(plain('kept')))
  const program = new URL('ask-twice.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--no-warnings', program, wire.url.href])
  const output = text(child.stdout)
  await once(child, 'close')
  expect(await output).toBe('kept\nkept\n')
  // It was the process that closed it: the server never did.
  expect(wire.connections).toHaveLength(1)
})
