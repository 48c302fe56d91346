import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { type SnapshotFile, takeSnapshot } from '../../src/blobs/index.ts'
import { type DownloadResult, download } from '../../src/transfer/download.ts'
import { type DownloadRequest, planDownload } from '../../src/transfer/index.ts'
import type { MemoryContainer } from '../blobs/memory-container.ts'
import { silentLog } from '../report/helpers.ts'

/** A folder for each test, removed after it. */
export function useFolder(): { readonly path: string } {
  const folder = { path: '' }
  beforeEach(async () => {
    folder.path = await realpath(await mkdtemp(join(tmpdir(), 'transfer-')))
  })
  afterEach(() => rm(folder.path, { recursive: true, force: true }))
  return folder
}

/** A list of our files as it lies beside a folder. Entries are `[path, etag]`, or what somebody forged. */
export function manifestText(entries: readonly unknown[], complete = true): string {
  const lines = entries.map((entry) => JSON.stringify(entry)).join(',\n')
  return `{"schema":2,"complete":${complete ? 'true ' : 'false'},"files":[\n${lines}\n]}\n`
}

/** Files of a snapshot with these paths. */
export function filesAt(...paths: readonly string[]): SnapshotFile[] {
  return paths.map((path) => ({ name: path, path, size: 1, etag: '0x1', md5: undefined, lastModified: 0, tier: 'Hot' }))
}

/** Downloads what lies below `d/` to a folder, as a step does. */
export async function stage(
  container: MemoryContainer,
  folder: string,
  differences: Partial<DownloadRequest> = {},
): Promise<DownloadResult> {
  const signal = differences.signal ?? new AbortController().signal
  const snapshot = await takeSnapshot(container, 'd/', signal)
  const request = { container, snapshot, folder, label: 'd:1', concurrency: 4, signal, log: silentLog, ...differences }
  return download(await planDownload(request))
}

/** Paths of everything below a folder that is not a folder, with `/`, sorted; undefined where there is no such folder. */
export async function treeOf(folder: string): Promise<string[] | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => undefined)
  return entries
    ?.filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll(sep, '/'),
    )
    .sort()
}
