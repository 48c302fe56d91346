import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type { SentCredential } from '../azureml/index.ts'
import { type ContainerLocation, decodeSnapshot, encodeSnapshot, type Snapshot } from '../blobs/index.ts'
import type { OutputMount, Reader } from '../mount/index.ts'
import type { Connection } from './session.ts'

/** A dataset that the mount daemon is to mount. */
export interface MountOrder {
  readonly label: string
  readonly folder: string
  readonly location: ContainerLocation
  readonly credential: SentCredential
}

/** An output that it is to mount. */
export interface OutputOrder extends MountOrder, Omit<OutputMount, 'container' | 'writer' | keyof MountOrder> {}

/** What the mount daemon is told when it begins. It holds secrets, and goes through a pipe. */
export interface DaemonStart {
  /** The environment of the main step, which signing in may need. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly connection: Connection
  readonly clientSecret: string
  /** The folder of the control socket. */
  readonly controlFolder: string
  /** How requests of the kernel are read. */
  readonly reader: Reader
  readonly inputs: readonly MountOrder[]
  readonly outputs: readonly OutputOrder[]
}

/** The first line, as JSON: behind it come the snapshots of the inputs, so many bytes each. */
interface FirstLine extends DaemonStart {
  readonly snapshotBytes: readonly number[]
}

export function encodeStart(start: DaemonStart, snapshots: readonly Snapshot[]): Buffer[] {
  const encoded = snapshots.map(encodeSnapshot)
  const snapshotBytes = encoded.map((parts) => parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  const first: FirstLine = { ...start, snapshotBytes }
  return [Buffer.from(`${JSON.stringify(first)}\n`), ...encoded.flat()]
}

/** @throws Error where it ends too early: who started us was killed */
export async function readStart(stdin: Readable): Promise<{ start: DaemonStart; snapshots: Snapshot[] }> {
  const line = await readLine(stdin)
  const { snapshotBytes, ...start }: FirstLine = JSON.parse(line.toString('utf8'))
  const snapshots: Snapshot[] = []
  for (const bytes of snapshotBytes) snapshots.push(decodeSnapshot(await readBytes(stdin, bytes)))
  return { start, snapshots }
}

async function readLine(stdin: Readable): Promise<Buffer> {
  const parts: Buffer[] = []
  for (;;) {
    const bytes: Buffer | null = stdin.read()
    if (bytes === null) {
      await untilReadable(stdin)
      continue
    }
    const end = bytes.indexOf('\n')
    parts.push(end < 0 ? bytes : bytes.subarray(0, end))
    if (end < 0) continue
    if (end + 1 < bytes.byteLength) stdin.unshift(bytes.subarray(end + 1))
    return Buffer.concat(parts)
  }
}

/** Into memory of its own, in which the snapshot then stays. */
async function readBytes(stdin: Readable, count: number): Promise<Buffer> {
  const all = Buffer.allocUnsafeSlow(count)
  for (let filled = 0; filled < count; ) {
    const bytes: Buffer | null = stdin.read(Math.min(count - filled, stdin.readableLength || 1))
    if (bytes === null) {
      await untilReadable(stdin)
      continue
    }
    all.set(bytes, filled)
    filled += bytes.byteLength
  }
  return all
}

async function untilReadable(stdin: Readable): Promise<void> {
  if (stdin.readableEnded) throw new Error('the order of what to mount is not complete')
  const stop = new AbortController()
  try {
    await Promise.race([once(stdin, 'readable', stop), once(stdin, 'end', stop)])
  } finally {
    stop.abort()
  }
}
