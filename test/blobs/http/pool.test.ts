import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { HttpRequest } from '../../../src/blobs/http/connection.ts'
import { openPool, type Pool } from '../../../src/blobs/http/pool.ts'
import { Cancelled } from '../../../src/report/index.ts'
import { type Answer, plain, startWire, type Wire } from './wire.ts'

/** Milliseconds, for the tests that wait for it; the others must not fail on a busy machine. */
const stall = 150
let wire: Wire
let pool: Pool

async function start(answer: Answer, patience = 30_000): Promise<void> {
  wire = await startWire(answer)
  pool = openPool(wire.url, patience)
}
afterEach(() => wire.close())

async function get(target = '/', differences: Partial<HttpRequest> = {}): Promise<string> {
  let body = ''
  const onBody = (bytes: Buffer) => {
    body += bytes.toString('latin1')
  }
  const { signal } = new AbortController()
  await pool.send({ method: 'GET', target, headers: {}, signal, onBody, ...differences })
  return body
}

describe('requests', () => {
  test('go over one connection, one after another', async () => {
    await start((socket, nth) => socket.write(plain(`answer ${nth}`)))
    expect([await get('/a?b=c', { headers: { 'x-ms-date': 'now' } }), await get(), await get()]).toEqual([
      'answer 0',
      'answer 1',
      'answer 2',
    ])
    expect(wire.connections).toHaveLength(1)
    expect(wire.requests[0]).toBe(`GET /a?b=c HTTP/1.1\r\nHost: ${wire.url.host}\r\nx-ms-date: now\r\n\r\n`)
  })

  test('that are under way together have a connection each, and leave them to the next', async () => {
    await start(async (socket, nth) => {
      if (nth === 0) await sleep(20)
      socket.write(plain('x'))
    })
    await Promise.all([get(), get(), get()])
    await Promise.all([get(), get(), get()])
    expect(wire.connections).toHaveLength(3)
  })

  test('bring their bodies', async () => {
    await start((socket, _, request) => socket.write(plain(request.split('\r\n\r\n')[1] ?? '')))
    const content = Buffer.alloc(3_000_000, 'body ')
    expect(await get('/', { method: 'PUT', body: content })).toBe(content.toString())
    expect(await get('/', { method: 'PUT' })).toBe('')
    expect(wire.requests[1]).toContain('Content-Length: 0\r\n')
  })

  test.each(['a\r\nX: y', 'a\nb', 'a\0b', 'a\rb'])('with %j in a header or target are never sent', async (text) => {
    await start((socket) => socket.write(plain('x')))
    await expect(get('/', { headers: { 'If-Match': text } })).rejects.toThrow('a line end in the head of a request')
    await expect(get(`/${text}`)).rejects.toThrow('a line end in the head of a request')
    expect(wire.requests).toEqual([])
    expect(await get()).toBe('x')
  })
})

