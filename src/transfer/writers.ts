import { availableParallelism } from 'node:os'
import type { Worker } from 'node:worker_threads'
import type { BlobContainer, WriteOptions, Written } from '../blobs/index.ts'
import type { Log } from '../report/index.ts'
import { fromSent, type SentError } from './foreign-error.ts'
import { answerToken, type FromAnyThread, startThread, type TokenAnswer } from './thread.ts'

/** Writes blobs. Content that does not lie in shared memory is handed over: who gave it has it no more. */
export interface Writers extends Pick<BlobContainer, 'putBlob' | 'putBlock' | 'putBlockList'> {
  /** Stops at once. What is under way may or may not be written. */
  close(): Promise<void>
}

/** What a thread is to write. */
export type WriteOrder =
  | { readonly what: 'blob'; readonly content: Uint8Array }
  | { readonly what: 'block'; readonly block: string; readonly content: Uint8Array }
  | { readonly what: 'list'; readonly blocks: readonly string[] }

export interface ToWriter {
  readonly type: 'write'
  readonly id: number
  readonly name: string
  readonly order: WriteOrder
  readonly options: Omit<WriteOptions, 'signal'>
}

export type FromWriter =
  | { readonly type: 'written'; readonly id: number; readonly written: Written | undefined }
  | { readonly type: 'not written'; readonly id: number; readonly error: SentError }
  | FromAnyThread

/** More threads than this would wait for the wire. */
const mostThreads = 8

/**
 * Writes to a container on threads of their own, one for each core, which give way to everything else on the machine: MD5 and TLS are work, and whoever
 * waits for this thread must not wait for them. Where a blob is put together of blocks that came in order, each once, its MD5 is stored with it.
 * @param share of the cores, where there are several such writers
 */
export function openWriters(container: BlobContainer, log: Log, share = 1): Writers {
  const { credential } = container
  if (!credential) throw new Error('a container that is not reached over HTTP')
  const waiting = new Map<number, PromiseWithResolvers<Written | undefined>>()
  let nextId = 1
  let nextThread = 0
  let failure: Error | undefined
  const fail = (error: Error) => {
    failure ??= error
    for (const one of waiting.values()) one.reject(error)
    waiting.clear()
  }
  const settle = (id: number, how: (one: PromiseWithResolvers<Written | undefined>) => void) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (one) how(one)
  }
  const start = (): Worker => {
    const worker = startThread({ location: container.location, credential }, { kind: 'write' })
    worker.on('error', fail)
    worker.on('exit', () => fail(new Error('a writing thread ended by itself')))
    worker.on('message', (message: FromWriter) => {
      switch (message.type) {
        case 'written':
          return settle(message.id, (one) => one.resolve(message.written))
        case 'not written':
          return settle(message.id, (one) => one.reject(fromSent(message.error)))
        case 'log':
          return log[message.level](message.message)
        case 'token':
          return void answerToken(credential, message, (answer: TokenAnswer) => worker.postMessage(answer))
      }
    })
    return worker
  }
  const threads = Array.from({ length: Math.ceil(Math.min(availableParallelism(), mostThreads) * share) }, start)
  const write = (thread: number, name: string, order: WriteOrder, { signal, ...options }: WriteOptions) => {
    signal.throwIfAborted()
    if (failure) throw failure
    const id = nextId
    nextId += 1
    const one = Promise.withResolvers<Written | undefined>()
    const stop = () => settle(id, () => one.reject(signal.reason))
    signal.addEventListener('abort', stop, { once: true })
    waiting.set(id, one)
    const { sent, handedOver } = orderToSend(order)
    const message: ToWriter = { type: 'write', id, name, order: sent, options }
    threads[thread % threads.length]?.postMessage(message, handedOver)
    return one.promise.finally(() => signal.removeEventListener('abort', stop))
  }
  /** All blocks of a blob go to one thread, which knows the MD5 of the whole. */
  const threadOf = (name: string) => {
    let sum = 0
    for (let at = 0; at < name.length; at += 1) sum = (sum * 31 + name.charCodeAt(at)) >>> 0
    return sum
  }
  const required = (written: Written | undefined): Written => {
    if (!written) throw new Error('a blob that was written without an answer')
    return written
  }
  return {
    putBlob: async (name, content, options) => {
      nextThread += 1
      return required(await write(nextThread, name, { what: 'blob', content }, options))
    },
    putBlock: async (name, block, content, signal) => {
      await write(threadOf(name), name, { what: 'block', block, content }, { md5: undefined, replace: true, signal })
    },
    putBlockList: async (name, blocks, options) =>
      required(await write(threadOf(name), name, { what: 'list', blocks }, options)),
    close: async () => {
      for (const thread of threads) thread.removeAllListeners('exit')
      await Promise.all(threads.map((thread) => thread.terminate()))
      fail(new Error('closed'))
    },
  }
}

/** Shared memory is read by both threads; other memory goes to the other one, as a copy where it is part of something larger. */
function orderToSend(order: WriteOrder): { readonly sent: WriteOrder; readonly handedOver: ArrayBuffer[] } {
  if (order.what === 'list' || order.content.buffer instanceof SharedArrayBuffer) return { sent: order, handedOver: [] }
  const { content } = order
  const isWhole = content.byteLength === content.buffer.byteLength
  const own = isWhole ? content : Uint8Array.from(content)
  return { sent: { ...order, content: own }, handedOver: [own.buffer as ArrayBuffer] }
}
