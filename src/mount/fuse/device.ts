import { closeSync, constants, openSync, read, readSync, writeSync, writevSync } from 'node:fs'
import { Socket, connect as socketTo } from 'node:net'
import { promisify } from 'node:util'

/** An open `/dev/fuse`, over which the kernel and the file system speak once it is mounted. */
export interface Device {
  /** To be handed to `mount` as its standard input. */
  readonly fd: number
  /** Reads requests, one at a time, and resolves when the file system was unmounted, or the connection aborted. */
  serve(onRequest: () => void): Promise<void>
  /** Sends one message. What the kernel does not want any more, because who asked has gone, is dropped. */
  write(head: Uint8Array, rest?: readonly Uint8Array[]): void
  /** Where each request lies, from its first byte, until `onRequest` returns. */
  readonly buffer: Buffer
}

/**
 * How requests are read. `pipe` lets the event loop wait on the device, which takes a third less time and two thirds less CPU than `read`, and
 * a thread of its own less; but Node has no documented way to it.
 */
export type Reader = 'pipe' | 'read'

/** The kernel wants at least 8 KiB of room for a request, and the largest that it may write beside its head. */
const headRoom = 4096

/** @param mostWrite bytes of the largest WRITE @throws what the system says where there is no device, or we may not open it */
export function openDevice(mostWrite: number, reader: Reader): Device {
  let fd = openSync('/dev/fuse', constants.O_RDWR)
  const buffer = Buffer.allocUnsafeSlow(Math.max(2 * headRoom, headRoom + mostWrite))
  let answers = 0
  const forget = () => {
    fd = -1 // the number may be that of another file by now
  }
  return {
    get fd() {
      return fd
    },
    buffer,
    serve: async (onRequest) => {
      const onRequests = () => {
        const before = answers
        onRequest()
        if (answers > before) goOnServing(fd, buffer, onRequest, () => answers)
      }
      const piped = reader === 'pipe' ? servePiped(fd, buffer, onRequests) : undefined
      if (piped) return piped.finally(forget)
      await serveRead(fd, buffer, onRequest)
      closeSync(fd)
      forget()
    },
    write: (head, rest) => {
      if (fd < 0) return
      answers += 1
      try {
        if (rest) writevSync(fd, [head, ...rest])
        else writeSync(fd, head)
      } catch (error) {
        if (!isEnd(error) && codeOf(error) !== 'ENOENT') throw error
      }
    },
  }
}

/**
 * Wraps the device into a pipe, which the event loop polls. The class of pipes is found at a connection that goes nowhere.
 * @returns undefined where this Node does not let us: then there is `read`
 */
function servePiped(fd: number, buffer: Buffer, onRequest: () => void): Promise<void> | undefined {
  const socket = pipeOver(fd, buffer, onRequest)
  if (!socket) return undefined
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.on('error', (error) => (isEnd(error) ? resolve() : reject(error)))
  socket.on('close', () => resolve())
  socket.resume()
  return promise
}

/** Milliseconds in which who got an answer is expected to ask again, and after which other events have their turn in any case. */
const attention = { next: 0.05, all: 1 } as const

/**
 * Reads on, without going to sleep in between, as long as each request is answered at once and the next one comes at once: a script that makes a file asks five
 * times. To wake a process takes longer than to answer it: this is three times as fast, and takes less CPU (measured on a virtual machine).
 */
function goOnServing(fd: number, buffer: Buffer, onRequest: () => void, answers: () => number): void {
  const begun = performance.now()
  let last = begun
  for (let now = begun; now - last < attention.next && now - begun < attention.all; now = performance.now()) {
    if (!readIfThere(fd, buffer)) continue
    const before = answers()
    onRequest()
    if (answers() === before) return // it waits for something that the event loop brings
    last = performance.now()
  }
}

/** That there is nothing yet is an error, and its stack would cost more than the look. All others the event loop is told too. */
function readIfThere(fd: number, buffer: Buffer): boolean {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return readSync(fd, buffer, 0, buffer.byteLength, null) > 0
  } catch {
    return false
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** What of a handle of node:net is used here. */
interface Handle {
  readonly constructor: new (kind: number) => Handle
  open(fd: number): number | undefined
}

function pipeOver(fd: number, buffer: Buffer, onRequest: () => void): Socket | undefined {
  try {
    const nowhere = socketTo({ path: `\0azureml-datasets-${process.pid}` }).on('error', () => {})
    const known = (nowhere as unknown as { _handle: Handle })._handle
    nowhere.destroy()
    const handle = new known.constructor(0)
    if (handle.open(fd)) return undefined
    const onread = {
      buffer,
      callback: () => {
        onRequest()
        return true
      },
    }
    // Its type knows neither `handle` nor that `onread` goes with it.
    return new Socket({ handle, onread, readable: true, writable: false } as object)
  } catch {
    return undefined
  }
}

/** By the thread pool of Node, one request after another. */
async function serveRead(fd: number, buffer: Buffer, onRequest: () => void): Promise<void> {
  const readOne = promisify(read)
  for (;;) {
    try {
      await readOne(fd, buffer, 0, buffer.byteLength, null)
    } catch (error) {
      if (isEnd(error)) return
      if (['EINTR', 'EAGAIN', 'ENOENT'].includes(codeOf(error))) continue
      throw error
    }
    onRequest()
  }
}

/** Unmounted, or aborted. */
function isEnd(error: unknown): boolean {
  return ['ENODEV', 'ECONNABORTED', 'ENOTCONN'].includes(codeOf(error))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
