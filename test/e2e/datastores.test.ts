import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { noMounts } from '../mount/kernel.ts'
import { errorOf, type Inputs, useWorld } from './world.ts'

const world = useWorld()
const listSecrets = 'Microsoft.MachineLearningServices/workspaces/datastores/listsecrets/action'

/** Stages a folder of a datastore, publishes another one to it, and tells which credentials the blob requests carried. */
async function roundTrip(datastore: string): Promise<string[]> {
  await world.upload({ [`${datastore}_in/f`]: 'content' }, datastore.replaceAll('_', '-'))
  const job = await world.job()
  const inputs: Inputs = {
    'input-datasets': `${datastore}_in`,
    'output-datasets': `${datastore}_out`,
    'default-datastore': datastore,
  }
  const main = await job.main(inputs)
  expect(main.exitCode, main.log).toBe(0)
  expect(await readFile(path.join(main.outputs['input-0'] ?? '', 'f'), 'utf8')).toBe('content')
  await job.write(path.join(main.outputs['output-0'] ?? '', 'g'), 'made')
  const post = await job.post()
  expect(post.exitCode, post.log).toBe(0)
  const made = world.emulator.dataAssets.versions(`${datastore}_out`).at(-1)
  expect(made?.dataUri).toContain(`/datastores/${datastore}/paths/azureml-datasets/`)
  const carried = world.emulator.requests.filter(({ service, status }) => service === 'blob' && (status ?? 0) < 300)
  return [...new Set(carried.map(({ credential }) => credential))]
}

describe('stored credentials', () => {
  test('an account key', async () => {
    await world.emulator.addDatastore({ name: 'with_key', credentials: { credentialsType: 'AccountKey' } })
    expect(await roundTrip('with_key')).toEqual(['SharedKey'])
  })

  test.each(['', '?'])('a SAS that is stored as "%ssv=…"', async (mark) => {
    const name = mark ? 'with_marked_sas' : 'with_sas'
    const sasToken = mark + world.emulator.issueSas(name.replaceAll('_', '-'))
    await world.emulator.addDatastore({ name, credentials: { credentialsType: 'Sas', sasToken } })
    expect(await roundTrip(name)).toEqual(['Sas'])
  })

  test('a service principal', async () => {
    await world.emulator.addDatastore({ name: 'with_principal', credentials: { credentialsType: 'ServicePrincipal' } })
    expect(await roundTrip('with_principal')).toEqual(['Bearer'])
  })

  test.for(['AccountKey', 'Sas', 'ServicePrincipal'] as const)(
    'a mount is written with the same, and copies within the store: %s',
    async (kind, context) => {
      if (noMounts) context.skip(noMounts)
      const name = `written_by_${kind.toLowerCase()}`
      const sas = kind === 'Sas' ? { sasToken: world.emulator.issueSas(name.replaceAll('_', '-')) } : {}
      await world.emulator.addDatastore({ name, credentials: { credentialsType: kind, ...sas } })
      const job = await world.job()
      const outputs = `{name: ${name}_out, use-mounting: true, path: there, overwrite-existing: true}`
      const main = await job.main({ 'output-datasets': outputs, 'default-datastore': name })
      expect(main.exitCode, main.log).toBe(0)
      const run = await job.runner.run(
        `cd "$AZURE_ML_OUTPUT_${name}_out"; echo small >s; head -c 20000000 /dev/zero >l`,
      )
      expect(run.exitCode, run.log).toBe(0)
      // Azurite asks for a source with a SAS by itself, and does not trust the emulator. Then the copy goes through the runner.
      const refusal = { status: 403, headers: { 'x-ms-error-code': 'CannotVerifyCopySource' } }
      if (kind === 'Sas')
        world.emulator.intercept.blob = ({ operation }) => (operation === 'Copy Blob' ? refusal : undefined)
      const post = await job.post()
      expect(post.exitCode, post.log).toBe(0)
      const published = world.emulator.container(name.replaceAll('_', '-')).getBlobClient('there/l')
      expect((await published.getProperties()).contentLength).toBe(20_000_000)
      const copies = world.emulator.requests.filter(({ operation }) => operation === 'Copy Blob')
      const carried = { AccountKey: ['SharedKey', 202], Sas: ['Sas', 403], ServicePrincipal: ['Bearer', 202] }[kind]
      expect(copies.map(({ credential, status }) => [credential, status])).toEqual([carried, carried])
    },
  )

  test.for(['AccountKey', 'Sas', 'ServicePrincipal'] as const)(
    'a mount reads with the same: %s',
    async (kind, context) => {
      if (noMounts) context.skip(noMounts)
      const name = `mounted_by_${kind.toLowerCase()}`
      const sas = kind === 'Sas' ? { sasToken: world.emulator.issueSas(name.replaceAll('_', '-')) } : {}
      await world.emulator.addDatastore({ name, credentials: { credentialsType: kind, ...sas } })
      await world.upload({ [`${name}_in/f`]: 'content' }, name.replaceAll('_', '-'))
      const job = await world.job()
      const main = await job.main({ 'input-datasets': `${name}_in`, 'default-datastore': name, 'use-mounting': 'true' })
      expect(main.exitCode, main.log).toBe(0)
      // Not synchronously: what is read comes from this process in the end.
      expect(await readFile(path.join(main.outputs['input-0'] ?? '', 'f'), 'utf8')).toBe('content')
      expect((await job.post()).exitCode).toBe(0)
    },
  )

  test('none: our own token', async () => {
    expect(await roundTrip('identity_based')).toEqual(['Bearer'])
  })

  test('a certificate cannot be used: our own token', async () => {
    await world.emulator.addDatastore({ name: 'with_certificate', credentials: { credentialsType: 'Certificate' } })
    expect(await roundTrip('with_certificate')).toEqual(['Bearer'])
  })

  test.each([
    ['AccountKey', 'SharedKey'],
    ['Sas', 'Sas'],
    ['ServicePrincipal', 'Bearer'],
    ['None', 'Bearer'],
  ] as const)('ADLS Gen2 with %s, through its blob endpoint', async (credentialsType, carried) => {
    const name = `gen2_${credentialsType.toLowerCase()}`
    await world.emulator.addDatastore({ name, datastoreType: 'AzureDataLakeGen2', credentials: { credentialsType } })
    expect(await roundTrip(name)).toEqual([carried])
  })
})

