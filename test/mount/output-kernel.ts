import { execFile } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Reader } from '../../src/mount/fuse/device.ts'
import { type MountedOutput, mountOutput, type OutputTuning } from '../../src/mount/output/mount-output.ts'
import type { Log } from '../../src/report/index.ts'
import { type MemoryContainer, memoryContainer } from '../blobs/memory-container.ts'
import { silentLog } from '../report/helpers.ts'

/** An output that is really mounted. */
export interface KernelOutput extends AsyncDisposable {
  readonly folder: string
  readonly container: MemoryContainer
  readonly mounted: MountedOutput
  seal(): ReturnType<MountedOutput['seal']>
  /** Where blocks are spooled. */
  readonly spool: string
  /** Runs a script of bash in the mounted folder; gives what it prints. It fails where the script does. */
  run(script: string, timeout?: number): Promise<string>
  /** What lies in the container below where it is published, by path. */
  published(): Record<string, string>
}

export interface OutputHere extends Partial<OutputTuning> {
  /** Where its folder is made. */
  readonly parent?: string
  readonly container?: MemoryContainer
  readonly memory?: number
  readonly disk?: number
  readonly prefix?: string
  readonly early?: string
  readonly replace?: boolean
  readonly reader?: Reader
  readonly log?: Log
}

const mebibyte = 1024 * 1024

/** Writes on this thread, by what the container does when it is asked. */
function writerOf(container: MemoryContainer) {
  return {
    putBlob: (...args: Parameters<MemoryContainer['putBlob']>) => container.putBlob(...args),
    putBlock: (...args: Parameters<MemoryContainer['putBlock']>) => container.putBlock(...args),
    putBlockList: (...args: Parameters<MemoryContainer['putBlockList']>) => container.putBlockList(...args),
    close: async () => {},
  }
}

/** Mounts an output. This process serves it: nothing here may touch it synchronously. */
export async function outputHere({
  parent = tmpdir(),
  container = memoryContainer(),
  memory = 16 * mebibyte,
  disk = 1024 * mebibyte,
  prefix = 'out/',
  early = prefix,
  replace = false,
  reader = 'pipe',
  log = silentLog,
  blockBytes = 64 * 1024,
  settled = 300,
}: OutputHere = {}): Promise<KernelOutput> {
  const folder = await realpath(await mkdtemp(join(parent, 'output-')))
  const spool = await realpath(await mkdtemp(join(tmpdir(), 'spool-')))
  const mounted = await mountOutput(
    {
      label: 'out',
      folder,
      aliases: [],
      container,
      writer: writerOf(container),
      prefix,
      early,
      replace,
      spool,
      disk,
      unsent: join(spool, 'unsent'),
    },
    { memory, reader, log },
    { blockBytes, settled },
  )
  return {
    folder,
    container,
    mounted,
    seal: () => mounted.seal(join(spool, 'manifest')),
    spool,
    run: async (script, timeout = 60_000) => {
      // Not by `cwd`: Node waits for the new process to enter that folder, and we are the one to answer it.
      const options = { env: { ...process.env, HERE: folder }, maxBuffer: 64 * mebibyte, timeout }
      const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', `cd "$HERE"; ${script}`], options)
      return stdout
    },
    published: () => {
      const found = [...container.blobs.values()].filter(({ name }) => name.startsWith(prefix))
      return Object.fromEntries(
        found.map(({ name, content }) => [name.slice(prefix.length), content.toString('latin1')]),
      )
    },
    [Symbol.asyncDispose]: async () => {
      await mounted.unmount()
      await rm(folder, { recursive: true, force: true })
      await rm(spool, { recursive: true, force: true })
    },
  }
}
