import { lackingForMount, readMountRights } from '../mount/index.ts'
import type { Found } from './findings.ts'

/** Whether datasets can be mounted here. Where they cannot, they are downloaded, unless somebody wants them mounted by name. */
export async function checkMounting(isRequired: boolean, signal: AbortSignal): Promise<Found> {
  const lacking = lackingForMount(await readMountRights(signal))
  if (lacking === undefined) return { state: 'info', says: 'inputs can be mounted' }
  const says = `inputs cannot be mounted, and are downloaded: ${lacking}`
  return isRequired && process.platform === 'linux'
    ? { state: 'missing', says: lacking, fix: 'give the rights, or leave out "use-mounting: true"' }
    : { state: 'info', says }
}
