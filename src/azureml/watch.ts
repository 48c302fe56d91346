import type { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning'
import type { Log } from '../report/index.ts'
import { clockSkew } from './clock.ts'

type PipelinePolicy = Parameters<AzureMachineLearningWorkspaces['pipeline']['addPolicy']>[0]
type PipelineResponse = Awaited<ReturnType<PipelinePolicy['sendRequest']>>

/** How often the clients of Azure's SDK send a request again: their own default, given to them so that both know it. */
export const retryOptions = { maxRetries: 3 }

/** What was seen last of a service. The sign-in library keeps to itself what the wire told. */
export interface Sightings {
  /** How far our clock is ahead, in milliseconds. */
  skew?: number | undefined
  /** HTTP status of the last answer, 0 where none came. */
  status?: number | undefined
  /** Why there was no answer that counts: a {@link ForeignAnswer}, a {@link LongWait}, or what the network said. */
  trouble?: unknown
}

/** A web page came in the place of the service's answer. */
export class ForeignAnswer extends Error {
  readonly status: number

  constructor(status: number) {
    super(`a web page instead of an answer, with status ${status}`)
    this.status = status
  }
}

/** The service asks for a wait that no job should sit through. */
export class LongWait extends Error {
  /** `2 hours` */
  readonly wait: string

  constructor(milliseconds: number) {
    super(`asked to wait ${milliseconds} ms`)
    this.wait = duration(milliseconds)
  }
}

/**
 * Watches each try of each request to a service, below the client's own retries: waits are told, waits of more than `longestWait`
 * milliseconds are refused (the client would sleep for hours without a word), and so are web pages, which the client takes for empty answers.
 */
export function watchPolicy(service: string, longestWait: number, log: Log, seen: Sightings = {}): PipelinePolicy {
  const tries = new WeakMap<object, number>()
  return {
    name: 'watch',
    async sendRequest(request, next) {
      const retries = tries.get(request) ?? 0
      tries.set(request, retries + 1)
      const isLast = retries >= retryOptions.maxRetries
      try {
        const response = await next(request)
        Object.assign(seen, {
          skew: clockSkew(response.headers.get('date')),
          status: response.status,
          trouble: undefined,
        })
        checkAnswer(response, longestWait, isLast)
        const wait = isLast ? undefined : describeWait(service, response)
        if (wait) log.info(`${wait}; trying again.`)
        return response
      } catch (error) {
        Object.assign(seen, { status: 0, trouble: error })
        if (!isLast && isBroken(error)) log.info(`${service} cannot be reached (${error.code}); trying again.`)
        throw error
      }
    },
  }
}

/** @throws ForeignAnswer, LongWait: none of them a RestError, so that the client does not try again */
function checkAnswer(response: PipelineResponse, longestWait: number, isLast: boolean): void {
  const wait = waitAsked(response)
  if (wait !== undefined && wait > longestWait) throw new LongWait(wait)
  const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false
  if (isPage && (isLast || !isFailing(response))) throw new ForeignAnswer(response.status)
}

/** Undefined for an answer that the client does not try again. */
function describeWait(service: string, response: PipelineResponse): string | undefined {
  const wait = waitAsked(response)
  if (wait !== undefined) return `${service} asks us to wait ${duration(wait)} (${response.status})`
  return isFailing(response) ? `${service} answered ${response.status}` : undefined
}

/** Milliseconds until the service wants to be asked again, in all the forms that the client knows. */
function waitAsked({ status, headers }: PipelineResponse): number | undefined {
  if (status !== 429 && status !== 503) return undefined
  const milliseconds = headers.get('retry-after-ms') ?? headers.get('x-ms-retry-after-ms')
  const after = headers.get('retry-after') ?? ''
  const wait = milliseconds ? Number(milliseconds) : after === '' ? Number.NaN : untilThen(after)
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

/** `Retry-After` holds seconds or a date. */
function untilThen(after: string): number {
  const seconds = Number(after)
  return Number.isNaN(seconds) ? Date.parse(after) - Date.now() : seconds * 1000
}

/** Trouble of the service's own, which the client tries again (`exponentialRetryStrategy` of its pipeline). */
function isFailing({ status }: PipelineResponse): boolean {
  return status === 408 || (status >= 500 && status !== 501 && status !== 505)
}

/** The network's codes that the client tries again (the same place). */
function isBroken(error: unknown): error is Error & { code: string } {
  const retried = ['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ENOTFOUND']
  return error instanceof Error && 'code' in error && retried.includes(String(error.code))
}

/** `12 s`, `15 minutes`, `2 hours`: rounded up. */
function duration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000)
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3600)} hours`
}
