import { type Connection, ConnectionLost, connect, type HttpRequest } from './connection.ts'
import { type Origin, originOf } from './dial.ts'
import type { ResponseHead } from './response.ts'

/** Connections to one server, kept open between requests. There are as many as requests were under way at one time. */
export interface Pool {
  /**
   * Sends a request over an idle connection, or a new one, and resolves when the answer is complete.
   * @throws ConnectionLost, ProxyRefusal, MalformedResponse, the signal's reason, and whatever a receiver of the answer throws
   */
  send(request: HttpRequest): Promise<ResponseHead>
}

interface IdleConnection {
  readonly connection: Connection
  /** When the server may close it, on the clock of `performance.now`. */
  readonly until: number
}

/** Servers and the balancers before them close idle connections after a minute or more; ours are not kept for so long. */
const idleMilliseconds = 30_000

/** @param url of the server; path and query do not count */
export function openPool(url: URL, stallMilliseconds: number): Pool {
  const origin: Origin = originOf(url)
  const idle: IdleConnection[] = []
  const takeIdle = (): Connection | undefined => {
    // The one that was used last: the others may be left to grow old.
    for (let last = idle.pop(); last; last = idle.pop()) {
      if (last.connection.isUsable && performance.now() < last.until) return last.connection
      last.connection.close()
    }
    return undefined
  }
  const sendOver = async (connection: Connection, request: HttpRequest): Promise<ResponseHead> => {
    try {
      const head = await connection.send(request)
      if (connection.isUsable) idle.push({ connection, until: performance.now() + keptFor(head) })
      return head
    } catch (error) {
      connection.close()
      throw error
    }
  }
  return {
    send: async (request) => {
      request.signal.throwIfAborted()
      const known = takeIdle()
      if (known) {
        try {
          return await sendOver(known, request)
        } catch (error) {
          // The server had closed it, as it may; that is no failure, and says nothing about a new one.
          if (!(error instanceof ConnectionLost) || error.wasAnswered || error.code === 'Stalled') throw error
        }
      }
      return sendOver(await connect(origin, stallMilliseconds, request.signal), request)
    },
  }
}

/** `Keep-Alive: timeout=5` (RFC 2068, section 19.7.1) counts from the answer; a second is left for the way. */
function keptFor({ headers }: ResponseHead): number {
  const seconds = Number(/timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1] ?? Number.NaN)
  return Number.isNaN(seconds) ? idleMilliseconds : Math.min(idleMilliseconds, (seconds - 1) * 1000)
}
