import { createHash, type Hash } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { basename } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import type { BlobContainer, Written } from '../blobs/index.ts'
import { toSent } from './foreign-error.ts'
import type { FromWriter, ToWriter } from './writers.ts'

/** The MD5 of a blob, as far as its blocks have come in order. */
interface Whole {
  readonly hash: Hash
  readonly blocks: string[]
}

/** Niceness of a thread that gives way to others. */
const patient = 10
/** Blobs are forgotten that were begun and never put together: there are no more than so many of them. */
const mostWholes = 1000

/** Writes what it is told, until its thread is ended. */
export async function runWriter(port: MessagePort, container: BlobContainer): Promise<never> {
  giveWay()
  const wholes = new Map<string, Whole>()
  const never = new AbortController().signal
  const noteBlock = (name: string, block: string, content: Uint8Array) => {
    const whole = wholes.get(name) ?? { hash: createHash('md5'), blocks: [] }
    wholes.delete(name)
    wholes.set(name, whole)
    whole.hash.update(content)
    whole.blocks.push(block)
    const [oldest] = wholes.keys()
    if (wholes.size > mostWholes && oldest !== undefined) wholes.delete(oldest)
  }
  const md5Of = (name: string, blocks: readonly string[]): string | undefined => {
    const whole = wholes.get(name)
    wholes.delete(name)
    const isSame = whole?.blocks.length === blocks.length && blocks.every((block, at) => block === whole.blocks[at])
    return isSame ? whole.hash.digest('base64') : undefined
  }
  const write = async ({ name, order, options }: ToWriter): Promise<Written | undefined> => {
    switch (order.what) {
      case 'blob':
        return container.putBlob(name, order.content, { ...options, signal: never })
      case 'block':
        noteBlock(name, order.block, order.content)
        return container.putBlock(name, order.block, order.content, never).then(() => undefined)
      case 'list': {
        const md5 = options.md5 ?? md5Of(name, order.blocks)
        return container.putBlockList(name, order.blocks, { ...options, md5, signal: never })
      }
    }
  }
  const tell = (message: FromWriter) => port.postMessage(message)
  port.on('message', async (message: ToWriter) => {
    if (message.type !== 'write') return
    try {
      tell({ type: 'written', id: message.id, written: await write(message) })
    } catch (error) {
      tell({ type: 'not written', id: message.id, error: toSent(error) })
    }
  })
  return new Promise(() => {})
}

/** On Linux, a thread has a priority of its own, by its number, which only the thread itself finds there. */
function giveWay(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), patient)
  } catch {
    // it goes without
  }
}
