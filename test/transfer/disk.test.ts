import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { snapshotOf } from '../../src/blobs/index.ts'
import { type DownloadPlan, planDownload, requireFreeSpace } from '../../src/transfer/index.ts'
import { memoryContainer } from '../blobs/memory-container.ts'
import { refusalOf, silentLog } from '../report/helpers.ts'
import { filesAt, useFolder } from './helpers.ts'

const root = useFolder()
const free = async () => {
  const { bavail, bsize } = await statfs(root.path)
  return bavail * bsize
}

async function planFor(folder: string, bytes: number): Promise<DownloadPlan> {
  const [file] = filesAt('f')
  if (!file) throw new Error('There is one file.')
  const request = { label: 'd:1', concurrency: 1, signal: new AbortController().signal, log: silentLog }
  const snapshot = snapshotOf([{ ...file, size: bytes }])
  return planDownload({ ...request, container: memoryContainer(), snapshot, folder: join(root.path, folder) })
}

test('what fits is let through, also into folders that do not exist yet', async () => {
  await requireFreeSpace([])
  await requireFreeSpace([await planFor('a', 1000), await planFor('x/y/z', 1000)])
})

test('what does not fit is refused, with what it needs, what there is, and what to do', async () => {
  const plan = await planFor('a', 2 ** 52)
  const { code, message } = await refusalOf(() => requireFreeSpace([plan]))
  expect(code).toBe('disk-too-small')
  expect(message).toMatch(/^The datasets need 4 PB, and the disk of \/.* has [\d.]+ [KMGT]B free\. Stage a part/)
})

test('datasets that fit one by one, and not together, are refused', async () => {
  const each = Math.floor((await free()) * 0.6)
  const plans = [await planFor('a', each), await planFor('b', each)]
  for (const plan of plans) await requireFreeSpace([plan])
  await refusalOf(() => requireFreeSpace(plans))
})
