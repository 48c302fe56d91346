import { describe, expect, test } from 'vitest'
import {
  getDatastore,
  getDefaultDatastore,
  listBlobDatastores,
  readDatastoreSecret,
} from '../../src/azureml/datastores.ts'
import { recordingLog, refusalOf } from '../report/helpers.ts'
import { serviceError, workspaceWith } from './helpers.ts'

const key = { credentialsType: 'AccountKey' }
const blobStore = { datastoreType: 'AzureBlob', accountName: 'acc', containerName: 'c', credentials: key }

/** The datastore `d` as the service describes it. */
const described = (properties: object) =>
  getDatastore(workspaceWith({ datastores: { get: async () => ({ name: 'd', properties }) } }), 'd')

describe('the URL of a datastore’s container', () => {
  test.each([
    ['core.windows.net', 'https', 'https://acc.blob.core.windows.net/c'],
    ['core.chinacloudapi.cn', 'https', 'https://acc.blob.core.chinacloudapi.cn/c'],
    ['storage.azure.stack:8443', 'https', 'https://acc.blob.storage.azure.stack:8443/c'],
    ['localhost', 'https', 'https://localhost/acc/c'],
    ['localhost:10000', 'http', 'http://localhost:10000/acc/c'],
    ['127.0.0.1', 'http', 'http://127.0.0.1/acc/c'],
    ['127.0.0.1:10000', 'https', 'https://127.0.0.1:10000/acc/c'],
    ['[::1]', 'http', 'http://[::1]/acc/c'],
    ['[::1]:10000', 'http', 'http://[::1]:10000/acc/c'],
    [undefined, undefined, 'https://acc.blob.core.windows.net/c'],
    [null, null, 'https://acc.blob.core.windows.net/c'],
  ])('for endpoint %s and protocol %s is %s', async (endpoint, protocol, url) => {
    const { location } = await described({ ...blobStore, endpoint, protocol })
    expect(location).toEqual({ accountName: 'acc', containerName: 'c', url })
  })

  test('of ADLS Gen2 is that of its blob endpoint', async () => {
    const { location } = await described({
      datastoreType: 'AzureDataLakeGen2',
      accountName: 'acc',
      filesystem: 'fs',
      endpoint: 'core.windows.net',
      credentials: key,
    })
    expect(location).toEqual({ accountName: 'acc', containerName: 'fs', url: 'https://acc.blob.core.windows.net/fs' })
  })
})

describe('a datastore', () => {
  test.each(['AccountKey', 'Sas', 'None', 'Certificate'])('with credentials of kind %s', async (credentialsType) => {
    const { credentials } = await described({ ...blobStore, credentials: { credentialsType } })
    expect(credentials).toEqual({ kind: credentialsType })
  })

  test('with a service principal tells whose', async () => {
    const principal = { tenantId: 't', clientId: 'c', authorityUrl: 'https://login.microsoftonline.us' }
    const { credentials } = await described({
      ...blobStore,
      credentials: { credentialsType: 'ServicePrincipal', ...principal },
    })
    expect(credentials).toEqual({ kind: 'ServicePrincipal', ...principal })
  })

  test.each(['AzureFile', 'AzureDataLakeGen1', 'OneLake'])('of kind %s is not supported', async (datastoreType) => {
    const { code, message } = await refusalOf(() => described({ datastoreType, credentials: key }))
    expect(code).toBe('datastore-unsupported')
    expect(message).toContain(`is of kind ${datastoreType}. Supported are Azure Blob Storage (AzureBlob) and ADLS Gen2`)
  })

  test.each([{ accountName: '' }, { containerName: undefined }])('with %j is broken', async (difference) => {
    expect((await refusalOf(() => described({ ...blobStore, ...difference }))).message).toContain('create it anew')
  })
})

/** A workspace with these datastores, none of which can be had by its name. */
function workspaceOf(...names: string[]) {
  const datastores = {
    get: async () => {
      throw serviceError(404, 'UserError', 'Could not find datastore: x.')
    },
    list: async function* (_group: string, _workspace: string, { isDefault = false } = {}) {
      for (const name of names)
        if (!isDefault || name === 'default')
          yield { name, properties: name === 'share' ? { datastoreType: 'AzureFile', credentials: key } : blobStore }
    },
  }
  return workspaceWith({ datastores })
}

describe('a datastore that does not exist', () => {
  test('is told with those that do, the nearest first', async () => {
    const { code, message } = await refusalOf(() => getDatastore(workspaceOf('my_store', 'share'), 'mystore'))
    expect(code).toBe('datastore-not-found')
    expect(message).toBe(
      'Datastore "mystore" does not exist in workspace "space". Did you mean "my_store"? There are: "my_store", "share".',
    )
  })

  test('is told where there are none', async () => {
    await refusalOf(() => getDatastore(workspaceOf(), 'mystore'))
  })

  test('is told where the default is asked for', async () => {
    const { message } = await refusalOf(() => getDefaultDatastore(workspaceOf('my_store')))
    expect(message).toContain('has no default datastore. Name one with default-datastore.')
  })
})

test('the default is the one that says so', async () => {
  expect((await getDefaultDatastore(workspaceOf('a', 'default', 'b'))).name).toBe('default')
})

test('of all datastores, those that hold blobs are looked through', async () => {
  expect((await listBlobDatastores(workspaceOf('a', 'share', 'b'))).map(({ name }) => name)).toEqual(['a', 'b'])
})

describe('the secret of a datastore', () => {
  const secret = async (answer: object) => {
    const log = recordingLog()
    const workspace = workspaceWith({ datastores: { listSecrets: async () => answer } }, log)
    return { secret: await readDatastoreSecret(workspace, 'd'), masks: log.lines }
  }

  test.each([
    [{ secretsType: 'AccountKey', key: 'a2V5' }, 'a2V5'],
    [{ secretsType: 'ServicePrincipal', clientSecret: '?x' }, '?x'],
  ])('in %j is %s, and masked', async (answer, expected) => {
    expect(await secret(answer)).toEqual({ secret: expected, masks: [`mask: ${expected}`] })
  })

  test.each(['', '?'])(
    'that is a SAS comes without its question mark (%j), and masked with its signature in both forms',
    async (mark) => {
      const sas = 'sv=2022&sig=ab%2Fc%3D&sp=r'
      expect(await secret({ secretsType: 'Sas', sasToken: `${mark}${sas}` })).toEqual({
        secret: sas,
        masks: [`mask: ${sas}`, 'mask: ab/c=', 'mask: ab%2Fc%3D'],
      })
    },
  )

  test.each([{ secretsType: 'Certificate', certificate: 'x' }, {}, { key: '' }, { sasToken: '?' }])(
    'is missing in %j',
    async (answer) => {
      expect((await refusalOf(() => secret(answer))).code).toBe('datastore-secret-missing')
    },
  )
})
