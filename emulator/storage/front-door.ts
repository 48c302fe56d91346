import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import type { TokenIssuer } from '../entra/tokens.ts'
import { answer, describe, record, type Traffic } from '../traffic.ts'
import { accessRefusal, type StorageAccess } from './access.ts'
import { correction } from './corrections.ts'
import { sendFaulty } from './faults.ts'
import { blobOperation } from './operation.ts'

export interface FrontDoor {
  handle(message: IncomingMessage, response: ServerResponse): Promise<void>
  close(): void
}

export interface FrontDoorOptions {
  readonly azuritePort: number
  /** The certificate authority that Azurite's certificate is from. */
  readonly authority: string
  readonly access: StorageAccess
  readonly tokens: TokenIssuer
  readonly traffic: Traffic
}

/** Headers that belong to one connection, not to the request. */
const hopByHop = ['connection', 'keep-alive', 'proxy-connection', 'expect', 'upgrade']

/**
 * What stands in front of Azurite: records each request, lets a test intercept it, asks the account's switches, and
 * streams the rest through. Path, query and headers stay byte for byte as they were sent, or signatures would break.
 */
export function makeFrontDoor(options: FrontDoorOptions): FrontDoor {
  const agent = new Agent({ keepAlive: true, ca: options.authority })
  return {
    handle: async (message, response) => {
      try {
        await handle(options, agent, message, response)
      } catch {
        // Azurite or the client went away: to the other side that is a broken connection, as it would be on the wire.
        response.destroy()
      }
    },
    close: () => agent.destroy(),
  }
}

async function handle(options: FrontDoorOptions, agent: Agent, message: IncomingMessage, response: ServerResponse) {
  const operation = blobOperation(message.method ?? 'GET', message.url ?? '/', 'x-ms-copy-source' in message.headers)
  const request = describe('blob', message, operation)
  record(options.traffic, request, response)
  const intercepted = await options.traffic.intercept.blob?.(request)
  if (intercepted && 'status' in intercepted) return answer(response, intercepted)
  const refusal = accessRefusal(options.access, options.tokens, request, message.headers.authorization ?? '')
  if (refusal) return answer(response, refusal)
  const answered = await forward(options.azuritePort, agent, message, response)
  const corrected = correction(request, answered)
  if (corrected) {
    answered.resume()
    return answer(response, corrected)
  }
  response.writeHead(answered.statusCode ?? 502, withoutHopByHop(answered.rawHeaders))
  if (intercepted) await sendFaulty(intercepted, answered, response)
  else await pipeline(answered, response)
}

async function forward(port: number, agent: Agent, message: IncomingMessage, response: ServerResponse) {
  const upstream = httpsRequest({
    agent,
    host: '127.0.0.1',
    port,
    method: message.method,
    path: message.url,
    headers: withoutHopByHop(message.rawHeaders),
  })
  response.once('close', () => {
    // A client that left before its answer was complete; after a complete one the connection to Azurite is kept.
    if (!response.writableFinished) upstream.destroy()
  })
  const answered = once(upstream, 'response')
  // What goes wrong with the request body shows in the response that does not come.
  pipeline(message, upstream).catch(() => {})
  const [first] = await answered
  return first as IncomingMessage
}

function withoutHopByHop(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, index) => {
    const name = rawHeaders[index - (index % 2)] ?? ''
    return !hopByHop.includes(name.toLowerCase())
  })
}
