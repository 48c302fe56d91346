import { counted, formatBytes, formatSeconds, type Log } from '../report/index.ts'

/** Tells people who read a log how far a transfer is. */
export interface Progress {
  /** Bytes that were moved. */
  readonly bytes: number
  /** There is more to be moved than was known. */
  expect(more: ProgressTotal): void
  addBytes(count: number): void
  addFile(): void
  /** Stops the lines; returns the seconds that it took. */
  stop(): number
}

/** What is to be moved. */
export interface ProgressTotal {
  readonly files: number
  readonly bytes: number
}

const second = 1000
const minute = 60 * second
/** Between two lines at first. After five minutes the gap doubles with each line, up to a minute: some 90 lines in an hour. */
const firstGap = 10 * second
const patience = 5 * minute
const longestGap = minute

/**
 * Starts the lines: one every ten seconds while something moves, and at least one a minute while nothing does.
 * @param requestsWaiting how many requests wait to be sent again, for the lines where nothing moves
 */
export function startProgress(log: Log, label: string, requestsWaiting: () => number): Progress {
  const start = performance.now()
  const total = { files: 0, bytes: 0 }
  const done = { files: 0, bytes: 0 }
  let lastMove = start
  let shown = { at: start, files: 0, bytes: 0 }
  let gap = firstGap
  const tick = () => {
    const now = performance.now()
    const moved = done.bytes > shown.bytes || done.files > shown.files
    if (moved)
      log.info(`${label}  ${movingLine(done, total, (done.bytes - shown.bytes) / ((now - shown.at) / second))}`)
    else if (now - shown.at >= longestGap - second)
      log.info(`${label}  ${standingLine(done, total, (now - lastMove) / second, requestsWaiting())}`)
    else return
    shown = { at: now, ...done }
  }
  let timer = setTimeout(function next() {
    tick()
    if (performance.now() - start >= patience) gap = Math.min(2 * gap, longestGap)
    timer = setTimeout(next, gap).unref()
  }, gap).unref()
  const move = () => {
    lastMove = performance.now()
  }
  return {
    get bytes() {
      return done.bytes
    },
    expect: ({ files, bytes }) => {
      total.files += files
      total.bytes += bytes
    },
    addBytes: (count) => {
      done.bytes += count
      move()
    },
    addFile: () => {
      done.files += 1
      move()
    },
    stop: () => {
      clearTimeout(timer)
      return (performance.now() - start) / second
    },
  }
}

/** Lines for a listing, which has no total: of a million files it takes minutes. The function that is returned gets how many there are so far. */
export function tellListing(log: Log, label: string): (files: number) => void {
  let next = performance.now() + firstGap
  return (files) => {
    const now = performance.now()
    if (now < next) return
    log.info(`${label}: listing, ${counted(files, 'file')} so far`)
    next = now + firstGap
  }
}

/** `41%  12.4 GB/30.2 GB  8,112/19,870 files  212 MB/s  eta 1m24s` */
function movingLine(done: ProgressTotal, total: ProgressTotal, bytesPerSecond: number): string {
  const rate = `${formatBytes(Math.round(bytesPerSecond))}/s`
  const left = bytesPerSecond > 0 ? (total.bytes - done.bytes) / bytesPerSecond : 0
  return [share(done, total), rate, ...(left >= 1 ? [`eta ${formatSeconds(left)}`] : [])].join('  ')
}

/** `41%  12.4 GB/30.2 GB  8,112/19,870 files  no bytes for 1m30s, 3 requests retrying` */
function standingLine(done: ProgressTotal, total: ProgressTotal, still: number, waiting: number): string {
  const retrying = waiting > 0 ? `, ${counted(waiting, 'request')} retrying` : ''
  return `${share(done, total)}  no bytes for ${formatSeconds(still)}${retrying}`
}

/** Empty files have no bytes, and count by their number. */
function share(done: ProgressTotal, total: ProgressTotal): string {
  const part = total.bytes > 0 ? done.bytes / total.bytes : done.files / Math.max(1, total.files)
  return `${Math.floor(100 * part)}%  ${formatBytes(done.bytes)}/${formatBytes(total.bytes)}  ${done.files.toLocaleString('en-US')}/${counted(total.files, 'file')}`
}
