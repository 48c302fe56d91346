import type { Server } from 'node:net'
import type { Log } from '../report/index.ts'
import { type ControlRequest, type MountStatus, serveControl } from './control.ts'
import type { Reader } from './fuse/device.ts'
import { memoryForChunks } from './memory.ts'
import { type InputMount, type Mounted, mountInput } from './mounted.ts'

export interface DaemonOptions {
  readonly mounts: readonly InputMount[]
  /** Where the control socket is made; only we can enter it. */
  readonly controlFolder: string
  readonly reader: Reader
  readonly log: Log
}

/** A daemon at work. */
export interface Daemon {
  /** Resolves when all is unmounted, or has been told to be. Somebody may still use it then: they get an error when this process ends. */
  readonly ended: Promise<void>
  finish(): Promise<void>
}

/** Mounts datasets and serves them. @throws where one cannot be mounted; then none is */
export async function startDaemon({ mounts, controlFolder, reader, log }: DaemonOptions): Promise<Daemon> {
  const mounted: Mounted[] = []
  const memory = memoryForChunks() / Math.max(1, mounts.length)
  const unmountAll = async () => {
    for (const mount of mounted) await mount.unmount()
  }
  const answer = async (request: ControlRequest): Promise<readonly MountStatus[]> => {
    if (request === 'finish') await unmountAll()
    return mounted.map((mount) => mount.status())
  }
  const finished = Promise.withResolvers<void>()
  let control: Server | undefined
  try {
    for (const mount of mounts) mounted.push(await mountInput(mount, { memory, reader, log }))
    control = await serveControl(controlFolder, answer, finished.resolve)
  } catch (error) {
    await unmountAll()
    throw error
  }
  const unmounted = Promise.all(mounted.map((mount) => mount.ended))
  const ended = Promise.race([unmounted, finished.promise]).then(() => void control?.close())
  return {
    ended,
    finish: async () => {
      await unmountAll()
      finished.resolve()
    },
  }
}
