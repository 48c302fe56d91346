import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Certificate, makeCertificate } from '../../../emulator/certificate.ts'
import { ConnectionLost, type HttpRequest } from '../../../src/blobs/http/connection.ts'
import { openPool } from '../../../src/blobs/http/pool.ts'
import { BlobError, openContainer } from '../../../src/blobs/index.ts'
import { Cancelled } from '../../../src/report/index.ts'
import { silentLog } from '../../report/helpers.ts'
import { readSlowly } from './hostile-server.ts'
import { plain } from './wire.ts'

const mebibyte = 1024 * 1024
/** Milliseconds, where a connection stands still, and where it must not seem so on a busy machine. */
const stall = 150
const longStall = 1500
const trusted = getCACertificates('default')
let folder: string
let certificate: Certificate
/** Servers and connections of the test. */
let opened: (Server | HttpServer)[] = []
let sockets: Socket[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tls-edges-'))
  certificate = await makeCertificate(folder)
  setDefaultCACertificates([...trusted, certificate.authority])
})
afterAll(async () => {
  setDefaultCACertificates(trusted)
  await rm(folder, { recursive: true })
})
beforeEach(() => {
  for (const name of ['https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY', 'all_proxy', 'ALL_PROXY'])
    vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  for (const socket of sockets) socket.destroy()
  for (const server of opened) server.close()
  opened = []
  sockets = []
})

