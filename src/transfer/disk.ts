import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { formatBytes, UserError } from '../report/index.ts'
import type { DownloadPlan } from './plan.ts'

/**
 * Makes sure, before the first byte is fetched, that the disks have room for all of the plans together.
 * @throws UserError that says how much is needed and how much there is
 */
export async function requireFreeSpace(plans: readonly DownloadPlan[]): Promise<void> {
  const needs = new Map<number, { place: string; needed: number }>()
  for (const { request, missing } of plans) {
    const place = await existingPlace(request.folder)
    const [{ dev }, { bsize }] = await Promise.all([stat(place), statfs(place)])
    // Every file costs up to a block more than its bytes.
    const still = missing.bytes - (request.begun?.arrived ?? 0)
    const needed = still + missing.length * bsize + (needs.get(dev)?.needed ?? 0)
    needs.set(dev, { place, needed })
  }
  for (const { place, needed } of needs.values()) await requireOn(place, needed)
}

/** Room for a folder, in bytes: that of the nearest place above it that exists. */
export async function freeSpace(folder: string): Promise<{ readonly place: string; readonly free: number }> {
  const place = await existingPlace(folder)
  const { bavail, bsize } = await statfs(place)
  return { place, free: bavail * bsize }
}

async function requireOn(place: string, needed: number): Promise<void> {
  const { free } = await freeSpace(place)
  if (needed <= free) return
  throw new UserError(
    'disk-too-small',
    `The datasets need ${formatBytes(needed)}, and the disk of ${place} has ${formatBytes(free)} free. ` +
      'Stage a part ("include", "exclude", "sample"), choose a place on a larger disk ("target-folder"), or use a larger runner.',
  )
}

/** The folder itself, or the nearest above it that exists. */
async function existingPlace(folder: string): Promise<string> {
  for (let place = folder; place !== dirname(place); place = dirname(place)) {
    const exists = await stat(place).then(
      () => true,
      () => false,
    )
    if (exists) return place
  }
  return dirname(folder)
}