describe('our own token is the fallback', () => {
  test('when we may not list the secrets', async () => {
    world.emulator.denied.add(listSecrets)
    await world.emulator.addDatastore({ name: 'secretive', credentials: { credentialsType: 'AccountKey' } })
    expect(await roundTrip('secretive')).toEqual(['Bearer'])
  })

  test('when the account forbids keys', async () => {
    world.emulator.storage.keyAccess = false
    await world.emulator.addDatastore({ name: 'keyless', credentials: { credentialsType: 'AccountKey' } })
    expect(await roundTrip('keyless')).toEqual(['Bearer'])
  })

  test('when the SAS has expired', async () => {
    const sasToken = world.emulator.issueSas('expired', { expiresOn: new Date(Date.now() - 60_000) })
    await world.emulator.addDatastore({ name: 'expired', credentials: { credentialsType: 'Sas', sasToken } })
    expect(await roundTrip('expired')).toEqual(['Bearer'])
  })

  test('for writing, when the SAS only reads', async () => {
    const sasToken = world.emulator.issueSas('readable', { permissions: 'rl' })
    await world.emulator.addDatastore({ name: 'readable', credentials: { credentialsType: 'Sas', sasToken } })
    expect((await roundTrip('readable')).sort()).toEqual(['Bearer', 'Sas'])
  })

  test('when the key is of yesterday', async () => {
    const key = Buffer.alloc(64, 7).toString('base64')
    await world.emulator.addDatastore({ name: 'rotated', credentials: { credentialsType: 'AccountKey', key } })
    expect(await roundTrip('rotated')).toEqual(['Bearer'])
  })

  test('when the service principal cannot sign in', async () => {
    await world.emulator.addDatastore({
      name: 'locked_out',
      credentials: { credentialsType: 'ServicePrincipal', clientSecret: 'no-longer-valid' },
    })
    expect(await roundTrip('locked_out')).toEqual(['Bearer'])
  })
})

