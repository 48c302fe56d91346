import * as core from '@actions/core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { idTokenSource } from '../../src/action/oidc.ts'

vi.mock('@actions/core', () => ({
  getIDToken: vi.fn(async (audience: string) => `token for ${audience}`),
  warning: vi.fn(),
}))

/** A request token like GitHub's: a JWT that says when it ends. */
function requestToken(secondsLeft: number): string {
  const payload = JSON.stringify({ exp: Math.floor(Date.now() / 1000) + secondsLeft })
  return `e30.${Buffer.from(payload).toString('base64url')}.signature`
}

beforeEach(() => {
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', 'https://example.invalid/token?api-version=2.0')
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.clearAllMocks()
})

test.each([
  ['six hours', 6 * 3600, 0],
  ['a little over an hour', 3700, 0],
  ['less than an hour: the job is five hours old', 3500, 1],
  ['nothing', -10, 1],
])('with %s left, GitHub’s permission to sign in is warned of %s', async (_left, seconds, warnings) => {
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', requestToken(seconds))
  const source = idTokenSource()
  expect(await source?.('api://x')).toBe('token for api://x')
  await source?.('api://x')
  expect(core.warning).toHaveBeenCalledTimes(warnings)
})

test('a request token that tells no end is used without a word', async () => {
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'opaque')
  expect(await idTokenSource()?.('a')).toBe('token for a')
  expect(core.warning).not.toHaveBeenCalled()
})

test('a job that may have no id token has no source', () => {
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', '')
  expect(idTokenSource()).toBeUndefined()
})

test('what GitHub refuses becomes an instruction', async () => {
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', requestToken(6 * 3600))
  vi.mocked(core.getIDToken).mockRejectedValueOnce(new Error('Failed to get ID Token. \n \n        Error Code : 403'))
  await expect(idTokenSource()?.('a')).rejects.toThrow(
    /GitHub gave no id token \(Failed to get ID Token\. Error Code : 403\)\. Check "permissions: id-token: write"/,
  )
})
