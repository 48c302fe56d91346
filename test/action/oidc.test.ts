import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { idTokenSource } from '../../src/action/oidc.ts'
import { refusalOf } from '../report/helpers.ts'

const toolkit = vi.hoisted(() => ({
  getIDToken: vi.fn<(audience: string) => Promise<string>>(),
  warning: vi.fn<(text: string) => void>(),
}))
vi.mock('@actions/core', () => toolkit)

const minute = 60_000
/** A request token as GitHub makes it, which ends in so many milliseconds. */
const requestToken = (left: number) =>
  `e30.${Buffer.from(JSON.stringify({ exp: Math.floor((Date.now() + left) / 1000) })).toString('base64url')}.x`

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T00:00:00Z') })
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_URL', 'https://github.example/token')
  vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', requestToken(360 * minute))
  toolkit.getIDToken.mockImplementation(async (audience) => `token for ${audience}`)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  vi.resetAllMocks()
})

test('GitHub is asked anew each time, for the audience', async () => {
  const source = idTokenSource()
  expect([await source?.('api://A'), await source?.('api://A')]).toEqual(['token for api://A', 'token for api://A'])
  expect(toolkit.getIDToken).toHaveBeenCalledTimes(2)
})

test.each(['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'])(
  'without %s there are no id tokens',
  (name) => {
    vi.stubEnv(name, '')
    expect(idTokenSource()).toBeUndefined()
  },
)

describe('the end of GitHub’s permission', () => {
  test.each([
    ['an hour and more before', 61 * minute, 0, ''],
    ['less than an hour before', 42 * minute, 1, 'expires in 42 minutes'],
    ['after', -minute, 1, 'expires now'],
  ])('is told %s', async (_what, left, warnings, text) => {
    vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', requestToken(left))
    const source = idTokenSource()
    await source?.('a')
    await source?.('a')
    expect(toolkit.warning).toHaveBeenCalledTimes(warnings)
    expect(toolkit.warning.mock.calls.join()).toContain(text)
  })

  test.each(['opaque', 'a.b.c', 'e30.e30.x', `e30.${Buffer.from('null').toString('base64url')}.x`])(
    'is not known for %s, and nothing is said',
    async (token) => {
      vi.stubEnv('ACTIONS_ID_TOKEN_REQUEST_TOKEN', token)
      expect(await idTokenSource()?.('a')).toBe('token for a')
      expect(toolkit.warning).not.toHaveBeenCalled()
    },
  )
})

test('a token that is not given is an instruction, in one line', async () => {
  toolkit.getIDToken.mockRejectedValue(new Error('Failed to get ID Token.\n \n  Error Code : 403\n'))
  const { code, message } = await refusalOf(() => idTokenSource()?.('a'))
  expect(code).toBe('no-id-token')
  expect(message).toContain('(Failed to get ID Token. Error Code : 403). Check "permissions: id-token: write"')
})
