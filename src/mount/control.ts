import { closeSync, constants, openSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Fault } from './input-files.ts'
import type { OutputState } from './output/mount-output.ts'

/**
 * What a daemon can be asked. `seal` begins to seal all outputs, and `status` says how far that is. `finish` unmounts everything and ends the daemon;
 * what outputs have sent is deleted, but for those whose folders are to be kept.
 */
export type ControlRequest =
  | { readonly ask: 'status' | 'seal' }
  | { readonly ask: 'finish'; readonly keep: readonly string[] }

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
  /** Of an output. */
  readonly output?: OutputState
}

const socketName = 'mount.sock'
/** Milliseconds in which a daemon answers. */
const patience = { status: 5000, seal: 5000, finish: 120_000 } as const

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
        const request: ControlRequest = JSON.parse(said)
        socket.end(JSON.stringify(await answer(request)))
        if (request.ask !== 'finish') return
        if (socket.closed) onFinished()
        else socket.once('close', onFinished)
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
    socket.setTimeout(patience[request.ask], () => socket.destroy(new Error('no answer')))
    socket.end(JSON.stringify(request))
    return JSON.parse(await text(socket))
  } catch {
    return undefined
  }
}
