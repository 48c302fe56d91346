import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Certificate } from '../certificate.ts'

export interface Azurite {
  readonly port: number
  stop(): Promise<void>
}

const program = fileURLToPath(new URL('azurite-process.ts', import.meta.url))

/**
 * Starts Azurite's blob service over HTTPS on a free port, with its files in `folder`, and waits until it listens. The
 * account's key goes by the environment, not by the command line, which every user of the machine can read.
 */
export async function startAzurite(
  folder: string,
  certificate: Certificate,
  account: { name: string; key: string },
): Promise<Azurite> {
  const { PATH, SystemRoot, TMPDIR, TEMP } = process.env
  const environment = { PATH, SystemRoot, TMPDIR, TEMP }
  const child = spawn(process.execPath, ['--no-warnings', program, ...options(folder, certificate)], {
    env: { ...environment, AZURITE_ACCOUNTS: `${account.name}:${account.key}`, AZUREML_EMULATOR_FOLDER: folder },
    // In a process group of its own Ctrl-C does not reach it: the emulator decides when storage ends.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  return { port: await listeningPort(child), stop: () => stop(child) }
}

function options(folder: string, certificate: Certificate): string[] {
  return [
    ...['--blobHost', '127.0.0.1', '--blobPort', '0', '--blobKeepAliveTimeout', '3600'],
    ...[
      '--location',
      path.join(folder, 'azurite'),
      '--cert',
      certificate.certificateFile,
      '--key',
      certificate.keyFile,
    ],
    ...['--oauth', 'basic', '--skipApiVersionCheck', '--disableTelemetry', '--silent'],
  ]
}

async function listeningPort(child: ChildProcess): Promise<number> {
  if (!child.stdout || !child.stderr) throw new Error('Azurite was started without pipes.')
  const errors: string[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  for await (const line of createInterface(child.stdout)) {
    const port = /successfully listens on .*:(\d+)$/.exec(line)?.[1]
    if (port === undefined) continue
    child.stdout.resume()
    return Number(port)
  }
  throw new Error(`Azurite did not start: ${errors.join('').trim()}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.stdin?.end()
  await ended
}
