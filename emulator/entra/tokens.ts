import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

export interface Application {
  readonly clientId: string
  readonly objectId: string
  readonly secret: string
}

export interface AccessToken {
  readonly application: Application
  /** The resource it was asked for, without a trailing slash. */
  readonly audience: string
  readonly expiresAt: Date
}

export interface TokenIssuer {
  readonly publicKey: JWK
  issue(application: Application, audience: string): Promise<{ token: string; expiresIn: number }>
  /** What was issued as this token; undefined for one that is not ours. It may have expired. */
  find(token: string): AccessToken | undefined
}

/** Issues access tokens like Entra's version 1 tokens for applications, and remembers them. */
export async function makeTokenIssuer(tenantId: string, lifetime: number, secrets: Set<string>): Promise<TokenIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const keyId = randomUUID()
  const issued = new Map<string, AccessToken>()
  return {
    publicKey: { ...(await exportJWK(publicKey)), kid: keyId, use: 'sig', alg: 'RS256' },
    find: (token) => issued.get(token),
    async issue(application, audience) {
      const now = Math.floor(Date.now() / 1000)
      const token = await new SignJWT(claims(tenantId, application, audience))
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: keyId })
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + lifetime)
        .sign(privateKey)
      issued.set(token, { application, audience, expiresAt: new Date((now + lifetime) * 1000) })
      secrets.add(token)
      return { token, expiresIn: lifetime }
    },
  }
}

function claims(tenantId: string, application: Application, audience: string) {
  const issuer = `https://sts.windows.net/${tenantId}/`
  return {
    iss: issuer,
    idp: issuer,
    aud: audience,
    appid: application.clientId,
    appidacr: '1',
    idtyp: 'app',
    oid: application.objectId,
    sub: application.objectId,
    tid: tenantId,
    uti: randomUUID(),
    ver: '1.0',
  }
}
