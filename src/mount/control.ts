import { closeSync, constants, openSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Fault } from './input-files.ts'

/** What a daemon can be asked. `finish` unmounts everything and ends it. */
export type ControlRequest = 'status' | 'finish'

/** What a daemon says of one of its mounts. */
export interface MountStatus {
  readonly label: string
  readonly folder: string
  readonly faults: readonly Fault[]
  /** Bytes that were read by others, and bytes that were fetched for it. */
  readonly read: number
  readonly fetched: number
  /** Bytes of files in memory. */
  readonly memory: number
  /** Processes that used it when it was to be unmounted. */
  readonly holders: readonly string[]
}

const socketName = 'mount.sock'
/** Milliseconds in which a daemon answers to anything but `finish`. */
const patience = { status: 5000, finish: 60_000 } as const

/** The socket lies in a folder that only its owner can enter. Its path may be longer than the 107 bytes of a socket's address: so it goes by a descriptor. */
function withFolder<T>(folder: string, work: (path: string) => T): T {
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    return work(`/proc/self/fd/${descriptor}/${socketName}`)
  } finally {
    setImmediate(() => closeSync(descriptor))
  }
}

/**
 * Answers requests on the socket of a folder.
 * @param answer gives what is sent back as JSON
 * @param onFinished is called when the answer to `finish` has left
 */
export async function serveControl(
  folder: string,
  answer: (request: ControlRequest) => Promise<readonly MountStatus[]>,
  onFinished: () => void,
): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {}) // who asked has gone
    text(socket)
      .then(async (said) => {
        const request = said === 'finish' ? 'finish' : 'status'
        socket.end(JSON.stringify(await answer(request)))
        if (request === 'finish') socket.once('close', onFinished)
      })
      .catch(() => socket.destroy())
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  withFolder(folder, (path) => server.listen(path, resolve))
  await promise
  return server
}

/** Asks the daemon whose socket lies in a folder. @returns undefined where none answers */
export async function askDaemon(folder: string, request: ControlRequest): Promise<readonly MountStatus[] | undefined> {
  try {
    const socket = withFolder(folder, (path) => connect({ path, allowHalfOpen: true }))
    socket.setTimeout(patience[request], () => socket.destroy(new Error('no answer')))
    socket.end(request)
    return JSON.parse(await text(socket))
  } catch {
    return undefined
  }
}
