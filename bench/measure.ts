import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'

/** What a command took. */
export interface Measured {
  /** From its start to its end. */
  readonly seconds: number
  /** User and system time of all its processes. */
  readonly cpuSeconds: number
  /** Most memory that its largest process had (VmHWM), in bytes. */
  readonly peakBytes: number
  readonly output: string
}

/** So often, in milliseconds, the memory is looked at: it is kept by the kernel, so only what comes after the last look is missed. */
const lookInterval = 10

/**
 * Runs a command to its end. The shell that starts it counts the time of all its children.
 * @throws Error with its output, where it fails or takes longer than ten minutes
 */
export async function measure(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Measured> {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" 2>&1'
  const child = spawn('bash', ['-c', script, 'bash', ...command], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 600_000,
  })
  let peakBytes = 0
  const looking = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid ?? 0))
  }, lookInterval)
  const [output, times] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  clearInterval(looking)
  if (child.exitCode !== 0) throw new Error(`${command.join(' ')}\n${output}`)
  const [seconds = 0, user = 0, system = 0] = (times.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  return { seconds, cpuSeconds: user + system, peakBytes, output }
}

function peakOf(pid: number): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
    return Math.max(Number(kilobytes ?? 0) * 1024, ...children.map((child) => peakOf(Number(child))))
  } catch {
    return 0 // it has ended
  }
}
