import { describe, expect, test } from 'vitest'
import { cloudOf } from '../../src/azureml/index.ts'
import { refusalOf } from '../report/helpers.ts'

test.each([
  [
    'public',
    'https://management.azure.com',
    'https://login.microsoftonline.com',
    'api://AzureADTokenExchange',
    'https://ml.azure.com',
    'core.windows.net',
  ],
  [
    'usgovernment',
    'https://management.usgovcloudapi.net',
    'https://login.microsoftonline.us',
    'api://AzureADTokenExchangeUSGov',
    'https://ml.azure.us',
    'core.usgovcloudapi.net',
  ],
  [
    'china',
    'https://management.chinacloudapi.cn',
    'https://login.chinacloudapi.cn',
    'api://AzureADTokenExchangeChina',
    'https://ml.azure.cn',
    'core.chinacloudapi.cn',
  ],
])('the endpoints of %s', (name, resourceManagerUrl, authorityHost, federationAudience, studioUrl, storageSuffix) => {
  expect(cloudOf(name)).toEqual({
    name,
    resourceManagerUrl,
    authorityHost,
    isPrivate: false,
    federationAudience,
    studioUrl,
    storageSuffix,
    scopes: {
      management: `${resourceManagerUrl}/.default`,
      storage: 'https://storage.azure.com/.default',
      ml: `${studioUrl}/.default`,
    },
  })
})

describe('endpoints of one’s own', () => {
  test.each([
    ['https://arm.example', 'https://arm.example'],
    ['https://arm.example/', 'https://arm.example'],
    ['https://arm.example:8443/path/', 'https://arm.example:8443/path'],
    ['https://arm.example//', 'https://arm.example'],
    ['HTTPS://ARM.Example', 'https://arm.example'],
    ['https://arm.example/?x=1#y', 'https://arm.example'],
  ])('%s becomes %s, from which scopes are made', (url, expected) => {
    const cloud = cloudOf('public', url, url)
    expect([cloud.resourceManagerUrl, cloud.authorityHost]).toEqual([expected, expected])
    expect(cloud.scopes.management).toBe(`${expected}/.default`)
  })

  test('Entra’s own list of clouds is asked only about Entra', () => {
    expect(cloudOf('public', 'https://arm.example').isPrivate).toBe(false)
    expect(cloudOf('public', '', 'https://entra.example').isPrivate).toBe(true)
  })

  test.each(['http://arm.example', 'arm.example', 'ftp://arm.example', '//arm.example', 'https://', 'x\ny'])(
    '%j is refused: tokens are sent there',
    async (url) => {
      expect((await refusalOf(() => cloudOf('public', url))).message).toMatch(
        /^resource-manager-url: .*not an https URL/,
      )
      expect((await refusalOf(() => cloudOf('public', '', url))).message).toMatch(/^authority-host: /)
    },
  )
})

test.each(['', 'azure', 'germany', 'constructor', '__proto__'])('the cloud %j is not known', async (name) => {
  expect((await refusalOf(() => cloudOf(name))).message).toContain('use one of public, usgovernment, china')
})
