import { availableParallelism } from 'node:os'
import type { BlobContainer } from '../blobs/index.ts'
import type { Log } from '../report/index.ts'
import { type Done, type Job, type JobFile, type Lane, type LaneEvents, type LaneLimits, openLane } from './lane.ts'
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
const memory = 64 * 1024 * 1024
/** A lane has so much work ahead that it never runs dry between two messages, and no more, so that all lanes end at about the same time. */
const ahead = { files: 256, bytes: 32 * 1024 * 1024 }

/** A lane, and what it has been given and has not done. */
interface BusyLane {
  readonly lane: Lane
  files: number
  bytes: number
}

export function startMoving(request: MoveRequest): Mover {
  const { container, signal, progress, concurrency = mostRequests, onDone } = request
  const count = request.isLarge && container.credential ? Math.min(availableParallelism(), mostThreads) : 1
  const share = (requests: number) => Math.max(1, Math.floor(requests / count))
  const limits = { requests: share(Math.min(firstRequests, concurrency)), memory: memory / count }
  const queue = chained<JobFile>()
  const sizes = new Map<number, number>()
  const moved = { files: 0, bytes: 0 }
  const outcome = Promise.withResolvers<void>()
  outcome.promise.catch(() => {}) // it is told by finish()
  let isWhole = false
  let stopped: Promise<unknown> | undefined

  const lanes: BusyLane[] = []
  const stop = (reason: unknown): Promise<unknown> => {
    stopped ??= Promise.all(lanes.map(({ lane }) => lane.stop(reason)))
    signal.removeEventListener('abort', onAbort)
    pacing.stop()
    return stopped
  }
  const fail = (error: unknown) => {
    if (!stopped) void stop(error).then(() => outcome.reject(error))
  }
  const onAbort = () => fail(signal.reason)
  const fill = (busy: BusyLane) => {
    const files: JobFile[] = []
    while (busy.files < ahead.files && (busy.bytes < ahead.bytes || busy.files < 2)) {
      const file = queue.next()
      if (!file) break
      files.push(file)
      sizes.set(file.index, file.size)
      busy.files += 1
      busy.bytes += file.size
    }
    if (files.length > 0) busy.lane.add(files)
  }
  const feed = () => {
    if (stopped) return
    for (const busy of lanes) fill(busy)
    if (isWhole && sizes.size === 0) void stop(undefined).then(() => outcome.resolve())
  }
  const eventsOf = (busy: () => BusyLane): LaneEvents => ({
    onBytes: (bytes) => {
      moved.bytes += bytes
      progress.addBytes(bytes)
    },
    onDone: (done) => {
      busy().files -= 1
      busy().bytes -= sizes.get(done.index) ?? 0
      sizes.delete(done.index)
      moved.files += 1
      progress.addFile()
      onDone?.(done)
      if (busy().files < ahead.files / 2) feed()
    },
    onFailed: (path, error) => fail(new MoveFailure(path, error)),
  })
  const pacing = startPacing(
    { start: limits.requests * count, most: concurrency },
    () => ({ ...moved, throttled: lanes.reduce((sum, { lane }) => sum + lane.health.throttled, 0) }),
    (most) => {
      for (const { lane } of lanes) lane.setLimit(share(most))
    },
  )
  for (let index = 0; index < count; index += 1) {
    const events = eventsOf(() => lanes[index] as BusyLane)
    lanes.push({ lane: openOne(request, index > 0, limits, events), files: 0, bytes: 0 })
  }
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  return {
    add: (files) => {
      queue.add(files)
      feed()
    },
    finish: () => {
      isWhole = true
      feed()
      return outcome.promise
    },
    stop: async () => void (await stop(new Error('stopped'))),
    get requestsWaiting() {
      return lanes.reduce((sum, { lane }) => sum + lane.health.waiting, 0)
    },
  }
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

/** Several iterables, one after another. */
function chained<T>() {
  const iterators: Iterator<T>[] = []
  const next = (): T | undefined => {
    for (let [first] = iterators; first; [first] = iterators) {
      const { value, done } = first.next()
      if (!done) return value
      iterators.shift()
    }
    return undefined
  }
  return { next, add: (items: Iterable<T>) => void iterators.push(items[Symbol.iterator]()) }
}
