import type { ServicePrincipalDatastoreCredentials } from '@azure/arm-machinelearning'
import { ContainerClient } from '@azure/storage-blob'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../../emulator/index.ts'
import { arm, collect, machineLearning, signIn, trust, workspacePath } from './clients.ts'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator()
  trust(emulator)
})
afterAll(() => emulator.stop())

const datastores = () => machineLearning(emulator).datastores
const where = () => [emulator.resourceGroup, emulator.workspace] as const
const path = (rest: string) => workspacePath(emulator, `/datastores${rest}`)
/** The SDK's types leave out what the kind of secret does not share with all kinds. */
async function secretsOf(name: string): Promise<Record<string, unknown>> {
  return { ...(await datastores().listSecrets(...where(), name)) }
}

test('the workspace has its built-in datastores, and one of them is the default', async () => {
  const all = await collect(datastores().list(...where()))
  expect(all.map((one) => one.name)).toEqual(['workspaceblobstore', 'workspaceartifactstore', 'identity_based'])
  const [first] = await collect(datastores().list(...where(), { isDefault: true }))
  expect(first?.name).toBe('workspaceblobstore')
  expect(first?.properties).toMatchObject({
    isDefault: true,
    datastoreType: 'AzureBlob',
    accountName: emulator.storage.accountName,
    containerName: `azureml-blobstore-${emulator.workspaceId}`,
    endpoint: new URL(emulator.storage.url).host,
    protocol: 'https',
    credentials: { credentialsType: 'AccountKey' },
  })
})

test('names and searchText narrow the list', async () => {
  const some = await collect(datastores().list(...where(), { names: ['identity_based', 'nope'] }))
  expect(some.map((one) => one.name)).toEqual(['identity_based'])
  const found = await collect(datastores().list(...where(), { searchText: 'artifact' }))
  expect(found.map((one) => one.name)).toEqual(['workspaceartifactstore'])
})

test('the list comes in pages that the SDK follows', async () => {
  const pages = await collect(
    datastores()
      .list(...where(), { count: 2 })
      .byPage(),
  )
  expect(pages.map((one) => one.length)).toEqual([2, 1])
  const first = await arm(emulator, path('?count=1'))
  expect(new URL(first.body.nextLink).searchParams.get('$skip')).toMatch(/^[A-Za-z0-9+/=]+$/)
  expect((await arm(emulator, path('?$skip=zzz'))).status).toBe(400)
})

test('a datastore that is not there is a UserError that names it', async () => {
  for (const call of [arm(emulator, path('/nope')), arm(emulator, path('/nope/listSecrets'), { method: 'POST' })]) {
    const { status, body, headers } = await call
    expect({ status, code: body.error.code }).toEqual({ status: 404, code: 'UserError' })
    expect(body.error.message).toBe('Could not find datastore: nope.')
    expect(headers.get('x-ms-response-type')).toBe('error')
  }
})

test('the account key is told by listSecrets and by nothing else', async () => {
  expect(await secretsOf('workspaceblobstore')).toEqual({ secretsType: 'AccountKey', key: emulator.storage.accountKey })
  const { body } = await arm(emulator, path(''))
  const shown = JSON.stringify([body, await arm(emulator, path('/workspaceblobstore'))])
  for (const secret of emulator.secrets) expect(shown).not.toContain(secret)
})

test('listSecrets is refused where no secrets are stored', async () => {
  const { status, body } = await arm(emulator, path('/identity_based/listSecrets'), { method: 'POST' })
  expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'UserError' })
})

test('a SAS datastore tells a SAS that opens its container', async () => {
  await emulator.addDatastore({ name: 'by_sas', credentials: { credentialsType: 'Sas' } })
  const secrets = await secretsOf('by_sas')
  expect(secrets.secretsType).toBe('Sas')
  const container = new ContainerClient(`${emulator.storage.url}/by-sas?${secrets.sasToken}`)
  await container.getBlockBlobClient('a.txt').upload('a', 1)
  expect((await collect(container.listBlobsFlat())).map((one) => one.name)).toEqual(['a.txt'])
})

test('a service principal datastore tells the secret of an application that Entra knows', async () => {
  await emulator.addDatastore({ name: 'by_principal', credentials: { credentialsType: 'ServicePrincipal' } })
  const { properties } = await datastores().get(...where(), 'by_principal')
  const secrets = await secretsOf('by_principal')
  expect(secrets.secretsType).toBe('ServicePrincipal')
  const { clientId, tenantId } = properties.credentials as ServicePrincipalDatastoreCredentials
  expect({ tenantId, other: clientId === emulator.clientId }).toEqual({ tenantId: emulator.tenantId, other: false })
  const fields = { client_id: clientId, client_secret: String(secrets.clientSecret) }
  expect((await signIn(emulator, fields)).status).toBe(200)
})

test('a stored secret may be one that no longer works', async () => {
  const credentials = { credentialsType: 'AccountKey', key: 'b2xk' } as const
  await emulator.addDatastore({ name: 'old_key', credentials })
  expect(await secretsOf('old_key')).toEqual({ secretsType: 'AccountKey', key: 'b2xk' })
  expect(emulator.secrets).toContain('b2xk')
})

test('other types show their own fields, and a certificate is told as one', async () => {
  const credentials = { credentialsType: 'Certificate' } as const
  await emulator.addDatastore({ name: 'lake', datastoreType: 'AzureDataLakeGen2', container: 'lake', credentials })
  await emulator.addDatastore({ name: 'share', datastoreType: 'AzureFile', container: 'share' })
  const shown = async (name: string): Promise<unknown> => (await datastores().get(...where(), name)).properties
  expect(await shown('lake')).toMatchObject({ datastoreType: 'AzureDataLakeGen2', filesystem: 'lake' })
  expect(await shown('share')).toMatchObject({ datastoreType: 'AzureFile', fileShareName: 'share' })
  expect(await secretsOf('lake')).toMatchObject({ secretsType: 'Certificate', certificate: expect.any(String) })
})

test('another default takes the place of the first', async () => {
  await emulator.addDatastore({ name: 'chosen', isDefault: true })
  const defaults = await collect(datastores().list(...where(), { isDefault: true }))
  expect(defaults.map((one) => one.name)).toEqual(['chosen'])
})
