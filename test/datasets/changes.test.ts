import { describe, expect, test } from 'vitest'
import { BlobError, snapshotOf } from '../../src/blobs/index.ts'
import { compareFiles } from '../../src/datasets/changes.ts'
import { changesSince } from '../../src/datasets/index.ts'
import { memoryContainer } from '../blobs/memory-container.ts'
import { contextOf, fakeWorkspace, file } from './helpers.ts'

const none = { files: 0, bytes: 0 }
const never = new AbortController().signal

describe('two lists of files', () => {
  test('that are the same have no changes', () => {
    const files = [file('a', 1), file('b-c', 3), file('b/c', 2)]
    const comparison = { added: none, removed: none, changed: none, netBytes: 0, bySize: false }
    expect(compareFiles(files, files)).toEqual({ ...comparison, folders: [], moreFolders: 0 })
  })

  test('differ in what was added, removed and changed, with their bytes', () => {
    const before = [file('gone', 10), file('longer', 100), file('other', 5, { md5: 'eA==' }), file('same', 1)]
    const now = [file('longer', 150), file('new', 7), file('other', 5, { md5: 'eQ==' }), file('same', 1)]
    expect(compareFiles(before, now)).toMatchObject({
      added: { files: 1, bytes: 7 },
      removed: { files: 1, bytes: 10 },
      changed: { files: 2, bytes: 155 },
      netBytes: 47,
      bySize: false,
    })
  })

  test('of which one has no MD5 are compared by size, and that is told; the ETag says nothing', () => {
    const before = [file('a', 1, { md5: undefined, etag: '0x1' }), file('b', 1, { md5: undefined })]
    const now = [file('a', 1, { etag: '0x2' }), file('b', 2)]
    expect(compareFiles(before, now)).toMatchObject({ changed: { files: 1, bytes: 2 }, bySize: true })
    expect(compareFiles([file('a', 1, { md5: undefined })], [file('b', 1)]).bySize).toBe(false)
  })

  test('are counted by their top folders, the ten with the most changes', () => {
    const now = Array.from({ length: 12 }, (_, folder) =>
      Array.from({ length: folder + 1 }, (_, index) => file(`d${folder}/deep/${index}`, 1)),
    ).flat()
    const { folders, moreFolders } = compareFiles([file('d0/old', 1), file('top', 1)], now)
    expect(folders[0]).toEqual({ folder: 'd11', added: 12, removed: 0, changed: 0 })
    expect(folders).toHaveLength(10)
    expect(moreFolders).toBe(3)
    expect(compareFiles([file('top', 1)], []).folders).toEqual([{ folder: '', added: 0, removed: 1, changed: 0 }])
  })
})

describe('the version before', () => {
  const at = (folder: string) => ({ dataUri: `azureml://datastores/d/paths/${folder}/`, dataType: 'uri_folder' })

  test.each([
    ['the highest number below', { 'made:2': at('two'), 'made:9': at('nine'), 'made:12': at('none') }, '9'],
    ['never an archived one', { 'made:2': at('two'), 'made:9': { ...at('nine'), isArchived: true } }, '2'],
    ['a word, where there is no number', { 'made:draft': at('two') }, 'draft'],
  ])('is %s', async (_what, existing, before) => {
    const workspace = fakeWorkspace({ ...existing, 'made:10': at('ten') })
    const context = contextOf(workspace, memoryContainer({ 'two/f': 'x', 'nine/f': 'x' }))
    const changes = await changesSince(context, { name: 'made', version: '10' }, snapshotOf([file('f', 3)]), never)
    expect(changes).toMatchObject({ kind: 'compared', before, changed: { files: 1, bytes: 3 }, netBytes: 2 })
  })

  test('is none for the first one', async () => {
    const context = contextOf(fakeWorkspace({ 'made:1': at('one') }), memoryContainer())
    expect(await changesSince(context, { name: 'made', version: '1' }, snapshotOf([]), never)).toEqual({
      kind: 'first',
    })
  })
})

describe('a version that cannot be compared with', () => {
  const workspace = () => fakeWorkspace({ 'made:1': { dataUri: 'azureml://datastores/d/paths/one/' } })
  const version = { name: 'made', version: '2' }

  test.each([
    ['holds nothing any more', memoryContainer(), 'there are no files any more'],
    ['may not be listed', refusing(new BlobError('List', 403, 'AuthorizationFailure')), 'AuthorizationFailure'],
    ['is broken in ways that nobody knows', refusing(new TypeError('oh')), 'the debug log says why'],
  ])('because it %s is told, and is no error', async (_what, container, reason) => {
    const changes = await changesSince(contextOf(workspace(), container), version, snapshotOf([]), never)
    expect(changes).toEqual({ kind: 'unknown', before: '1', reason })
  })

  test('because it lies where nobody can look is told with the code of the error', async () => {
    const elsewhere = fakeWorkspace({ 'made:1': { dataUri: 'azureml://registries/r/data/x' } })
    const changes = await changesSince(contextOf(elsewhere, memoryContainer()), version, snapshotOf([]), never)
    expect(changes).toEqual({ kind: 'unknown', before: '1', reason: 'data-uri-unsupported' })
  })

  test('because it takes too long, or the step is cancelled, is let be', async () => {
    const stop = new AbortController()
    const stuck = {
      ...memoryContainer(),
      listPage() {
        stop.abort(new Error('60 s'))
        return new Promise<never>(() => {})
      },
    }
    expect(await changesSince(contextOf(workspace(), stuck), version, snapshotOf([]), stop.signal)).toEqual({
      kind: 'unknown',
      before: '1',
      reason: 'it took too long',
    })
    const context = contextOf(workspace(), stuck, AbortSignal.abort(new Error('SIGINT')))
    expect(await changesSince(context, version, snapshotOf([]), never)).toMatchObject({
      reason: 'the step was cancelled',
    })
  })
})

function refusing(error: Error) {
  return {
    ...memoryContainer(),
    async listPage(): Promise<never> {
      throw error
    },
  }
}
