import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { RunnerAddress } from '../../src/azureml/runner-address.ts'
import {
  explainStorageFailure,
  explainStorageRefusals,
  explainStorageTrouble,
} from '../../src/azureml/storage-refusals.ts'
import type { Access } from '../../src/azureml/storage-verdicts.ts'
import { BlobError, type ContainerCredential } from '../../src/blobs/index.ts'
import { UserError } from '../../src/report/index.ts'
import { refusalOf } from '../report/helpers.ts'
import { workspaceWith } from './helpers.ts'

const runner = vi.hoisted(() => ({ address: undefined as RunnerAddress | undefined }))
vi.mock('../../src/azureml/runner-address.ts', () => ({ runnerAddress: async () => runner.address }))
beforeEach(() => {
  runner.address = { address: '20.1.2.3', isPublic: true }
})

const location = { accountName: 'acc', containerName: 'box', url: 'https://acc.blob.core.windows.net/box' }
const objectId = '4e6a1d7c-93b2-4c58-b0f6-2d8e5a7f1c03'
const clientId = 'c2b7e9d0-6f14-4d3a-8e5b-71a09c3f6d28'

/** A credential whose tokens carry these claims. */
function tokenOf(claims: object): ContainerCredential & { kind: 'token' } {
  const token = `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
  return { kind: 'token', token: { getToken: async () => ({ token, expiresOnTimestamp: 0 }) } }
}

const ours = tokenOf({ oid: objectId, appid: clientId })
const access = (credential: ContainerCredential | undefined = ours, purpose: Access['purpose'] = 'read'): Access => {
  const workspace = { ...workspaceWith({}), identity: { credential: ours.token, description: 'us' } }
  return { workspace, location, purpose, credential }
}
const refused = (code: string, status = 403, date?: string) =>
  new BlobError('list https://acc.example/box', status, code, { date })
const shown = (explained: Promise<unknown> | unknown) =>
  refusalOf(async () => {
    throw await explained
  })
const opening = (error: unknown, how = access()) =>
  shown(explainStorageRefusals(location, [{ label: 'our own token', error, access: how }]))
const reading = (error: unknown, how = access()) => shown(explainStorageFailure(error, "the datastore's SAS", how))
const minutesAway = (minutes: number) => new Date(Date.now() + minutes * 60_000)

describe('a container that does not open', () => {
  test.each([
    ['AuthorizationPermissionMismatch', 'storage-role-missing', /lacks the role "Storage Blob Data Reader"/],
    ['AuthorizationFailure', 'storage-firewall', /firewall keeps this runner out/],
    ['KeyBasedAuthenticationNotPermitted', 'storage-keys-disabled', /forbids keys and SAS/],
    ['AuthenticationFailed', 'storage-refused', /does not accept the token: .*tenant/],
    ['AuthorizationSourceIPMismatch', 'storage-firewall', /The SAS allows other addresses/],
    ['AuthorizationServiceMismatch', 'storage-refused', /it needs the permissions rl/],
    ['AccountIsDisabled', 'storage-refused', /Give the identity the role/],
  ])('with %s is %s', async (serviceCode, code, text) => {
    const explained = await opening(refused(serviceCode))
    expect(explained.code).toBe(code)
    expect(explained.message).toMatch(text)
    expect(explained.message).toContain(`Tried with our own token: 403 ${serviceCode}.`)
  })

  test('names every attempt, and mends the last', async () => {
    const sas = new UserError('sas-expired', 'the SAS of datastore "d" expired')
    const { message, code } = await shown(
      explainStorageRefusals(location, [
        { label: "the datastore's SAS", error: sas, access: access(undefined) },
        { label: 'our own token', error: refused('AuthorizationPermissionMismatch'), access: access() },
      ]),
    )
    expect(code).toBe('storage-role-missing')
    expect(message).toContain(
      'Tried with the datastore\'s SAS: the SAS of datastore "d" expired; with our own token: 403 AuthorizationPermissionMismatch. The identity lacks the role',
    )
  })

  test('for a wrong clock says that, though the last attempt got further', async () => {
    const { code, message } = await shown(
      explainStorageRefusals(location, [
        {
          label: "the datastore's account key",
          error: refused('AuthenticationFailed', 403, minutesAway(-40).toUTCString()),
          access: access({ kind: 'account-key', accountKey: 'x' }),
        },
        { label: 'our own token', error: refused('AuthorizationPermissionMismatch'), access: access() },
      ]),
    )
    expect([code, message]).toEqual([
      'clock-skew',
      expect.stringMatching(/40 minutes ahead, .*timedatectl set-ntp true/),
    ])
  })

  test('because no token was to be had says why, and nothing else', async () => {
    const { code, message } = await opening(new UserError('throttled', 'Microsoft Entra gets too many requests.'))
    expect(code).toBe('throttled')
    expect(message).toMatch(/Tried with our own token: Microsoft Entra gets too many requests\.$/)
  })
})

describe('the line that assigns a role', () => {
  const line = async (how: Access) => (await opening(refused('AuthorizationPermissionMismatch'), how)).message

  test('is for the object id in the token, on the account', async () => {
    expect(await line(access())).toMatch(
      new RegExp(
        `az role assignment create --assignee ${objectId} --role "Storage Blob Data Reader" --scope "\\$\\(az storage account show --name acc --query id --output tsv\\)"$`,
      ),
    )
  })

  test('names the role that writes, where something is to be written', async () => {
    expect(await line(access(ours, 'write'))).toContain('--role "Storage Blob Data Contributor"')
  })

  test.each([
    ['the client id', { appid: clientId }, clientId],
    ['a placeholder, for a token that tells neither', {}, '<client-id>'],
    ['a placeholder, for a token that tells nonsense', { oid: '$(rm -rf /)', appid: 7 }, '<client-id>'],
  ])('has %s', async (_what, claims, assignee) => {
    expect(await line(access(tokenOf(claims)))).toContain(`--assignee ${assignee} --role`)
  })

  test('has a placeholder where no token is to be had any more', async () => {
    const gone = { kind: 'token', token: { getToken: () => Promise.reject(new Error('gone')) } } as const
    expect(await line(access(gone))).toContain('--assignee <client-id>')
  })
})

describe('a firewall', () => {
  test.each([
    [{ address: '20.1.2.3', isPublic: true }, /runner out \(20\.1\.2\.3\); .*--ip-address 20\.1\.2\.3\. Rules/],
    [
      { address: '10.0.0.4', isPublic: false },
      /runner out \(10\.0\.0\.4 inside its own network; its public address could not be found out\); .*--ip-address <its public address>\. Rules/,
    ],
    [undefined, /keeps this runner out; .*--ip-address <its public address>\. Rules/],
  ])('names the address %j', async (address, text) => {
    runner.address = address
    const { message } = await opening(refused('AuthorizationFailure'))
    expect(message).toMatch(text)
    expect(message).toContain('az storage account network-rule add --account-name acc')
    expect(message).toContain("do not apply to runners in the account's own region")
  })
})

describe('an open container that refuses later', () => {
  const read = (code: string, date?: string) => new BlobError('read dir/a "b"', 403, code, { date })

  test('is told with the account, the file and the credentials', async () => {
    const { code, message } = await reading(read('AuthorizationPermissionMismatch'))
    expect(code).toBe('storage-role-missing')
    expect(message).toMatch(
      /^Storage account "acc", container "box" refuses to read "dir\/a \\"b\\"" with the datastore's SAS: 403 AuthorizationPermissionMismatch\. /,
    )
  })

  test('lists no address of a request', async () => {
    const { message } = await reading(refused('AuthorizationFailure'))
    expect(message).toContain('refuses to list its files with')
    expect(message).not.toContain('example')
  })

  const sas = (se: Date): ContainerCredential => ({ kind: 'sas', sas: `sp=rl&se=${se.toISOString()}&sig=hush` })
  test.each([
    ['a SAS that has ended', sas(minutesAway(-1)), 0, 'sas-expired', /The SAS expired on "20.*Store new credentials/],
    ['a SAS that has ended by their clock', sas(minutesAway(5)), 30, 'sas-expired', /The SAS expired on/],
    ['a SAS that is good by their clock', sas(minutesAway(60)), 30, 'clock-skew', /30 minutes behind/],
    ['a SAS that was revoked', sas(minutesAway(60)), 0, 'storage-refused', /the SAS revoked/],
    ['a key that was rotated', { kind: 'account-key', accountKey: 'x' } as const, 0, 'storage-refused', /was rotated/],
  ])('because of %s', async (_what, credential, ahead, code, text) => {
    const explained = await reading(read('AuthenticationFailed', minutesAway(ahead).toUTCString()), access(credential))
    expect([explained.code, explained.message]).toEqual([code, expect.stringMatching(text)])
    expect(explained.message).not.toContain('hush')
  })

  test('because the SAS allows less says what it has to allow', async () => {
    const { code, message } = await reading(
      read('AuthorizationPermissionMismatch'),
      access(sas(minutesAway(9)), 'write'),
    )
    expect([code, message]).toEqual(['storage-refused', expect.stringContaining('it needs the permissions racwl')])
  })

  test('because keys are forbidden now asks for a role of ours', async () => {
    const key = { kind: 'account-key', accountKey: 'x' } as const
    const { code, message } = await reading(read('KeyBasedAuthenticationNotPermitted'), access(key))
    expect([code, message]).toEqual(['storage-keys-disabled', expect.stringContaining(`--assignee ${objectId}`)])
  })

  test('is told apart from what is no failure of storage', async () => {
    const bug = new TypeError('x')
    expect(await explainStorageFailure(bug, 'x', access())).toBe(bug)
    expect(explainStorageTrouble(bug, location)).toBe(bug)
  })
})

describe('trouble that is no refusal', () => {
  test.each([
    [
      0,
      'ENOTFOUND',
      'storage-unreachable',
      /^Storage account "acc" cannot be reached \(ENOTFOUND\)\. .*private endpoints/,
    ],
    [0, 'CutShort', 'connection-lost', /^The connection to storage account "acc" broke \(CutShort\)\. Run again/],
    [0, 'SELF_SIGNED_CERT_IN_CHAIN', 'storage-unreachable', /NODE_EXTRA_CA_CERTS/],
    [404, 'ContainerNotFound', 'container-not-found', /Container "box" does not exist in storage account "acc"/],
    [503, 'ServerBusy', 'throttled', /did not list its files: 503 ServerBusy\. The account is too busy/],
    [500, 'InternalError', 'storage-refused', /500 InternalError\. Run again/],
    [403, '', 'storage-unreachable', /Something on the way to storage account "acc" answered in its place \(403\)/],
    [200, '', 'storage-unreachable', /answered in its place \(200\)/],
    [407, '', 'storage-unreachable', /asks for a password \(407\)/],
  ])('%i %s is %s', async (status, serviceCode, code, text) => {
    const explained = await reading(refused(serviceCode, status))
    expect(explained.code).toBe(code)
    expect(explained.message).toMatch(text)
  })
})
