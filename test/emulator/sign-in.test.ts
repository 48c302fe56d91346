import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ClientAssertionCredential } from '@azure/identity'
import { createLocalJWKSet, decodeJwt, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../../emulator/index.ts'
import { credential, signIn, trust } from './clients.ts'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator()
  trust(emulator)
})
afterAll(() => emulator.stop())
afterEach(() => {
  emulator.githubJob.subject = 'repo:octo-org/octo-repo:ref:refs/heads/main'
  emulator.githubJob.tokenLifetime = 300
})

const exchange = 'api://AzureADTokenExchange'
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

async function idToken(audience = exchange): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = emulator.environment
  const response = await fetch(`${url}&audience=${encodeURIComponent(audience)}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return ((await response.json()) as { value: string }).value
}

const present = (assertion: string) =>
  signIn(emulator, { client_assertion: assertion, client_assertion_type: assertionType })

test('a process that was given nothing but the inputs and the environment signs in by OIDC and by secret', async () => {
  const program = `
    import { ClientAssertionCredential, ClientSecretCredential } from '@azure/identity'
    const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token, INPUTS, SECRET } = process.env
    const inputs = JSON.parse(INPUTS)
    const options = { authorityHost: inputs['authority-host'], disableInstanceDiscovery: true }
    const assert = async () => (await (await fetch(url + '&audience=api://AzureADTokenExchange', {
      headers: { authorization: 'Bearer ' + token } })).json()).value
    const who = [inputs['tenant-id'], inputs['client-id']]
    const audiences = []
    for (const credential of [new ClientAssertionCredential(...who, assert, options), new ClientSecretCredential(...who, SECRET, options)])
      for (const scope of [inputs['resource-manager-url'], 'https://storage.azure.com', 'https://ml.azure.com']) {
        const { token } = await credential.getToken(scope + '/.default')
        audiences.push(JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).aud)
      }
    console.log(JSON.stringify(audiences))`
  const environment = { INPUTS: JSON.stringify(emulator.inputs), SECRET: emulator.clientSecret, PATH: process.env.PATH }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...environment, ...emulator.environment },
  })
  const three = [emulator.url, 'https://storage.azure.com', 'https://ml.azure.com']
  expect(JSON.parse(stdout)).toEqual([...three, ...three])
})

test('an access token carries the claims of an application and verifies against the published keys', async () => {
  const { token, expiresOnTimestamp } = await credential(emulator).getToken('https://management.azure.com/.default')
  const keys = await (await fetch(`${emulator.url}/${emulator.tenantId}/discovery/v2.0/keys`)).json()
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys as Parameters<typeof createLocalJWKSet>[0]))
  expect(payload).toMatchObject({
    iss: `https://sts.windows.net/${emulator.tenantId}/`,
    aud: 'https://management.azure.com',
    appid: emulator.clientId,
    oid: emulator.objectId,
    tid: emulator.tenantId,
  })
  expect(Math.abs(expiresOnTimestamp - Date.now() - 3_600_000)).toBeLessThan(60_000)
})

test('an id token says who asks, for whom, and for five minutes', async () => {
  const claims = decodeJwt(await idToken())
  expect(claims).toMatchObject({
    iss: 'https://token.actions.githubusercontent.com',
    aud: exchange,
    sub: 'repo:octo-org/octo-repo:ref:refs/heads/main',
    repository: 'octo-org/octo-repo',
  })
  expect(Number(claims.exp) - Number(claims.iat)).toBe(300)
  expect(decodeJwt(await idToken()).jti).not.toBe(claims.jti)
})

test('the request token is a token of six hours, and nothing else is taken in its place', async () => {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: token = '' } = emulator.environment
  const { exp, iat } = decodeJwt(token)
  expect(Number(exp) - Number(iat)).toBe(6 * 3600)
  expect((await fetch(url)).status).toBe(401)
  expect((await fetch(url, { headers: { authorization: `Bearer ${token}x` } })).status).toBe(401)
  const unasked = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  expect(decodeJwt(((await unasked.json()) as { value: string }).value).aud).toBe('https://github.com/octo-org')
})