describe('when nothing opens the account, the error names every attempt', () => {
  test('no right to the secrets, no role on the blobs', async () => {
    world.emulator.denied.add(listSecrets)
    world.emulator.storage.bearerAccess = 'none'
    const job = await world.job()
    const message = errorOf(await job.main({ 'input-datasets': 'any_folder' }))
    expect(message).toMatch(
      /Tried with the datastore's account key: .*az role assignment create --assignee \S+ --role "AzureML Data Scientist"/,
    )
    expect(message).toMatch(
      /with our own token: 403 AuthorizationPermissionMismatch\. .*"Storage Blob Data Reader".*\[storage-role-missing\]/,
    )
  })

  test('a firewall', async () => {
    world.emulator.storage.firewall = true
    const job = await world.job()
    expect(errorOf(await job.main({ 'input-datasets': 'any_folder' }))).toMatch(
      /firewall keeps this runner out.*\[storage-firewall\]/,
    )
  })

  test('reading is allowed, writing is not: told by the step that publishes, and nothing is registered', async () => {
    world.emulator.storage.bearerAccess = 'read'
    const job = await world.job()
    const main = await job.main({ 'output-datasets': '{name: read_only_out, datastore: identity_based}' })
    expect(main.exitCode, main.log).toBe(0)
    await job.write(path.join(main.outputs['output-0'] ?? '', 'f'), 'x')
    expect(errorOf(await job.post())).toMatch(/Storage Blob Data Contributor/)
    expect(world.emulator.dataAssets.names()).not.toContain('read_only_out')
  })
})

describe('datastores that cannot be used', () => {
  test('one that does not exist: the error names those that do', async () => {
    const job = await world.job()
    const message = errorOf(await job.main({ 'input-datasets': 'x', 'default-datastore': 'workspace_blobstore' }))
    expect(message).toMatch(
      /"workspace_blobstore" does not exist.*Did you mean "workspaceblobstore"\? There are: .*"identity_based"/,
    )
  })

  test('a file share: the error says which kinds are supported', async () => {
    await world.emulator.addDatastore({ name: 'share', datastoreType: 'AzureFile' })
    const job = await world.job()
    expect(errorOf(await job.main({ 'input-datasets': '{name: x, datastore: share}' }))).toMatch(
      /is of kind AzureFile\. Supported are/,
    )
  })

  test('an account that cannot be reached', async () => {
    await world.emulator.addDatastore({
      name: 'faraway',
      accountName: 'faraway',
      endpoint: '127.0.0.1:9',
      credentials: { credentialsType: 'None' },
    })
    const job = await world.job()
    expect(errorOf(await job.main({ 'input-datasets': '{name: x, datastore: faraway}' }))).toMatch(
      /cannot be reached \(ECONNREFUSED\)/,
    )
  })

  test('a container that does not exist', async () => {
    await world.emulator.addDatastore({ name: 'empty_place', credentials: { credentialsType: 'AccountKey' } })
    await world.emulator.container('empty-place').delete()
    const job = await world.job()
    expect(errorOf(await job.main({ 'input-datasets': '{name: x, datastore: empty_place}' }))).toContain(
      'Container "empty-place" does not exist',
    )
  })

  test('a container by its address uses the datastore that has it, or our own token', async () => {
    await world.emulator.addDatastore({ name: 'addressed', credentials: { credentialsType: 'AccountKey' } })
    await world.upload({ 'by address/f': 'x' }, 'addressed')
    const { url } = world.emulator.storage
    world.emulator.dataAssets.add('by_address', '1', { dataUri: `${url}/addressed/by%20address/` })
    const main = await (await world.job()).main({ 'input-datasets': 'by_address' })
    expect(main.exitCode, main.log).toBe(0)
    expect(world.emulator.requests.find(({ service }) => service === 'blob')?.credential).toBe('SharedKey')
  })
})
