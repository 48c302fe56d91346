import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export interface ProcessOptions {
  readonly file: string
  readonly arguments: readonly string[]
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly onLine: (line: string) => void
}

export interface ProcessEnd {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Why the process could not be started, for one that did not start. */
  readonly notStarted?: string
}

export interface RunningProcess {
  readonly pid: number | undefined
  /** Everything that it printed so far, as it was printed. */
  raw(): string
  readonly ended: Promise<ProcessEnd>
  /** To this one process only: its children are told nothing, as on Linux runners. */
  signal(name: NodeJS.Signals): void
  /** Stop waiting for it: it counts as killed, and lives on. */
  abandon(): void
}

// ProcessInvoker.cs
const WAIT_FOR_STREAMS = 5000
const WAIT_AFTER_SIGINT = 7500
const WAIT_AFTER_SIGTERM = 2500

/** Starts a process as `ProcessInvoker.cs` does: no standard input, lines from both streams, exit code whatever it is. */
export function startProcess(options: ProcessOptions): RunningProcess {
  const { promise: ended, resolve } = Promise.withResolvers<ProcessEnd>()
  const chunks: string[] = []
  const child = trySpawn(options, resolve)
  for (const stream of [child?.stdout, child?.stderr]) {
    if (stream) readLines(stream, (text) => chunks.push(text), options.onLine)
  }
  child?.once('error', (error) => resolve(notStarted(options, error)))
  child?.once('close', (exitCode, signal) => resolve({ exitCode, signal }))
  // A child of the child that keeps the streams open, a daemon perhaps, must not hold the job for ever.
  child?.once('exit', (exitCode, signal) => setTimeout(() => resolve({ exitCode, signal }), WAIT_FOR_STREAMS).unref())
  return {
    pid: child?.pid,
    raw: () => chunks.join(''),
    ended,
    signal: (name) => void child?.kill(name),
    abandon: () => resolve({ exitCode: null, signal: 'SIGKILL' }),
  }
}

/** Ends a process as the runner does when the workflow is cancelled (`CancelAndKillProcessTree` in `ProcessInvoker.cs`). */
export async function cancelProcess(running: RunningProcess): Promise<void> {
  running.signal('SIGINT')
  if (await endsWithin(running, WAIT_AFTER_SIGINT)) return
  running.signal('SIGTERM')
  if (await endsWithin(running, WAIT_AFTER_SIGTERM)) return
  running.signal('SIGKILL')
}

async function endsWithin(running: RunningProcess, milliseconds: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(() => resolve(false), milliseconds)
  const inTime = await Promise.race([running.ended.then(() => true), late])
  clearTimeout(timer)
  return inTime
}

/** An environment that Linux refuses (E2BIG) throws here; other errors come as an event. */
function trySpawn(options: ProcessOptions, resolve: (end: ProcessEnd) => void): ChildProcess | undefined {
  try {
    return spawn(options.file, options.arguments, {
      cwd: options.folder,
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (error) {
    resolve(notStarted(options, error))
    return undefined
  }
}

function notStarted({ file, folder }: ProcessOptions, error: unknown): ProcessEnd {
  const start = `An error occurred trying to start process '${file}' with working directory '${folder}'.`
  return { exitCode: null, signal: null, notStarted: `${start} ${error instanceof Error ? error.message : error}` }
}

/** A carriage return alone ends a line too, as in .NET's `ReadLine`. */
function readLines(stream: Readable, onText: (text: string) => void, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    onText(text)
    const lines = (rest + text).split(/\r\n|\r(?!$)|\n/)
    rest = lines.pop() ?? ''
    lines.forEach(onLine)
  })
  stream.once('end', () => {
    if (rest !== '') onLine(rest.replace(/\r$/, ''))
  })
}
