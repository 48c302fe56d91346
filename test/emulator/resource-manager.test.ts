import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../../emulator/index.ts'
import { arm, armToken, machineLearning, trust, workspacePath } from './clients.ts'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator()
  trust(emulator)
})
afterAll(() => emulator.stop())
afterEach(() => {
  emulator.denied.clear()
  emulator.intercept.arm = undefined
})

const refused = async (path: string, call = {}) => {
  const { status, body } = await arm(emulator, path, call)
  return { status, code: body.error.code, message: body.error.message }
}

test('the SDK reads the workspace', async () => {
  const found = await machineLearning(emulator).workspaces.get(emulator.resourceGroup, emulator.workspace)
  expect(found).toMatchObject({
    name: emulator.workspace,
    id: workspacePath(emulator),
    location: 'westeurope',
    workspaceId: emulator.workspaceId,
    provisioningState: 'Succeeded',
    v1LegacyMode: false,
  })
})

test('paths are matched in any case', async () => {
  const shouted = workspacePath(emulator).toUpperCase().replace('/SUBSCRIPTIONS', '/Subscriptions')
  expect((await arm(emulator, shouted)).body.name).toBe(emulator.workspace)
})

test('a request without a token, with somebody’s token, or with one for storage is not let in', async () => {
  const path = workspacePath(emulator)
  const none = await fetch(`${emulator.url}${path}?api-version=2022-10-01`)
  expect(none.status).toBe(401)
  expect(none.headers.get('www-authenticate')).toContain(`login.microsoftonline.com/${emulator.tenantId}`)
  expect(await none.json()).toMatchObject({ error: { code: 'AuthenticationFailed' } })
  expect(await refused(path, { token: 'abc' })).toMatchObject({ status: 401, code: 'InvalidAuthenticationToken' })
  const storage = await armToken(emulator, 'https://storage.azure.com/.default')
  expect(await refused(path, { token: storage })).toMatchObject({
    status: 401,
    code: 'InvalidAuthenticationTokenAudience',
    message: expect.stringContaining("'https://storage.azure.com'"),
  })
})

test('both names of Resource Manager are good audiences', async () => {
  const token = await armToken(emulator, 'https://management.azure.com/.default')
  expect((await arm(emulator, workspacePath(emulator), { token })).status).toBe(200)
})

test('a token that has expired is refused with both times', async () => {
  const brief = await startEmulator({ tokenLifetime: 4 })
  try {
    trust(brief)
    const token = await armToken(brief)
    expect((await arm(brief, workspacePath(brief), { token })).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 4100))
    const { status, body } = await arm(brief, workspacePath(brief), { token })
    expect({ status, code: body.error.code }).toEqual({ status: 401, code: 'ExpiredAuthenticationToken' })
    expect(body.error.message).toMatch(/expiry UTC time '.*' is earlier than current UTC time '.*'/)
  } finally {
    await brief.stop()
  }
})

test.for([
  ['', 'MissingApiVersionParameter'],
  ['latest', 'InvalidApiVersionParameter'],
  ['2019-01-01', 'NoRegisteredProviderFound'],
] as const)('api-version "%s" is refused', async ([version, code]) => {
  const path = `${workspacePath(emulator)}?api-version=${version}`
  expect(await refused(path)).toMatchObject({ status: 400, code })
})

test('what does not exist is told apart: subscription, resource group, workspace', async () => {
  const path = workspacePath(emulator)
  const other = crypto.randomUUID()
  expect(await refused(path.replace(emulator.subscriptionId, other))).toEqual({
    status: 404,
    code: 'SubscriptionNotFound',
    message: `The subscription '${other}' could not be found.`,
  })
  expect(await refused(path.replace(emulator.resourceGroup, 'nope'))).toEqual({
    status: 404,
    code: 'ResourceGroupNotFound',
    message: "Resource group 'nope' could not be found.",
  })
  const missing = await refused(path.replace(/[^/]*$/, 'nope'))
  expect(missing).toMatchObject({ status: 404, code: 'ResourceNotFound' })
  expect(missing.message).toContain("'Microsoft.MachineLearningServices/workspaces/nope' under resource group")
})

test('a denied action is refused with who, what and where; others pass', async () => {
  emulator.denied.add('Microsoft.MachineLearningServices/workspaces/datastores/listSecrets/action')
  const path = workspacePath(emulator, '/datastores/workspaceblobstore')
  expect(await refused(`${path}/listSecrets`, { method: 'POST' })).toEqual({
    status: 403,
    code: 'AuthorizationFailed',
    message:
      `The client '${emulator.clientId}' with object id '${emulator.objectId}' does not have authorization to perform action ` +
      `'Microsoft.MachineLearningServices/workspaces/datastores/listsecrets/action' over scope '${path}' or the scope is ` +
      'invalid. If access was recently granted, please refresh your credentials.',
  })
  expect((await arm(emulator, path)).status).toBe(200)
})

