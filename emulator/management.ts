import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express'
import { managerError } from './arm/errors.ts'
import { armAction } from './arm/resource.ts'
import { answer, describe, record, type Service, type Traffic } from './traffic.ts'

/** The services that share one address: Resource Manager, Entra, GitHub's id tokens, and AzureML's run history. */
export interface Services {
  readonly arm: RequestHandler
  readonly entra: RequestHandler
  readonly oidc: RequestHandler
  readonly history: RequestHandler
}

/** Sends each request to its service, after it was recorded and a test's intercept let it pass. */
export function managementApp(services: Services, traffic: Traffic): RequestHandler {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use('/subscriptions', express.json({ limit: '4mb', type: () => true, strict: false }))
  app.use(async (request: Request, response: Response, next: NextFunction) => {
    const service = serviceOf(request.path)
    const described = describe(service, request, operationOf(service, request), request.body)
    record(traffic, described, response)
    const canned = await traffic.intercept[service]?.(described)
    if (canned && 'status' in canned) return answer(response, canned)
    services[service](request, response, next)
  })
  app.use(notFound)
  app.use(failed)
  return app
}

function serviceOf(path: string): Exclude<Service, 'blob'> {
  const [first] = path.split('/').filter(Boolean)
  if (first?.toLowerCase() === 'subscriptions') return 'arm'
  if (first === 'discovery' || first === 'history') return 'history'
  return first === '_github' ? 'oidc' : 'entra'
}

function operationOf(service: Service, request: Request): string {
  return service === 'arm' ? armAction(request.method, request.path) : (request.path.split('/').at(-1) ?? '')
}

function notFound(_request: Request, response: Response): void {
  answer(response, { status: 404, body: managerError(404, 'NotFound', 'There is nothing at this address.').body })
}

/** Express wants all four parameters, or it takes this for an ordinary handler. */
function failed(error: unknown, _request: Request, response: Response, _next: NextFunction): void {
  const message = error instanceof Error ? error.message : String(error)
  const isBadBody = error instanceof SyntaxError
  const { body } = isBadBody
    ? managerError(
        400,
        'InvalidRequestContent',
        `The request content was invalid and could not be deserialized: '${message}'.`,
      )
    : managerError(500, 'InternalServerError', `The emulator failed: ${message}`)
  answer(response, { status: isBadBody ? 400 : 500, body })
}
