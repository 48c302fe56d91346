import { Worker } from 'node:worker_threads'
import type { BlobContainer, ContainerCredential } from '../blobs/index.ts'
import type { Log } from '../report/index.ts'
import { fromSent, type SentError, toSent } from './foreign-error.ts'
import type { Done, Health, Job, JobFile, Lane, LaneEvents, LaneLimits } from './lane.ts'

/** What opens a container on another thread. A token stays with who can renew it, and is asked for. */
export type ThreadCredential = Exclude<ContainerCredential, { kind: 'token' }> | { readonly kind: 'token' }

/** What a thread is told when it begins. Threads share this process's memory: nothing of it is written anywhere. */
export interface ThreadStart {
  readonly location: BlobContainer['location']
  readonly credential: ThreadCredential
  /** Moves files, or writes blobs as it is told (writers.ts). */
  readonly work: { readonly kind: 'lane'; readonly job: Job; readonly limits: LaneLimits } | { readonly kind: 'write' }
}

/** What any thread is told later. */
export type TokenAnswer =
  | { readonly type: 'token'; readonly id: number; readonly token: { token: string; expiresOnTimestamp: number } }
  | { readonly type: 'no token'; readonly id: number; readonly error: SentError }

/** What a lane is told later. */
export type ToThread =
  | { readonly type: 'add'; readonly files: readonly JobFile[] }
  | { readonly type: 'limit'; readonly limit: number }
  | { readonly type: 'stop' }
  | TokenAnswer

/** What any thread tells. */
export type FromAnyThread =
  | { readonly type: 'log'; readonly level: 'debug' | 'info' | 'notice' | 'warning'; readonly message: string }
  | {
      readonly type: 'token'
      readonly id: number
      readonly scopes: string | string[]
      readonly claims: string | undefined
    }

/** What a lane tells. */
export type FromThread =
  | { readonly type: 'moved'; readonly bytes: number; readonly done: readonly Done[]; readonly health: Health }
  | { readonly type: 'failed'; readonly path: string; readonly error: SentError }
  | { readonly type: 'stopped' }
  | FromAnyThread

/** The program of a thread: the source where that is what runs, else what was built of it. In dist/ it is a file like those of the other roles. */
const program = new URL(import.meta.url.endsWith('.ts') ? 'worker.ts' : 'worker.js', import.meta.url)
/** A thread that does not say that it has stopped is ended after so many milliseconds: it may hang in a call to a disk that does not answer. */
const stopPatience = 2000

/** Starts a thread that opens a container for itself. */
export function startThread(
  { location, credential }: Pick<BlobContainer, 'location'> & { readonly credential: ContainerCredential },
  work: ThreadStart['work'],
): Worker {
  const sent: ThreadCredential = credential.kind === 'token' ? { kind: 'token' } : credential
  return new Worker(program, { workerData: { location, credential: sent, work } satisfies ThreadStart })
}

/** A lane on a thread of its own, for a container that is reached over HTTP. */
export function openThread(
  job: Job,
  { location, credential }: Pick<BlobContainer, 'location'> & { readonly credential: ContainerCredential },
  limits: LaneLimits,
  events: LaneEvents,
  log: Log,
): Lane {
  const worker = startThread({ location, credential }, { kind: 'lane', job, limits })
  const stopped = Promise.withResolvers<void>()
  let health: Health = { waiting: 0, throttled: 0 }
  const tell = (message: ToThread) => worker.postMessage(message)
  const fail = (error: unknown) => {
    events.onFailed('', error)
    stopped.resolve()
  }
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('a transfer thread ended by itself')))
  worker.on('message', (message: FromThread) => {
    switch (message.type) {
      case 'moved':
        if (message.bytes > 0) events.onBytes(message.bytes)
        for (const done of message.done) events.onDone(done)
        health = message.health
        return
      case 'failed':
        return events.onFailed(message.path, fromSent(message.error))
      case 'log':
        return log[message.level](message.message)
      case 'token':
        return void answerToken(credential, message, tell)
      case 'stopped':
        return stopped.resolve()
    }
  })
  return {
    get health() {
      return health
    },
    add: (files) => tell({ type: 'add', files }),
    setLimit: (most) => tell({ type: 'limit', limit: most }),
    stop: async () => {
      worker.removeAllListeners('exit')
      tell({ type: 'stop' })
      const patience = setTimeout(stopped.resolve, stopPatience)
      await stopped.promise
      clearTimeout(patience)
      await worker.terminate()
    },
  }
}

/** Gives a thread the token that it asks for. */
export async function answerToken(
  credential: ContainerCredential,
  { id, scopes, claims }: FromAnyThread & { type: 'token' },
  tell: (message: TokenAnswer) => void,
): Promise<void> {
  try {
    if (credential.kind !== 'token') throw new Error('a thread asked for a token that nobody has')
    const token = await credential.token.getToken(scopes, claims === undefined ? {} : { claims })
    if (!token) throw new Error('the credential gave no token')
    tell({ type: 'token', id, token: { token: token.token, expiresOnTimestamp: token.expiresOnTimestamp } })
  } catch (error) {
    tell({ type: 'no token', id, error: toSent(error) })
  }
}
