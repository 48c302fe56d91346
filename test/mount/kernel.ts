import { execFile } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { takeSnapshot } from '../../src/blobs/index.ts'
import type { Reader } from '../../src/mount/fuse/device.ts'
import { type Mounted, mountInput } from '../../src/mount/mounted.ts'
import { lackingForMount, readMountRights } from '../../src/mount/rights.ts'
import type { Log } from '../../src/report/index.ts'
import { type MemoryContainer, memoryContainer } from '../blobs/memory-container.ts'
import { silentLog } from '../report/helpers.ts'

/** A dataset that is really mounted. */
export interface KernelMount extends AsyncDisposable {
  readonly folder: string
  readonly container: MemoryContainer
  readonly mounted: Mounted
  /** Runs a script of bash in the mounted folder; gives what it prints. It fails where the script does. */
  run(script: string): Promise<string>
}

/**
 * Mounts what lies below `d/`. This process serves it: nothing here may touch it synchronously.
 * @param files a container, or what lies in it
 */
export async function mountHere(
  files: MemoryContainer | Readonly<Record<string, string>>,
  { memory = 16 * 1024 * 1024, reader = 'pipe' as Reader, log = silentLog as Log } = {},
): Promise<KernelMount> {
  const container = 'blobs' in files ? (files as MemoryContainer) : memoryContainer(files)
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'mount-')))
  const snapshot = await takeSnapshot(container, 'd/', AbortSignal.timeout(20_000))
  const mounted = await mountInput({ label: 'd:1', folder, container, snapshot }, { memory, reader, log })
  const runFile = promisify(execFile)
  return {
    folder,
    container,
    mounted,
    run: async (script) => {
      // Not by `cwd`: Node waits for the new process to enter that folder, and we are the one to answer it.
      const options = { env: { ...process.env, HERE: folder }, maxBuffer: 64 * 1024 * 1024, timeout: 60_000 }
      const { stdout } = await runFile('bash', ['-euo', 'pipefail', '-c', `cd "$HERE"; ${script}`], options)
      return stdout
    },
    [Symbol.asyncDispose]: async () => {
      await mounted.unmount()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Why nothing can be mounted on this machine; undefined where it can. A real mount is tried: rights on paper may not be enough. */
export const noMounts: string | undefined =
  lackingForMount(await readMountRights(AbortSignal.timeout(10_000))) ??
  (await mountHere({ 'd/a': 'a' }).then(
    async (mount) => void (await mount[Symbol.asyncDispose]()),
    (error) => `a mount was tried, and failed: ${error}`,
  ))
