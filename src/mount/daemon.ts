import type { Server } from 'node:net'
import { join } from 'node:path'
import { detailOf, type Log } from '../report/index.ts'
import { type ControlRequest, type MountStatus, serveControl } from './control.ts'
import type { Reader } from './fuse/device.ts'
import { memoryForChunks } from './memory.ts'
import { type InputMount, type Mounted, mountInput } from './mounted.ts'
import { type MountedOutput, mountOutput, type OutputMount } from './output/mount-output.ts'

export interface DaemonOptions {
  readonly inputs: readonly InputMount[]
  readonly outputs: readonly OutputMount[]
  /** Where the control socket is made, and the manifests of sealed outputs; only we can enter it. */
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

/** The manifest of the output with that index. */
export function manifestOf(controlFolder: string, index: number): string {
  return join(controlFolder, `sealed-${index}.jsonl`)
}

/** Mounts datasets and serves them. @throws where one cannot be mounted; then none is */
export async function startDaemon({ inputs, outputs, controlFolder, reader, log }: DaemonOptions): Promise<Daemon> {
  const mounted: Mounted[] = []
  const writable: MountedOutput[] = []
  const options = { memory: memoryForChunks() / Math.max(1, inputs.length + outputs.length), reader, log }
  const sealing = new Map<MountedOutput, Promise<void>>()
  const unmountAll = async () => {
    for (const mount of mounted) await mount.unmount()
  }
  const seal = (output: MountedOutput, index: number) => {
    const isOver = output.status().output?.state === 'sealed'
    if (isOver || sealing.has(output)) return
    const task = output
      .seal(manifestOf(controlFolder, index))
      .then(
        () => {},
        (error) => log.warning(detailOf(error)),
      )
      .finally(() => sealing.delete(output))
    sealing.set(output, task)
  }
  const answer = async (request: ControlRequest): Promise<readonly MountStatus[]> => {
    if (request.ask === 'seal') for (const [index, output] of writable.entries()) seal(output, index)
    if (request.ask === 'finish') {
      isFinishing = true
      await unmountAll()
      const discarded = writable.filter((output) => !request.keep.includes(output.status().folder))
      await Promise.all(discarded.map((output) => output.discard()))
    }
    return mounted.map((mount) => mount.status())
  }
  const finished = Promise.withResolvers<void>()
  let isFinishing = false
  let control: Server | undefined
  try {
    for (const input of inputs) mounted.push(await mountInput(input, options))
    for (const output of outputs) {
      const mount = await mountOutput(output, options)
      mounted.push(mount)
      writable.push(mount)
    }
    control = await serveControl(controlFolder, answer, finished.resolve)
  } catch (error) {
    await unmountAll()
    throw error
  }
  // Who told us to finish gets an answer first, which comes when all is tidied up.
  const unmounted = Promise.all(mounted.map((mount) => mount.ended)).then(() =>
    isFinishing ? finished.promise : undefined,
  )
  const ended = Promise.race([unmounted, finished.promise]).then(() => void control?.close())
  return {
    ended,
    finish: async () => {
      await unmountAll()
      finished.resolve()
    },
  }
}
