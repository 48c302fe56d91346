import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { datastoreUri, parseDataUri, sameDataUri, shortUri } from '../../src/azureml/index.ts'
import { refusalOf } from '../report/helpers.ts'

const here = { subscriptionId: 'sub', resourceGroup: 'group', workspace: 'space' }
const long = 'azureml://subscriptions/sub/resourcegroups/group/workspaces/space/datastores/d'
const arm =
  'azureml://subscriptions/sub/resourceGroups/group/providers/Microsoft.MachineLearningServices/workspaces/space/datastores/d'
const blob = (accountUrl: string, accountName: string, containerName: string, path: string) => ({
  kind: 'blob',
  accountName,
  containerName,
  path,
  url: `${accountUrl}/${containerName}`,
})

describe('a path of a datastore', () => {
  test.each([
    ['azureml://datastores/d/paths/a/b/', 'a/b/'],
    ['azureml://datastores/d/paths/a/b', 'a/b'],
    ['azureml://datastores/d/a/b', 'a/b'],
    ['azureml://datastores/d/paths/', ''],
    ['azureml://datastores/d/paths', ''],
    ['azureml://datastores/d/', ''],
    ['azureml://datastores/d', ''],
    ['azureml://datastores/d/paths/paths/x', 'paths/x'],
    ['azureml://datastores/d/pathsx', 'pathsx'],
    ['azureml://datastores/d/paths/50% +#?&/ü', '50% +#?&/ü'],
    ['azureml://datastores/d/paths/a%20b', 'a%20b'],
    ['AzureML://DataStores/d/paths/A', 'A'],
  ])('%s is %j', (uri, path) => {
    expect(parseDataUri(uri)).toEqual({ kind: 'datastore', datastore: 'd', path })
  })

  test.each([
    [`${long}/paths/a/`, 'a/'],
    [`${arm}/paths/a`, 'a'],
    [`${long}/a`, 'a'],
    [long, ''],
    [
      `${long
        .toUpperCase()
        .replace('AZUREML', 'azureml')
        .replace(/SUB\b/, 'sub')
        .replace(/GROUP\b/, 'group')
        .replace(/SPACE\b/, 'space')
        .replace(/D$/, 'd')}/x`,
      'x',
    ],
  ])('%s names its workspace', (uri, path) => {
    expect(parseDataUri(uri)).toEqual({ kind: 'datastore', datastore: 'd', path, workspace: here })
  })
})

describe('a path of a job’s output', () => {
  test.each([
    ['azureml://jobs/j/outputs/o/paths/a/b', 'a/b'],
    ['azureml://jobs/j/outputs/o/paths/', ''],
    ['azureml://jobs/j/outputs/o/paths', ''],
    ['azureml://jobs/j/outputs/o', ''],
    ['azureml://jobs/j/outputs/o/a', 'a'],
  ])('%s is %j', (uri, path) => {
    expect(parseDataUri(uri)).toEqual({ kind: 'job-output', job: 'j', output: 'o', path })
  })
})

describe('an address of blob storage', () => {
  test.each([
    ['https://acc.blob.core.windows.net/c/a/b/', blob('https://acc.blob.core.windows.net', 'acc', 'c', 'a/b/')],
    ['https://acc.dfs.core.windows.net/c/a', blob('https://acc.blob.core.windows.net', 'acc', 'c', 'a')],
    ['https://acc.blob.core.windows.net/c', blob('https://acc.blob.core.windows.net', 'acc', 'c', '')],
    [
      'https://acc.blob.core.windows.net/c/a%20b/50%25',
      blob('https://acc.blob.core.windows.net', 'acc', 'c', 'a b/50%'),
    ],
    ['https://acc.blob.core.windows.net/c/a b', blob('https://acc.blob.core.windows.net', 'acc', 'c', 'a b')],
    [
      'https://acc.blob.core.windows.net/c/50% more/x',
      blob('https://acc.blob.core.windows.net', 'acc', 'c', '50% more/x'),
    ],
    [
      'https://acc.blob.core.windows.net/c/a?sv=1&sig=secret',
      blob('https://acc.blob.core.windows.net', 'acc', 'c', 'a'),
    ],
    ['https://acc.blob.core.usgovcloudapi.net/c/a', blob('https://acc.blob.core.usgovcloudapi.net', 'acc', 'c', 'a')],
    ['https://acc.blob.core.chinacloudapi.cn/c/a', blob('https://acc.blob.core.chinacloudapi.cn', 'acc', 'c', 'a')],
    [
      'https://acc.blob.storage.azure.stack:8443/c/a',
      blob('https://acc.blob.storage.azure.stack:8443', 'acc', 'c', 'a'),
    ],
    ['wasbs://c@acc.blob.core.windows.net/a/b', blob('https://acc.blob.core.windows.net', 'acc', 'c', 'a/b')],
    ['wasbs://c@acc.blob.core.windows.net', blob('https://acc.blob.core.windows.net', 'acc', 'c', '')],
    ['abfss://c@acc.dfs.core.windows.net/a b/c', blob('https://acc.blob.core.windows.net', 'acc', 'c', 'a b/c')],
    ['abfss://$web@acc.dfs.core.windows.net/a', blob('https://acc.blob.core.windows.net', 'acc', '$web', 'a')],
    ['http://127.0.0.1:10000/acc/c/a', blob('http://127.0.0.1:10000/acc', 'acc', 'c', 'a')],
    ['https://127.0.0.1/acc/c/a', blob('https://127.0.0.1/acc', 'acc', 'c', 'a')],
    ['https://localhost:10000/acc/c/a/', blob('https://localhost:10000/acc', 'acc', 'c', 'a/')],
    ['https://[::1]:10000/acc/c', blob('https://[::1]:10000/acc', 'acc', 'c', '')],
  ])('%s', (uri, expected) => {
    expect(parseDataUri(uri)).toEqual(expected)
  })
})

