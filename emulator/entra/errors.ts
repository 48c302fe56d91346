import { randomUUID } from 'node:crypto'
import type { CannedResponse } from '../traffic.ts'

/** A refusal with an AADSTS number, the way Entra's token endpoint words it. */
export class EntraRefusal extends Error {
  readonly status: number
  readonly error: string
  readonly number: number

  constructor(status: number, error: string, number: number, text: string) {
    super(text)
    this.status = status
    this.error = error
    this.number = number
  }
}

/** The body that MSAL takes apart: `error`, `error_description` with the AADSTS number first, `error_codes`. */
export function refusalResponse(refusal: EntraRefusal, correlationId: string): CannedResponse {
  const timestamp = new Date()
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z')
  const trace = randomUUID()
  const tail = `Trace ID: ${trace} Correlation ID: ${correlationId} Timestamp: ${timestamp}`
  return {
    status: refusal.status,
    headers: { 'x-ms-request-id': trace, 'cache-control': 'no-store, no-cache' },
    body: {
      error: refusal.error,
      error_description: `AADSTS${refusal.number}: ${refusal.message} ${tail}`,
      error_codes: [refusal.number],
      timestamp,
      trace_id: trace,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${refusal.number}`,
    },
  }
}

/** No directory of that id. */
export const unknownTenant = (tenant: string, error: string) =>
  new EntraRefusal(
    400,
    error,
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. ` +
      'Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.',
  )

/** No application of that client id in the directory. */
export const unknownApplication = (clientId: string, tenant: string) =>
  new EntraRefusal(
    400,
    'unauthorized_client',
    700016,
    `Application with identifier '${clientId}' was not found in the directory '${tenant}'. This can happen if the application ` +
      'has not been installed by the administrator of the tenant or consented to by any user in the tenant. ' +
      'You may have sent your authentication request to the wrong tenant.',
  )

/** A client secret that is not this application’s. */
export const wrongSecret = (clientId: string) =>
  new EntraRefusal(
    401,
    'invalid_client',
    7000215,
    'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client ' +
      `secret ID, for a secret added to app '${clientId}'.`,
  )

/** Neither a secret nor an assertion. */
export const noCredential = () =>
  new EntraRefusal(
    401,
    'invalid_client',
    7000218,
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  )

/** An application signs in with `client_credentials` alone. */
export const unsupportedGrant = (grant: string) =>
  new EntraRefusal(400, 'unsupported_grant_type', 70003, `The app requested an unsupported grant type '${grant}'.`)

/** A scope that does not end in `/.default`. */
export const badScope = (scope: string) =>
  new EntraRefusal(
    400,
    'invalid_scope',
    70011,
    "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not " +
      `valid. The scope ${scope} is not valid.`,
  )

/** A resource that the directory does not know. */
export const unknownResource = (resource: string, tenant: string) =>
  new EntraRefusal(
    400,
    'invalid_resource',
    500011,
    `The resource principal named ${resource} was not found in the tenant named ${tenant}. This can happen if the application ` +
      'has not been installed by the administrator of the tenant or consented to by any user in the tenant. ' +
      'You might have sent your authentication request to the wrong tenant.',
  )
