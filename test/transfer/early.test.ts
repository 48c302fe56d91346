import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { BlobError, takeSnapshot } from '../../src/blobs/index.ts'
import { Cancelled } from '../../src/report/index.ts'
import { beginDownload, download, planDownload, requireFreeSpace } from '../../src/transfer/index.ts'
import { manifestPath, partialPath } from '../../src/transfer/manifest.ts'
import { type MemoryContainer, memoryContainer } from '../blobs/memory-container.ts'
import { refusalOf, silentLog } from '../report/helpers.ts'
import { stage, treeOf, useFolder } from './helpers.ts'

const root = useFolder()
const target = () => join(root.path, 'data')
const soon = () => new Promise((resolve) => setTimeout(resolve, 20))

/** Names of so many files, which the container lists three at a time. */
const names = (count: number) => Array.from({ length: count }, (_, index) => `d/f${String(index).padStart(3, '0')}`)
const filled = (count: number) => memoryContainer(Object.fromEntries(names(count).map((name) => [name, `<${name}>`])))

/** Lists and downloads as a step does; `during` is called when the listing has given its last page. */
async function stageEarly(
  container: MemoryContainer,
  during: () => unknown = () => {},
  signal = new AbortController().signal,
) {
  const request = { container, folder: target(), label: 'd:1', concurrency: 4, signal, log: silentLog }
  const early = await beginDownload(request)
  try {
    const snapshot = await takeSnapshot(container, 'd/', signal, { onPage: early?.onPage })
    await during()
    const plan = await planDownload({ ...request, snapshot, begun: await early?.settle(snapshot) })
    await requireFreeSpace([plan])
    return await download(plan)
  } catch (error) {
    await early?.abandon()
    throw error
  }
}

describe('a download that begins with the listing', () => {
  test('has fetched most when the listing is complete, each file once, and is like any other in the end', async () => {
    const container = filled(30)
    container.store('d/empty', '')
    const result = await stageEarly(container, async () => {
      await vi.waitFor(() => expect(container.reads).toHaveLength(30))
      expect(await treeOf(target())).toBeUndefined()
    })
    expect(result).toMatchObject({ files: 31 })
    expect(container.reads.toSorted()).toEqual(names(30))
    expect(await treeOf(target())).toEqual(['empty', ...names(30).map((name) => name.slice(2))])
    expect(await readFile(join(target(), 'f007'), 'utf8')).toBe('<d/f007>')
    expect((await readdir(root.path)).toSorted()).toEqual(['.data.azureml-datasets.json', 'data'])
    container.reads.length = 0
    expect(await stage(container, target())).toMatchObject({ files: 0 })
    expect(container.reads).toEqual([])
  })

  test('is no matter of a listing of one page: nothing is fetched before all of it is checked', async () => {
    const container = filled(3)
    await stageEarly(container, async () => {
      await soon()
      expect(container.reads).toEqual([])
    })
    expect(container.reads).toHaveLength(3)
  })

  test('does not begin where an earlier run left something, and fetches only what is missing', async () => {
    const container = filled(12)
    await stage(container, target())
    container.store('d/f003', 'new')
    container.reads.length = 0
    await stageEarly(container)
    expect(container.reads).toEqual(['d/f003'])
  })

  test('leaves alone what may stand for a folder until it is known', async () => {
    const container = filled(9)
    container.store('d/a', '')
    container.store('d/a/b', 'x')
    await stageEarly(container)
    expect(await treeOf(target())).toEqual(['a/b', ...names(9).map((name) => name.slice(2))])
  })
})

describe('nothing is left of a download that began with a listing', () => {
  const left = async () => (await readdir(root.path)).toSorted()

  test.each([
    [
      'names that clash',
      (container: MemoryContainer) => {
        container.store('d/x', 'file')
        container.store('d/x/y', 'below')
      },
      'unsafe-names',
    ],
    ['names that lead out', (container: MemoryContainer) => container.store('d/../../escape', 'x'), 'unsafe-names'],
    [
      'archived blobs',
      (container: MemoryContainer) => container.store('d/z', 'x', { tier: 'Archive' }),
      'archived-blobs',
    ],
    [
      'more than the disk holds',
      (container: MemoryContainer) => container.store('d/z', 'x', { size: 2 ** 60 }),
      'disk-too-small',
    ],
  ])('of a dataset with %s, which is refused', async (_what, spoil, code) => {
    const container = filled(12)
    spoil(container)
    const refusal = await refusalOf(() => stageEarly(container, soon))
    expect(refusal.code).toBe(code)
    expect(await treeOf(root.path)).not.toContain('escape')
    // What was fetched may stay, hidden, for the next run to go on with; it never looks complete.
    expect((await left()).filter((name) => !name.startsWith('.'))).toEqual([])
  })

  test('when the listing fails', async () => {
    const container = filled(12)
    const { listPage } = container
    container.listPage = async (request) => {
      if (request.marker === 'd/f009') throw new BlobError('list', 403, 'AuthorizationFailure')
      return listPage(request)
    }
    await expect(stageEarly(container)).rejects.toMatchObject({ status: 403 })
    expect(await left()).toEqual([])
  })

  test('when the step is told to stop during the listing', async () => {
    const container = filled(12)
    const stop = new AbortController()
    container.beforeRead = () => stop.abort(new Cancelled('stop'))
    await expect(stageEarly(container, soon, stop.signal)).rejects.toThrow(Cancelled)
    expect((await left()).filter((name) => !name.startsWith('.'))).toEqual([])
  })
})

test('a failed read is told when the listing is there, and the next run goes on', async () => {
  const container = filled(12)
  container.beforeRead = ({ name }) => {
    if (name === 'd/f005') throw new BlobError('read', 404, 'BlobNotFound')
  }
  const refusal = await refusalOf(() => stageEarly(container, soon))
  expect([refusal.code, refusal.message]).toEqual(['changed-while-reading', expect.stringContaining('"f005" of d:1')])
  container.beforeRead = () => {}
  const before = container.reads.length
  await stageEarly(container)
  expect(container.reads.length - before).toBeLessThan(12)
  expect(await treeOf(target())).toEqual(names(12).map((name) => name.slice(2)))
})

test('what a killed step had fetched during its listing, and an old list of files beside it, are no trap for the next', async () => {
  await mkdir(partialPath(target()), { recursive: true })
  await writeFile(join(partialPath(target()), 'f000'), 'half')
  await writeFile(join(partialPath(target()), 'stranger'), 'x')
  await stageEarly(filled(12))
  expect(await treeOf(target())).toEqual(names(12).map((name) => name.slice(2)))
  expect(await readFile(manifestPath(target()), 'utf8')).toContain('["f000","0x1"],')
})
