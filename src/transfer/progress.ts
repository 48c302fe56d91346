import { counted, formatBytes, type Log } from '../report/index.ts'

/** Tells people who read a log how far a transfer is. */
export interface Progress {
  addBytes(count: number): void
  addFile(): void
  /** Stops the lines; returns the seconds that it took. */
  stop(): number
}

const interval = 10_000

/** Starts the lines: one every ten seconds, while something has changed. */
export function startProgress(
  log: Log,
  label: string,
  total: { readonly files: number; readonly bytes: number },
): Progress {
  const start = performance.now()
  let bytes = 0
  let files = 0
  let shown = 0
  const seconds = () => (performance.now() - start) / 1000
  const timer = setInterval(() => {
    if (bytes === shown) return
    shown = bytes
    const percent = total.bytes > 0 ? Math.floor((100 * bytes) / total.bytes) : 100
    log.info(
      `${label}  ${percent}%  ${formatBytes(bytes)}/${formatBytes(total.bytes)}  ${files.toLocaleString('en-US')}/${counted(total.files, 'file')}  ${formatBytes(bytes / seconds())}/s`,
    )
  }, interval)
  timer.unref()
  return {
    addBytes: (count) => {
      bytes += count
    },
    addFile: () => {
      files += 1
    },
    stop: () => {
      clearInterval(timer)
      return seconds()
    },
  }
}
