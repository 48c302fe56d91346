import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'

/** How a daemon is started. */
export interface LaunchOptions {
  /** The program of the daemon's role, run by this Node. */
  readonly program: string
  /** What its environment has: everybody on the machine who is us can read it, so no secrets. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Its standard input: see `readStart`. */
  readonly input: readonly Uint8Array[]
  /** Gets what it prints. */
  readonly logFile: string
  readonly signal: AbortSignal
}

/** What a daemon says when it has mounted everything, or cannot. */
export type Launched = { readonly pid: number } | { readonly failure: string }

/** Descriptor on which a daemon tells that it is ready. */
const readyDescriptor = 3

/**
 * Starts a process of its own that outlives this one. It gets its secrets on its standard input, and tells on another pipe how it went.
 * @throws the signal's reason, when it has been ended
 */
export async function launchDaemon({ program, environment, input, logFile, signal }: LaunchOptions): Promise<Launched> {
  signal.throwIfAborted()
  const log = await open(logFile, 'a', 0o600)
  const child = spawn(process.execPath, [program], {
    detached: true,
    stdio: ['pipe', 'ignore', log.fd, 'pipe'],
    env: environment,
    cwd: '/', // it must not hold a folder that somebody wants to remove
  })
  const kill = () => child.kill('SIGTERM')
  signal.addEventListener('abort', kill, { once: true })
  try {
    child.on('error', () => {}) // told by the pipe, which ends
    const stdin = child.stdio[0] as Writable
    stdin.on('error', () => {}) // likewise
    for (const bytes of input) stdin.write(bytes)
    stdin.end()
    const said = await text(child.stdio[readyDescriptor] as NodeJS.ReadableStream)
    if (signal.aborted) {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      throw signal.reason
    }
    if (said === 'ready' && child.pid !== undefined) return { pid: child.pid }
    return { failure: said || 'the mount daemon ended before it was ready' }
  } finally {
    signal.removeEventListener('abort', kill)
    child.unref()
    await log.close()
  }
}

export { readyDescriptor }
