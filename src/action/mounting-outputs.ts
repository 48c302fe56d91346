import { lstat, mkdir, rmdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as core from '@actions/core'
import { sendCredential } from '../azureml/index.ts'
import {
  chooseMountedFolder,
  type DatasetContext,
  type ExpectedFile,
  type OutputDataset,
  removeWritten,
} from '../datasets/index.ts'
import { askDaemon, type MountStatus, manifestOf, readManifest } from '../mount/index.ts'
import { counted, formatBytes, type Log, listed, quoted, UserError } from '../report/index.ts'
import type { OutputOrder } from './daemon-start.ts'
import { type LackingHere, lostDaemon, showDaemonLog } from './mounting.ts'
import { isRunning } from './processes.ts'
import { type MountedAt, type Session, type SessionOutput, sessionFolder, unsentFolder } from './session.ts'
import type { Draft } from './step-report.ts'

/**
 * Decides which outputs are mounted: those that say so, where it can be done.
 * @throws UserError for `true` on Linux where something is missing
 */
export async function chooseMountedOutputs(
  outputs: readonly OutputDataset[],
  lackingHere: LackingHere,
  log: Log,
): Promise<ReadonlySet<OutputDataset>> {
  const wanted = outputs.filter(({ useMounting }) => useMounting === 'true' || useMounting === 'auto')
  if (wanted.length === 0) return new Set()
  const lacking = await lackingHere()
  if (lacking === undefined) return new Set(wanted)
  for (const { name, useMounting } of wanted) {
    if (useMounting === 'true' && process.platform === 'linux') throw cannotMount(name, lacking)
    const text = `Output ${name} is not mounted, but uploaded at the end: ${lacking}.`
    if (useMounting === 'true') log.warning(text)
    else log.info(text)
  }
  return new Set()
}

function cannotMount(name: string, reason: string): UserError {
  return new UserError(
    'cannot-mount',
    `Output ${quoted(name)} cannot be mounted, as "use-mounting: true" asks: ${reason}. Without it, the post step uploads what was written.`,
  )
}

/** @throws UserError where an output has to be mounted, and cannot be for that reason */
export function requireNoMountedOutput(outputs: Iterable<OutputDataset>, reason: string): void {
  for (const { name, useMounting } of outputs) if (useMounting === 'true') throw cannotMount(name, reason)
}

/** An output that is to be mounted: what the daemon is told, and what later steps have to know. */
export interface OutputToMount {
  readonly dataset: OutputDataset
  /** Where programs find it: the mount, or a link to it. */
  readonly folder: string
  readonly order: OutputOrder
  readonly mounted: MountedAt
}

/** How much of the free room of a disk mounted outputs may take, in all. */
const shareOfDisk = 1 / 2

/** Chooses where each is written, and what the daemon needs for it. @param places the folder of each */
export async function planOutputs(
  context: DatasetContext,
  outputs: readonly { readonly dataset: OutputDataset; readonly folder: string }[],
  { id, mounts, free }: { readonly id: string; readonly mounts: string; readonly free: number },
): Promise<OutputToMount[]> {
  const { GITHUB_RUN_ID: run = '', GITHUB_RUN_ATTEMPT: attempt = '' } = process.env
  const planned: OutputToMount[] = []
  for (const [index, { dataset, folder }] of outputs.entries()) {
    const { container, written, early } = await chooseMountedFolder(context, dataset, { run, attempt })
    const { location, credential } = container
    if (!credential) throw new Error('a container that is not reached over HTTP')
    const mountpoint = join(mounts, dataset.dataName)
    const order: OutputOrder = {
      ...{ label: dataset.name, folder: mountpoint, aliases: folder === mountpoint ? [] : [folder] },
      ...{ location, credential: sendCredential(credential) },
      ...{ prefix: written.path, early, replace: dataset.overwriteExisting },
      spool: join(sessionFolder(id), `spool-${index}`),
      unsent: join(unsentFolder(id), dataset.dataName),
      disk: Math.floor((free * shareOfDisk) / outputs.length),
    }
    planned.push({ dataset, folder, order, mounted: { mountpoint, written, early, index, isRegistering: false } })
  }
  return planned
}

/** Makes `target-folder` a link to the mount. It is empty, or not there. */
export async function linkTo({ folder, mounted }: Pick<OutputToMount, 'folder' | 'mounted'>): Promise<void> {
  if (folder === mounted.mountpoint) return
  await mkdir(dirname(folder), { recursive: true })
  if (await lstat(folder).catch(() => undefined)) await rmdir(folder)
  await symlink(mounted.mountpoint, folder)
}

/** Questions in a row that a daemon which still runs may leave without an answer. */
const mostUnanswered = 20
/** So often, in milliseconds, the daemon is asked how far it is; and it is told. */
const interval = { ask: 200, tell: 10_000 } as const

/**
 * Ends all writing to the mounted outputs of a session, and waits until what was written is in the store.
 * @throws UserError where something could not be sent, or the daemon has ended
 */
export async function sealOutputs(session: Session, { log, stopwatch }: Draft, signal: AbortSignal): Promise<void> {
  const unpublished = session.outputs.filter(({ mounted, published }) => mounted && published === undefined)
  if (unpublished.length === 0) return
  stopwatch.begin('send what is left')
  const isOurs = ({ folder }: MountStatus) => unpublished.some(({ mounted }) => mounted?.mountpoint === folder)
  let told = performance.now()
  let unanswered = 0
  for (let ask: 'seal' | 'status' = 'seal'; ; await sleep(interval.ask, undefined, { signal }).catch(() => {})) {
    signal.throwIfAborted()
    const status = await askDaemon(sessionFolder(session.id), { ask })
    unanswered = status ? 0 : unanswered + 1
    if (!status) {
      // Who has millions of files to sort may not answer in time.
      const isAtWork = session.daemon !== undefined && (await isRunning(session.daemon))
      if (isAtWork && unanswered < mostUnanswered) continue
      throw await withLog(session, lostDaemon(session))
    }
    const states = status.filter(isOurs)
    ask = states.some(({ output }) => output?.state === 'open') ? 'seal' : 'status'
    if (states.every(({ output }) => output?.state === 'sealed')) return
    const isOver = states.every(({ output }) => output?.state === 'sealed' || output?.state === 'failed')
    if (isOver) throw await withLog(session, notSealed(session, states))
    if (performance.now() - told < interval.tell) continue
    told = performance.now()
    tellWhatIsLeft(states, log)
  }
}

function tellWhatIsLeft(states: readonly MountStatus[], log: Log): void {
  for (const { label, output } of states) {
    if (output?.state !== 'sealing') continue
    const { files, bytes } = output.left
    log.info(`${label}: ${counted(files, 'file')}, ${formatBytes(bytes)} are still to be sent.`)
  }
}

async function withLog(session: Session, error: UserError): Promise<UserError> {
  await showDaemonLog(session)
  return error
}

/** The runner shows ten annotations of a step. */
const mostAnnotations = 9

function notSealed({ id }: Session, states: readonly MountStatus[]): UserError {
  const problems = states.flatMap(({ label, output }) =>
    (output?.problems ?? []).map((problem) => ({ ...problem, label })),
  )
  const names = [...new Set(problems.map(({ label }) => label))]
  for (const { label, path, reason } of problems.slice(0, mostAnnotations))
    core.error(`${label}: ${quoted(path)} ${reason}`)
  const [first, ...others] = problems.filter(({ kind }) => kind === 'refused')
  if (first) {
    const more = others.length > 0 ? ` Look at these, too: ${listed(others.map(({ path }) => path))}.` : ''
    return new UserError(
      'unsafe-output',
      `Output ${listed(names)} was not published: ${quoted(first.path)} ${first.reason}${more}`,
    )
  }
  const count = states.reduce((sum, { output }) => sum + (output?.problemCount ?? 0), 0)
  return new UserError(
    'upload-incomplete',
    `${counted(count, 'file')} of output ${listed(names)} could not be sent to the storage account, and nothing was registered: ${listed(problems.map(({ path }) => path))} (${problems[0]?.reason ?? ''}). What of them is on this machine lies in ${unsentFolder(id)} for a day.`,
  )
}

/** What an output was when it was sealed. */
export async function sealedFiles({ id }: Session, { index }: MountedAt): Promise<ExpectedFile[]> {
  const files: ExpectedFile[] = []
  for await (const file of readManifest(manifestOf(sessionFolder(id), index))) files.push(file)
  return files
}

/** Deletes what the daemon of an output had sent, in its place. */
export async function removeSent(context: DatasetContext, dataset: OutputDataset, mounted: MountedAt): Promise<void> {
  const { early, written } = mounted
  const run = process.env.GITHUB_RUN_ID ?? ''
  await removeWritten(context, dataset, { datastore: written.datastore, early, run })
}

/** What was sent, and could not be deleted when the job had failed. */
export function tellLeftBehind({ outputs }: Session, status: readonly MountStatus[] | undefined): void {
  const isLeft = ({ mounted }: SessionOutput) =>
    status?.some(({ folder, output }) => folder === mounted?.mountpoint && output?.isLeftBehind) === true
  for (const { dataset, mounted } of outputs.filter(isLeft))
    core.warning(
      `What output "${dataset.name}" had sent could not be deleted; it lies in ${quoted(mounted?.early ?? '')} of datastore "${mounted?.written.datastore}". No version points there.`,
    )
}
