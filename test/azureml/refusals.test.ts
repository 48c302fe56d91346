import { describe, expect, test } from 'vitest'
import { armFailure, askingArm, findingInArm } from '../../src/azureml/arm-refusals.ts'
import { type EntraRefusal, explainEntraRefusal } from '../../src/azureml/entra-refusals.ts'
import { explainStorageRefusal } from '../../src/azureml/index.ts'
import { explainStorageRefusals } from '../../src/azureml/storage-refusals.ts'
import { BlobError } from '../../src/blobs/index.ts'
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

  test('with a 403 of other words names a role that is enough', async () => {
    const { message } = await asking(serviceError(403, 'Forbidden', 'Public network access is disabled.'))
    expect(message).toContain('Public network access is disabled.')
    expect(message).toContain('"AzureML Data Scientist" on the workspace is enough')
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
    [403, undefined, '', 'azure-role-missing'],
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
    expect(armFailure(serviceError(404, undefined, ''))).toEqual({ status: 404, code: '', message: '' })
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

describe('what a storage account refuses', () => {
  const location = { accountName: 'acc', containerName: 'box', url: 'https://acc.blob.core.windows.net/box' }
  const refused = (code: string, status = 403) => new BlobError('list', status, code)

  test.each([
    [
      'AuthorizationPermissionMismatch',
      'storage-role-missing',
      /lacks the role "Storage Blob Data Reader"\. Assign it: az role assignment create .*--name acc /,
    ],
    [
      'AuthorizationFailure',
      'storage-firewall',
      /firewall keeps this runner out.*do not apply to runners in the account's own region/,
    ],
    ['KeyBasedAuthenticationNotPermitted', 'storage-keys-disabled', /forbids keys and SAS/],
    ['AuthenticationFailed', 'storage-refused', /or renew the credentials of the datastore/],
    ['', 'storage-refused', /Give the identity the role/],
  ])('with %j is %s', async (serviceCode, code, text) => {
    const explained = await shown(
      explainStorageRefusals(location, [{ label: 'our own token', error: refused(serviceCode) }], 'read'),
    )
    expect(explained.code).toBe(code)
    expect(explained.message).toMatch(text)
    expect(explained.message).toContain(`Tried with our own token: ${`403 ${serviceCode}`.trim()}.`)
  })

  test('asks for the role that writes, where something is to be written', async () => {
    const error = refused('AuthorizationPermissionMismatch')
    const { message } = await shown(explainStorageRefusal(location, error, 'write'))
    expect(message).toContain('refuses to write: 403 AuthorizationPermissionMismatch')
    expect(message).toContain('"Storage Blob Data Contributor"')
  })

  test('is told for every attempt, and mended for the last', async () => {
    const { message } = await shown(
      explainStorageRefusals(
        location,
        [
          { label: "the datastore's SAS", error: new UserError('sas-expired', 'the SAS of datastore "d" expired') },
          { label: 'our own token', error: refused('AuthorizationPermissionMismatch') },
        ],
        'read',
      ),
    )
    expect(message).toContain(
      'Tried with the datastore\'s SAS: the SAS of datastore "d" expired; with our own token: 403 AuthorizationPermissionMismatch. The identity lacks the role',
    )
  })

  test('is told apart from what is no refusal', () => {
    const gone = refused('BlobNotFound', 404)
    const bug = new TypeError('x')
    expect([explainStorageRefusal(location, gone, 'read'), explainStorageRefusal(location, bug, 'read')]).toEqual([
      gone,
      bug,
    ])
  })
})
