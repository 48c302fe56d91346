import { BlobError } from './blob.ts'
import type { ReadRequest } from './container.ts'
import type { Retries } from './retry.ts'

/** A connection that brings no byte for so long is dead, though TCP does not know it yet. */
const stallMilliseconds = 30_000

/**
 * Reads a stretch of a blob, going on behind the last byte received when the connection breaks, ends early or stalls.
 * Every request carries the same ETag, so bytes of two contents are never mixed.
 */
export async function readResuming(
  request: ReadRequest,
  retries: Retries,
  readOnce: (rest: ReadRequest) => Promise<void>,
): Promise<void> {
  let received = 0
  let fruitless = 0
  while (received < request.length) {
    const before = received
    try {
      await readWatched(request, received, readOnce, (count) => {
        received += count
      })
      if (received < request.length) throw new BlobError(`read ${request.name}`, 0, 'CutShort')
    } catch (error) {
      fruitless = received > before ? 1 : fruitless + 1
      await retries.pause(error, fruitless, request.signal)
    }
  }
}

/** One request for what is still missing, given up when nothing arrives any more. */
async function readWatched(
  request: ReadRequest,
  received: number,
  readOnce: (rest: ReadRequest) => Promise<void>,
  count: (bytes: number) => void,
): Promise<void> {
  const stall = new AbortController()
  let receiverFailed: { error: unknown } | undefined
  const giveUp = () => stall.abort(new BlobError(`read ${request.name}`, 0, 'Stalled'))
  const watchdog = setTimeout(giveUp, stallMilliseconds)
  try {
    await readOnce({
      ...request,
      offset: request.offset + received,
      length: request.length - received,
      signal: AbortSignal.any([request.signal, stall.signal]),
      onBytes: async (bytes) => {
        watchdog.refresh()
        const size = bytes.byteLength
        try {
          await request.onBytes(bytes)
        } catch (error) {
          receiverFailed = { error }
          throw error
        }
        count(size)
      },
    })
  } catch (error) {
    // What the receiver of the bytes has to say (a full disk) is no trouble of the connection.
    throw receiverFailed ? receiverFailed.error : error
  } finally {
    clearTimeout(watchdog)
  }
}
