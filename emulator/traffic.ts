import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

export type Service = 'arm' | 'entra' | 'oidc' | 'blob' | 'history'
/** How a request proved who it is. */
export type Credential = 'SharedKey' | 'Sas' | 'Bearer' | 'None'

export interface EmulatorRequest {
  readonly service: Service
  readonly method: string
  /** The path as it was sent, still percent-encoded. */
  readonly path: string
  /** Decoded query parameters; a SAS signature is left out. */
  readonly query: Readonly<Record<string, string>>
  /** All headers but Authorization. */
  readonly headers: IncomingHttpHeaders
  readonly credential: Credential
  /** The ARM action (`Microsoft.MachineLearningServices/workspaces/read`), or the name of the REST operation (`Put Block`). */
  readonly operation: string
  /** The JSON body of an ARM request. */
  readonly body?: unknown
}

export interface RecordedRequest extends EmulatorRequest {
  readonly arrivedAt: Date
  /** Undefined until the response has begun to leave. */
  status: number | undefined
}

/** Answers in place of the service. A body that is neither a string nor a Buffer is sent as JSON. */
export interface CannedResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Lets a blob request through, and its response back with something wrong about it. Bytes are those of the body. */
export type FaultyResponse =
  /** No more than so many bytes a second. */
  | { readonly throttle: number }
  /** The connection breaks behind so many bytes. */
  | { readonly cut: number }
  /** The connection is closed in good order behind so many bytes, though the headers promise more. */
  | { readonly truncate: number }
  /** Nothing comes behind so many bytes, until the client goes away. */
  | { readonly stall: number }
  /** One bit of the first byte is another one; the length is right. */
  | { readonly corrupt: true }

/** Looks at a request, holds it for as long as its promise takes, and lets it pass with undefined. */
export type Intercept<Answer = CannedResponse> = (
  request: EmulatorRequest,
) => Promise<Answer | undefined> | Answer | undefined

/** What stands between the clients and each service. Nothing by default; may be set and removed at any time. */
export interface Intercepts {
  arm?: Intercept | undefined
  entra?: Intercept | undefined
  oidc?: Intercept | undefined
  history?: Intercept | undefined
  blob?: Intercept<CannedResponse | FaultyResponse> | undefined
}

export interface Traffic {
  readonly requests: RecordedRequest[]
  readonly intercept: Intercepts
}

/** Records a request at once, so that a test sees one that is held, and notes the status when the response leaves. */
export function record(traffic: Traffic, request: EmulatorRequest, response: ServerResponse): void {
  const recorded: RecordedRequest = { ...request, arrivedAt: new Date(), status: undefined }
  traffic.requests.push(recorded)
  const writeHead = response.writeHead
  response.writeHead = ((status: number, ...rest: unknown[]) => {
    recorded.status = status
    return Reflect.apply(writeHead, response, [status, ...rest])
  }) as typeof writeHead
}

/** Sends a canned response. */
export function answer(response: ServerResponse, canned: CannedResponse): void {
  const { body = '' } = canned
  const raw = typeof body === 'string' || Buffer.isBuffer(body)
  const content = raw ? body : JSON.stringify(body)
  const type = raw ? {} : { 'content-type': 'application/json; charset=utf-8' }
  const length = { 'content-length': String(Buffer.byteLength(content)) }
  response.writeHead(canned.status, { ...type, ...length, ...canned.headers })
  response.end(content)
}

/** Describes a request for the record, without what would give away a secret. */
export function describe(
  service: Service,
  message: IncomingMessage,
  operation: string,
  body?: unknown,
): EmulatorRequest {
  const url = new URL(message.url ?? '/', 'https://localhost')
  const { authorization, ...headers } = message.headers
  const signed = url.searchParams.has('sig')
  url.searchParams.delete('sig')
  return {
    service,
    method: message.method ?? 'GET',
    path: (message.url ?? '/').split('?', 1)[0] ?? '/',
    query: Object.fromEntries(url.searchParams),
    headers,
    credential: credentialOf(authorization, signed),
    operation,
    ...(body === undefined ? {} : { body }),
  }
}

function credentialOf(authorization: string | undefined, signed: boolean): Credential {
  if (authorization?.startsWith('Bearer ')) return 'Bearer'
  if (authorization?.startsWith('SharedKey ')) return 'SharedKey'
  return signed ? 'Sas' : 'None'
}
