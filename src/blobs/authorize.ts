import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { AccessToken } from '@azure/core-auth'
import type { ContainerCredential } from './container.ts'
import type { Method } from './http/connection.ts'

/** A request before it is signed. Its path is percent-encoded, its query not yet. */
export interface UnsignedRequest {
  readonly method: Method
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** All but `Host`. */
  readonly headers: Readonly<Record<string, string>>
  /** Bytes of the body. */
  readonly length: number
}

/** What has to be added so that the service knows who asks. */
export interface Proof {
  readonly headers: Readonly<Record<string, string>>
  /** Query, percent-encoded, without `?` or `&` in front. */
  readonly query: string
}

/** Proves who we are, request by request. */
export interface Authorizer {
  prove(request: UnsignedRequest): Proof | Promise<Proof>
  /** The service refused a proof (401). Returns whether there is another one by now. */
  renew(refused: Proof): Promise<boolean>
}

const storageScope = 'https://storage.azure.com/.default'
/** A token that lasts no longer than this is asked for anew. */
const tokenReserve = 2 * 60_000

export function authorizerOf(accountName: string, credential: ContainerCredential): Authorizer {
  switch (credential.kind) {
    case 'account-key':
      // Made once: of bytes, a key would be made for every request, which costs more than the signature.
      return sharedKey(accountName, createSecretKey(credential.accountKey, 'base64'))
    case 'sas':
      return { prove: () => ({ headers: {}, query: credential.sas }), renew: async () => false }
    case 'token':
      return bearer(credential.token)
  }
}

/** learn.microsoft.com, "Authorize with Shared Key", for version 2015-02-21 and later. */
function sharedKey(accountName: string, key: KeyObject): Authorizer {
  const prove = ({ method, path, query, headers, length }: UnsignedRequest): Proof => {
    const value = (name: string) => headers[name] ?? ''
    const text = [
      method,
      ...['', ''], // Content-Encoding, Content-Language
      length > 0 ? String(length) : '',
      value('Content-MD5'),
      value('Content-Type'),
      ...['', ''], // Date, since x-ms-date is given, and If-Modified-Since
      value('If-Match'),
      value('If-None-Match'),
      ...['', ''], // If-Unmodified-Since, Range
      ...Object.keys(headers)
        .filter((name) => name.startsWith('x-ms-'))
        .sort()
        .map((name) => `${name}:${value(name)}`),
      `/${accountName}${path}`,
      ...Object.keys(query)
        .sort()
        .map((name) => `${name}:${query[name] ?? ''}`),
    ].join('\n')
    const signature = createHmac('sha256', key).update(text, 'utf8').digest('base64')
    return { headers: { Authorization: `SharedKey ${accountName}:${signature}` }, query: '' }
  }
  return { prove, renew: async () => false }
}

/** Claims that ask for nothing, but make the sign-in library go to Entra instead of into its own store. */
const freshToken = { claims: '{"access_token":{"xms_cc":{"values":["cp1"]}}}' }

function bearer(credential: (ContainerCredential & { kind: 'token' })['token']): Authorizer {
  let current: AccessToken | undefined
  /** The request for a token that is under way: everybody waits for the same. */
  let asked: Promise<AccessToken> | undefined
  const getToken = async (options?: typeof freshToken): Promise<AccessToken> => {
    const token = await credential.getToken(storageScope, options)
    if (!token) throw new Error('the credential gave no token for storage')
    current = token
    return token
  }
  const ask = (how: () => Promise<AccessToken>): Promise<AccessToken> => {
    asked ??= how().finally(() => {
      asked = undefined
    })
    return asked
  }
  const proof = ({ token }: AccessToken): Proof => ({ headers: { Authorization: `Bearer ${token}` }, query: '' })
  const isProof = (token: AccessToken, { headers }: Proof) =>
    proof(token).headers.Authorization === headers.Authorization
  const another = async (refused: Proof): Promise<AccessToken> => {
    const stored = await getToken()
    // Some sign-ins (the Azure CLI) know no other than the one they have stored; then that is all there is.
    return isProof(stored, refused) ? getToken(freshToken).catch(() => stored) : stored
  }
  return {
    prove: () => {
      if (!asked && current && current.expiresOnTimestamp - Date.now() > tokenReserve) return proof(current)
      return ask(getToken).then(proof)
    },
    renew: async (refused) => {
      // Of many requests that were under way with the old token, the first renews it for all.
      if (current && !isProof(current, refused)) return true
      return !isProof(await ask(() => another(refused)), refused)
    },
  }
}
