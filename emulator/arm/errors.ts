import { randomUUID } from 'node:crypto'
import { names } from '../names.ts'
import type { CannedResponse } from '../traffic.ts'

/** A refusal by Resource Manager or by AzureML behind it, with the body that the client sees. */
export class ArmRefusal extends Error {
  readonly status: number
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, message: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** Resource Manager's own errors are short: a code and a message. */
export function managerError(
  status: number,
  code: string,
  message: string,
  headers?: Record<string, string>,
): ArmRefusal {
  return new ArmRefusal(status, message, { error: { code, message } }, headers)
}

/** Resource Manager's 429, for a test to answer with: so many requests that the next may come after so many seconds, or at that date. */
export function throttling(retryAfter: number | string): CannedResponse {
  const message = `The request is being throttled. Please try after '${retryAfter}' seconds.`
  const headers = { 'retry-after': String(retryAfter) }
  return { status: 429, headers, body: { error: { code: 'SubscriptionRequestsThrottled', message } } }
}

/** AzureML's errors: the code is `UserError` for nearly every mistake; what it was is told by the status and the inner error. */
export function workspaceError(status: number, message: string, innerCode: string): ArmRefusal {
  const additionalInfo = [
    info('ComponentName', 'managementfrontend'),
    info('Correlation', { operation: hex(), request: hex().slice(0, 16) }),
    info('Environment', names.location),
    info('Location', names.location),
    info('Time', new Date().toISOString().replace('Z', '0000+00:00')),
    info('InnerError', { code: innerCode, innerError: null }),
  ]
  const error = { code: 'UserError', message, details: [], additionalInfo }
  return new ArmRefusal(status, message, { error }, { 'x-ms-response-type': 'error' })
}

/** 404: no such datastore, asset, version, job. */
export const notFound = (message: string) => workspaceError(404, message, 'NotFoundError')
/** 400: a name, type, URI or parameter that AzureML does not take. */
export const badRequest = (message: string) => workspaceError(400, message, 'BadArgument')
/** 409: what is registered cannot be changed. */
export const conflict = (message: string) => workspaceError(409, message, 'ImmutableSetting')

const info = (type: string, value: unknown) => ({ type, info: { value } })
const hex = () => randomUUID().replaceAll('-', '')
