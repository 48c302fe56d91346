import { execFile } from 'node:child_process'
import { access, constants, readFile, stat } from 'node:fs/promises'
import { promisify } from 'node:util'

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
  /** The program `mount`, where there is one that only root can have put there. */
  readonly mount: string | undefined
}

/** What a container needs so that one can mount in it: the line of the workflow that gives it. */
const containerOptions =
  '"container: options: --device /dev/fuse --cap-add SYS_ADMIN --security-opt apparmor:unconfined"'

/** The first thing that is missing for a mount, and what gives it; undefined where there is nothing. */
export function lackingForMount({ platform, device, isRoot, sudo, mayMount, mount }: MountRights): string | undefined {
  if (platform !== 'linux') return `datasets are mounted on Linux only, and this is ${platform}`
  if (!device) return `there is no /dev/fuse that we may open (in a container: ${containerOptions})`
  if (mount === undefined) return 'there is no program mount in /usr/bin or /bin that belongs to root alone'
  if (!isRoot && !sudo) return 'we are not root, and sudo does not mount without a password'
  return mayMount ? undefined : `CAP_SYS_ADMIN is missing (in a container: ${containerOptions})`
}

export async function readMountRights(signal: AbortSignal): Promise<MountRights> {
  const isRoot = process.getuid?.() === 0
  const mount = await systemProgram('mount')
  const [device, sudo, capabilities] = await Promise.all([
    mayOpen('/dev/fuse'),
    process.platform === 'linux' && !isRoot && mount !== undefined && mountsBySudo(mount, signal),
    readFile('/proc/self/status', 'utf8').catch(() => ''),
  ])
  const mayMount = hasSysAdmin(capabilities, isRoot ? 'CapEff' : 'CapBnd')
  return { platform: process.platform, device, isRoot, sudo, mayMount, mount }
}

function mayOpen(device: string): Promise<boolean> {
  return access(device, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
}

/** Asks for the version of `mount`, which mounts nothing. */
async function mountsBySudo(mount: string, signal: AbortSignal): Promise<boolean> {
  const sudo = await systemProgram('sudo')
  if (sudo === undefined) return false
  return promisify(execFile)(sudo, ['-n', mount, '--version'], { signal, timeout: 10_000 }).then(
    () => true,
    () => false,
  )
}

const systemFolders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin']
const writableByOthers = 0o022

/** A program of the system: never one that PATH happens to find, and none that anybody but root can have written. */
export async function systemProgram(name: string): Promise<string | undefined> {
  for (const folder of systemFolders) {
    const file = `${folder}/${name}`
    const status = await stat(file).catch(() => undefined)
    if (status?.isFile() && status.uid === 0 && (status.mode & writableByOthers) === 0) return file
  }
  return undefined
}

/** CAP_SYS_ADMIN is bit 21 of a set in `/proc/self/status` (capabilities(7)): of what root has, or of the most that sudo could give. */
export function hasSysAdmin(status: string, set: 'CapEff' | 'CapBnd'): boolean {
  const mask = new RegExp(`^${set}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1]
  return mask !== undefined && ((BigInt(`0x${mask}`) >> 21n) & 1n) === 1n
}
