import { type Log, messageOf } from '../../report/index.ts'
import type { Device } from './device.ts'
import { answerInit, type Speech } from './init.ts'
import { type Operation, operationNames, operations, unanswered } from './operations.ts'
import type { Errno, Replies } from './replies.ts'
import { type Request, requestsIn } from './requests.ts'

/** Answers one operation. It takes from the request what it needs before it returns; the answer may come later. */
export type Handler = (request: Request) => void

/** What a file system does; operations that it leaves out do not exist in it (ENOSYS). */
export type Handlers = Partial<Record<Operation, Handler>>

/** A file system at work. */
export interface Served {
  /** Resolves when the kernel has said what it speaks, which it does as soon as the file system is mounted. */
  readonly ready: Promise<void>
  /** Resolves when it was unmounted. */
  readonly ended: Promise<void>
}

/**
 * Answers what the kernel asks, until the file system is unmounted. To be called when it is mounted: a device that is not cannot be read.
 * Whatever a handler throws is a bug, which costs who asked an EIO, and all others nothing.
 */
export function serve(device: Device, replies: Replies, handlers: Handlers, speech: Speech, log: Log): Served {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  ready.catch(() => {})
  const request = requestsIn(device.buffer)
  const byNumber: (Handler | undefined)[] = operationNames.map((name) => name && handlers[name])
  byNumber[operations.INIT] = () => {
    device.write(answerInit(request, speech))
    resolve()
  }
  const silent = new Set<number>(unanswered.map((name) => operations[name]))
  const refuse = (errno: Errno) => {
    if (!silent.has(request.opcode)) replies.error(request.unique, errno)
  }
  const ended = device.serve(() => {
    const handler = byNumber[request.opcode]
    if (!handler) return refuse('ENOSYS')
    try {
      handler(request)
    } catch (error) {
      log.warning(`${operationNames[request.opcode]} failed: ${messageOf(error)}`)
      refuse('EIO')
      reject(error)
    }
  })
  ended.then(
    () => reject(new Error('the file system was unmounted before it was ready')),
    (error) => reject(error),
  )
  return { ready, ended }
}
