import { describe, expect, test } from 'vitest'
import { ensureInput, parseInputDatasets } from '../../src/datasets/index.ts'
import { memoryContainer } from '../blobs/memory-container.ts'
import { recordingLog, refusalOf } from '../report/helpers.ts'
import { contextOf, fakeWorkspace, serviceError } from './helpers.ts'

const uri = (path: string) => ({ dataUri: `azureml://datastores/d/paths/${path}`, dataType: 'uri_folder' })
const archived = (path: string) => ({ ...uri(path), isArchived: true })

async function versionFor(yaml: string, workspace: ReturnType<typeof fakeWorkspace>): Promise<string> {
  const [dataset] = parseInputDatasets(yaml)
  if (!dataset) throw new Error(`${yaml} names no dataset`)
  const { asset } = await ensureInput(contextOf(workspace, memoryContainer({ 'scans/f': 'x' })), dataset)
  return asset.version
}

describe('the version that is used', () => {
  test.each([
    ['the highest number, not the longest text', { 'scans:9': uri('scans'), 'scans:10': uri('scans') }, '10'],
    ['the highest number, though a word was made later', { 'scans:2': uri('scans'), 'scans:v9': uri('scans') }, '2'],
    ['the highest that is not archived', { 'scans:2': uri('scans'), 'scans:3': archived('scans') }, '2'],
    ['the latest word where there is no number', { 'scans:b': uri('scans'), 'scans:a': uri('scans') }, 'a'],
    ['a word that is not archived', { 'scans:draft': uri('scans'), 'scans:7': archived('scans') }, 'draft'],
  ])('is %s', async (_what, existing, expected) => {
    expect(await versionFor('scans', fakeWorkspace(existing))).toBe(expected)
  })

  test('is an archived one if it is asked for by number', async () => {
    expect(await versionFor('scans:3', fakeWorkspace({ 'scans:3': archived('scans') }))).toBe('3')
  })

  test('is none where all are archived', async () => {
    const { code } = await refusalOf(() => versionFor('scans', fakeWorkspace({ 'scans:3': archived('scans') })))
    expect(code).toBe('dataset-archived')
  })

  test('is none where the dataset does not exist and a version was asked for', async () => {
    const workspace = fakeWorkspace()
    const { code, message } = await refusalOf(() => versionFor('scans:3', workspace))
    expect(code).toBe('dataset-not-found')
    expect(message).toContain('There is no dataset "scans", so it has no version 3.')
    expect(workspace.puts).toEqual([])
  })
})

describe('a dataset that is made from its folder', () => {
  test('takes no folder whose name only begins like it', async () => {
    const [dataset] = parseInputDatasets('sca')
    const container = memoryContainer({ 'scans/f': 'x', sca: 'a file' })
    const { message } = await refusalOf(() => dataset && ensureInput(contextOf(fakeWorkspace(), container), dataset))
    expect(message).toContain('Nearest: "scans"')
  })

  test('names the neighbours of a nested path', async () => {
    const [dataset] = parseInputDatasets('{name: one, path: a/b/onee}')
    const container = memoryContainer({ 'a/b/ones/f': 'x', 'a/c/onee/f': 'x' })
    const { message } = await refusalOf(() => dataset && ensureInput(contextOf(fakeWorkspace(), container), dataset))
    expect(message).toContain('no folder "a/b/onee/" in datastore "workspaceblobstore"')
    expect(message).toContain('Nearest: "ones".')
  })

  test('says so where there are no folders', async () => {
    const [dataset] = parseInputDatasets('scans')
    const context = contextOf(fakeWorkspace(), memoryContainer({ file: 'x' }))
    expect((await refusalOf(() => dataset && ensureInput(context, dataset))).message).toContain('no folders at all')
  })

  test('is not registered where the service is broken, and the reason is told', async () => {
    const workspace = fakeWorkspace()
    workspace.beforePut = () => {
      throw serviceError(403, 'AuthorizationFailed', 'You may not.')
    }
    expect((await refusalOf(() => versionFor('scans', workspace))).code).toBe('azure-role-missing')
  })

  test('is told once, when it is registered', async () => {
    const log = recordingLog()
    const workspace = fakeWorkspace({}, log)
    await versionFor('scans', workspace)
    await versionFor('scans', workspace)
    const registered = log.lines.filter((line) => line.includes('Registered'))
    expect(registered).toEqual(['info: Registered scans:1 for folder "scans/" of datastore "workspaceblobstore".'])
  })
})
