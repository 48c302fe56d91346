import { closeSync, writeSync } from 'node:fs'
import { receiveCredential } from '../azureml/index.ts'
import { openContainer } from '../blobs/index.ts'
import { readyDescriptor, startDaemon } from '../mount/index.ts'
import { detailOf, type Log, messageOf } from '../report/index.ts'
import { openWriters } from '../transfer/index.ts'
import { cloudIn, identify } from './connection.ts'
import { type DaemonStart, type MountOrder, readStart } from './daemon-start.ts'

/**
 * The mount daemon: a process of its own, which the main step starts and which lives until its mounts are gone. It is told everything on its
 * standard input, says on a pipe whether it is ready, and writes its log to standard error.
 */
export async function runMountDaemon(): Promise<void> {
  const log = createDaemonLog()
  // A file system that does not answer hangs who reads from it; one whose process has ended does not.
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error) => {
      log.warning(`The daemon ends, by a bug of ours: ${detailOf(error)}`)
      process.kill(process.pid, 'SIGKILL')
    })
  }
  try {
    const { start, snapshots } = await readStart(process.stdin)
    Object.assign(process.env, start.environment)
    const open = opener(start, log)
    const inputs = await Promise.all(
      start.inputs.map(async (order, index) => ({
        ...order,
        container: await open(order),
        snapshot: snapshots[index] as (typeof snapshots)[number],
      })),
    )
    const outputs = await Promise.all(
      start.outputs.map(async (order) => {
        const container = await open(order)
        return { ...order, container, writer: openWriters(container, log, 1 / start.outputs.length) }
      }),
    )
    const daemon = await startDaemon({ ...start, inputs, outputs, log })
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => void daemon.finish())
    if (!tell('ready')) await daemon.finish()
    await daemon.ended
  } catch (error) {
    log.warning(detailOf(error))
    tell(messageOf(error))
  }
}

/** Opens containers, for all of which one sign-in is enough. */
function opener({ connection, clientSecret }: DaemonStart, log: Log) {
  let identity: ReturnType<typeof identify> | undefined
  const signIn = () => {
    identity ??= identify(connection, clientSecret, log)
    return identity
  }
  return async ({ location, credential }: MountOrder) =>
    openContainer(location, await receiveCredential(credential, cloudIn(connection), signIn, log), log)
}

/** @returns false where nobody listens: the main step was killed */
function tell(text: string): boolean {
  try {
    writeSync(readyDescriptor, text)
    closeSync(readyDescriptor)
    return true
  } catch {
    return false
  }
}

/** Lines with a time. Secrets are replaced: the log is a file, and may be shown. */
function createDaemonLog(): Log {
  const secrets = new Set<string>()
  const write = (level: string) => (message: string) => {
    let text = message
    for (const secret of secrets) text = text.replaceAll(secret, '***')
    process.stderr.write(`${new Date().toISOString()} ${level}: ${text}\n`)
  }
  return {
    debug: () => {},
    info: write('info'),
    notice: write('info'),
    warning: write('warning'),
    mask: (secret) => {
      if (secret !== '') secrets.add(secret)
    },
  }
}
