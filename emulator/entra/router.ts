import { randomUUID } from 'node:crypto'
import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import { answer } from '../traffic.ts'
import type { AssertionCheck } from './assertions.ts'
import {
  badScope,
  EntraRefusal,
  noCredential,
  refusalResponse,
  unknownApplication,
  unknownResource,
  unknownTenant,
  unsupportedGrant,
  wrongSecret,
} from './errors.ts'
import type { Application, TokenIssuer } from './tokens.ts'

export interface Entra {
  /** Both the authority host and, for the emulator, the address of Resource Manager. */
  readonly url: string
  readonly tenantId: string
  /** By client id. */
  readonly applications: Map<string, Application>
  readonly tokens: TokenIssuer
  readonly checkAssertion: AssertionCheck
}

/** The resources that the tenant knows: Resource Manager under both of its names, storage, AzureML. */
const resources = ['https://management.azure.com', 'https://storage.azure.com', 'https://ml.azure.com']

/**
 * The part of Entra that an application signs in with: `/{tenant}/v2.0/.well-known/openid-configuration`,
 * `/{tenant}/discovery/v2.0/keys` and `POST /{tenant}/oauth2/v2.0/token`.
 */
export function entraRouter(entra: Entra): Router {
  const router = express.Router()
  router.get('/:tenant/v2.0/.well-known/openid-configuration', (request, response) => {
    checkTenant(entra, request.params.tenant, 'invalid_tenant')
    answer(response, { status: 200, body: openidConfiguration(entra) })
  })
  router.get('/:tenant/discovery/v2.0/keys', (request, response) => {
    checkTenant(entra, request.params.tenant, 'invalid_tenant')
    answer(response, { status: 200, body: { keys: [entra.tokens.publicKey] } })
  })
  const form = express.urlencoded({ extended: false, limit: '1mb' })
  router.post('/:tenant/oauth2/v2.0/token', form, async (request, response) => {
    checkTenant(entra, String(request.params.tenant), 'invalid_request')
    const { token, expiresIn } = await signIn(entra, request)
    const body = { token_type: 'Bearer', expires_in: expiresIn, ext_expires_in: expiresIn, access_token: token }
    answer(response, { status: 200, headers: { 'cache-control': 'no-store, no-cache' }, body })
  })
  router.use(refuse)
  return router
}

function openidConfiguration(entra: Entra) {
  const base = `${entra.url}/${entra.tenantId}`
  return {
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    response_types_supported: ['code'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
  }
}

function checkTenant(entra: Entra, tenant: string, error: string): void {
  if (tenant.toLowerCase() !== entra.tenantId) throw unknownTenant(tenant, error)
}

async function signIn(entra: Entra, request: Request): Promise<{ token: string; expiresIn: number }> {
  const field = formReader(request)
  if (field('grant_type') !== 'client_credentials') throw unsupportedGrant(field('grant_type'))
  const application = entra.applications.get(field('client_id').toLowerCase())
  if (!application) throw unknownApplication(field('client_id'), entra.tenantId)
  await checkCredential(entra, application, field)
  return entra.tokens.issue(application, audienceOf(entra, field('scope')))
}

async function checkCredential(entra: Entra, application: Application, field: (name: string) => string) {
  if (field('client_assertion')) return entra.checkAssertion(field('client_assertion'))
  if (!field('client_secret')) throw noCredential()
  if (field('client_secret') !== application.secret) throw wrongSecret(application.clientId)
}

/** `{resource}/.default`, and nothing else: an application signs in for all that it was granted on one resource. */
function audienceOf(entra: Entra, scope: string): string {
  const resource = scope
    .split(' ')
    .find((part) => part.endsWith('/.default'))
    ?.replace(/\/+\.default$/, '')
  if (!resource) throw badScope(scope)
  if (resource !== entra.url && !resources.includes(resource)) throw unknownResource(resource, entra.tenantId)
  return resource
}

function formReader(request: Request): (name: string) => string {
  const form: Record<string, unknown> = request.body ?? {}
  return (name) => (typeof form[name] === 'string' ? form[name] : '')
}

function refuse(error: unknown, request: Request, response: Response, next: NextFunction): void {
  const correlationId = request.get('client-request-id') ?? randomUUID()
  if (error instanceof EntraRefusal) answer(response, refusalResponse(error, correlationId))
  else next(error)
}