test.for([
  ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client', 7000215],
  ['no secret at all', {}, 401, 'invalid_client', 7000218],
  [
    'an unknown application',
    { client_id: crypto.randomUUID(), client_secret: 'x' },
    400,
    'unauthorized_client',
    700016,
  ],
  [
    'a scope without /.default',
    { scope: 'https://management.azure.com/user_impersonation' },
    400,
    'invalid_scope',
    70011,
  ],
  ['a resource nobody knows', { scope: 'https://graph.example.com/.default' }, 400, 'invalid_resource', 500011],
  ['a user’s grant', { grant_type: 'password' }, 400, 'unsupported_grant_type', 70003],
] as const)('Entra refuses %s', async ([, fields, status, error, number]) => {
  const secret: Record<string, string> = 'scope' in fields ? { client_secret: emulator.clientSecret } : {}
  const { body, ...answer } = await signIn(emulator, Object.assign(secret, fields))
  expect({ status: answer.status, error: body.error, codes: body.error_codes }).toEqual({
    status,
    error,
    codes: [number],
  })
  expect(body.error_description).toMatch(
    new RegExp(`^AADSTS${number}: .* Trace ID: .* Correlation ID: .* Timestamp: \\d{4}-`),
  )
})

test('an unknown tenant is refused where MSAL looks first', async () => {
  const tenant = crypto.randomUUID()
  const wrong = new ClientAssertionCredential(tenant, emulator.clientId, () => idToken(), {
    authorityHost: emulator.url,
    disableInstanceDiscovery: true,
  })
  await expect(wrong.getToken(`${emulator.url}/.default`)).rejects.toThrow()
  const answer = await fetch(`${emulator.url}/${tenant}/v2.0/.well-known/openid-configuration`)
  expect(await answer.json()).toMatchObject({ error: 'invalid_tenant', error_codes: [90002] })
  expect((await signIn(emulator, {}, tenant)).body).toMatchObject({ error: 'invalid_request', error_codes: [90002] })
})

test('an id token works once', async () => {
  const token = await idToken()
  expect((await present(token)).status).toBe(200)
  expect((await present(token)).body.error_codes).toEqual([50027])
})

test('an id token that has expired is refused with both times', async () => {
  emulator.githubJob.tokenLifetime = -10
  const { body, status } = await present(await idToken())
  expect({ status, codes: body.error_codes }).toEqual({ status: 401, codes: [700024] })
  expect(body.error_description).toMatch(
    /Current time: \d{4}.*, assertion valid from \d{4}.*, expiry time of assertion \d{4}/,
  )
})

test('an id token of another subject, audience or issuer is refused, and the answer names what was presented', async () => {
  const audience = await present(await idToken('api://other'))
  expect(audience.body.error_codes).toEqual([700212])
  emulator.githubJob.subject = 'repo:fork/octo-repo:pull_request'
  const subject = await present(await idToken())
  expect(subject.body.error_codes).toEqual([700213])
  expect(subject.body.error_description).toContain("presented assertion subject 'repo:fork/octo-repo:pull_request'")
  emulator.federatedCredential.subject = 'repo:fork/octo-repo:pull_request'
  expect((await present(await idToken())).status).toBe(200)
  emulator.federatedCredential.subject = 'repo:octo-org/octo-repo:ref:refs/heads/main'
})

test('an id token that somebody else signed is refused, and so is what is no token', async () => {
  const { privateKey } = await generateKeyPair('RS256')
  const forged = new SignJWT(decodeJwt(await idToken())).setProtectedHeader({ alg: 'RS256' })
  expect((await present(await forged.sign(privateKey))).body.error_codes).toEqual([50013])
  expect((await present('not.a.token')).body.error_codes).toEqual([50027])
})

test('what a client sees of a refusal is Entra’s own sentence', async () => {
  await expect(credential(emulator, 'wrong').getToken(`${emulator.url}/.default`)).rejects.toThrow(/AADSTS7000215/)
})

test('every token that was given out is among the secrets', async () => {
  const id = await idToken()
  const access = (await present(id)).body.access_token
  const { ACTIONS_ID_TOKEN_REQUEST_TOKEN: request } = emulator.environment
  expect(emulator.secrets).toEqual(expect.arrayContaining([id, access, request, emulator.clientSecret]))
})
