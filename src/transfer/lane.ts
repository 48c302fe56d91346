import { type BlobContainer, createGate, type Gate, oncePerTurn } from '../blobs/index.ts'
import { type FetchFile, fetchFile } from './fetch-file.ts'
import { type StoreFile, storeFile } from './store-file.ts'

/** What is done with files: the same for all of them. */
export type Job =
  | { readonly kind: 'fetch'; readonly root: string }
  | { readonly kind: 'store'; readonly root: string; readonly prefix: string; readonly replace: boolean }

export type JobFile = FetchFile | StoreFile

/** A file that is done. */
export interface Done {
  readonly index: number
  /** Of what was uploaded, in base64; empty for what was fetched. */
  readonly md5: string
}

/** How a lane's requests fare. */
export interface Health {
  /** Requests that wait to be sent again, right now. */
  readonly waiting: number
  /** How often the service has asked for less. */
  readonly throttled: number
}

export interface LaneEvents {
  onBytes(count: number): void
  onDone(done: Done): void
  /** @param path of the file; empty where the lane itself failed */
  onFailed(path: string, error: unknown): void
}

/** Moves files, many at a time, on one thread. */
export interface Lane {
  readonly health: Health
  add(files: readonly JobFile[]): void
  /** Most requests in flight. */
  setLimit(limit: number): void
  /** Stops, and resolves when nothing runs any more. What was not done is not told. */
  stop(reason: unknown): Promise<void>
}

/** What a lane may take. */
export interface LaneLimits {
  /** Most requests in flight, to begin with. */
  readonly requests: number
  /** Bytes of files held in memory, when uploading. */
  readonly memory: number
}

/** A lane on this thread. */
export function openLane(job: Job, container: BlobContainer, limits: LaneLimits, events: LaneEvents): Lane {
  const stopping = new AbortController()
  const waiting: JobFile[] = []
  const running = new Set<Promise<void>>()
  let next = 0
  const pump = () => {
    while (next < waiting.length && requests.hasRoom && !stopping.signal.aborted) start(waiting[next++] as JobFile)
    if (next === waiting.length) next = waiting.length = 0
  }
  const pumpSoon = oncePerTurn(pump)
  const requests = createGate(limits.requests, pumpSoon)
  const work = workOf(job, container, { requests, memory: createGate(limits.memory) }, events)
  const start = (file: JobFile) => {
    const task = work(file, stopping.signal)
      .then(
        (md5) => events.onDone({ index: file.index, md5 }),
        (error) => {
          if (!stopping.signal.aborted) events.onFailed(file.path, error)
        },
      )
      .finally(() => {
        running.delete(task)
        pumpSoon()
      })
    running.add(task)
  }
  return {
    get health() {
      return { waiting: container.requestsWaiting, throttled: container.timesThrottled }
    },
    add: (files) => {
      for (const file of files) waiting.push(file)
      pump()
    },
    setLimit: requests.setLimit,
    stop: async (reason) => {
      stopping.abort(reason)
      await Promise.allSettled(running)
    },
  }
}

type Work = (file: JobFile, signal: AbortSignal) => Promise<string>

function workOf(
  job: Job,
  container: BlobContainer,
  { requests, memory }: { readonly requests: Gate; readonly memory: Gate },
  { onBytes }: LaneEvents,
): Work {
  if (job.kind === 'fetch') {
    const work = { container, root: job.root, requests, folders: new Set<string>(), onBytes }
    return async (file, signal) => {
      await fetchFile(work, file as FetchFile, signal)
      return ''
    }
  }
  const work = { ...job, container, requests, memory, onBytes }
  return (file, signal) => storeFile(work, file as StoreFile, signal)
}
