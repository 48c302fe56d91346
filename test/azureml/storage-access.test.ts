import type { AccessToken } from '@azure/core-auth'
import { describe, expect, test } from 'vitest'
import { isOwnStorage } from '../../src/azureml/cloud.ts'
import { cloudOf, createStorageAccess, type Workspace } from '../../src/azureml/index.ts'
import { refusalOf, silentLog } from '../report/helpers.ts'

/** A workspace without datastores, signed in as somebody who writes down for what he is asked for tokens. */
function workspaceOf(asked: string[]): Workspace {
  const getToken = async (scope: string | string[]): Promise<AccessToken> => {
    asked.push(String(scope))
    return { token: 'our own', expiresOnTimestamp: Date.now() + 3_600_000 }
  }
  const nothing = async function* () {}
  return {
    name: { subscriptionId: 's', resourceGroup: 'g', workspace: 'w' },
    cloud: cloudOf('public'),
    identity: { credential: { getToken }, description: 'a test' },
    client: { datastores: { list: nothing } } as unknown as Workspace['client'],
    log: silentLog,
  }
}

describe('our own token', () => {
  test.each([
    'https://account.blob.evil.example/c',
    'https://account.blob.core.windows.net.evil.example/c',
    'https://account.blob.core.windows.net@evil.example/c',
    'https://evil-blob.core.windows.net.example/c',
    'https://127.0.0.1/account/c',
    'http://account.blob.core.windows.net/c',
  ])('is not even made for %s, though a dataset may point there', async (url) => {
    const asked: string[] = []
    const location = { accountName: 'account', containerName: 'c', url }
    const signal = new AbortController().signal
    const open = () => createStorageAccess().openLocation(workspaceOf(asked), location, 'p/', signal)
    const { code, message } = await refusalOf(open)
    expect([code, asked]).toEqual(['storage-refused', []])
    expect(message).toContain('Tried with our own token: it is sent to https://*.blob.core.windows.net only')
  })

  test.each([
    ['public', 'https://a.blob.core.windows.net/c', true],
    ['public', 'https://a.z01.blob.storage.azure.net/c', true],
    ['public', 'https://a.blob.core.chinacloudapi.cn/c', false],
    ['china', 'https://a.blob.core.chinacloudapi.cn/c', true],
    ['china', 'https://a.z01.blob.storage.azure.net/c', false],
    ['usgovernment', 'https://a.blob.core.usgovcloudapi.net/c', true],
  ])('in the cloud %s, for %s: %s', (cloud, url, sent) => {
    expect(isOwnStorage(cloudOf(cloud), url)).toBe(sent)
  })

  test('in a private cloud goes to any address, if it is https', () => {
    const cloud = cloudOf('public', '', 'https://entra.example')
    expect(isOwnStorage(cloud, 'https://localhost:10000/account/c')).toBe(true)
    expect(isOwnStorage(cloud, 'http://localhost:10000/account/c')).toBe(false)
  })
})
