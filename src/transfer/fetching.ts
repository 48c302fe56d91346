import type { Snapshot, SnapshotFile } from '../blobs/index.ts'
import type { FetchFile } from './fetch-file.ts'
import { type Mover, startMoving } from './mover.ts'
import type { DownloadRequest } from './plan.ts'
import { type ProgressTotal, startProgress } from './progress.ts'

/** Fetches files into a folder, and tells how far it is. */
export interface Fetching {
  /** There is so much more to be fetched. */
  expect(more: ProgressTotal): void
  /** Fetches those files of a snapshot that are wanted. */
  add(snapshot: Snapshot, isWanted: (file: SnapshotFile) => boolean): void
  /** Bytes that have arrived. */
  readonly arrived: number
  /** Resolves with the seconds that it took, when all files are there. @throws MoveFailure */
  finish(): Promise<number>
  stop(): Promise<void>
}

/**
 * @param root the folder, which exists
 * @param isLarge whether there is so much that threads are worth their start
 */
export function startFetching(
  { container, concurrency, signal, label, log }: Omit<DownloadRequest, 'snapshot' | 'folder'>,
  root: string,
  isLarge: boolean,
): Fetching {
  const progress = startProgress(log, label, () => mover.requestsWaiting)
  const mover: Mover = startMoving({
    job: { kind: 'fetch', root },
    ...{ container, isLarge, concurrency, signal, log, progress },
  })
  let count = 0
  function* filesOf(snapshot: Snapshot, isWanted: (file: SnapshotFile) => boolean): Iterable<FetchFile> {
    for (const file of snapshot) if (isWanted(file)) yield { index: count++, ...file }
  }
  return {
    expect: progress.expect,
    add: (snapshot, isWanted) => mover.add(filesOf(snapshot, isWanted)),
    get arrived() {
      return progress.bytes
    },
    finish: async () => {
      try {
        await mover.finish()
        return progress.stop()
      } finally {
        progress.stop()
      }
    },
    stop: async () => {
      progress.stop()
      await mover.stop()
    },
  }
}
