import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import { names } from '../names.ts'

type Quota = 'reads' | 'writes' | 'deletes'

/** Resource Manager's headers: correlation, routing, and how many requests of a kind the subscription has left. */
export function commonHeaders(): RequestHandler {
  const left: Record<Quota, number> = { reads: 12_000, writes: 1_200, deletes: 15_000 }
  return (request, response, next) => {
    const quota = quotaOf(request.method)
    left[quota] = Math.max(0, left[quota] - 1)
    const correlation = request.get('x-ms-correlation-request-id') ?? randomUUID()
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
    response.set({
      [`x-ms-ratelimit-remaining-subscription-${quota}`]: String(left[quota]),
      'x-ms-correlation-request-id': correlation,
      'x-ms-request-id': correlation,
      'x-ms-routing-request-id': `${names.location.toUpperCase()}:${time}:${correlation}`,
      'x-ms-response-type': 'standard',
      'x-aml-cluster': 'emulator-01',
      'x-request-time': '0.010',
      'request-context': 'appId=cid-v1:emulator',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'cache-control': 'no-cache',
    })
    next()
  }
}

/** listSecrets is a POST, and counts as a write. */
function quotaOf(method: string): Quota {
  if (method === 'GET' || method === 'HEAD') return 'reads'
  return method === 'DELETE' ? 'deletes' : 'writes'
}