describe('a connection', () => {
  test.each([
    ['says that it closes', plain('x', 'Connection: close\r\n')],
    ['will soon be closed', plain('x', 'Keep-Alive: timeout=1\r\n')],
  ])('whose server %s is not used again', async (_what, answer) => {
    await start((socket) => socket.write(answer))
    await get()
    await get()
    expect(wire.connections).toHaveLength(2)
  })

  test('that the server closed while it was idle is replaced without a word', async () => {
    await start((socket, nth) => (nth === 0 ? socket.write(plain('x')) : socket.resetAndDestroy()))
    await get()
    expect(await get()).toBe('x')
    expect(wire.connections).toHaveLength(2)
    expect(wire.requests).toHaveLength(3)
  })

  test('that breaks when some of the answer has come is a failure', async () => {
    await start((socket, nth) => (nth === 0 ? socket.write(plain('x')) : socket.end('HTTP/1.1 200 OK\r\nContent-')))
    await get()
    await expect(get()).rejects.toMatchObject({ code: 'CutShort', wasAnswered: true })
    expect(wire.requests).toHaveLength(2)
  })

  test('that is new and closes before it answers is a failure', async () => {
    await start((socket) => socket.end())
    await expect(get()).rejects.toMatchObject({ code: 'CutShort', wasAnswered: false })
    expect(wire.requests).toHaveLength(1)
  })

  test.each([
    [
      'reset in the middle of the body',
      (socket: Parameters<Answer>[0]) =>
        socket.write(plain('x'.repeat(9)).slice(0, -4), () => socket.resetAndDestroy()),
      'ECONNRESET',
    ],
    [
      'closed in the middle of a chunk',
      (socket: Parameters<Answer>[0]) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab'),
      'CutShort',
    ],
    [
      'told something that is not HTTP',
      (socket: Parameters<Answer>[0]) => socket.write('220 mail ready\r\n\r\n'),
      'MalformedResponse',
    ],
  ])('that is %s tells it', async (_what, answer, code) => {
    await start(answer)
    await expect(get()).rejects.toMatchObject({ code })
  })

  test('with bytes behind the answer gives the answer, and is not used again', async () => {
    await start((socket) => socket.write(`${plain('x')}HTTP/1.1 200 OK\r\n`))
    expect(await get()).toBe('x')
    await sleep(5)
    expect(await get()).toBe('x')
    expect(wire.connections).toHaveLength(2)
  })

  test('that cannot be made tells the code of the system', async () => {
    await start(() => {})
    const { url } = wire
    await wire.close()
    await expect(
      openPool(url, stall).send({ method: 'GET', target: '/', headers: {}, signal: new AbortController().signal }),
    ).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await start(() => {})
  })
})

describe('a connection that stands still', () => {
  test.each([
    ['before the answer', () => {}],
    ['within the head', (socket: Parameters<Answer>[0]) => socket.write('HTTP/1.1 200')],
    ['within the body', (socket: Parameters<Answer>[0]) => socket.write(plain('xxxx').slice(0, -1))],
  ])('%s is given up', async (_what, answer) => {
    await start(answer as Answer, stall)
    await expect(get()).rejects.toMatchObject({ code: 'Stalled' })
  })

  test('is not one that brings a byte now and then', async () => {
    await start(async (socket) => {
      for (const byte of plain('slow')) {
        socket.write(byte)
        await sleep(20)
      }
    }, 1000)
    expect(await get()).toBe('slow')
  })

  test('because nobody reads what it sends is given up too', async () => {
    await start(() => {}, stall)
    const server = wire
    server.connections.length = 0
    const sending = get('/', { method: 'PUT', body: Buffer.alloc(64 * 1024 * 1024) })
    for (let tries = 0; tries < 100 && server.connections.length === 0; tries += 1) await sleep(5)
    server.connections[0]?.pause()
    await expect(sending).rejects.toMatchObject({ code: 'Stalled' })
  })

  test('is one that is idle for long, and that is no matter', async () => {
    await start((socket) => socket.write(plain('x')), stall)
    await get()
    await sleep(2 * stall)
    expect(await get()).toBe('x')
    expect(wire.connections).toHaveLength(1)
  })
})

describe('a request that is told to stop', () => {
  test('ends with the reason, and its connection is not used again', async () => {
    await start((socket, nth, request) => {
      if (request.startsWith('GET /slow')) socket.write(plain('xxxx').slice(0, -1))
      else socket.write(plain(String(nth)))
    })
    const stop = new AbortController()
    await get()
    const stopped = get('/slow', { signal: stop.signal, onBody: () => stop.abort(new Cancelled('stop')) })
    await expect(stopped).rejects.toThrow(Cancelled)
    expect(await get()).toBe('0')
    await expect(get('/', { signal: stop.signal })).rejects.toThrow(Cancelled)
  })
})

test('what a receiver of the answer throws ends the request with just that', async () => {
  await start((socket) => socket.write(plain('xxxx')))
  const full = new Error('disk full')
  const failing = () => {
    throw full
  }
  await expect(get('/', { onBody: failing })).rejects.toBe(full)
  await expect(get('/', { onHead: failing })).rejects.toBe(full)
  expect(await get()).toBe('xxxx')
})
