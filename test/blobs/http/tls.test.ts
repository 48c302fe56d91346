import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer as createProxy, type Server as ProxyServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Certificate, makeCertificate } from '../../../emulator/certificate.ts'
import { plain } from './wire.ts'

let folder: string
let certificate: Certificate
let server: Server
/** Whether each TLS connection resumed an earlier session. */
const resumed: boolean[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tls-'))
  certificate = await makeCertificate(folder)
  server = createServer({ key: certificate.key, cert: certificate.certificate }, (socket: TLSSocket) => {
    resumed.push(socket.isSessionReused())
    socket.on('error', () => {})
    socket.on('data', () => socket.write(plain('secret', 'Connection: close\r\n')))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  resumed.length = 0
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

const portOf = (listening: { address(): unknown }) => (listening.address() as AddressInfo).port

/** What two requests bring, in a process of its own: Node reads the authorities that it trusts when it starts. */
async function ask(host: string, environment: Record<string, string> = {}, port = portOf(server)): Promise<string[]> {
  const program = new URL('ask-twice.ts', import.meta.url).pathname
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, ['--no-warnings', program, `https://${host}:${port}/`], {
    env: { PATH, NODE_EXTRA_CA_CERTS: certificate.authorityFile, ...environment },
  })
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  return output.trim().split('\n')
}

describe('a server with https', () => {
  test('is reached by name and by address, with the authorities of NODE_EXTRA_CA_CERTS, and sessions are resumed', async () => {
    expect(await ask('127.0.0.1')).toEqual(['secret', 'secret'])
    expect(await ask('localhost')).toEqual(['secret', 'secret'])
    expect(resumed).toEqual([false, true, false, true])
  })

  test('whose authority is not known is refused', async () => {
    const [first] = await ask('localhost', { NODE_EXTRA_CA_CERTS: '' })
    expect([
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'SELF_SIGNED_CERT_IN_CHAIN',
    ]).toContain(first)
  })

  test('that has the certificate of another name is refused', async () => {
    const other = createServer({ key: certificate.key, cert: certificate.certificate }).listen(0, '127.0.0.2')
    await once(other, 'listening')
    expect((await ask('127.0.0.2', {}, portOf(other)))[0]).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    other.close()
  })
})

describe('behind a proxy', () => {
  let proxy: ProxyServer
  const asked: { target: string; password: string | undefined }[] = []
  type Connect = (socket: Socket, target: string) => void

  const through: Connect = (socket, target) => {
    const [host = '', port] = target.split(':')
    const there = connect({ host, port: Number(port) }, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(there).pipe(socket)
    })
    there.on('error', () => socket.destroy())
  }
  async function start(onConnect: Connect): Promise<string> {
    asked.length = 0
    proxy = createProxy()
    proxy.on('connect', ({ url = '', headers }, socket: Socket) => {
      socket.on('error', () => {})
      asked.push({ target: url, password: headers['proxy-authorization'] })
      onConnect(socket, url)
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    return `http://user%40corp:p%3Ass@127.0.0.1:${portOf(proxy)}`
  }
  afterEach(() => proxy.close())

  test('it is reached through a tunnel, with the password of the proxy, and its certificate is checked all the same', async () => {
    const HTTPS_PROXY = await start(through)
    expect(await ask('localhost', { HTTPS_PROXY })).toEqual(['secret', 'secret'])
    const password = `Basic ${Buffer.from('user@corp:p:ss').toString('base64')}`
    expect(asked).toEqual(Array(2).fill({ target: `localhost:${portOf(server)}`, password }))
    expect((await ask('localhost', { HTTPS_PROXY, NODE_EXTRA_CA_CERTS: '' }))[0]).toMatch(/^(UNABLE|SELF_SIGNED)/)
  })

  test('it is reached without, where NO_PROXY names it', async () => {
    const HTTPS_PROXY = await start(through)
    expect(await ask('localhost', { HTTPS_PROXY, NO_PROXY: 'elsewhere,localhost' })).toEqual(['secret', 'secret'])
    expect(asked).toEqual([])
  })

  test.each<[string, Connect, string]>([
    [
      'wants a password',
      (socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
      'ProxyRefusal 407',
    ],
    ['cannot reach the server', (socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'), 'ProxyRefusal 502'],
    ['closes', (socket) => socket.end(), 'MalformedResponse'],
    ['speaks something else', (socket) => socket.end('220 mail\r\n\r\n'), 'MalformedResponse'],
    ['does not answer', () => {}, 'Stalled'],
  ])('that %s, that is told', async (_what, onConnect, expected) => {
    const HTTPS_PROXY = await start(onConnect)
    expect((await ask('localhost', { HTTPS_PROXY }))[0]).toBe(expected)
  })
})

test('an idle connection does not keep a process alive', async () => {
  const started = performance.now()
  expect(await ask('localhost')).toHaveLength(2)
  expect(performance.now() - started).toBeLessThan(15_000)
  expect(await readFile(new URL('ask-twice.ts', import.meta.url), 'utf8')).not.toContain('process.exit')
})
