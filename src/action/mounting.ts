import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as core from '@actions/core'
import { sendCredential } from '../azureml/index.ts'
import {
  type DatasetContext,
  type EnsuredInput,
  type InputDataset,
  labelOf,
  requireMountable,
} from '../datasets/index.ts'
import { askDaemon, lackingForMount, launchDaemon, type MountStatus, readMountRights } from '../mount/index.ts'
import { type Log, listed, quoted, UserError } from '../report/index.ts'
import { isOursAndFilled } from '../transfer/index.ts'
import { actionLog } from './action-log.ts'
import { encodeStart } from './daemon-start.ts'
import type { OutputToMount } from './mounting-outputs.ts'
import { processOf } from './processes.ts'
import { type Connection, type Session, sessionFolder, type Undo, unmountAll, updateSession } from './session.ts'

/** Why an input is downloaded and not mounted; undefined where it is mounted. */
export type WhyDownloaded = ReadonlyMap<InputDataset, string | undefined>

const logName = 'mount.log'

/** What is missing for a mount on this machine; undefined where nothing is. */
export type LackingHere = () => Promise<string | undefined>

/** Finds that out when it is asked first, and once: it may take a call of sudo. */
export function findLacking(signal: AbortSignal): LackingHere {
  let found: Promise<string | undefined> | undefined
  return () => {
    found ??= readMountRights(signal).then(lackingForMount)
    return found
  }
}

/**
 * Decides which inputs are mounted. `auto` mounts where the system and the rights allow it.
 * @throws UserError for `true` on Linux where something is missing
 */
export async function chooseMounting(
  folders: ReadonlyMap<InputDataset, string>,
  lackingHere: LackingHere,
  log: Log,
): Promise<WhyDownloaded> {
  const why = new Map<InputDataset, string | undefined>()
  const wants = [...folders.keys()].some(({ useMounting }) => useMounting !== 'false')
  const lacking = wants ? await lackingHere() : undefined
  for (const [dataset, folder] of folders) {
    const { name, useMounting } = dataset
    if (useMounting === 'false') {
      why.set(dataset, '')
      continue
    }
    const reason = lacking ?? ((await isOursAndFilled(folder)) ? `an earlier download lies in ${folder}` : undefined)
    if (reason !== undefined && process.platform === 'linux') requireNoMount(dataset, reason)
    // On other systems nobody can do anything about it, and the data is there all the same.
    if (reason !== undefined && useMounting === 'true') log.warning(`Input ${name} is downloaded: ${reason}.`)
    else if (reason !== undefined) log.info(`Input ${name} is downloaded, not mounted: ${reason}.`)
    why.set(dataset, reason)
  }
  return why
}

/** @throws UserError where a dataset has to be mounted, and cannot be for that reason */
export function requireNoMount({ name, useMounting }: InputDataset, reason: string): void {
  if (useMounting !== 'true') return
  throw new UserError(
    'cannot-mount',
    `Input ${quoted(name)} cannot be mounted, as "use-mounting: true" asks: ${reason}. With "use-mounting: auto" it would be downloaded.`,
  )
}

/** An input that is to be mounted, and where. */
export interface MountedInput {
  readonly input: EnsuredInput
  readonly folder: string
}

/** What a mount daemon needs to know besides its mounts. */
export interface Reach {
  readonly connection: Connection
  readonly clientSecret: string
}

/**
 * Starts the daemon, which mounts inputs and outputs and stays when this step ends. What has to be undone is written down before.
 * @returns the session, and why it did not work where it did not: then nothing is mounted
 */
