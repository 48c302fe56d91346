import { describe, expect, test } from 'vitest'
import type { Purpose } from '../../src/azureml/storage-access.ts'
import { type Attempt, storedCredential } from '../../src/azureml/stored-credential.ts'
import { refusalOf } from '../report/helpers.ts'
import { workspaceWith } from './helpers.ts'

const location = { accountName: 'acc', containerName: 'c', url: 'https://acc.blob.core.windows.net/c' }

function attempt(
  kind: 'AccountKey' | 'Sas' | 'None' | 'Certificate',
  secret = '',
  purpose: Purpose = 'read',
): Attempt | undefined {
  return storedCredential(
    workspaceWith({}),
    { name: 'd', location, credentials: { kind } },
    purpose,
    async () => secret,
  )
}
const sas = (fields: string, purpose?: Purpose) => attempt('Sas', fields, purpose)?.credential()

test('a key is used as it is', async () => {
  expect(await attempt('AccountKey', 'a2V5')?.credential()).toEqual({ kind: 'account-key', accountKey: 'a2V5' })
})

test.each(['None', 'Certificate'] as const)('of credentials of kind %s nothing can be used', (kind) => {
  expect(attempt(kind)).toBeUndefined()
})

describe('a SAS', () => {
  test.each<[string, Purpose]>([
    ['se=2999-01-01T00:00:00Z&sp=rl', 'read'],
    ['se=2999-01-01&sp=racwl', 'write'],
    ['sp=c', 'write'],
    ['si=policy', 'write'],
    ['se=not-a-time&sp=r', 'read'],
  ])('with %s may %s', async (fields, purpose) => {
    expect(await sas(fields, purpose)).toEqual({ kind: 'sas', sas: fields })
  })

  test('that has expired is not even sent', async () => {
    const { code, message } = await refusalOf(() => sas('se=2020-01-01T00%3A00%3A00Z&sp=rl&sig=secret'))
    expect(code).toBe('sas-expired')
    expect(message).toBe('the SAS of datastore "d" expired on "2020-01-01T00:00:00Z"')
  })

  test('that only reads is not used for writing', async () => {
    expect((await refusalOf(() => sas('sp=rl&sig=secret', 'write'))).code).toBe('sas-read-only')
  })
})

test.each([
  { kind: 'Sas' },
  { kind: 'ServicePrincipal', tenantId: 't', clientId: 'c', authorityUrl: undefined },
] as const)('credentials of kind $kind are not asked for, where they would be sent over http', async (credentials) => {
  const http = { ...location, url: location.url.replace('https:', 'http:') }
  const asked: string[] = []
  const secretOf = async (_: unknown, datastore: string) => String(asked.push(datastore))
  const opened = storedCredential(workspaceWith({}), { name: 'd', location: http, credentials }, 'read', secretOf)
  expect((await refusalOf(() => opened?.credential())).message).toContain('is http, over which only an account key')
  expect(asked).toEqual([])
})
