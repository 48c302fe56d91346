import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readInputs } from '../../src/action/inputs.ts'
import { refusalOf } from '../report/helpers.ts'

const give = (inputs: Readonly<Record<string, string>>) => {
  for (const [name, value] of Object.entries(inputs)) vi.stubEnv(`INPUT_${name.toUpperCase()}`, value)
}
const refusal = async (inputs: Readonly<Record<string, string>>) => {
  give(inputs)
  return (await refusalOf(() => readInputs())).message
}

beforeEach(() => give({ 'input-datasets': 'scans' }))
afterEach(() => void vi.unstubAllEnvs())

test('every input finds its place', () => {
  give({
    workspace: ' space ',
    'resource-group': 'group',
    'subscription-id': 'sub',
    'workspace-config': 'ws.json',
    'client-id': 'client',
    'tenant-id': 'tenant',
    'client-secret': 'secret',
    cloud: 'china',
    'resource-manager-url': 'https://arm.example',
    'authority-host': 'https://entra.example',
    'on-missing-credentials': 'skip',
    'default-datastore': 'store',
    'output-datasets': 'made',
    'resolve-only': 'true',
    'upload-outputs': 'always',
    'if-no-files-found': 'warn',
    concurrency: '7',
    check: 'true',
    'pull-request-comment': 'true',
    'submit-to-azureml': 'true',
    'wait-for-completion': 'false',
    'attach-to': 'gh-1',
    supersede: 'true',
  })
  expect(readInputs()).toEqual({
    submitToAzureml: true,
    waitForCompletion: false,
    attachTo: 'gh-1',
    supersede: true,
    workspace: { workspace: 'space', resourceGroup: 'group', subscriptionId: 'sub' },
    workspaceConfig: 'ws.json',
    signIn: { clientId: 'client', tenantId: 'tenant', clientSecret: 'secret' },
    cloud: 'china',
    resourceManagerUrl: 'https://arm.example',
    authorityHost: 'https://entra.example',
    onMissingCredentials: 'skip',
    defaultDatastore: 'store',
    inputDatasets: [expect.objectContaining({ name: 'scans' })],
    outputDatasets: [expect.objectContaining({ name: 'made' })],
    resolveOnly: true,
    uploadOutputs: 'always',
    ifNoFilesFound: 'warn',
    concurrency: 7,
    check: true,
    pullRequestComment: true,
  })
})

test('inputs that are not given, or that an expression left empty, have their defaults', () => {
  const defaults = readInputs()
  expect(defaults).toMatchObject({
    cloud: 'public',
    onMissingCredentials: 'fail',
    resolveOnly: false,
    uploadOutputs: 'on-success',
    ifNoFilesFound: 'error',
    concurrency: undefined,
    check: false,
  })
  give({
    cloud: '',
    'on-missing-credentials': ' ',
    'resolve-only': '',
    'upload-outputs': '',
    'use-mounting': '',
    concurrency: 'auto',
  })
  expect(readInputs()).toEqual(defaults)
})

test.each([
  ['resolve-only', 'TRUE', 'resolveOnly', true],
  ['upload-outputs', 'Never', 'uploadOutputs', 'never'],
  ['if-no-files-found', 'IGNORE', 'ifNoFilesFound', 'ignore'],
  ['cloud', 'USGovernment', 'cloud', 'usgovernment'],
  ['concurrency', '1000', 'concurrency', 1000],
] as const)('%s: %s is taken, whatever its case', (name, value, key, expected) => {
  give({ [name]: value })
  expect(readInputs()[key]).toBe(expected)
})

describe('what is wrong is told:', () => {
  test.each([
    ['on-missing-credentials', 'ignore', 'use one of fail, skip'],
    ['resolve-only', 'yes', 'resolve-only: "yes" is not possible; use one of false, true.'],
    ['upload-outputs', 'on-failure', 'use one of on-success, always, never'],
    ['if-no-files-found', 'fail', 'use one of error, warn, ignore'],
    ['use-mounting', 'maybe', 'use one of auto, true, false'],
    ['concurrency', '0', 'not a whole number from 1 to 1000'],
    ['concurrency', '1001', 'not a whole number'],
    ['concurrency', '2.5', 'not a whole number'],
    ['concurrency', 'many', 'not a whole number'],
    ['input-datasets', 'a/b', 'give the folder as "path"'],
    ['output-datasets', '{name: a, tags: {sha: x}}', 'the tag "sha" is set by the action itself'],
  ])('%s: %s', async (name, value, text) => {
    expect(await refusal({ [name]: value })).toContain(text)
  })

  test('no dataset at all', async () => {
    expect(await refusal({ 'input-datasets': '# none', 'output-datasets': ' ' })).toContain('there is nothing to do')
  })
})

test('to check the setup, no dataset need be named', () => {
  give({ 'input-datasets': '', check: 'true' })
  expect(readInputs()).toMatchObject({ check: true, inputDatasets: [], outputDatasets: [] })
})

test('an input that says for itself is not asked to mount', () => {
  give({ 'use-mounting': 'true', 'input-datasets': '{name: a, use-mounting: false}' })
  expect(readInputs().inputDatasets[0]?.useMounting).toBe('false')
})