export async function mountDatasets(
  { signal }: DatasetContext,
  inputs: readonly MountedInput[],
  outputs: readonly OutputToMount[],
  { connection, clientSecret }: Reach,
  opened: Session,
): Promise<{ readonly session: Session; readonly failure: string | undefined }> {
  for (const { input, folder } of inputs) requireMountable(input, folder)
  const folders = [...inputs.map(({ folder }) => folder), ...outputs.map(({ mounted }) => mounted.mountpoint)]
  const links = outputs.filter(({ folder, mounted }) => folder !== mounted.mountpoint)
  const undo: Undo[] = [
    ...links.map(({ folder }) => ({ kind: 'remove-link', path: folder }) as const),
    ...folders.map((folder) => ({ kind: 'unmount', path: folder }) as const),
    ...opened.undo,
  ]
  const session = await updateSession(opened, { undo })
  for (const folder of folders) await mkdir(folder, { recursive: true })
  const controlFolder = sessionFolder(session.id)
  const orders = inputs.map(({ input, folder }) => {
    const { location, credential } = input.container
    if (!credential) throw new Error('a container that is not reached over HTTP')
    return { label: labelOf(input.asset), folder, location, credential: sendCredential(credential) }
  })
  const start = {
    ...{ environment: process.env, connection, clientSecret, controlFolder, reader: 'pipe' as const },
    ...{ inputs: orders, outputs: outputs.map(({ order }) => order) },
  }
  const launched = await launchDaemon({
    program: join(dirname(process.argv[1] ?? ''), 'mount.js'),
    environment: daemonEnvironment(),
    input: encodeStart(
      start,
      inputs.map(({ input }) => input.snapshot),
    ),
    logFile: join(controlFolder, logName),
    signal,
  })
  if ('pid' in launched)
    return { session: await updateSession(session, { daemon: await processOf(launched.pid) }), failure: undefined }
  await unmountAll(session)
  return { session: await updateSession(session, { undo: opened.undo }), failure: launched.failure }
}

/**
 * What Node and the runner need in the environment of a process from its beginning. All else, secrets among it, comes through the pipe: an environment
 * can be read in `/proc`.
 */
function daemonEnvironment(): Record<string, string | undefined> {
  const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'RUNNER_TRACKING_ID']
  const trust = ['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE', 'SSL_CERT_DIR']
  return Object.fromEntries([...kept, ...trust].map((name) => [name, process.env[name]]))
}

/**
 * Makes sure that all that was read from the mounts of a session was what was listed.
 * @throws UserError where the daemon has ended, or files could not be read
 */
export async function requireSoundMounts(session: Session): Promise<void> {
  if (!session.daemon) return
  const status = await askDaemon(sessionFolder(session.id), { ask: 'status' })
  const problem = status ? faultsOf(status) : lostDaemon(session)
  if (!problem) return
  await showDaemonLog(session)
  throw problem
}

/** What to say of a session whose daemon has ended. */
export function lostDaemon({ inputs, outputs }: Session): UserError {
  const read = inputs.filter(({ staged }) => staged === 'mounted').map(({ path }) => path)
  const written = outputs.flatMap(({ mounted, folder }) => (mounted ? [folder] : []))
  const losses = [
    ...(read.length > 0 ? [`what lies in ${listed(read)} could not be read to the end`] : []),
    ...(written.length > 0 ? [`what was written to ${listed(written)} is lost, and nothing is registered`] : []),
  ]
  return new UserError(
    'mount-lost',
    `The process that served the mounted datasets has ended, so that ${losses.join(', and ')}. Was it killed, or did the machine run out of memory? Run the job again, or set "use-mounting: false".`,
  )
}

function faultsOf(status: readonly MountStatus[]): UserError | undefined {
  const files = status.flatMap(({ label, faults }) => faults.map((fault) => ({ ...fault, label })))
  for (const { label, path, isChanged, reason } of files.slice(0, mostAnnotations))
    core.error(
      `${label}: ${quoted(path)} ${isChanged ? 'changed while the job read from it' : `could not be read (${reason})`}.`,
    )
  const [first] = files
  if (!first) return undefined
  const paths = listed(files.map(({ path }) => path))
  return files.some(({ isChanged }) => isChanged)
    ? new UserError(
        'changed-while-reading',
        `Mounted files were written to, or deleted, while the job read from them, and gave an input/output error: ${paths}. Run again when nobody writes to ${first.label}.`,
      )
    : new UserError(
        'connection-lost',
        `Mounted files could not be read, and gave an input/output error: ${paths} (${first.reason}). Run the job again.`,
      )
}

/** The runner shows ten annotations of a step. */
const mostAnnotations = 9
/** Bytes of the end of the daemon's log that are shown. */
const mostLog = 16 * 1024

export async function showDaemonLog({ id }: Session): Promise<void> {
  const text = await readFile(join(sessionFolder(id), logName), 'utf8').catch(() => '')
  if (text === '') return
  core.startGroup('What the mount daemon wrote')
  actionLog.info(text.slice(-mostLog).trimEnd())
  core.endGroup()
}

/** A mount that somebody still uses goes away for all others, and for good when the last one ends. */
export function tellHolders(status: readonly MountStatus[] | undefined): void {
  for (const { folder, holders } of status ?? [])
    if (holders.length > 0)
      core.warning(
        `${folder} was still used by ${listed(holders)} when it was unmounted. End what a job starts before it ends.`,
      )
}
