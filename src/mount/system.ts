import { spawn } from 'node:child_process'
import { readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { fileSystemType } from './mount-table.ts'
import { systemProgram } from './rights.ts'

/** A command of the system failed. */
export class CommandFailure extends Error {
  readonly output: string

  constructor(command: string, status: number | string, output: string) {
    super(`${command} ended with ${status}: ${output.replace(/\s+/g, ' ').trim()}`)
    this.output = output
  }
}

/** Commands that hang are given up after so many milliseconds. */
const patience = 15_000

/**
 * Runs a program of the system with the rights of root. Never waited for synchronously: `umount` asks the file system, and that may be us.
 * @param stdin a descriptor that it gets as its standard input
 * @throws CommandFailure
 */
async function asRoot(
  name: string,
  args: readonly string[],
  stdin: number | 'ignore' | string = 'ignore',
): Promise<void> {
  const program = await systemProgram(name)
  const sudo = process.getuid?.() === 0 ? undefined : await systemProgram('sudo')
  if (program === undefined) throw new CommandFailure(name, 'nothing', 'there is no such program of the system')
  const command = [...(sudo ? [sudo, '-n'] : []), program, ...args] as [string, ...string[]]
  const child = spawn(command[0], command.slice(1), {
    stdio: [typeof stdin === 'string' && stdin !== 'ignore' ? 'pipe' : stdin, 'ignore', 'pipe'],
    // The plain locale, so that what a program says reads the same on every machine.
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    timeout: patience,
    killSignal: 'SIGKILL',
  })
  if (typeof stdin === 'string') child.stdin?.end(stdin)
  const { promise, resolve } = Promise.withResolvers<number | string>()
  child.once('error', (error) => resolve(error.message))
  child.once('close', (status, killed) => resolve(status ?? killed ?? 'nothing'))
  const [output, status] = await Promise.all([child.stderr ? text(child.stderr) : '', promise])
  if (status !== 0) throw new CommandFailure(name, status, output)
}

/** How a file system is mounted. */
export interface MountOptions {
  readonly isReadOnly: boolean
  /** Bytes of the largest READ. */
  readonly mostRead: number
}

/**
 * Mounts an open `/dev/fuse` at a folder. The descriptor goes as standard input, since sudo closes all others. Other users may look into it too:
 * later steps may run as root, or mount it into a container; `-i` keeps `mount` from looking for a helper.
 * @throws CommandFailure
 */
export async function mountDevice(fd: number, folder: string, { isReadOnly, mostRead }: MountOptions): Promise<void> {
  const options = [
    'fd=0',
    'rootmode=40000',
    `user_id=${process.getuid?.() ?? 0}`,
    `group_id=${process.getgid?.() ?? 0}`,
    'allow_other',
    'default_permissions',
    `max_read=${mostRead}`,
    ...(isReadOnly ? ['ro'] : []),
    'nosuid',
    'nodev',
  ]
  await asRoot('mount', ['-i', '-t', fileSystemType, '-o', options.join(','), 'azureml-datasets', folder], fd)
}

/** @param isLazy whether it disappears from the tree at once, and ends when the last who uses it has gone @throws CommandFailure */
export async function unmountFolder(folder: string, isLazy: boolean): Promise<void> {
  await asRoot('umount', [...(isLazy ? ['-l'] : []), folder])
}

/** Milliseconds in which the kernel has to hand over what programs have written into mapped files. */
const syncPatience = 60_000

/** Lets the kernel hand over what it still has of a file system: what was written into mapped files, and nowhere else yet. Best effort. */
export async function syncFolder(folder: string): Promise<void> {
  const program = await systemProgram('sync')
  if (program === undefined) return
  const child = spawn(program, ['-f', folder], { stdio: 'ignore', timeout: syncPatience, killSignal: 'SIGKILL' })
  const { promise, resolve } = Promise.withResolvers<void>()
  child.once('error', () => resolve())
  child.once('exit', () => resolve())
  await promise
}

/** So many KiB the kernel reads ahead: by default 128, which leaves each READ too small. */
const readAheadKiB = 1024

/** Best effort: it is only slower without. @param folder where it is mounted; it has to answer by now */
export async function raiseReadAhead(folder: string): Promise<void> {
  const { dev } = await stat(folder)
  // How the C library packs the two numbers of a device (gnu_dev_major(3)); those without hardware have 0 as the first.
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)]
  await writeAsRoot(`/sys/class/bdi/${major}:${minor}/read_ahead_kb`, String(readAheadKiB)).catch(() => {})
}

async function writeAsRoot(file: string, value: string): Promise<void> {
  if (process.getuid?.() === 0) await writeFile(file, value)
  else await asRoot('tee', [file], value)
}

/** Processes that use something below a folder, as far as we may see: `python3 (4711)`. */
export async function holdersOf(folder: string): Promise<string[]> {
  const holders: string[] = []
  for (const pid of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(pid) || !(await holds(pid, folder))) continue
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
    holders.push(`${name.trim()} (${pid})`)
  }
  return holders
}

async function holds(pid: string, folder: string): Promise<boolean> {
  const isBelow = (path: string) => path === folder || path.startsWith(`${folder}/`)
  const open = (await readdir(`/proc/${pid}/fd`).catch(() => [])).map((fd) => `fd/${fd}`)
  for (const link of ['cwd', 'root', 'exe', ...open]) {
    if (isBelow(await readlink(`/proc/${pid}/${link}`).catch(() => ''))) return true
  }
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8').catch(() => '')
  return maps.split('\n').some((line) => isBelow(line.slice(line.indexOf('/'))))
}
