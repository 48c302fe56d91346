import type { Socket } from 'node:net'
import { dial, type Origin, openTunnel, ProxyRefusal } from './dial.ts'
import { MalformedResponse, type ResponseHead, type ResponseReader, readResponse } from './response.ts'

export type Method = 'GET' | 'HEAD' | 'PUT' | 'DELETE'

/** A request, and who gets its answer. */
export interface HttpRequest {
  readonly method: Method
  /** Path and query, percent-encoded. */
  readonly target: string
  /** Without `Host` and `Content-Length`. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | undefined
  readonly signal: AbortSignal
  /** Gets the head before the body. What it throws ends the request. */
  readonly onHead?: (head: ResponseHead) => void
  /** Gets the body in order; the bytes are valid only until it returns. What it throws ends the request. */
  readonly onBody?: (bytes: Buffer) => void
}

/** A connection that carries one request after another. */
export interface Connection {
  /** Whether it may be used again, as far as is known. */
  readonly isUsable: boolean
  /** Sends a request and resolves when the answer is complete. Rejects with {@link ConnectionLost} and whatever a receiver throws. */
  send(request: HttpRequest): Promise<ResponseHead>
  close(): void
}

/** The connection could not be made, broke, or stood still. */
export class ConnectionLost extends Error {
  /** The system's or TLS's code (`ECONNRESET`), `Stalled`, or `CutShort` where it was closed before the answer was complete. */
  readonly code: string
  /** Whether some of the answer had come: if not, a server that closes idle connections may never have seen the request. */
  readonly wasAnswered: boolean

  constructor(code: string, wasAnswered: boolean, options?: ErrorOptions) {
    super(`connection lost: ${code}`, options)
    this.code = code
    this.wasAnswered = wasAnswered
  }
}

interface Exchange {
  readonly reader: ResponseReader
  readonly settle: (error?: unknown) => void
  wasAnswered: boolean
}

/** Opens a connection; one that moves no byte in either direction for `stallMilliseconds`, while a request is under way, is given up. */
export async function connect(origin: Origin, stallMilliseconds: number, signal: AbortSignal): Promise<Connection> {
  let exchange: Exchange | undefined
  const onBytes = (bytes: Buffer) => {
    if (!exchange) return void socket.destroy() // an answer that nobody asked for
    exchange.wasAnswered = true
    try {
      exchange.reader.push(bytes)
    } catch (error) {
      exchange?.settle(error)
      socket.destroy()
    }
  }
  const tunnel = origin.proxy
    ? await openTunnel(origin.proxy, origin, stallMilliseconds, signal).catch((error) => {
        throw asLost(error, signal)
      })
    : undefined
  const socket = dial(origin, tunnel, onBytes)
  let failure: ConnectionLost | undefined
  const lose = (code: string, cause?: unknown) => {
    failure ??= new ConnectionLost(code, false, { cause })
    exchange?.settle(new ConnectionLost(code, exchange.wasAnswered, { cause }))
    socket.destroy()
  }
  socket.on('error', (error: NodeJS.ErrnoException) => lose(error.code ?? error.message, error))
  socket.on('close', () => {
    if (exchange && !exchange.reader.close()) lose('CutShort')
  })
  socket.on('timeout', () => lose('Stalled'))

  const exchangeOver = async (request: HttpRequest): Promise<ResponseHead> => {
    request.signal.throwIfAborted()
    if (failure) throw failure // it came before anything was asked
    const { promise, resolve, reject } = Promise.withResolvers<ResponseHead>()
    let head: ResponseHead | undefined
    let isSent = false
    const stop = () => {
      exchange?.settle(request.signal.reason)
      socket.destroy()
    }
    const settle = (error?: unknown) => {
      exchange = undefined
      request.signal.removeEventListener('abort', stop)
      if (head && error === undefined) resolve(head)
      else reject(error)
    }
    const reader = readResponse(
      {
        onHead: (answered) => {
          head = answered
          request.onHead?.(answered)
        },
        onBody: (bytes) => request.onBody?.(bytes),
        onEnd: (reusable) => {
          // An answer that comes before all was sent leaves the rest of the body in the way of the next request.
          if (reusable && isSent) rest(socket)
          else socket.destroy()
          settle()
        },
      },
      request.method === 'HEAD',
    )
    write(socket, origin, request, () => {
      isSent = true
    })
    exchange = { reader, settle, wasAnswered: false }
    request.signal.addEventListener('abort', stop, { once: true })
    socket.ref()
    socket.setTimeout(stallMilliseconds)
    return promise
  }
  return {
    get isUsable() {
      return exchange === undefined && !socket.destroyed && socket.readyState !== 'closed'
    },
    send: exchangeOver,
    close: () => void socket.destroy(),
  }
}

/** What the network says on the way to the proxy; what the proxy says stays as it is. */
function asLost(error: NodeJS.ErrnoException, { aborted }: AbortSignal): Error {
  if (aborted || error instanceof ProxyRefusal || error instanceof MalformedResponse) return error
  return new ConnectionLost(error.code ?? error.message, false, { cause: error })
}

/** An idle connection neither keeps the process alive nor counts as stalled. */
function rest(socket: Socket): void {
  socket.setTimeout(0)
  socket.unref()
}

/** So much of a body is written at a time: each piece that leaves is a sign of life, also over TLS, and needs memory once more. */
const pieceBytes = 128 * 1024

function write(
  socket: Socket,
  { authority }: Origin,
  { method, target, headers, body }: HttpRequest,
  onSent: () => void,
): void {
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${authority}`]
  for (const name in headers) lines.push(`${name}: ${headers[name]}`)
  if (method === 'PUT') lines.push(`Content-Length: ${body?.byteLength ?? 0}`)
  // A line end in a value would begin a header, or a request, of somebody else's making.
  // So would a character whose lower byte is one.
  if (lines.some((line) => /[^\t\x20-\x7e\x80-\xff]/.test(line))) throw new Error('a line end in the head of a request')
  const head = `${lines.join('\r\n')}\r\n\r\n`
  socket.cork() // a small body leaves with the head
  socket.write(head, 'latin1')
  let start = 0
  const next = (error?: Error | null) => {
    if (error || socket.destroyed) return
    if (!body || start >= body.byteLength) return onSent()
    socket.write(body.subarray(start, start + pieceBytes), next)
    start += pieceBytes
  }
  next()
  socket.uncork()
}
