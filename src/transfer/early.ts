import { mkdir, rm } from 'node:fs/promises'
import type { Snapshot, SnapshotFile } from '../blobs/index.ts'
import { freeSpace } from './disk.ts'
import { type Fetching, startFetching } from './fetching.ts'
import { beginManifest, partialPath, removeManifest } from './manifest.ts'
import { isPossibleName } from './names.ts'
import { type DownloadRequest, earlierRun, isArchived } from './plan.ts'

/**
 * A download that begins while the listing still runs. It fetches into the hidden folder what is sure to belong to the dataset; all that needs the
 * whole listing (clashing names, the room on the disk) is looked at before anything is shown.
 */
export interface EarlyDownload {
  /** Fetches the files of a page of the listing. */
  onPage(page: Snapshot): void
  /**
   * To be called with all files, when the listing is complete: what was begun, or undefined where there is nothing to go on with. From now on,
   * what was fetched is known as ours, so that a run after this one can go on with it.
   */
  settle(snapshot: Snapshot): Promise<BegunDownload | undefined>
  /** Stops, and removes what was fetched; after `settle`, nothing is done any more. */
  abandon(): Promise<void>
}

export interface BegunDownload {
  /** Bytes that have arrived. */
  readonly arrived: number
  /** Fetches the rest. Resolves with the seconds since the beginning, when all files are there. @throws MoveFailure */
  finish(): Promise<number>
  /** Stops. What was fetched stays, for the next run to go on with. */
  stop(): Promise<void>
}

/** @returns undefined where an earlier run left something: there is less to fetch then, and only the whole listing says what */
export async function beginDownload(
  request: Omit<DownloadRequest, 'snapshot' | 'begun'>,
): Promise<EarlyDownload | undefined> {
  const { folder } = request
  if (await earlierRun(folder)) return undefined
  const { free } = await freeSpace(folder)
  const partial = partialPath(folder)
  let state: 'waiting' | 'fetching' | 'too large' | 'settled' = 'waiting'
  let bytes = 0
  const waiting: Snapshot[] = []
  let opening: Promise<Fetching> | undefined
  const open = async (): Promise<Fetching> => {
    // Without a list of files, nothing there is taken for ours should this step be killed.
    await removeManifest(folder)
    await rm(partial, { recursive: true, force: true })
    await mkdir(partial, { recursive: true })
    return startFetching(request, partial, true)
  }
  const fetchWaiting = async (opened: Promise<Fetching>) => {
    const fetching = await opened
    for (const page of waiting.splice(0)) {
      fetching.expect({ files: page.length, bytes: page.bytes })
      fetching.add(page, isSure)
    }
  }
  const abandon = async () => {
    if (state === 'settled' || !opening) return
    state = 'settled'
    await opening.then((fetching) => fetching.stop()).catch(() => {})
    await rm(partial, { recursive: true, force: true })
  }
  return {
    onPage: (page) => {
      bytes += page.bytes
      // That is said when the listing is there, with all numbers.
      if (bytes > free) state = 'too large'
      if (state === 'too large') return
      waiting.push(page)
      state = 'fetching'
      opening ??= open()
      void fetchWaiting(opening).catch(() => {}) // settle() waits for the same, and is told
    },
    settle: async (snapshot) => {
      if (state === 'too large') {
        await abandon()
        return undefined
      }
      const fetching = await opening
      state = 'settled'
      if (!fetching) return undefined
      await beginManifest(folder, snapshot)
      return {
        get arrived() {
          return fetching.arrived
        },
        finish: () => {
          fetching.add(snapshot, (file) => !isSure(file))
          return fetching.finish()
        },
        stop: fetching.stop,
      }
    },
    abandon,
  }
}

/** Whether a file that was listed is part of the dataset, whatever else will be listed. An empty blob may stand for a folder. */
function isSure(file: SnapshotFile): boolean {
  return file.size > 0 && !isArchived(file) && isPossibleName(file.path)
}
