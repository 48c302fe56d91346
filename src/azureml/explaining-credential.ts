import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth'
import { type EntraRefusal, explainEntraRefusal } from './entra-refusals.ts'

/** Tokens are renewed so long before they expire. */
const renewalMargin = 5 * 60_000
/** After a renewal that failed, the next is tried so much later, as long as there is a token. */
const pause = 10_000

interface KeptToken {
  readonly token: AccessToken
  readonly renewAt: number
}

/**
 * A credential that keeps its tokens for the several clients that ask for them (the library asks Entra, and GitHub, each time anew), and whose
 * failures read as instructions. A renewal that fails is no failure while the token is still good: the clients renew ahead of time in the
 * background, where nobody catches an error and it would end the process.
 */
export function explaining(credential: TokenCredential, context: EntraRefusal): TokenCredential {
  const tokens = new Map<string, KeptToken>()
  return {
    async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken | null> {
      const key = [scopes].flat().join(' ')
      const now = Date.now()
      const kept = options.claims ? undefined : tokens.get(key)
      if (kept && now < kept.renewAt) return kept.token
      try {
        const token = await credential.getToken(scopes, options)
        if (token) tokens.set(key, { token, renewAt: token.expiresOnTimestamp - renewalMargin })
        return token
      } catch (error) {
        if (!kept || kept.token.expiresOnTimestamp <= now) throw explainEntraRefusal(error, context)
        tokens.set(key, { token: kept.token, renewAt: Math.min(now + pause, kept.token.expiresOnTimestamp) })
        return kept.token
      }
    },
  }
}
