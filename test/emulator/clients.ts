import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning'
import { ClientSecretCredential } from '@azure/identity'
import type { Emulator } from '../../emulator/index.ts'

/** Makes this process trust the emulator, as NODE_EXTRA_CA_CERTS does for one that starts. */
export function trust(emulator: Emulator): void {
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(emulator.certificateFile, 'utf8')])
}

export function credential(emulator: Emulator, secret = emulator.clientSecret): ClientSecretCredential {
  return new ClientSecretCredential(emulator.tenantId, emulator.clientId, secret, {
    authorityHost: emulator.url,
    disableInstanceDiscovery: true,
  })
}

export function machineLearning(emulator: Emulator): AzureMachineLearningWorkspaces {
  return new AzureMachineLearningWorkspaces(credential(emulator), emulator.subscriptionId, { endpoint: emulator.url })
}

export async function armToken(emulator: Emulator, scope = `${emulator.url}/.default`): Promise<string> {
  return (await credential(emulator).getToken(scope)).token
}

/** Every field that an answer of Resource Manager may have; a test that reads one that is not there fails. */
export interface ArmBody {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly properties: Record<string, unknown>
  readonly systemData: { readonly createdAt: string }
  readonly value: ArmBody[]
  readonly nextLink: string
  readonly error: {
    readonly code: string
    readonly message: string
    readonly additionalInfo: { readonly type: string; readonly info: { readonly value: unknown } }[]
  }
}

/** The same for Entra's token endpoint. */
export interface EntraBody {
  readonly error: string
  readonly error_codes: number[]
  readonly error_description: string
  readonly access_token: string
}

export interface Answer<Body> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

export function workspacePath(emulator: Emulator, rest = ''): string {
  const { subscriptionId, resourceGroup, workspace } = emulator
  const provider = 'providers/Microsoft.MachineLearningServices/workspaces'
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/${provider}/${workspace}${rest}`
}

export interface ArmCall {
  readonly method?: string
  readonly token?: string
  readonly body?: unknown
}

/** One request to Resource Manager as it goes over the wire, with an ARM token and an api-version unless told otherwise. */
export async function arm(emulator: Emulator, path: string, call: ArmCall = {}): Promise<Answer<ArmBody>> {
  const token = call.token ?? (await armToken(emulator))
  const version = path.includes('api-version=') ? '' : `${path.includes('?') ? '&' : '?'}api-version=2022-10-01`
  const response = await fetch(`${emulator.url}${path}${version}`, {
    method: call.method ?? 'GET',
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), 'content-type': 'application/json' },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

/** A form to Entra's token endpoint: a sign-in with the secret, changed by `fields`. */
export async function signIn(
  emulator: Emulator,
  fields: Record<string, string>,
  tenant = emulator.tenantId,
): Promise<Answer<EntraBody>> {
  const form = { grant_type: 'client_credentials', client_id: emulator.clientId, scope: `${emulator.url}/.default` }
  const body = new URLSearchParams({ ...form, ...fields })
  const response = await fetch(`${emulator.url}/${tenant}/oauth2/v2.0/token`, { method: 'POST', body })
  return { status: response.status, headers: response.headers, body: (await response.json()) as EntraBody }
}

/** One request to the blob front door, with the path exactly as given. */
export function blob(
  emulator: Emulator,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  const url = new URL(emulator.storage.url)
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const sent = { host: url.hostname, port: url.port, path, method, headers: { ...length, ...headers } }
    const message = request(sent, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() })
      })
    })
    message.on('error', reject).end(body)
  })
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
