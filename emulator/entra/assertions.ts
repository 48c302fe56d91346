import { type CryptoKey, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import { issuer } from '../github.ts'
import { EntraRefusal } from './errors.ts'

/** The federated identity credential of the application: whose id tokens it takes in place of a secret. */
export interface FederatedCredential {
  issuer: string
  subject: string
  audience: string
}

export type AssertionCheck = (assertion: string) => Promise<void>

const guide = 'https://learn.microsoft.com/entra/workload-id/workload-identity-federation'

/**
 * Checks a client assertion as Entra does: signature, lifetime, then issuer, audience and subject against the federated
 * credential. Each id token is taken once: a client that keeps one shows up here, before it meets the five-minute limit.
 */
export function assertionCheck(credential: FederatedCredential, key: CryptoKey): AssertionCheck {
  const used = new Set<string>()
  return async (assertion) => {
    await checkSignatureAndLifetime(assertion, key)
    const claims = decodeJwt(assertion)
    checkMatch(claims, credential)
    if (used.has(String(claims.jti))) throw replayed()
    used.add(String(claims.jti))
  }
}

async function checkSignatureAndLifetime(assertion: string, key: CryptoKey): Promise<void> {
  try {
    await jwtVerify(assertion, key)
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw expired(error.payload)
    if (error instanceof errors.JWSSignatureVerificationFailed) throw badSignature()
    throw malformed()
  }
}

function checkMatch(claims: JWTPayload, credential: FederatedCredential): void {
  const audiences = [claims.aud].flat()
  if (claims.iss !== credential.issuer) throw noMatch(700211, 'issuer', String(claims.iss))
  if (!audiences.includes(credential.audience)) throw noMatch(700212, 'audience', audiences.join(' '))
  if (claims.sub !== credential.subject) throw noMatch(700213, 'subject', String(claims.sub))
}

/** What the application of the emulator trusts at start. */
export function defaultFederatedCredential(subject: string): FederatedCredential {
  return { issuer, subject, audience: 'api://AzureADTokenExchange' }
}

const refuse = (number: number, text: string) => new EntraRefusal(401, 'invalid_client', number, text)

const noMatch = (number: number, claim: string, value: string) =>
  refuse(
    number,
    `No matching federated identity record found for presented assertion ${claim} '${value}'. Check your federated identity ` +
      `credential Subject, Audience and Issuer against the presented assertion. ${guide}`,
  )

const expired = (claims: JWTPayload) =>
  refuse(
    700024,
    `Client assertion is not within its valid time range. Current time: ${instant(Date.now())}, assertion valid from ` +
      `${instant((claims.nbf ?? 0) * 1000)}, expiry time of assertion ${instant((claims.exp ?? 0) * 1000)}. Review the ` +
      'documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .',
  )

const badSignature = () =>
  refuse(50013, 'Assertion failed signature validation. [Reason - The provided signature is not valid.]')
const malformed = () => refuse(50027, 'JWT token is invalid or malformed.')
const replayed = () =>
  refuse(
    50027,
    'JWT token is invalid: it was used before. (The emulator takes each id token once, to show clients that keep one.)',
  )

const instant = (milliseconds: number) => new Date(milliseconds).toISOString().replace('Z', '0000Z')
