import { execFile } from 'node:child_process'
import { access, constants, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Found } from './findings.ts'

/** What mounting on this machine depends on. */
export interface MountRights {
  readonly platform: NodeJS.Platform
  /** Whether `/dev/fuse` is there, and may be opened by us. */
  readonly device: boolean
  readonly isRoot: boolean
  /** Whether `sudo -n` runs `mount` without asking for a password. */
  readonly sudo: boolean
  /** Whether CAP_SYS_ADMIN is within reach: containers often take it even from root. */
  readonly mayMount: boolean
}

/** Whether datasets could be mounted here. For information only, as mounting is not built yet. */
export async function checkMounting(signal: AbortSignal): Promise<Found> {
  const lacking = lackingForMount(await readMountRights(signal))
  const says = lacking === undefined ? 'this runner could mount' : `this runner could not mount: ${lacking}`
  return { state: 'info', says: `not built yet; ${says}` }
}

/** The first thing that is missing for a mount; undefined where there is nothing. */
export function lackingForMount({ platform, device, isRoot, sudo, mayMount }: MountRights): string | undefined {
  if (platform !== 'linux') return `datasets are mounted on Linux only, and this is ${platform}`
  if (!device) return 'there is no /dev/fuse that we may open'
  if (!isRoot && !sudo) return 'we are not root, and sudo does not mount without a password'
  return mayMount ? undefined : 'it has not the capability CAP_SYS_ADMIN (a container without --cap-add SYS_ADMIN?)'
}

async function readMountRights(signal: AbortSignal): Promise<MountRights> {
  const isRoot = process.getuid?.() === 0
  const [device, sudo, capabilities] = await Promise.all([
    mayOpen('/dev/fuse'),
    process.platform === 'linux' && !isRoot && mountsBySudo(signal),
    readFile('/proc/self/status', 'utf8').catch(() => ''),
  ])
  const mayMount = hasSysAdmin(capabilities, isRoot ? 'CapEff' : 'CapBnd')
  return { platform: process.platform, device, isRoot, sudo, mayMount }
}

function mayOpen(device: string): Promise<boolean> {
  return access(device, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
}

/** Asks for the version of `mount`, which mounts nothing. By absolute paths, so that nothing in PATH can take their place. */
async function mountsBySudo(signal: AbortSignal): Promise<boolean> {
  return promisify(execFile)('/usr/bin/sudo', ['-n', '/usr/bin/mount', '--version'], { signal, timeout: 10_000 }).then(
    () => true,
    () => false,
  )
}

/** CAP_SYS_ADMIN is bit 21 of a set in `/proc/self/status` (capabilities(7)): of what root has, or of the most that sudo could give. */
export function hasSysAdmin(status: string, set: 'CapEff' | 'CapBnd'): boolean {
  const mask = new RegExp(`^${set}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1]
  return mask !== undefined && ((BigInt(`0x${mask}`) >> 21n) & 1n) === 1n
}
