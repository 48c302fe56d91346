import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { AccessToken, TokenCredential } from '@azure/core-auth'
import { type BlobContainer, type ContainerCredential, openContainer } from '../blobs/index.ts'
import type { Log } from '../report/index.ts'
import { fromSent, toSent } from './foreign-error.ts'
import { type Done, type Health, openLane } from './lane.ts'
import type { FromAnyThread, FromThread, ThreadCredential, ThreadStart, TokenAnswer, ToThread } from './thread.ts'
import { runWriter } from './writer-side.ts'

/** What was moved is told so often, in milliseconds: a message for every file would cost as much as a small file. */
const tellingInterval = 20

/** The life of a transfer thread: opens the container and does its work, until it is told to stop, or ended. */
export async function runThread(): Promise<void> {
  const port = parentPort
  if (!port) throw new Error('not started as a thread')
  const { work, location, credential } = workerData as ThreadStart
  const tell = (message: FromAnyThread) => port.postMessage(message)
  const tokens = askForTokens(tell)
  const container = openContainer(location, credentialHere(credential, tokens.credential), sendingLog(tell))
  port.on('message', (message: ToThread) => {
    if (message.type === 'token' || message.type === 'no token') tokens.take(message)
  })
  await (work.kind === 'write' ? runWriter(port, container) : runLane(port, container, work))
}

/** Moves the files that it is told. */
async function runLane(
  port: MessagePort,
  container: BlobContainer,
  { job, limits }: ThreadStart['work'] & { kind: 'lane' },
): Promise<void> {
  const tell = (message: FromThread) => port.postMessage(message)
  const stopped = Promise.withResolvers<void>()

  let moved = { bytes: 0, done: [] as Done[] }
  let told: Health = { waiting: 0, throttled: 0 }
  const tellMoved = () => {
    const { health } = lane
    const isNews = health.waiting !== told.waiting || health.throttled !== told.throttled
    if (moved.bytes === 0 && moved.done.length === 0 && !isNews) return
    tell({ type: 'moved', ...moved, health })
    moved = { bytes: 0, done: [] }
    told = health
  }
  const ticking = setInterval(tellMoved, tellingInterval)
  const lane = openLane(job, container, limits, {
    onBytes: (count) => {
      moved.bytes += count
    },
    onDone: (done) => void moved.done.push(done),
    onFailed: (path, error) => tell({ type: 'failed', path, error: toSent(error) }),
  })
  port.on('message', async (message: ToThread) => {
    switch (message.type) {
      case 'add':
        return lane.add(message.files)
      case 'limit':
        return lane.setLimit(message.limit)
      case 'stop':
        await lane.stop(new Error('told to stop'))
        clearInterval(ticking)
        tell({ type: 'stopped' })
        return stopped.resolve()
    }
  })
  await stopped.promise
}

/** A credential whose tokens come from the thread that started this one. */
function askForTokens(tell: (message: FromAnyThread) => void) {
  const asked = new Map<number, PromiseWithResolvers<AccessToken>>()
  let next = 0
  const credential: TokenCredential = {
    getToken: (scopes, options) => {
      const answer = Promise.withResolvers<AccessToken>()
      asked.set(next, answer)
      tell({ type: 'token', id: next, scopes, claims: options?.claims })
      next += 1
      return answer.promise
    },
  }
  const take = (message: TokenAnswer) => {
    const answer = asked.get(message.id)
    asked.delete(message.id)
    if (message.type === 'token') answer?.resolve(message.token)
    else answer?.reject(fromSent(message.error))
  }
  return { credential, take }
}

function credentialHere(sent: ThreadCredential, token: TokenCredential): ContainerCredential {
  return sent.kind === 'token' ? { kind: 'token', token } : sent
}

function sendingLog(tell: (message: FromAnyThread) => void): Log {
  const send = (level: (FromAnyThread & { type: 'log' })['level']) => (message: string) =>
    tell({ type: 'log', level, message })
  return {
    debug: send('debug'),
    info: send('info'),
    notice: send('notice'),
    warning: send('warning'),
    mask: () => {
      throw new Error('secrets are masked before a thread gets them')
    },
  }
}
