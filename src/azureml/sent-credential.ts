import type { TokenCredential } from '@azure/core-auth'
import type { ContainerCredential } from '../blobs/index.ts'
import type { Log } from '../report/index.ts'
import type { Cloud } from './cloud.ts'
import { entraOptions, type Identity } from './credentials.ts'
import { explaining } from './explaining-credential.ts'
import type { Sightings } from './watch.ts'

/** An application that signs in by a secret of its own, as datastores keep it. */
export interface ServicePrincipal {
  readonly tenantId: string
  readonly clientId: string
  readonly clientSecret: string
  readonly authorityHost: string
}

/** What opens a container, in a form that another process can be told. It holds secrets: it goes through pipes only. */
export type SentCredential =
  | Exclude<ContainerCredential, { kind: 'token' }>
  | { readonly kind: 'principal'; readonly principal: ServicePrincipal }
  /** Who we are ourselves: the other process has to sign in. */
  | { readonly kind: 'own' }

/** The principals behind the credentials that were made of them. */
const principals = new WeakMap<TokenCredential, ServicePrincipal>()

/** Signs in as a service principal when it is asked for a token. */
export async function principalCredential(
  principal: ServicePrincipal,
  cloud: Cloud,
  log: Log,
): Promise<TokenCredential> {
  const { tenantId, clientId, clientSecret, authorityHost } = principal
  const { ClientSecretCredential } = await import('@azure/identity')
  const seen: Sightings = {}
  const options = entraOptions({ ...cloud, authorityHost }, log, seen)
  const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, options)
  const token = explaining(credential, { clientId, tenantId, seen })
  principals.set(token, principal)
  return token
}

/** A credential as it is told to another process. */
export function sendCredential(credential: ContainerCredential): SentCredential {
  if (credential.kind !== 'token') return credential
  const principal = principals.get(credential.token)
  return principal ? { kind: 'principal', principal } : { kind: 'own' }
}

/** The credential that another process told. @param identity signs in as who we are, where that is needed */
export async function receiveCredential(
  sent: SentCredential,
  cloud: Cloud,
  identity: () => Promise<Identity>,
  log: Log,
): Promise<ContainerCredential> {
  switch (sent.kind) {
    case 'principal':
      return { kind: 'token', token: await principalCredential(sent.principal, cloud, log) }
    case 'own':
      return { kind: 'token', token: (await identity()).credential }
    default:
      return sent
  }
}
