import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** A server that is told what to say on each connection. */
export interface Wire {
  readonly url: URL
  /** Every connection so far. */
  readonly connections: Socket[]
  /** Every request, as it came, its body too. */
  readonly requests: string[]
  close(): Promise<void>
}

/** What is done with a request, which is the nth on its connection, from 0. */
export type Answer = (socket: Socket, nth: number, request: string) => unknown

/** Listens on a free port. A request is complete when its head and, by its Content-Length, its body are there. */
export async function startWire(answer: Answer, server: Server = createServer()): Promise<Wire> {
  const connections: Socket[] = []
  const requests: string[] = []
  server.on('connection', (socket) => connections.push(socket))
  const onConnection = (socket: Socket) => {
    let text = ''
    let nth = 0
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      const end = text.indexOf('\r\n\r\n') + 4
      if (end < 4) return
      const length = Number(/^content-length: (\d+)/im.exec(text.slice(0, end))?.[1] ?? 0)
      if (text.length < end + length) return
      const request = text.slice(0, end + length)
      text = text.slice(end + length)
      requests.push(request)
      void answer(socket, nth, request)
      nth += 1
    })
  }
  server.on('connection', onConnection)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    connections,
    requests,
    close: async () => {
      for (const socket of connections) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** An answer with a length. */
export function plain(body: string, headers = ''): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`
}
