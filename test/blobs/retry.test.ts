import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BlobError } from '../../src/blobs/index.ts'
import { retrying, watchRetries } from '../../src/blobs/retry.ts'
import { Cancelled } from '../../src/report/index.ts'
import { recordingLog } from '../report/helpers.ts'

// Vitest's clock turns the global timers only.
vi.mock('node:timers/promises', () => ({
  setTimeout: (milliseconds: number, _: undefined, { signal }: { signal: AbortSignal }) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds)
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
        reject(signal.reason)
      })
    }),
}))

const { signal } = new AbortController()

/** A request that fails with these errors, one after another, and then succeeds. */
function failing(...errors: readonly unknown[]) {
  let sent = 0
  const send = async () => {
    sent += 1
    if (sent <= errors.length) throw errors[sent - 1]
    return 'done'
  }
  return {
    send,
    get sent() {
      return sent
    },
  }
}

const refused = (status: number, code = 'Code', retryAfter?: number) =>
  new BlobError('put', status, code, { retryAfter })

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a request that failed', () => {
  test.each([
    [0, 'ECONNRESET'],
    [0, 'Stalled'],
    [0, 'EAI_AGAIN'],
    [408, 'RequestTimeout'],
    [429, 'TooManyRequests'],
    [500, 'InternalError'],
    [502, ''],
    [503, 'ServerBusy'],
    [504, ''],
  ])('with %i %s is sent again', async (status, code) => {
    const request = failing(refused(status, code), refused(status, code))
    const done = retrying(watchRetries('account', recordingLog()), signal, request.send)
    await vi.runAllTimersAsync()
    await expect(done).resolves.toBe('done')
    expect(request.sent).toBe(3)
  })

  test.each([
    [400, 'InvalidInput'],
    [401, 'InvalidAuthenticationInfo'],
    [403, 'AuthorizationFailure'],
    [404, 'BlobNotFound'],
    [409, 'BlobAlreadyExists'],
    [412, 'ConditionNotMet'],
    [0, 'ENOTFOUND'],
    [0, 'SELF_SIGNED_CERT_IN_CHAIN'],
    [0, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [0, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('with %i %s is not', async (status, code) => {
    const request = failing(refused(status, code))
    const done = retrying(watchRetries('account', recordingLog()), signal, request.send)
    await expect(done).rejects.toMatchObject({ status, code })
    expect(request.sent).toBe(1)
  })

  test('because of a bug is not sent again', async () => {
    const request = failing(new TypeError('x'))
    await expect(retrying(watchRetries('account', recordingLog()), signal, request.send)).rejects.toThrow(TypeError)
    expect(request.sent).toBe(1)
  })

  test.each([
    ['a broken connection', refused(0, 'ECONNRESET'), 6],
    ['trouble of the service', refused(500), 6],
    ['an account that is throttled', refused(503), 15],
  ])('is given up in the end: %s', async (_, error, tries) => {
    const request = failing(...Array.from({ length: 50 }, () => error))
    const done = retrying(watchRetries('account', recordingLog()), signal, request.send)
    done.catch(() => {})
    await vi.runAllTimersAsync()
    await expect(done).rejects.toBe(error)
    expect(request.sent).toBe(tries)
  })

  test('waits as long as the service asks for', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const request = failing(refused(503, 'ServerBusy', 7))
    const retries = watchRetries('account', recordingLog())
    const done = retrying(retries, signal, request.send)
    await vi.advanceTimersByTimeAsync(6999)
    expect([request.sent, retries.waiting]).toEqual([1, 1])
    await vi.advanceTimersByTimeAsync(1)
    await done
    expect([request.sent, retries.waiting]).toEqual([2, 0])
  })

  test('is given up before ten minutes are over, however few tries that were', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const error = refused(503, 'ServerBusy', 250)
    const request = failing(...Array.from({ length: 50 }, () => error))
    const start = performance.now()
    const done = retrying(watchRetries('account', recordingLog()), signal, request.send)
    done.catch(() => {})
    await vi.runAllTimersAsync()
    await expect(done).rejects.toBe(error)
    expect([request.sent, performance.now() - start]).toEqual([3, 500_000])
  })

  test('counts how often it was asked for less', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const retries = watchRetries('account', recordingLog())
    const done = retrying(retries, signal, failing(refused(503), refused(429), refused(500), refused(0)).send)
    await vi.runAllTimersAsync()
    await done
    expect(retries.throttled).toBe(2)
  })

  test('waits longer from time to time, and never for more than half a minute', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const request = failing(...Array.from({ length: 9 }, () => refused(503)))
    const sentAt: number[] = []
    const done = retrying(watchRetries('account', recordingLog()), signal, () => {
      sentAt.push(performance.now())
      return request.send()
    })
    await vi.runAllTimersAsync()
    await done
    const pauses = sentAt.slice(1).map((time, index) => time - (sentAt[index] ?? 0))
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000])
  })

  test('ends with the signal’s reason while it waits', async () => {
    const stop = new AbortController()
    const retries = watchRetries('account', recordingLog())
    const done = retrying(retries, stop.signal, failing(refused(503, '', 60)).send)
    done.catch(() => {})
    await vi.advanceTimersByTimeAsync(1000)
    stop.abort(new Cancelled('stop'))
    await expect(done).rejects.toThrow(Cancelled)
    expect(retries.waiting).toBe(0)
  })
})

test('retries are told, but not each', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1)
  const log = recordingLog()
  const retries = watchRetries('account', log)
  const pause = (error: unknown) => void retries.pause(error, 1, performance.now(), signal)
  for (let count = 0; count < 100; count += 1) pause(refused(503, 'ServerBusy', 12))
  expect(log.lines).toEqual([
    'info: Storage account "account" asks us to slow down (503 ServerBusy); trying again in 13 s.',
  ])
  await vi.advanceTimersByTimeAsync(30_000)
  pause(refused(0, 'ECONNRESET'))
  await vi.advanceTimersByTimeAsync(30_000)
  pause(refused(500, 'InternalError'))
  expect(log.lines.slice(1)).toEqual([
    'info: The connection to storage account "account" broke (ECONNRESET); trying again in 1 s.',
    'info: Storage account "account" has trouble of its own (500 InternalError); trying again in 1 s.',
  ])
})
