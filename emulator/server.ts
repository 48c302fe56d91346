import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificate } from './certificate.ts'

export interface LocalServer {
  readonly server: Server
  readonly port: number
  close(): Promise<void>
}

/**
 * Listens on the loopback interface, and on no other: whoever reaches an emulator can sign in to it. The caller adds the
 * `request` listener in the same turn as it learns the port, before any request can be read.
 */
export async function listenLocally(certificate: Certificate, port: number): Promise<LocalServer> {
  const server = createServer({ cert: certificate.certificate, key: certificate.key })
  // A test may hold a request for minutes, and a client may keep an idle connection for as long as it likes: closing
  // either from this side would show up as a network error that the real service would not have made.
  server.requestTimeout = 0
  server.keepAliveTimeout = 600_000
  server.headersTimeout = 0
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port, close: () => close(server) }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
