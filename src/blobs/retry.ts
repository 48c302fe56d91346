import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../report/index.ts'
import { BlobError } from './blob.ts'

/** How often in a row a request may fail before we give up; with the pauses between, a quarter of a minute on average. */
const mostTries = 6
/** An account that asks us to slow down is there, and will answer: some minutes on average. */
const mostThrottledTries = 15
/** Tries in a row that bring nothing end after so many milliseconds, however few they were: the service may ask for long pauses. */
const longestRow = 10 * 60_000
const firstPause = 500
const longestPause = 30_000
/** A line about retries is printed so often at the most. */
const tellingInterval = 30_000

/** Looks after the requests to one container that have to be sent again. */
export interface Retries {
  /** Requests that wait to be sent again, right now. */
  readonly waiting: number
  /** How often the service has asked for fewer requests. */
  readonly throttled: number
  /**
   * Waits before the next try: as long as the service asked for, else an exponential pause with full jitter.
   * @param failures how often in a row it has failed, from 1
   * @param since when the first of them began, on the clock of `performance.now`
   * @throws the error itself where another try is pointless, or were one too many; the signal's reason
   */
  pause(error: unknown, failures: number, since: number, signal: AbortSignal): Promise<void>
}

/** @param account for the log */
export function watchRetries(account: string, log: Log): Retries {
  let waiting = 0
  let throttled = 0
  let lastTold = Number.NEGATIVE_INFINITY
  const tell = (error: BlobError, pause: number) => {
    if (performance.now() - lastTold < tellingInterval) return
    lastTold = performance.now()
    log.info(`${describe(error, account)}; trying again${pause < 1000 ? '' : ` in ${Math.round(pause / 1000)} s`}.`)
  }
  return {
    get waiting() {
      return waiting
    },
    get throttled() {
      return throttled
    },
    pause: async (error, failures, since, signal) => {
      if (error instanceof BlobError && isThrottled(error)) throttled += 1
      if (!isTransient(error) || failures >= (isThrottled(error) ? mostThrottledTries : mostTries)) throw error
      const pause = pauseAfter(error, failures)
      if (performance.now() + pause - since > longestRow) throw error
      tell(error, pause)
      waiting += 1
      try {
        await sleep(pause, undefined, { signal })
      } catch {
        throw signal.reason
      } finally {
        waiting -= 1
      }
    },
  }
}

/** Sends a request until it succeeds or another try is pointless. It has to be one that may be sent twice. */
export async function retrying<T>(retries: Retries, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  const since = performance.now()
  for (let failures = 1; ; failures += 1) {
    try {
      return await request()
    } catch (error) {
      await retries.pause(error, failures, since, signal)
    }
  }
}

/** A name that does not exist and a certificate that is not trusted stay so; everything else about a connection may pass. */
function isTransient(error: unknown): error is BlobError {
  if (!(error instanceof BlobError)) return false
  if (error.status === 0) return !/^(ENOTFOUND|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(error.code)
  return [408, 500, 502, 504].includes(error.status) || isThrottled(error)
}

/** Milliseconds. Full jitter, also behind what the service asks for, so that not all requests come back in the same moment. */
function pauseAfter({ retryAfter }: BlobError, failures: number): number {
  if (retryAfter !== undefined) return retryAfter * 1000 + Math.random() * firstPause
  return Math.random() * Math.min(longestPause, firstPause * 2 ** failures)
}

function isThrottled({ status }: BlobError): boolean {
  return status === 503 || status === 429
}

function describe(error: BlobError, account: string): string {
  const answer = `${error.status || ''} ${error.code || 'no answer'}`.trim()
  if (isThrottled(error)) return `Storage account "${account}" asks us to slow down (${answer})`
  if (error.status === 0) return `The connection to storage account "${account}" broke (${answer})`
  return `Storage account "${account}" has trouble of its own (${answer})`
}
