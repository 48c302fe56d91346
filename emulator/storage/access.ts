import type { TokenIssuer } from '../entra/tokens.ts'
import type { CannedResponse, EmulatorRequest } from '../traffic.ts'
import {
  deniedRefusal,
  firewallRefusal,
  keyAccessRefusal,
  publicAccessRefusal,
  roleRefusal,
  signatureRefusal,
  tokenRefusal,
} from './errors.ts'

/** The switches of the storage account. */
export interface StorageAccess {
  /** false: the account takes neither its key nor a SAS made with it. */
  keyAccess: boolean
  /** What roles the signed-in application has on the account's blobs. */
  bearerAccess: 'write' | 'read' | 'none'
  /** true: the firewall knows nobody's address. */
  firewall: boolean
  /** Operations (`Put Blob`) that are answered by 403, each with its code (`AuthorizationPermissionMismatch`). */
  readonly denied: Map<string, string>
}

const reads = ['GET', 'HEAD', 'OPTIONS']

/**
 * Why the account refuses a request before looking at its signature, or undefined. The signatures of keys and SAS are
 * left to Azurite; tokens are checked here, for Azurite takes any that looks like one.
 */
export function accessRefusal(
  access: StorageAccess,
  tokens: TokenIssuer,
  request: EmulatorRequest,
  authorization: string,
): CannedResponse | undefined {
  const denied = access.denied.get(request.operation)
  if (denied !== undefined) return deniedRefusal(denied)
  if (access.firewall) return firewallRefusal()
  if (request.credential === 'None') return publicAccessRefusal()
  if (request.credential === 'Bearer') return bearerRefusal(access, tokens, request, authorization)
  if (!access.keyAccess) return keyAccessRefusal()
  return request.credential === 'Sas' ? expiryRefusal(request.query) : undefined
}

function bearerRefusal(
  access: StorageAccess,
  tokens: TokenIssuer,
  request: EmulatorRequest,
  authorization: string,
): CannedResponse | undefined {
  const token = tokens.find(authorization.replace(/^Bearer +/, ''))
  if (!token) return tokenRefusal('Signature validation failed. Signature key not found.')
  if (token.audience !== 'https://storage.azure.com') {
    return tokenRefusal('Audience validation failed. Audience did not match.')
  }
  if (token.expiresAt.getTime() <= Date.now()) return tokenRefusal('Lifetime validation failed. The token is expired.')
  const allowed = access.bearerAccess === 'write' || (access.bearerAccess === 'read' && reads.includes(request.method))
  return allowed ? undefined : roleRefusal()
}

/** The service tells an expired SAS by its text, where Azurite answers as if a firewall had refused. */
function expiryRefusal({ st, se }: EmulatorRequest['query']): CannedResponse | undefined {
  const now = Date.now()
  const started = st === undefined || Date.parse(st) <= now
  const ended = se !== undefined && Date.parse(se) <= now
  if (started && !ended) return undefined
  const frame = `Start [${http(st)}] - Expiry [${http(se)}] - Current [${new Date(now).toUTCString()}]`
  return signatureRefusal(`Signature not valid in the specified time frame: ${frame}`)
}

const http = (time: string | undefined) => (time === undefined ? '' : new Date(time).toUTCString())