describe('what cannot be staged is refused by the name of its form:', () => {
  test.each([
    ['azureml://registries/r/data/x/versions/1', 'an asset of a registry'],
    ['azureml://locations/westeurope/workspaces/id/data/x/versions/1', 'the id of another asset'],
    ['azureml:x:1', 'a "azureml:" address'],
    ['https://example.com/data/', 'a "https:" address that is not Azure Blob Storage'],
    ['https://acc.file.core.windows.net/share/a', 'a "https:" address'],
    ['https://acc.blob.core.windows.net/', 'a "https:" address'],
    ['https://localhost/acc', 'a "https:" address'],
    ['wasbs://acc.blob.core.windows.net/a', 'a "wasbs:" address'],
    ['wasbs://%zz@acc.blob.core.windows.net/a', 'a "wasbs:" address'],
    ['adl://store.azuredatalakestore.net/a', 'a "adl:" address'],
    ['s3://bucket/a', 'a "s3:" address'],
    ['file:///etc/passwd', 'a "file:" address'],
    ['/local/path', 'which cannot be staged'],
    ['', 'which cannot be staged'],
  ])('%s', async (uri, text) => {
    const { code, message } = await refusalOf(() => parseDataUri(uri))
    expect(code).toBe('data-uri-unsupported')
    expect(message).toContain(text)
  })

  test('without what may be a secret', async () => {
    const { message } = await refusalOf(() => parseDataUri('https://example.com/x?sig=secret'))
    expect(message).not.toContain('secret')
  })

  test('and in one line, whatever the form', async () => {
    await refusalOf(() => parseDataUri('s3://a\n::error::b'))
  })
})

describe('two URIs are the same', () => {
  const word = fc.stringMatching(/^[a-z0-9_]{1,6}$/)
  const path = fc
    .array(
      fc.stringMatching(/^[A-Za-z0-9_. %-]{1,6}$/).filter((segment) => segment.trim() === segment),
      { maxLength: 3 },
    )
    .map((segments) => segments.join('/'))

  test('as the one that was sent and the one that the service made of it', () => {
    fc.assert(
      fc.property(word, path, fc.boolean(), fc.boolean(), (datastore, place, slash, capital) => {
        const sent = `azureml://datastores/${datastore}/paths/${place}`
        const group = capital ? 'resourceGroups' : 'resourcegroups'
        const kept = `azureml://subscriptions/sub/${group}/group/workspaces/space/datastores/${datastore}/paths/${place}${slash ? '/' : ''}`
        expect(sameDataUri(sent, kept, here)).toBe(true)
        expect(sameDataUri(kept, datastoreUri(here, datastore, place), here)).toBe(true)
        expect(sameDataUri(kept, `azureml://datastores/${datastore}/${place}`, here)).toBe(true)
      }),
      { seed: 11 },
    )
  })

  test('only if datastore and path are', () => {
    fc.assert(
      fc.property(word, word, path, path, (a, b, one, other) => {
        const same = sameDataUri(datastoreUri(here, a, one), datastoreUri(here, b, other), here)
        expect(same).toBe(a === b && one === other)
      }),
      { seed: 12 },
    )
  })

  test.each([
    ['the case of the path', `${long}/paths/a`, `${long}/paths/A`],
    ['the workspace', `${long}/paths/a`, `${long.replace('space', 'other')}/paths/a`],
    ['the subscription', `${long}/paths/a`, `${long.replace('sub/', 'bus/')}/paths/a`],
    ['the form', `${long}/paths/a`, 'https://acc.blob.core.windows.net/c/a'],
    ['the address', 'https://acc.blob.core.windows.net/c/a', 'https://acc.blob.core.windows.net/c/b'],
  ])('not with another of %s', (_what, a, b) => {
    expect(sameDataUri(a, b, here)).toBe(false)
  })

  test.each([
    [`${long}/paths/a`, `${arm}/paths/a/`],
    [long.replace('sub/', 'SUB/').replace('group/', 'Group/'), long],
    ['https://acc.blob.core.windows.net/c/a', 'https://acc.blob.core.windows.net/c/a/'],
  ])('%s and %s', (a, b) => {
    expect(sameDataUri(a, b, here)).toBe(true)
  })
})

describe('the short form', () => {
  test.each([
    [`${long}/paths/a/b/`, 'azureml://datastores/d/paths/a/b/'],
    [`${arm}/a`, 'azureml://datastores/d/paths/a'],
    ['azureml://datastores/d/paths/a', 'azureml://datastores/d/paths/a'],
    ['https://acc.blob.core.windows.net/c/a?sig=x', 'https://acc.blob.core.windows.net/c/a'],
  ])('of %s is %s', (uri, short) => {
    expect(shortUri(uri)).toBe(short)
  })

  test('never holds the subscription, the group or the workspace, and means the same', () => {
    const id = fc.uuid()
    fc.assert(
      fc.property(
        id,
        fc.string({ unit: 'grapheme-ascii', maxLength: 10 }).filter((path) => !path.endsWith('/')),
        (subscriptionId, path) => {
          const whole = datastoreUri({ ...here, subscriptionId }, 'd', path)
          expect(shortUri(whole)).not.toContain(subscriptionId)
          expect(sameDataUri(shortUri(whole), whole, { ...here, subscriptionId })).toBe(true)
        },
      ),
      { seed: 13 },
    )
  })
})
