import { describe, expect, test } from 'vitest'
import { armFailure, askingArm, findingInArm } from '../../src/azureml/arm-refusals.ts'
import { type EntraRefusal, explainEntraRefusal } from '../../src/azureml/entra-refusals.ts'
import { ForeignAnswer, LongWait } from '../../src/azureml/watch.ts'
import { UserError } from '../../src/report/index.ts'
import { refusalOf } from '../report/helpers.ts'
import { serviceError } from './helpers.ts'

/** An explanation as the user reads it: thrown, so that it is looked at as every refusal is. */
const shown = (explained: unknown) =>
  refusalOf(() => {
    throw explained
  })

describe('what Resource Manager refuses', () => {
  const asking = (error: unknown) => refusalOf(() => askingArm('Reading x', () => Promise.reject(error)))

  test('for a missing role becomes the line that assigns one, on the workspace', async () => {
    const workspace = '/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w'
    const { code, message } = await asking(
      serviceError(
        403,
        'AuthorizationFailed',
        `The client '0aaa' with object id '0bbb' does not have authorization to perform action 'Microsoft.MachineLearningServices/workspaces/data/read' over scope '${workspace}/data/x' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
      ),
    )
    expect(code).toBe('azure-role-missing')
    expect(message).toMatch(/^Reading x: The client '0aaa'/)
    expect(message).toMatch(
      new RegExp(`az role assignment create --assignee 0bbb --role "AzureML Data Scientist" --scope ${workspace}$`),
    )
  })

  test('for a role on the group is assigned there', async () => {
    const { message } = await asking(
      serviceError(
        403,
        'AuthorizationFailed',
        "The client 'a' with object id 'b' … over scope '/subscriptions/s/resourceGroups/g'.",
      ),
    )
    expect(message).toMatch(/--scope \/subscriptions\/s\/resourceGroups\/g$/)
  })

  test('for a role that is missing on something linked names that, and the action', async () => {
    const storage = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/acc'
    const { code, message } = await asking(
      serviceError(
        403,
        'LinkedAuthorizationFailed',
        `The client 'a' with object id 'b-1' has permission to perform action 'x/write' on scope '/ws'; however, it does not have permission to perform action(s) 'Microsoft.Storage/storageAccounts/write' on the linked scope(s) '${storage}' (respectively) or the linked scope(s) are invalid.`,
      ),
    )
    expect(code).toBe('azure-role-missing')
    expect(message).toMatch(
      new RegExp(
        `az role assignment create --assignee b-1 --role "<role with Microsoft.Storage/storageAccounts/write>" --scope ${storage}$`,
      ),
    )
  })

  test('with a 403 of other words names the network and a role that is enough', async () => {
    const { message } = await asking(serviceError(403, 'Forbidden', 'Public network access is disabled.'))
    expect(message).toContain('Azure answered 403 Forbidden: Public network access is disabled.')
    expect(message).toContain('private endpoints only')
    expect(message).toContain('"AzureML Data Scientist" on the workspace is enough')
  })

  test.each([
    ['a page', serviceError(403, undefined, '<html><body>Sign in to WiFi</body></html>')],
    ['JSON that is none', serviceError(200, 'PARSE_ERROR', 'Error "SyntaxError" occurred while parsing <html>')],
    ['what the watch saw', new ForeignAnswer(200)],
  ])('is told apart from somebody else’s answer: %s', async (_what, error) => {
    const { code, message } = await asking(error)
    expect(code).toBe('azure-unreachable')
    expect(message).toMatch(/answered in its place \(\d+\): a proxy, or the sign-in page/)
    expect(message).not.toMatch(/<|WiFi|SyntaxError/)
  })

  test('before the proxy has its password says where to give it', async () => {
    expect((await asking(serviceError(407, undefined, 'no'))).message).toContain('HTTPS_PROXY=http://user:password@')
  })

  test('because of a clock that is wrong says so, and by how much', async () => {
    const date = new Date(Date.now() + 20 * 60_000).toUTCString()
    const error = Object.assign(serviceError(401, 'ExpiredAuthenticationToken', 'Expired.'), {
      response: { headers: new Map([['date', date]]) },
    })
    const { code, message } = await asking(error)
    expect(code).toBe('clock-skew')
    expect(message).toMatch(
      /\(ExpiredAuthenticationToken\)\. Compared with Azure's, the clock of this runner is 20 minutes behind/,
    )
  })

  test('for hours is not waited for', async () => {
    const { code, message } = await asking(new LongWait(3 * 3600_000))
    expect([code, message]).toEqual(['throttled', expect.stringContaining('asks for a pause of 3 hours')])
  })

  test.each([
    ['ENOTFOUND', /DNS does not know its name/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /NODE_EXTRA_CA_CERTS/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /NODE_EXTRA_CA_CERTS/],
    ['CERT_NOT_YET_VALID', /this runner's clock shows, .* GMT\. Is the clock right\?/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /Another server answers at its address/],
    ['ECONNREFUSED', /HTTPS_PROXY/],
  ])('because the network says %s is told with what to look at', async (networkCode, text) => {
    const error = Object.assign(new Error('words of the system'), { name: 'RestError', code: networkCode })
    const { code, message } = await asking(error)
    expect(code).toBe('azure-unreachable')
    expect(message).toContain(`Azure Resource Manager cannot be reached (${networkCode}).`)
    expect(message).toMatch(text)
  })

  test.each([
    [404, 'SubscriptionNotFound', "The subscription 's' could not be found.", 'subscription-not-found'],
    [404, 'ResourceGroupNotFound', "Resource group 'g' could not be found.", 'workspace-not-found'],
    [404, 'ResourceNotFound', "The Resource '…/workspaces/w' was not found.", 'workspace-not-found'],
    [404, 'ParentResourceNotFound', 'Not found.', 'workspace-not-found'],
    [401, 'ExpiredAuthenticationToken', 'The access token expiry is in the past.', 'sign-in-refused'],
    [429, 'TooManyRequests', 'Number of requests exceeded.', 'throttled'],
    [400, 'UserError', 'Bad.', 'azure-refused'],
    [500, undefined, '', 'azure-refused'],
    [401, undefined, '', 'sign-in-refused'],
    [403, undefined, '', 'azure-refused'],
    [403, 'AuthorizationFailed', '', 'azure-role-missing'],
    [403, 'LinkedAuthorizationFailed', '', 'azure-role-missing'],
    [400, 'InvalidSubscriptionId', 'The provided subscription identifier is malformed.', 'subscription-not-found'],
    [401, 'InvalidAuthenticationTokenTenant', 'Wrong issuer.', 'sign-in-refused'],
    [409, 'MissingSubscriptionRegistration', 'Not registered.', 'azure-refused'],
    [404, undefined, '', 'azure-refused'],
  ])('with %i %s %j is %s', async (status, code, message, expected) => {
    const explained = await asking(serviceError(status, code, message))
    expect(explained.code).toBe(expected)
    expect(explained.message).toMatch(/^Reading x: /)
    expect(explained.message).not.toMatch(/\(\)|: *$|\s\s/)
  })

  test('is one line, whatever the service says', async () => {
    const { message } = await asking(serviceError(400, 'UserError', 'Bad\n::error::"request"'))
    expect(message).toBe('Reading x: Azure answered 400 UserError: Bad\\n::error::\\"request\\"')
  })

  test('keeps what was thrown as its cause', async () => {
    const error = serviceError(400, 'UserError', 'Bad.')
    expect((await asking(error)).cause).toBe(error)
  })

  test('because it cannot be reached is no bug of ours', async () => {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND arm.example'), {
      name: 'RestError',
      code: 'ENOTFOUND',
    })
    expect((await asking(error)).message).toContain('ENOTFOUND')
  })

  test('is told apart from what is no refusal', async () => {
    const bug = new TypeError('x is not a function')
    await expect(askingArm('Reading x', () => Promise.reject(bug))).rejects.toBe(bug)
    expect(armFailure(bug)).toBeUndefined()
    expect(armFailure('text')).toBeUndefined()
    expect(armFailure(serviceError(404, undefined, ''))).toEqual({
      status: 404,
      code: '',
      message: '',
      skew: undefined,
    })
  })
})

describe('a thing that may be missing', () => {
  test.each([
    ['UserError', 'Could not find datastore: x.'],
    ['NotFound', 'x'],
    [undefined, ''],
  ])('is missing with 404 %s %j', async (code, message) => {
    expect(await findingInArm('Reading x', () => Promise.reject(serviceError(404, code, message)))).toBeUndefined()
  })

  test.each([
    [404, 'ResourceNotFound'],
    [403, 'AuthorizationFailed'],
    [500, 'ServiceError'],
  ])('is not, with %i %s', async (status, code) => {
    await refusalOf(() => findingInArm('Reading x', () => Promise.reject(serviceError(status, code, 'Refused.'))))
  })

  test('is given where it is there', async () => {
    expect(await findingInArm('Reading x', async () => 7)).toBe(7)
  })
})

describe('what Entra refuses', () => {
  const whole: EntraRefusal = {
    clientId: 'client',
    tenantId: 'tenant',
    subject: 'repo:o/r:ref:refs/heads/x',
    audience: 'api://Here',
  }
  const refusal = (text: string) => Object.assign(new Error(text), { name: 'AuthenticationError' })
  const codes = [
    ['AADSTS70021', /--id client .*"subject":"repo:o\/r:ref:refs\/heads\/x","audiences":\["api:\/\/Here"\]/],
    [
      'AADSTS700213',
      /whose subject is "repo:o\/r:ref:refs\/heads\/x"\. Add one: az ad app federated-credential create/,
    ],
    ['AADSTS700211', /federated/],
    ['AADSTS700212', /federated/],
    ['AADSTS700024', /the clock of the runner is wrong/],
    ['AADSTS500133', /the clock of the runner is wrong/],
    ['AADSTS700016', /no application client in tenant tenant/],
    ['AADSTS90002', /no tenant tenant/],
    ['AADSTS7000215', /not a secret of application client: it is the secret's value/],
    ['AADSTS7000222', /secret of application client has expired/],
  ] as const

  test.each(codes)('with %s becomes an instruction', async (code, text) => {
    const error = refusal(
      `invalid_client: 1 - [1]: ${code}: Words. Trace ID: 5 Correlation ID: 6\n    at stack (file.js:1:2)`,
    )
    const { message, cause } = await shown(explainEntraRefusal(error, whole))
    expect(message).toMatch(text)
    expect(message).toContain(code)
    expect(message).not.toMatch(/Trace ID|stack/)
    expect(cause).toBe(error)
  })

  test.each(codes)('with %s, where nothing is known of who signs in, leaves no gap in its words', async (code) => {
    await shown(explainEntraRefusal(refusal(`${code}: Words.`), {}))
  })

  test('with a code of no remedy is quoted, first line only', async () => {
    const error = refusal("AADSTS99999: Strange 'thing'.\r\nTrace ID: 5\r\n at stack")
    expect((await shown(explainEntraRefusal(error, whole))).message).toBe(
      "The sign-in failed: AADSTS99999: Strange 'thing'.",
    )
  })

  test('is not taken for another code that begins like it', async () => {
    const { message } = await shown(explainEntraRefusal(refusal('AADSTS7002130: Words.'), whole))
    expect(message).toContain('The sign-in failed: AADSTS7002130')
  })

  test('in very many words is cut', async () => {
    const { message } = await shown(explainEntraRefusal(refusal('x'.repeat(5000)), whole))
    expect(message.length).toBeLessThan(600)
  })

  test('for its time says whether the clock is wrong, as soon as the wire told', async () => {
    const late = refusal('AADSTS700024: Words.')
    const minutes = (count: number) => ({ ...whole, seen: { skew: count * 60_000, status: 401 } })
    const wrong = await shown(explainEntraRefusal(late, minutes(90)))
    expect([wrong.code, wrong.message]).toEqual(['clock-skew', expect.stringContaining('90 minutes ahead, so')])
    const right = await shown(explainEntraRefusal(late, minutes(1)))
    expect([right.code, right.message]).toEqual(['sign-in-refused', expect.stringContaining('is right')])
  })

  const unanswered = Object.assign(new Error('endpoints_resolution_error: See …'), {
    name: 'CredentialUnavailableError',
  })
  test.each([
    ['a page', { trouble: new ForeignAnswer(200) }, 'azure-unreachable', 'answered in its place (200)'],
    ['a long wait', { trouble: new LongWait(1e6), status: 429 }, 'throttled', 'asks for a pause of 17 minutes'],
    ['too much', { status: 429 }, 'throttled', 'gets too many requests. Run'],
    ['its own trouble', { status: 503 }, 'azure-refused', 'Microsoft Entra answered 503'],
    [
      'no answer',
      { trouble: Object.assign(new Error('words'), { name: 'RestError', code: 'ENOTFOUND' }) },
      'azure-unreachable',
      'Microsoft Entra cannot be reached (ENOTFOUND)',
    ],
  ])('is told apart from what the library keeps to itself: %s', async (_what, seen, code, text) => {
    const explained = await shown(explainEntraRefusal(unanswered, { ...whole, seen }))
    expect([explained.code, explained.message]).toEqual([code, expect.stringContaining(text)])
  })

  test('is told apart from what Entra never said', () => {
    const bug = new TypeError('x is not a function')
    const known = new UserError('no-id-token', 'No token.')
    expect([
      explainEntraRefusal(bug, whole),
      explainEntraRefusal(known, whole),
      explainEntraRefusal('text', whole),
    ]).toEqual([bug, known, 'text'])
  })
})