test('what the application may do on the workspace is told, without what is denied', async () => {
  const write = 'Microsoft.MachineLearningServices/workspaces/data/versions/write'
  emulator.denied.add(write)
  const path = workspacePath(emulator, '/providers/Microsoft.Authorization/permissions?api-version=2022-04-01')
  const { status, body } = await arm(emulator, path)
  expect(status).toBe(200)
  expect(body.value).toEqual([
    expect.objectContaining({
      actions: expect.arrayContaining(['Microsoft.MachineLearningServices/workspaces/*/write']),
      notActions: expect.arrayContaining([write]),
    }),
  ])
  emulator.denied.add('Microsoft.Authorization/permissions/read')
  expect(await refused(path)).toMatchObject({ status: 403, code: 'AuthorizationFailed' })
  expect(await refused(path.replace('2022-04-01', '2022-10-01'))).toMatchObject({ code: 'NoRegisteredProviderFound' })
})

test('answers carry Resource Manager’s headers, and reads and writes are counted apart', async () => {
  const read = async () => (await arm(emulator, workspacePath(emulator))).headers
  const first = await read()
  expect(first.get('x-ms-correlation-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(first.get('x-ms-routing-request-id')).toMatch(/^WESTEUROPE:\d{8}T\d{6}Z:[0-9a-f-]{36}$/)
  const left = (headers: Headers) => Number(headers.get('x-ms-ratelimit-remaining-subscription-reads'))
  expect(left(await read())).toBe(left(first) - 1)
  const secrets = workspacePath(emulator, '/datastores/workspaceblobstore/listSecrets')
  const write = await arm(emulator, secrets, { method: 'POST' })
  expect(write.headers.get('x-ms-ratelimit-remaining-subscription-writes')).toMatch(/^11\d\d$/)
})

test('a method or a kind of resource that is not there is refused as such', async () => {
  expect(await refused(workspacePath(emulator), { method: 'PUT', body: {} })).toMatchObject({ status: 405 })
  const models = await refused(workspacePath(emulator, '/models/cpu'))
  expect(models).toMatchObject({ status: 404, code: 'InvalidResourceType' })
})

test('a body that is no JSON is refused', async () => {
  const url = `${emulator.url}${workspacePath(emulator, '/data/a/versions/1')}?api-version=2022-10-01`
  const headers = { authorization: `Bearer ${await armToken(emulator)}` }
  const answer = await fetch(url, { method: 'PUT', headers, body: '{' })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error: { code: 'InvalidRequestContent' } })
})

test('a finished job tells where its outputs are; an unknown one is a UserError with an inner NotFoundError', async () => {
  emulator.addJob('salmon_knot', { model: 'azureml://datastores/workspaceblobstore/paths/azureml/salmon_knot/model/' })
  const job = await machineLearning(emulator).jobs.get(emulator.resourceGroup, emulator.workspace, 'salmon_knot')
  expect(job.properties).toMatchObject({
    status: 'Completed',
    outputs: {
      default: { uri: 'azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.salmon_knot' },
      model: { uri: 'azureml://datastores/workspaceblobstore/paths/azureml/salmon_knot/model/' },
    },
  })
  const { status, body } = await arm(emulator, workspacePath(emulator, '/jobs/nope'))
  expect({ status, code: body.error.code }).toEqual({ status: 404, code: 'UserError' })
  const inner = body.error.additionalInfo.find((one) => one.type === 'InnerError')
  expect(inner?.info.value).toEqual({ code: 'NotFoundError', innerError: null })
})

test('a test may hold a request, answer it, and read what was asked', async () => {
  const before = emulator.requests.length
  const gate = Promise.withResolvers<void>()
  emulator.intercept.arm = async (request) => {
    await gate.promise
    if (request.operation.endsWith('workspaces/read'))
      return { status: 429, headers: { 'retry-after': '7' }, body: { error: {} } }
    return undefined
  }
  const token = await armToken(emulator)
  const held = arm(emulator, workspacePath(emulator), { token })
  const passed = arm(emulator, workspacePath(emulator, '/datastores?count=1'), { token })
  const isHere = () => emulator.requests.slice(before).filter((one) => one.service === 'arm').length === 2
  while (!isHere()) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(emulator.requests.at(-1)?.status).toBeUndefined()
  gate.resolve()
  expect((await held).headers.get('retry-after')).toBe('7')
  expect((await passed).status).toBe(200)
  const [first, second] = emulator.requests.slice(-2)
  expect(first).toMatchObject({ service: 'arm', method: 'GET', status: 429, path: workspacePath(emulator) })
  expect(second).toMatchObject({
    status: 200,
    credential: 'Bearer',
    query: { count: '1', 'api-version': '2022-10-01' },
  })
  expect(JSON.stringify(emulator.requests)).not.toContain(token)
})
