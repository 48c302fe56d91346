import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { FaultyResponse } from '../traffic.ts'

/** Sends a body on, with what a test wants to be wrong about it. The headers have left already, and promise the whole body. */
export async function sendFaulty(fault: FaultyResponse, body: Readable, response: ServerResponse): Promise<void> {
  if ('throttle' in fault) return pipeline(body, throttle(fault.throttle), response)
  if ('corrupt' in fault) return pipeline(body, corrupt, response)
  const bytes = 'cut' in fault ? fault.cut : 'truncate' in fault ? fault.truncate : fault.stall
  const write = promisify((piece: Buffer, sent: (error?: Error | null) => void) => response.write(piece, sent))
  response.flushHeaders()
  // Each piece is waited for until it has left: a socket that is destroyed forgets what it still holds.
  for await (const piece of firstBytes(body, bytes)) await write(piece)
  if ('cut' in fault) response.socket?.destroy()
  else if ('truncate' in fault) response.socket?.end()
  if (!response.closed) await once(response, 'close')
}

async function* firstBytes(body: AsyncIterable<Buffer>, count: number) {
  let left = count
  for await (const chunk of body) {
    if (left > 0) yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}

async function* corrupt(body: AsyncIterable<Buffer>) {
  let isFirst = true
  for await (const chunk of body) {
    const sent = isFirst ? Buffer.from(chunk) : chunk
    if (isFirst) sent[0] = (sent[0] ?? 0) ^ 1
    isFirst = false
    yield sent
  }
}

function throttle(bytesPerSecond: number) {
  const slice = Math.max(1, Math.floor(bytesPerSecond / 20))
  return async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      for (let start = 0; start < chunk.length; start += slice) {
        const piece = chunk.subarray(start, start + slice)
        yield piece
        await sleep((piece.length / bytesPerSecond) * 1000)
      }
    }
  }
}