/** Listens, and returns the port. */
async function listen(server: Server | HttpServer): Promise<number> {
  opened.push(server)
  server.on('connection', (socket: Socket) => sockets.push(socket.on('error', () => {})))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function startTls(onConnection: (socket: TLSSocket) => unknown): Promise<{ port: number; count: () => number }> {
  let count = 0
  const server = createTlsServer({ key: certificate.key, cert: certificate.certificate }, (socket) => {
    count += 1
    socket.on('error', () => {})
    onConnection(socket)
  })
  server.on('tlsClientError', () => {})
  return { port: await listen(server), count: () => count }
}

/** Answers each request, which has no body. */
const saying = (content: string | Buffer) => (socket: TLSSocket) =>
  socket.on('data', () => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n`)
    socket.write(content)
  })

const poolAt = (port: number, host = 'localhost', patience = 30_000) =>
  openPool(new URL(`https://${host}:${port}/`), patience)

async function ask(pool: ReturnType<typeof poolAt>, differences: Partial<HttpRequest> = {}): Promise<Buffer> {
  const pieces: Buffer[] = []
  const onBody = (bytes: Buffer) => void pieces.push(Buffer.from(bytes))
  const { signal } = new AbortController()
  await pool.send({ method: 'GET', target: '/', headers: {}, signal, onBody, ...differences })
  return Buffer.concat(pieces)
}

/** A proxy that does as told with the connections that it is asked for. */
async function startProxy(onConnect: (socket: Socket, target: string) => unknown, isSecure = false): Promise<URL> {
  const proxy = isSecure
    ? createHttpsServer({ key: certificate.key, cert: certificate.certificate })
    : createHttpServer()
  proxy.on('connect', ({ url = '' }, socket: Socket) => {
    socket.on('error', () => {})
    onConnect(socket, url)
  })
  const url = new URL(`${isSecure ? 'https' : 'http'}://localhost:${await listen(proxy)}`)
  vi.stubEnv('HTTPS_PROXY', url.href)
  return url
}

/** Opens the tunnel; gives the connection to the server. */
function tunnel(socket: Socket, target: string): Socket {
  const [host = '', port] = target.split(':')
  const there = connect({ host, port: Number(port) })
  sockets.push(there.on('error', () => socket.destroy()))
  socket.write('HTTP/1.1 200 Connection established\r\nContent-Length: 0\r\n\r\n')
  socket.on('close', () => there.destroy())
  socket.pipe(there).pipe(socket)
  return there
}

const content = Buffer.from(Array.from({ length: 3 * mebibyte }, (_, index) => (index * 7919) >> 5))

describe('over TLS', () => {
  test.each([
    ['straight', false, false],
    ['through a proxy', true, false],
    ['through a proxy that is reached over TLS itself', true, true],
  ])(
    '%s, bytes arrive as they were sent, request after request over one connection',
    async (_way, isProxied, isSecure) => {
      const { port, count } = await startTls(saying(content))
      const targets: string[] = []
      if (isProxied)
        await startProxy((socket, target) => {
          targets.push(target)
          tunnel(socket, target)
        }, isSecure)
      const pool = poolAt(port)
      for (let round = 0; round < 3; round += 1) expect((await ask(pool)).equals(content)).toBe(true)
      expect(count()).toBe(1)
      expect(targets).toEqual(isProxied ? [`localhost:${port}`] : [])
    },
  )

  test('a large body that goes slowly does not stand still', { timeout: 30_000 }, async () => {
    const { port } = await startTls((socket) => readSlowly(socket, 64 * mebibyte, 3 * longStall))
    const sent = ask(poolAt(port, 'localhost', longStall), { method: 'PUT', body: Buffer.alloc(64 * mebibyte) })
    await expect(sent).resolves.toHaveLength(0)
  })

  test('a large body that nobody reads is given up', async () => {
    const { port } = await startTls((socket) => socket.pause())
    const sending = ask(poolAt(port, 'localhost', stall), { method: 'PUT', body: Buffer.alloc(64 * mebibyte) })
    await expect(sending).rejects.toMatchObject({ code: 'Stalled', wasAnswered: false })
  })

  test('the name of the server is sent, and HTTP/1.1 is spoken; an address is no name', async () => {
    const told: unknown[] = []
    const server = createTlsServer(
      { key: certificate.key, cert: certificate.certificate, ALPNProtocols: ['h2', 'http/1.1'] },
      (socket) => {
        told.push([(socket as TLSSocket & { servername?: string }).servername || undefined, socket.alpnProtocol])
        socket.on('data', () => socket.write(plain('x')))
      },
    )
    const port = await listen(server)
    await ask(poolAt(port))
    await ask(poolAt(port, '127.0.0.1'))
    expect(told).toEqual([
      ['localhost', 'http/1.1'],
      [undefined, 'http/1.1'],
    ])
  })

  test.each<[string, (socket: Socket) => unknown, RegExp]>([
    ['answers without TLS', (socket) => socket.once('data', () => socket.write(plain('x'))), /^(ERR_SSL|EPROTO)/],
    ['closes at once', (socket) => socket.end(), /^(ECONNRESET|CutShort|EPIPE)$/],
    ['closes within the handshake', (socket) => socket.once('data', () => socket.end()), /^(ECONNRESET|CutShort)$/],
    ['says nothing', () => {}, /^Stalled$/],
  ])('a server that %s is told by a code', async (_what, onConnection, code) => {
    const port = await listen(createServer(onConnection))
    const refused = await ask(poolAt(port, 'localhost', stall)).catch((error) => error)
    expect(refused).toBeInstanceOf(ConnectionLost)
    expect(refused.code).toMatch(code)
  })

  test('a connection that is cut in the middle of an answer is told', async () => {
    const { port } = await startTls((socket) =>
      socket.on('data', () => socket.write(plain('x'.repeat(9)).slice(0, -4), () => socket.destroy())),
    )
    await expect(ask(poolAt(port))).rejects.toMatchObject({ name: 'Error', wasAnswered: true })
  })
})

describe('a proxy', () => {
  test('whose answer is awaited is left when the request is told to stop', async () => {
    const stop = new AbortController()
    const closed = Promise.withResolvers<void>()
    await startProxy((socket) => {
      socket.on('end', () => closed.resolve()).resume()
      stop.abort(new Cancelled('stop'))
    })
    await expect(ask(poolAt(1), { signal: stop.signal })).rejects.toThrow(Cancelled)
    await closed.promise
  })

  test.each<[string, (socket: Socket, target: string) => unknown]>([
    [
      'opens the tunnel and resets it',
      (socket) => socket.write('HTTP/1.1 200 X\r\n\r\n', () => socket.resetAndDestroy()),
    ],
    ['opens the tunnel and closes it', (socket) => socket.end('HTTP/1.1 200 X\r\n\r\n')],
    [
      'opens the tunnel and resets it within the handshake',
      (socket) => {
        socket.write('HTTP/1.1 200 X\r\n\r\n')
        socket.once('data', () => socket.resetAndDestroy())
      },
    ],
    [
      'resets the tunnel in the middle of an answer',
      (socket, target) => tunnel(socket, target).on('data', () => setTimeout(() => socket.resetAndDestroy(), 100)),
    ],
  ])('that %s is told as a connection that was lost', async (_what, onConnect) => {
    const { port } = await startTls((socket) => socket.on('data', () => socket.write(plain('xxxx').slice(0, -1))))
    await startProxy(onConnect)
    await expect(ask(poolAt(port))).rejects.toBeInstanceOf(ConnectionLost)
  })

  test('that stands still when the tunnel is open is told as such', async () => {
    await startProxy((socket) => socket.write('HTTP/1.1 200 X\r\n\r\n'))
    await expect(ask(poolAt(1, 'localhost', stall))).rejects.toMatchObject({ code: 'Stalled' })
  })

  test('whose password has a percent sign of its own is told that password', async () => {
    const { port } = await startTls(saying('x'))
    const url = await startProxy(tunnel)
    const passwords: (string | undefined)[] = []
    opened.at(-1)?.on('connect', ({ headers }) => passwords.push(headers['proxy-authorization']))
    vi.stubEnv('HTTPS_PROXY', `http://me:100%@localhost:${url.port}`)
    expect(String(await ask(poolAt(port)))).toBe('x')
    expect(passwords).toEqual([`Basic ${Buffer.from('me:100%').toString('base64')}`])
  })

  test.each(['https_proxy', 'HTTPS_PROXY'])('is not used where %s is set and the host is exempt', async (name) => {
    const { port } = await startTls(saying('x'))
    vi.stubEnv(name, 'http://127.0.0.1:1')
    vi.stubEnv('NO_PROXY', `.example.com,localhost:${port}`)
    expect(String(await ask(poolAt(port)))).toBe('x')
  })
})

describe('a container behind a proxy', () => {
  const { signal } = new AbortController()
  const open = () =>
    openContainer(
      { accountName: 'account', containerName: 'box', url: 'https://account.blob.example.com/box' },
      { kind: 'sas', sas: 'sig=secret' },
      silentLog,
    )
  beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

  test.each<[string, (socket: Socket) => unknown, number, string, number]>([
    ['wants a password', (socket) => socket.end('HTTP/1.1 407 X\r\nContent-Length: 4\r\n\r\nbody'), 407, '', 1],
    ['forbids', (socket) => socket.end('HTTP/1.1 403 X\r\n\r\n'), 403, '', 1],
    ['cannot reach the service', (socket) => socket.end('HTTP/1.1 502 X\r\n\r\n'), 502, '', 6],
    ['speaks something else', (socket) => socket.end('220 mail\r\n\r\n'), 0, 'MalformedResponse', 6],
    ['closes', (socket) => socket.end(), 0, 'MalformedResponse', 6],
  ])('that %s says so, after as many tries as that is worth', async (_what, onConnect, status, code, tries) => {
    let asked = 0
    await startProxy((socket) => {
      asked += 1
      onConnect(socket)
    })
    const refused = await open()
      .probe('', signal)
      .catch((error) => error)
    expect(refused).toBeInstanceOf(BlobError)
    expect(refused).toMatchObject({ status, code })
    expect(asked).toBe(tries)
  })

  test('that is not there gets an error of the network', async () => {
    const gone = createServer()
    const port = await listen(gone)
    gone.close()
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${port}`)
    const refused = await open()
      .probe('', signal)
      .catch((error) => error)
    expect(refused).toBeInstanceOf(BlobError)
    expect(refused).toMatchObject({ status: 0, code: 'ECONNREFUSED' })
  })

  test('whose certificate is not trusted gets the code of TLS, at once', async () => {
    let asked = 0
    setDefaultCACertificates(trusted)
    await startProxy(() => {
      asked += 1
    }, true)
    const refused = await open()
      .probe('', signal)
      .catch((error) => error)
      .finally(() => setDefaultCACertificates([...trusted, certificate.authority]))
    expect(refused).toBeInstanceOf(BlobError)
    expect(refused.code).toMatch(/^(UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/)
    expect(asked).toBe(0)
  })
})

describe('a process', () => {
  test.each([
    ['over TLS', false],
    ['through a proxy', true],
  ])('is not kept alive by an idle connection %s', { timeout: 20_000 }, async (_way, isProxied) => {
    const { port, count } = await startTls(saying('kept'))
    const HTTPS_PROXY = isProxied ? (await startProxy(tunnel)).href : ''
    const program = new URL('ask-twice.ts', import.meta.url).pathname
    const child = spawn(process.execPath, ['--no-warnings', program, `https://localhost:${port}/`], {
      env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: certificate.authorityFile, HTTPS_PROXY },
    })
    const output = text(child.stdout)
    await once(child, 'close')
    expect(await output).toBe('kept\nkept\n')
    expect(count()).toBe(1)
  })
})
