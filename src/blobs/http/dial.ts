import { isIP, connect as netConnect, type Socket } from 'node:net'
import { createSecureContext, type SecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls'
import { getProxyForUrl } from 'proxy-from-env'
import { MalformedResponse, type ResponseHead, readResponse } from './response.ts'

/** Where requests go, and what connections to it share. */
export interface Origin {
  readonly isSecure: boolean
  readonly host: string
  readonly port: number
  /** For the `Host` header. */
  readonly authority: string
  /** The proxy that `HTTPS_PROXY` and `NO_PROXY` name for it; plain http goes straight. */
  readonly proxy: URL | undefined
  /** Made once, as it reads all authorities that Node trusts. */
  readonly secureContext: SecureContext | undefined
  /** The last TLS session that the server gave, to resume. */
  session: Buffer | undefined
}

/** A proxy did not open the tunnel. */
export class ProxyRefusal extends Error {
  readonly code = 'ProxyRefusal'
  readonly status: number

  constructor(status: number) {
    super(`the proxy answered ${status}`)
    this.status = status
  }
}

export function originOf(url: URL): Origin {
  const isSecure = url.protocol === 'https:'
  const proxy = isSecure ? getProxyForUrl(url.href) : ''
  return {
    isSecure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (isSecure ? 443 : 80),
    authority: url.host,
    proxy: proxy === '' ? undefined : new URL(proxy),
    secureContext: isSecure ? createSecureContext() : undefined,
    session: undefined,
  }
}

/** Bytes that one system call can bring. A TLS record is never longer than 16 KiB; plain connections gain from more. */
const readBufferBytes = { tls: 64 * 1024, plain: 256 * 1024 }

/**
 * Opens a connection whose bytes land in one buffer: no stream, and no copy. `onBytes` gets them, valid only until it returns. The connection is given
 * before it is made; what is written meanwhile waits. Who calls it has to listen for `error` at once: some come in the same turn. The server's certificate is checked as Node does it, with the authorities of NODE_EXTRA_CA_CERTS.
 */
export function dial(origin: Origin, tunnel: Socket | undefined, onBytes: (bytes: Buffer) => void): Socket {
  const { host, port, isSecure } = origin
  const onread = {
    buffer: Buffer.allocUnsafeSlow(isSecure ? readBufferBytes.tls : readBufferBytes.plain),
    callback: (count: number, buffer: Uint8Array) => {
      onBytes((buffer as Buffer).subarray(0, count))
      return true
    },
  }
  if (!isSecure) return netConnect({ host, port, noDelay: true, onread })
  const socket = tlsConnect({
    ...(tunnel ? { socket: tunnel } : { host, port }),
    ...(isIP(host) ? {} : { servername: host }),
    ...(origin.session ? { session: origin.session } : {}),
    ...(origin.secureContext ? { secureContext: origin.secureContext } : {}),
    host,
    ALPNProtocols: ['http/1.1'],
    // Its type leaves it out, but a TLS socket is a socket: node:net, `onread`.
    ...{ onread },
  })
  // Over another socket there is no `onread` (node:tls ignores it), but there is the stream.
  if (tunnel) socket.on('data', onBytes)
  socket.setNoDelay(true)
  return rememberSession(origin, socket)
}

function rememberSession(origin: Origin, socket: TLSSocket): TLSSocket {
  socket.on('session', (session) => {
    origin.session = session
  })
  // A session that led to a refusal must not spoil the next connection too.
  socket.once('error', () => {
    origin.session = undefined
  })
  return socket
}

/** A connection through a proxy: `CONNECT host:port` (RFC 9110, section 9.3.6), with the password that the proxy's URL has. */
export async function openTunnel(
  proxy: URL,
  origin: Origin,
  stallMilliseconds: number,
  signal: AbortSignal,
): Promise<Socket> {
  const target = `${bracketed(origin.host)}:${origin.port}`
  const host = proxy.hostname.replace(/^\[|\]$/g, '')
  const isSecure = proxy.protocol === 'https:'
  const port = Number(proxy.port) || (isSecure ? 443 : 80)
  const socket = isSecure
    ? tlsConnect({ host, port, ...(isIP(host) ? {} : { servername: host }) })
    : netConnect({ host, port, noDelay: true })
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${proxyPassword(proxy)}\r\n`, 'latin1')
  try {
    const { status } = await headOf(socket, stallMilliseconds, signal)
    if (status < 200 || status > 299) throw new ProxyRefusal(status)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

function proxyPassword({ username, password }: URL): string {
  if (username === '') return ''
  const pair = `${decoded(username)}:${decoded(password)}`
  return `Proxy-Authorization: Basic ${Buffer.from(pair).toString('base64')}\r\n`
}

/** People write passwords with a percent sign of its own into variables. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The head of the proxy's answer. No byte of the tunnel is read: the server speaks only when it is spoken to. */
function headOf(socket: Socket, stallMilliseconds: number, signal: AbortSignal): Promise<ResponseHead> {
  const { promise, resolve, reject } = Promise.withResolvers<ResponseHead>()
  const reader = readResponse({ onHead: resolve, onBody: () => {}, onEnd: () => {} })
  const onData = (bytes: Buffer) => {
    try {
      reader.push(bytes)
    } catch (error) {
      reject(error)
    }
  }
  const onClose = () => reject(new MalformedResponse('the proxy closed the connection'))
  const onStall = () => reject(Object.assign(new Error('the proxy does not answer'), { code: 'Stalled' }))
  socket.on('data', onData).once('error', reject).once('close', onClose)
  socket.setTimeout(stallMilliseconds, onStall)
  const onStop = () => reject(signal.reason)
  signal.addEventListener('abort', onStop)
  return promise.finally(() => {
    signal.removeEventListener('abort', onStop)
    socket.off('data', onData).off('error', reject).off('close', onClose).off('timeout', onStall)
    socket.setTimeout(0).pause()
  })
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host
}
