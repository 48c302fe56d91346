import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { downloadInputs, ensureInput, type InputDataset, parseInputDatasets } from '../../src/datasets/index.ts'
import { memoryContainer } from '../blobs/memory-container.ts'
import { refusalOf } from '../report/helpers.ts'
import { contextOf, fakeWorkspace, serviceError } from './helpers.ts'

let root = ''
const folder = () => join(root, 'data')
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'early-')))
})
afterEach(() => rm(root, { recursive: true }))

/** Pages have three blobs. */
const files = Array.from(
  { length: 12 },
  (_, index) => `f${String(index).padStart(2, '0')}.${index % 2 ? 'csv' : 'dcm'}`,
)
const filled = () => memoryContainer(Object.fromEntries(files.map((file) => [`scans/${file}`, file])))
const datasetOf = (yaml: string): InputDataset => parseInputDatasets(yaml)[0] as InputDataset
const place = () => ({ folder: folder(), concurrency: 4 })

describe('an input whose listing is long', () => {
  test('is downloaded while it is listed, each file once', async () => {
    const container = filled()
    const context = contextOf(fakeWorkspace(), container)
    const input = await ensureInput(context, datasetOf('scans'), place())
    expect(input.begun).toBeDefined()
    const [staged] = await Array.fromAsync(downloadInputs(context, [{ input, reason: '', folder: folder() }], 4))
    expect(staged).toMatchObject({ path: folder(), files: 12, staged: 'downloaded', fetched: { files: 12 } })
    expect((await readdir(folder())).toSorted()).toEqual(files)
    expect(container.reads.toSorted()).toEqual(files.map((file) => `scans/${file}`))
  })

  test('is downloaded only as far as its globs want it', async () => {
    const container = filled()
    const context = contextOf(fakeWorkspace(), container)
    const input = await ensureInput(context, datasetOf('{name: scans, include: "*.csv"}'), place())
    await Array.fromAsync(downloadInputs(context, [{ input, reason: '', folder: folder() }], 4))
    expect(await readdir(folder())).toHaveLength(6)
    expect(container.reads).toHaveLength(6)
  })

  test.each([
    ['a sample is wanted, for which all files have to be known', '{name: scans, sample: 3}', true],
    ['nothing is to be staged', 'scans', false],
  ])('waits where %s', async (_what, yaml, hasPlace) => {
    const container = filled()
    const input = await ensureInput(
      contextOf(fakeWorkspace(), container),
      datasetOf(yaml),
      hasPlace ? place() : undefined,
    )
    expect([input.begun, container.reads]).toEqual([undefined, []])
  })

  test.each([
    ['it cannot be registered', 'scans', 'azure-role-missing'],
    ['its globs leave nothing', '{name: scans, include: "*.none"}', 'nothing-selected'],
  ])('leaves nothing where %s', async (_what, yaml, code) => {
    const workspace = fakeWorkspace()
    workspace.beforePut = () => {
      if (code === 'azure-role-missing') throw serviceError(403, 'AuthorizationFailed', 'You may not.')
    }
    const refusal = await refusalOf(() => ensureInput(contextOf(workspace, filled()), datasetOf(yaml), place()))
    expect([refusal.code, await readdir(root)]).toEqual([code, []])
  })
})
