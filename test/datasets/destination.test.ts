import { describe, expect, test } from 'vitest'
import { checkDestination, isOwnFolder, ownFolder } from '../../src/datasets/destination.ts'
import { memoryContainer } from '../blobs/memory-container.ts'
import { recordingLog, refusalOf } from '../report/helpers.ts'
import { fakeWorkspace } from './helpers.ts'

const { signal } = new AbortController()

/** Checks the folder `results/made/` against one registered version. */
function check(dataUri: string, overwrite = false, log = recordingLog()): Promise<void> {
  const destination = { datastore: 'store', path: 'results/made/', container: memoryContainer() }
  return checkDestination(fakeWorkspace({ 'other:3': { dataUri } }), destination, overwrite, signal, log)
}

const here = 'azureml://subscriptions/sub/resourceGroups/group/providers/x/workspaces/space'
const next = 'azureml://subscriptions/sub/resourceGroups/group/workspaces/next'

describe('a destination touches the version', () => {
  test.each([
    ['of the same folder', 'azureml://datastores/store/paths/results/made/'],
    ['of the same folder without a slash', 'azureml://datastores/store/paths/results/made'],
    ['of the same folder without /paths/', 'azureml://datastores/store/results/made'],
    ['of the same folder in the long form', `${here}/datastores/store/paths/results/made/`],
    ['of a datastore in other letters', 'azureml://datastores/Store/paths/results/made/'],
    ['of another datastore on the same container', 'azureml://datastores/alias/paths/results/made/'],
    ['of a folder inside', 'azureml://datastores/store/paths/results/made/v1/'],
    ['of a file inside', 'azureml://datastores/store/paths/results/made/f.csv'],
    ['of a folder around', 'azureml://datastores/store/paths/results/'],
    ['of the whole container', 'azureml://datastores/store/paths/'],
    ['of the same folder by its address', 'https://account.blob.core.windows.net/box/results/made/'],
    ['of the same folder by its address in ADLS', 'abfss://box@account.dfs.core.windows.net/results/made'],
  ])('%s', async (_what, dataUri) => {
    const { code, message } = await refusalOf(() => check(dataUri))
    expect(code).toBe('destination-not-empty')
    expect(message).toContain('is part of 1 registered version ("other:3")')
    const log = recordingLog()
    await check(dataUri, true, log)
    expect(log.lines.join()).toMatch(/warning: Folder "results\/made\/" .*"other:3".*They will change/)
  })
})

describe('a destination does not touch the version', () => {
  test.each([
    ['of a folder whose name goes on', 'azureml://datastores/store/paths/results/made_too/'],
    ['of a folder whose name is shorter', 'azureml://datastores/store/paths/results/mad/'],
    ['of another datastore', 'azureml://datastores/else/paths/results/made/'],
    ['of another workspace', `${next}/datastores/store/paths/results/made/`],
    ['of another account', 'https://else.blob.core.windows.net/box/results/made/'],
    ['of another container', 'wasbs://else@account.blob.core.windows.net/results/made/'],
    ['of a job', 'azureml://jobs/j/outputs/o/paths/results/made/'],
    ['of a registry', 'azureml://registries/r/data/x/versions/1'],
  ])('%s', async (_what, dataUri) => {
    await check(dataUri)
  })
})

test('all versions of all datasets that are hit are named', async () => {
  const dataUri = 'azureml://datastores/store/paths/results/'
  const workspace = fakeWorkspace({ 'a:1': { dataUri }, 'a:2': { dataUri }, 'b:x': { dataUri } })
  const container = memoryContainer({ 'results/made/f': 'x' })
  const destination = { datastore: 'store', path: 'results/made/', container }
  const { message } = await refusalOf(() => checkDestination(workspace, destination, false, signal, recordingLog()))
  expect(message).toContain('holds files already ("results/made/f")')
  expect(message).toContain('is part of 3 registered versions ("a:2", "a:1", "b:x")')
})

test('archived versions count too: somebody may restore them', async () => {
  const workspace = fakeWorkspace({ 'a:1': { dataUri: 'azureml://datastores/store/paths/results/', isArchived: true } })
  const destination = { datastore: 'store', path: 'results/made/', container: memoryContainer() }
  const { message } = await refusalOf(() => checkDestination(workspace, destination, false, signal, recordingLog()))
  expect(message).toContain('"a:1"')
})

test('files alone, of no version, are replaced without a word where that is wanted', async () => {
  const log = recordingLog()
  const container = memoryContainer({ 'results/made/f': 'x' })
  const destination = { datastore: 'store', path: 'results/made/', container }
  await checkDestination(fakeWorkspace(), destination, true, signal, log)
  expect(log.lines).toEqual([])
})

test('a folder of one’s own is another each time', () => {
  const folders = Array.from({ length: 50 }, () => ownFolder('made', '77', '2'))
  for (const folder of folders) expect(folder).toMatch(/^azureml-datasets\/made\/77\.2\.[0-9a-f]{8}\/$/)
  expect(new Set(folders).size).toBe(50)
})

test.each([
  ['azureml-datasets/made/77.2.0a1b2c3d/', true],
  ['azureml-datasets/made/78.2.0a1b2c3d/', false],
  ['azureml-datasets/other/77.2.0a1b2c3d/', false],
  ['azureml-datasets/made/77.2.0a1b2c3d/x/', false],
  ['azureml-datasets/made/77.2.0a1b2c3d', false],
  ['azureml-datasets/made/77.', false],
  ['azureml-datasets/made/', false],
  ['', false],
])('%s is a folder that this run made for the dataset: %s', (folder, isOwn) => {
  expect(isOwnFolder(folder, 'made', '77')).toBe(isOwn)
})

test('a folder that was made is such a folder', () => {
  expect(isOwnFolder(ownFolder('made', '77', '2'), 'made', '77')).toBe(true)
})
