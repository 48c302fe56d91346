import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth'
import { type EntraRefusal, explainEntraRefusal } from './entra-refusals.ts'

/** Tokens are renewed so long before they expire. */
const renewalMargin = 5 * 60_000

/**
 * A credential that keeps its tokens for the several clients that ask for them (the library asks Entra, and GitHub, each time anew), and whose
 * failures, whenever they come, read as instructions.
 */
export function explaining(credential: TokenCredential, context: EntraRefusal): TokenCredential {
  const tokens = new Map<string, AccessToken>()
  return {
    async getToken(scopes: string | string[], options: GetTokenOptions = {}): Promise<AccessToken | null> {
      const key = [scopes].flat().join(' ')
      const kept = tokens.get(key)
      if (kept && !options.claims && kept.expiresOnTimestamp - Date.now() > renewalMargin) return kept
      try {
        const token = await credential.getToken(scopes, options)
        if (token) tokens.set(key, token)
        return token
      } catch (error) {
        throw explainEntraRefusal(error, context)
      }
    },
  }
}
