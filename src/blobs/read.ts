import { BlobError } from './blob.ts'
import type { BlobContainer, ReadRequest } from './container.ts'
import type { Retries } from './retry.ts'

/**
 * Reads a stretch of a blob, going on behind the last byte received when the connection breaks, ends early or stalls.
 * Every request carries the same ETag, so bytes of two contents are never mixed.
 */
export async function readResuming(
  request: ReadRequest,
  retries: Retries,
  readOnce: (rest: ReadRequest) => Promise<void>,
): Promise<void> {
  const { name, offset, length, signal } = request
  let received = 0
  let failures = 0
  let since = performance.now()
  while (received < length) {
    const before = received
    const onBytes = (bytes: Uint8Array) => {
      if (received + bytes.byteLength > length) throw new BlobError(`read ${name}`, 0, 'TooManyBytes')
      request.onBytes(bytes)
      received += bytes.byteLength
    }
    try {
      await readOnce({ ...request, offset: offset + received, length: length - received, onBytes })
      if (received < length) throw new BlobError(`read ${name}`, 0, 'CutShort')
    } catch (error) {
      if (received > before) [failures, since] = [0, performance.now()]
      failures += 1
      await retries.pause(error, failures, since, signal)
    }
  }
}

/** A stretch of a blob in memory of its own. */
export async function readStretch(
  container: Pick<BlobContainer, 'read'>,
  request: Omit<ReadRequest, 'onBytes'>,
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(request.length)
  let filled = 0
  const onBytes = (piece: Uint8Array) => {
    bytes.set(piece, filled)
    filled += piece.byteLength
  }
  await container.read({ ...request, onBytes })
  return bytes
}
