import { readdir, readFile } from 'node:fs/promises'

/**
 * Processes that carry this job's RUNNER_TRACKING_ID. The runner kills those that it finds when the job ends
 * (`JobExtension.cs`); like there, one that belongs to another user cannot be seen. Only Linux can be asked.
 */
export async function processesOfJob(trackingId: string): Promise<number[]> {
  if (process.platform !== 'linux') return []
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const ours = await Promise.all(pids.map((pid) => belongsToJob(pid, trackingId)))
  return pids.filter((_, at) => ours[at])
}

async function belongsToJob(pid: number, trackingId: string): Promise<boolean> {
  // A process may end, or be someone else's: then its environment cannot be read.
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
  return environment.split('\0').includes(`RUNNER_TRACKING_ID=${trackingId}`)
}
