import { availableParallelism } from 'node:os'
import type { BlobContainer } from '../blobs/index.ts'
import type { Log } from '../report/index.ts'
import { createFeeder } from './feeder.ts'
import {
  type Done,
  type Health,
  type Job,
  type JobFile,
  type Lane,
  type LaneEvents,
  type LaneLimits,
  openLane,
} from './lane.ts'
import { startPacing } from './pace.ts'
import type { Progress } from './progress.ts'
import { openThread } from './thread.ts'

export interface MoveRequest {
  readonly job: Job
  readonly container: BlobContainer
  /** Whether there is so much to move that threads are worth their start. */
  readonly isLarge: boolean
  /** Most requests in flight; undefined for as many as it pays. */
  readonly concurrency: number | undefined
  readonly signal: AbortSignal
  readonly log: Log
  readonly progress: Progress
  readonly onDone?: (done: Done) => void
}

/** Moves files to or from a container, on as many threads as there are cores, this one among them. */
export interface Mover {
  /** Gives it more files. They are taken from the iterable when their turn comes. */
  add(files: Iterable<JobFile>): void
  /** Resolves when all files are done. @throws MoveFailure of the first that failed; the signal's reason */
  finish(): Promise<void>
  /** Stops, and resolves when nothing runs any more. */
  stop(): Promise<void>
  /** Requests that wait to be sent again, right now. */
  readonly requestsWaiting: number
}

/** A file could not be moved; the cause is why. */
export class MoveFailure extends Error {
  /** Below the folder; empty where it was not the fault of one file. */
  readonly path: string

  constructor(path: string, cause: unknown) {
    super(`${path} was not moved`, { cause })
    this.path = path
  }
}

/** More threads than this would wait for the disk or the wire. */
const mostThreads = 8
/** Requests in flight at first, on all threads together: enough to hide the latency of small files within a region. */
const firstRequests = 64
const mostRequests = 256
/** Bytes of files that all threads together hold in memory when they upload. */
const memory = 32 * 1024 * 1024
export function startMoving(request: MoveRequest): Mover {
  const { signal, concurrency = mostRequests } = request
  const count = laneCount(request)
  const share = (requests: number) => Math.floor(requests / count)
  const limits = { requests: share(Math.min(firstRequests, concurrency)), memory: memory / count }
  const feeder = createFeeder(count)
  const moved = { files: 0, bytes: 0 }
  const outcome = Promise.withResolvers<void>()
  outcome.promise.catch(() => {}) // it is told by finish()
  let isWhole = false
  let stopped: Promise<unknown> | undefined

  const stop = (reason: unknown): Promise<unknown> => {
    signal.removeEventListener('abort', onAbort)
    pacing.stop()
    stopped ??= Promise.all(lanes.map((lane) => lane.stop(reason)))
    return stopped
  }
  const fail = (error: unknown) => {
    if (!stopped) void stop(error).then(() => outcome.reject(error))
  }
  const onAbort = () => fail(signal.reason)
  const feed = () => {
    if (stopped) return
    for (const [index, lane] of lanes.entries()) {
      const files = feeder.take(index)
      if (files.length > 0) lane.add(files)
    }
    if (isWhole && feeder.isEmpty) void stop(undefined).then(() => outcome.resolve())
  }
  const eventsOf = (index: number): LaneEvents => ({
    onBytes: (bytes) => {
      moved.bytes += bytes
      request.progress.addBytes(bytes)
    },
    onDone: (done) => {
      moved.files += 1
      request.progress.addFile()
      request.onDone?.(done)
      if (feeder.done(index, done.index)) feed()
    },
    onFailed: (path, error) => fail(new MoveFailure(path, error)),
  })
  const lanes = Array.from({ length: count }, (_, index) => openOne(request, index > 0, limits, eventsOf(index)))
  const sum = (of: keyof Health) => lanes.reduce((total, { health }) => total + health[of], 0)
  const pacing = startPacing(
    { start: limits.requests * count, most: concurrency },
    () => ({ ...moved, throttled: sum('throttled') }),
    (most) => {
      for (const lane of lanes) lane.setLimit(share(most))
    },
  )
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  return {
    add: (files) => {
      feeder.add(files)
      feed()
    },
    finish: () => {
      isWhole = true
      feed()
      return outcome.promise
    },
    stop: async () => void (await stop(new Error('stopped'))),
    get requestsWaiting() {
      return sum('waiting')
    },
  }
}

/** One for each core, where that pays, and where another thread can open the container; none without a request. */
function laneCount({ isLarge, container, concurrency = mostRequests }: MoveRequest): number {
  if (!isLarge || !container.credential) return 1
  return Math.min(availableParallelism(), mostThreads, concurrency)
}

function openOne(
  { job, container, log }: MoveRequest,
  onThread: boolean,
  limits: LaneLimits,
  events: LaneEvents,
): Lane {
  const { credential } = container
  if (!onThread || !credential) return openLane(job, container, limits, events)
  return openThread(job, { location: container.location, credential }, limits, events, log)
}
