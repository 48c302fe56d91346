import * as core from '@actions/core'
import { claimsOf, type IdTokenSource } from '../azureml/index.ts'
import { messageOf, UserError } from '../report/index.ts'

const hour = 3600_000

/** Where GitHub gives this job id tokens, undefined where it does not. Each call gets a fresh one; the toolkit masks it. */
export function idTokenSource(): IdTokenSource {
  if (!process.env.ACTIONS_ID_TOKEN_REQUEST_URL || !process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN) return undefined
  let warned = false
  return async (audience) => {
    const left = requestTokenExpiry() - Date.now()
    if (left < hour && !warned) {
      warned = true
      core.warning(
        `GitHub's permission to sign in expires ${left > 0 ? `in ${Math.round(left / 60_000)} minutes` : 'now'}, about six hours after the job began. Split jobs that take longer.`,
      )
    }
    try {
      return await core.getIDToken(audience)
    } catch (error) {
      const said = messageOf(error).replace(/\s+/g, ' ').trim()
      throw new UserError(
        'no-id-token',
        `GitHub gave no id token (${said}). Check "permissions: id-token: write"; if the job runs for six hours or more, split it.`,
        { cause: error },
      )
    }
  }
}

/** Until when the job may ask for id tokens: milliseconds since the epoch, infinity where the token does not tell. */
function requestTokenExpiry(): number {
  const { exp } = claimsOf(process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? '')
  return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY
}
