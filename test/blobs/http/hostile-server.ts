import type { Socket } from 'node:net'
import type { BlobContainer, ContainerCredential } from '../../../src/blobs/index.ts'
import { openContainer } from '../../../src/blobs/index.ts'
import type { Log } from '../../../src/report/index.ts'
import { silentLog } from '../../report/helpers.ts'
import { startWire, type Wire } from './wire.ts'

/** A request as it arrived. */
export interface Arrived {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What is written, or done, when a request has come. */
export type Reply = string | ((socket: Socket, request: Arrived) => unknown)

/** A blob service over plain HTTP that says what it is told to. */
export interface HostileService {
  readonly wire: Wire
  /** All requests so far. */
  readonly asked: readonly Arrived[]
  open(credential?: ContainerCredential, log?: Log): BlobContainer
}

/** @param replies to one request after another; the last one for all that follow */
export async function startHostileService(...replies: readonly Reply[]): Promise<HostileService> {
  const asked: Arrived[] = []
  const wire = await startWire((socket, _, text) => {
    const reply = replies[Math.min(asked.length, replies.length - 1)] ?? ''
    const request = arrived(text)
    asked.push(request)
    if (typeof reply === 'string') socket.write(reply, 'latin1')
    else reply(socket, request)
  })
  const location = { accountName: 'account', containerName: 'box', url: `${wire.url}account/box` }
  return {
    wire,
    asked,
    open: (credential = { kind: 'sas', sas: 'sig=secret' }, log = silentLog) =>
      openContainer(location, credential, log),
  }
}

function arrived(text: string): Arrived {
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const [method = '', target = ''] = first.split(' ')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return { method, target, headers: Object.fromEntries(headers), body: text.slice(end + 4) }
}

/** An answer with a length, unless the headers give another. */
export function answer(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): string {
  const lines = Object.entries({ 'Content-Length': String(body.length), ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return `HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n${body}`
}

/** An answer in one chunk for each text. */
export function chunked(
  status: number,
  headers: Readonly<Record<string, string>>,
  ...texts: readonly string[]
): string {
  const lines = Object.entries({ 'Transfer-Encoding': 'chunked', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  const chunks = texts.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`)
  return `HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n${chunks.join('')}0\r\n\r\n`
}

/** Reads a little now and then for so many milliseconds, then as it comes, and answers when it has so many bytes and the head. */
export function readSlowly(socket: Socket, bytes: number, milliseconds: number): void {
  const until = performance.now() + milliseconds
  let left = bytes
  socket.on('error', () => {})
  socket.on('data', (piece) => {
    left -= piece.length
    if (left <= 0) socket.end(answer(201))
    else if (performance.now() < until) {
      socket.pause()
      setTimeout(() => socket.resume(), 5)
    }
  })
}
