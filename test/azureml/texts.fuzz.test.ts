import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDataUri, sameDataUri, shortUri } from '../../src/azureml/data-uri.ts'
import { parseWorkspaceConfig, parseWorkspaceId } from '../../src/azureml/workspace.ts'
import { UserError } from '../../src/report/index.ts'
import { cpuMilliseconds, fuzzSettings } from '../fuzz.ts'
import { hostileName } from '../hostile-names.ts'

const here = { subscriptionId: 's', resourceGroup: 'g', workspace: 'w' }
const pieces = [
  ...[
    'azureml://',
    'https://',
    'http://',
    'wasbs://',
    'abfss://',
    'file://',
    'subscriptions/',
    'resourceGroups/',
    'workspaces/',
  ],
  ...[
    'providers/x/',
    'datastores/',
    'paths/',
    'paths',
    'jobs/',
    'outputs/',
    'registries/',
    'locations/',
    'a/',
    'b',
    '..',
    '/',
    '//',
  ],
  ...[
    'acc.blob.core.windows.net',
    'acc.dfs.core',
    'localhost:10000',
    '[::1]',
    '127.0.0.1',
    'box@',
    '@',
    ':',
    '%2e',
    '%zz',
    '?sv=x',
    '#f',
  ],
]
const uri = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...pieces) }, hostileName), { maxLength: 10 })
  .map((all) => all.join(''))

function parsed(text: string) {
  try {
    return parseDataUri(text)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    expect(error.message).not.toMatch(/[\r\n]|undefined/)
    return undefined
  }
}

test('data URIs are taken apart or refused, and never show a SAS', () => {
  fc.assert(
    fc.property(uri, (text) => {
      const found = parsed(text)
      if (found) expect(Object.values(found).every((value) => value !== undefined)).toBe(true)
      if (found?.kind === 'blob') expect(URL.canParse(found.url)).toBe(true)
      if (!text.startsWith('azureml:')) expect(shortUri(text)).not.toContain('?')
      expect(sameDataUri(text, text, here)).toBe(true)
    }),
    fuzzSettings(2000),
  )
})

test.each([
  ['slashes', `https://acc.blob.core.windows.net/box/${'/'.repeat(100_000)}x`],
  ['at signs', `wasbs://${'@'.repeat(100_000)}`],
  ['dots', `https://${'a.'.repeat(50_000)}/x`],
  ['question marks', `https://x/${'?'.repeat(100_000)}\n`],
  ['segments', `azureml://subscriptions/${'a/'.repeat(50_000)}`],
])('a data URI of many %s takes no time', (_what, text) => {
  expect(cpuMilliseconds(() => parsed(text))).toBeLessThan(1000)
})

test('a workspace config is a workspace or nothing', () => {
  const key = fc.constantFrom('subscription_id', 'resource_group', 'workspace_name', '__proto__', 'constructor', 'x')
  const config = fc
    .array(fc.tuple(key, fc.oneof(fc.string(), fc.jsonValue())))
    .map((pairs) => JSON.stringify(Object.fromEntries(pairs)))
  fc.assert(
    fc.property(fc.oneof(config, fc.json(), hostileName), fc.constantFrom('', '\ufeff'), (text, mark) => {
      const workspace = parseWorkspaceConfig(mark + text)
      if (workspace)
        expect(Object.values(workspace).map((value) => typeof value)).toEqual(['string', 'string', 'string'])
    }),
    fuzzSettings(1000),
  )
})

test('a resource id is that of a workspace or nothing', () => {
  const piece = fc.constantFrom(
    '/subscriptions/',
    's',
    '/resourceGroups/',
    'g',
    '/providers/Microsoft.MachineLearningServices',
    '/workspaces/',
    'w',
    '/',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), (all) => {
      const workspace = parseWorkspaceId(all.join(''))
      if (workspace) expect(Object.values(workspace).every((value) => value !== '' && !value.includes('/'))).toBe(true)
    }),
    fuzzSettings(1000),
  )
})
