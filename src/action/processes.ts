import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process, so that it is not taken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** Start time in clock ticks since boot (field 22 of `/proc/{pid}/stat`); empty where there is no /proc. */
  readonly started: string
}

export async function thisProcess(): Promise<ProcessIdentity> {
  return processOf(process.pid)
}

/** Whether that very process still runs. Without /proc nobody can tell, and the answer is no. */
export async function isRunning({ pid, started }: ProcessIdentity): Promise<boolean> {
  return started !== '' && pid !== process.pid && (await startTime(pid)) === started
}

export async function processOf(pid: number): Promise<ProcessIdentity> {
  return { pid, started: await startTime(pid) }
}

/** Ends a process: waits so many milliseconds for it to end by itself, asks, waits, then forces. */
export async function endProcess(identity: ProcessIdentity, first = 0): Promise<void> {
  await waitForEnd(identity, first)
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!(await isRunning(identity))) return
    process.kill(identity.pid, signal)
    await waitForEnd(identity, 5000)
  }
}

async function waitForEnd(identity: ProcessIdentity, milliseconds: number): Promise<void> {
  const deadline = Date.now() + milliseconds
  while (Date.now() < deadline && (await isRunning(identity))) await sleep(50)
}

async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The second field is the program's name in parentheses, which may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, started] = [fields[0], fields[19]]
  return state === 'Z' ? '' : (started ?? '')
}
