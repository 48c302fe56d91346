import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BlobError, type ReadRequest } from '../../src/blobs/index.ts'
import { readResuming } from '../../src/blobs/read.ts'
import { watchRetries } from '../../src/blobs/retry.ts'
import { Cancelled } from '../../src/report/index.ts'
import { silentLog } from '../report/helpers.ts'

const read = (request: ReadRequest, readOnce: (rest: ReadRequest) => Promise<void>) =>
  readResuming(request, watchRetries('account', silentLog), readOnce)
const broken = () => new BlobError('read', 0, 'ECONNRESET')

/** A read of bytes 100 to 109 that collects what it gets. */
function reading(signal: AbortSignal = new AbortController().signal) {
  const received: number[] = []
  const request: ReadRequest = {
    name: 'f',
    etag: '0x1',
    offset: 100,
    length: 10,
    signal,
    onBytes: (bytes) => void received.push(...bytes),
  }
  return { request, received }
}

/** What each request asked for, with what it got before it ended as told. */
function server(...answers: readonly { readonly bytes: number; readonly error?: unknown }[]) {
  const asked: { offset: number; length: number; etag: string }[] = []
  const readOnce = async ({ offset, length, etag, onBytes }: ReadRequest) => {
    const answer = answers[asked.length] ?? answers.at(-1) ?? { bytes: 0 }
    asked.push({ offset, length, etag })
    const bytes = Math.min(answer.bytes, length)
    for (let index = 0; index < bytes; index += 1) await onBytes(Uint8Array.of(offset + index))
    if (answer.error) throw answer.error
  }
  return { asked, readOnce }
}

const whole = [100, 101, 102, 103, 104, 105, 106, 107, 108, 109]

// The pauses between two tries are random; here they are none.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))
afterEach(() => void vi.restoreAllMocks())

describe('a read', () => {
  test('that comes whole is one request', async () => {
    const { request, received } = reading()
    const { asked, readOnce } = server({ bytes: 10 })
    await read(request, readOnce)
    expect(received).toEqual(whole)
    expect(asked).toEqual([{ offset: 100, length: 10, etag: '0x1' }])
  })

  test('that is cut goes on behind the last byte, with the same ETag', async () => {
    const { request, received } = reading()
    const { asked, readOnce } = server({ bytes: 4, error: broken() }, { bytes: 1, error: broken() }, { bytes: 10 })
    await read(request, readOnce)
    expect(received).toEqual(whole)
    expect(asked).toEqual([
      { offset: 100, length: 10, etag: '0x1' },
      { offset: 104, length: 6, etag: '0x1' },
      { offset: 105, length: 5, etag: '0x1' },
    ])
  })

  test('that ends early without an error goes on too', async () => {
    const { request, received } = reading()
    const { asked, readOnce } = server({ bytes: 7 }, { bytes: 10 })
    await read(request, readOnce)
    expect(received).toEqual(whole)
    expect(asked).toHaveLength(2)
  })

  test('that breaks behind the last byte is complete', async () => {
    const { request, received } = reading()
    const { asked, readOnce } = server({ bytes: 10, error: broken() })
    await read(request, readOnce)
    expect([received, asked.length]).toEqual([whole, 1])
  })

  test('is given up after six tries in a row that brought nothing', async () => {
    const { request } = reading()
    const { asked, readOnce } = server({ bytes: 3, error: broken() }, { bytes: 0, error: broken() })
    await expect(read(request, readOnce)).rejects.toMatchObject({ status: 0, code: 'ECONNRESET' })
    expect(asked).toHaveLength(6)
  })

  test('is given up where the service answers with nothing again and again', async () => {
    const { request } = reading()
    await expect(read(request, server({ bytes: 0 }).readOnce)).rejects.toMatchObject({ code: 'CutShort' })
  })

  test('goes on for as long as each few tries bring a byte', async () => {
    const { request, received } = reading()
    const nothing = { bytes: 0, error: broken() }
    const round = [nothing, nothing, nothing, nothing, { bytes: 1, error: broken() }]
    const { asked, readOnce } = server(...Array.from({ length: 10 }, () => round).flat())
    await read(request, readOnce)
    expect(received).toEqual(whole)
    expect(asked).toHaveLength(50)
  })

  test.each([412, 404, 403, 401, 409])('that the service refuses with %i is not tried again', async (status) => {
    const { request } = reading()
    const { asked, readOnce } = server(
      { bytes: 2, error: broken() },
      { bytes: 0, error: new BlobError('read', status, 'X') },
    )
    await expect(read(request, readOnce)).rejects.toMatchObject({ status })
    expect(asked).toHaveLength(2)
  })

  test('whose bytes cannot be taken is not tried again: that is no matter of the network', async () => {
    const { request } = reading()
    const { asked, readOnce } = server({ bytes: 10 })
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    const onBytes = () => {
      throw full
    }
    await expect(read({ ...request, onBytes }, readOnce)).rejects.toBe(full)
    expect(asked).toHaveLength(1)
  })
})

describe('a read that is told to stop ends with the reason', () => {
  test('while bytes come', async () => {
    const stop = new AbortController()
    const { request } = reading(stop.signal)
    const done = read(request, async (rest) => {
      stop.abort(new Cancelled('stop'))
      throw rest.signal.reason
    })
    await expect(done).rejects.toThrow(Cancelled)
  })

  test('while it waits for its next try', async () => {
    vi.mocked(Math.random).mockReturnValue(1)
    const stop = new AbortController()
    const { request } = reading(stop.signal)
    const done = read(request, async () => {
      setTimeout(() => stop.abort(new Cancelled('stop')), 5)
      throw broken()
    })
    await expect(done).rejects.toThrow(Cancelled)
  })
})
