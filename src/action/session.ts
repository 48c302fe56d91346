import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, readlink, rename, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import type { WorkspaceName } from '../azureml/index.ts'
import type { IfNoFilesFound, OutputDataset, PublishedOutput, StagedInput, WrittenFolder } from '../datasets/index.ts'
import { askDaemon, deadMounts, type MountStatus, unmountLeftovers } from '../mount/index.ts'
import { UserError } from '../report/index.ts'
import type { CommentTarget } from './comment-target.ts'
import type { UploadOutputs } from './inputs.ts'
import { endProcess, isRunning, type ProcessIdentity, thisProcess } from './processes.ts'

/**
 * What the main step decided and did, for the steps after it. State and inputs travel as environment variables, which have little room, and
 * the runner evaluates inputs again in the post step, where they may differ: so only the path of this file is passed on. It holds no secret.
 */
export interface Session {
  readonly schema: 1
  readonly id: string
  /** The job that it belongs to; a runner runs one job at a time, so that a session of another one is dead. */
  readonly job: string
  readonly main: ProcessIdentity
  /** `opening` until everything is staged; a main step that failed or was killed never gets further. */
  readonly state: 'opening' | 'ready'
  /** How to reach the workspace again; undefined where nothing needs it. */
  readonly connection: Connection | undefined
  readonly policy: Policy
  readonly inputs: readonly StagedInput[]
  readonly outputs: readonly SessionOutput[]
  /** What the main step warned of. */
  readonly warnings: readonly string[]
  /** The comment that all steps keep up to date; undefined where nobody asked for one. */
  readonly comment?: CommentTarget | undefined
  /** What has to be undone if main does not get to its end. Written before it is done. */
  readonly undo: readonly Undo[]
  /** The process that serves what is mounted; undefined where nothing is mounted. */
  readonly daemon?: ProcessIdentity | undefined
  /** Name of the AzureML job that this step waits for; undefined where there is none, or it has ended. Written before it is submitted. */
  readonly azuremlJob?: string | undefined
}

export interface Connection {
  readonly workspace: WorkspaceName
  readonly cloud: string
  readonly resourceManagerUrl: string
  readonly authorityHost: string
  readonly clientId: string
  readonly tenantId: string
  readonly defaultDatastore: string
}

export interface Policy {
  readonly uploadOutputs: UploadOutputs
  readonly ifNoFilesFound: IfNoFilesFound
  /** Undefined for as many requests as it pays. */
  readonly concurrency: number | undefined
}

/** An output that was opened. */
export interface SessionOutput {
  readonly dataset: OutputDataset
  readonly folder: string
  /** `empty`: there was nothing to publish, and that was allowed. */
  readonly published: PublishedOutput | 'empty' | undefined
  /** Undefined where the folder is one of this machine. */
  readonly mounted?: MountedAt | undefined
}

/** Where an output is mounted, and what becomes of it. */
export interface MountedAt {
  /** The mount; the output's folder may be a link to it. */
  readonly mountpoint: string
  readonly written: WrittenFolder
  /** Where it is written while the job runs. */
  readonly early: string
  /** Its place among the mounted outputs. */
  readonly index: number
  /** Whether a version of it was about to be registered when this was written: if so, there may be one. */
  readonly isRegistering: boolean
}

/** The version that was registered for an output; undefined where there is none, or none yet. */
export function registeredVersion({ published }: SessionOutput): PublishedOutput | undefined {
  return published === 'empty' ? undefined : published
}

/** `unmount`: a folder at which something of ours may be mounted; `remove-link`: what may be a link to such a folder. */
export interface Undo {
  readonly kind: 'remove-folder' | 'unmount' | 'remove-link'
  readonly path: string
}

const fileName = 'session.json'
const oldMilliseconds = 24 * 60 * 60 * 1000

export function newSessionId(): string {
  return `${process.env.GITHUB_RUN_ID ?? 'local'}-${process.env.GITHUB_RUN_ATTEMPT ?? '1'}-${randomBytes(4).toString('hex')}`
}

/** Makes the session of this step, in a folder beside RUNNER_TEMP: that one is emptied by the runner. */
export async function openSession(id: string, policy: Policy, comment?: CommentTarget): Promise<Session> {
  const session: Session = {
    schema: 1,
    id,
    job: jobKey(),
    main: await thisProcess(),
    state: 'opening',
    connection: undefined,
    policy,
    inputs: [],
    outputs: [],
    warnings: [],
    comment,
    undo: [],
  }
  await mkdir(sessionFolder(id), { recursive: true, mode: 0o700 })
  await saveSession(session)
  return session
}

/** The folder of a session: the value of the step's state and of `AZUREML_DATASETS_SESSION`. */
export function sessionFolder(id: string): string {
  return join(sessionsRoot(), id)
}

/** Written whole or not at all. */
async function saveSession(session: Session): Promise<void> {
  const path = join(sessionFolder(session.id), fileName)
  await writeFile(`${path}.new`, JSON.stringify(session, undefined, 2), { mode: 0o600 })
  await rename(`${path}.new`, path)
}

/** A session with changes, written down. */
export async function updateSession(session: Session, changes: Partial<Session>): Promise<Session> {
  const updated = { ...session, ...changes }
  await saveSession(updated)
  return updated
}

/** The session in a folder; undefined where there is none. */
export async function loadSession(folder: string): Promise<Session | undefined> {
  const text = await readFile(join(folder, fileName), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const session = parseSession(text)
  // By its id the session is removed: another one would lead elsewhere.
  if (session?.id === basename(folder)) return session
  throw new UserError(
    'session-unknown',
    `The session in ${folder} was written by another version of this action. Use the same version for all steps of a job.`,
  )
}

function parseSession(text: string): Session | undefined {
  try {
    const session: unknown = JSON.parse(text)
    return isSession(session) ? session : undefined
  } catch {
    return undefined
  }
}

/** Looks at what tidying up relies on: a session is a file that the job could write, and later jobs sweep it. */
function isSession(value: unknown): value is Session {
  if (typeof value !== 'object' || value === null) return false
  const { schema, main, inputs, outputs, undo } = value as Partial<Session>
  const isProcess = Number.isInteger(main?.pid) && typeof main?.started === 'string'
  const isWhole = [inputs, outputs, undo].every((list) => Array.isArray(list) && list.every(Boolean))
  return schema === 1 && isProcess && isWhole && undo?.every(({ path }) => typeof path === 'string') === true
}

/** What could not be sent stays, for a look: it is swept after a day. */
export async function removeSession({ id }: Pick<Session, 'id'>): Promise<void> {
  const folder = sessionFolder(id)
  const entries = await readdir(folder).catch(() => [])
  for (const name of entries) if (name !== unsentName) await rm(join(folder, name), { recursive: true, force: true })
  await rmdir(folder).catch(() => {}) // something stays, or it is not there
}

const unsentName = 'unsent'

/** Where files of mounted outputs are kept that could not be sent to the store. */
export function unsentFolder(id: string): string {
  return join(sessionFolder(id), unsentName)
}

/** Undoes what a main step did that did not get to its end. The session is a file that the job could write: only what is ours is removed. */
export async function undo(session: Session): Promise<void> {
  await unmountAll(session)
  for (const { kind, path } of session.undo) {
    const isOurs = resolve(path).startsWith(stagingRoot() + sep)
    if (kind === 'remove-folder' && isOurs) await rm(path, { recursive: true, force: true })
  }
}

/**
 * Unmounts what a session mounted, and ends its daemon, which deletes what was sent and not published. Gives what the daemon said last; undefined where
 * it said nothing.
 */
export async function unmountAll(session: Session): Promise<readonly MountStatus[] | undefined> {
  const folders = session.undo.flatMap(({ kind, path }) => (kind === 'unmount' ? [path] : []))
  if (folders.length === 0) return undefined
  for (const { kind, path } of session.undo) if (kind === 'remove-link') await removeLink(path)
  const keep = session.outputs.flatMap((output) => (isKept(output) ? [output.mounted?.mountpoint ?? ''] : []))
  const status = await askDaemon(sessionFolder(session.id), { ask: 'finish', keep })
  if (session.daemon) await endProcess(session.daemon, status ? 5000 : 0)
  await unmountLeftovers(folders)
  for (const folder of folders) await removeEmptyAbove(resolve(folder))
  return status
}

/** What a version points at, or may point at, stays in the store. */
function isKept(output: SessionOutput): boolean {
  return registeredVersion(output) !== undefined || output.mounted?.isRegistering === true
}

/** Only a link to a mount of ours: a session is a file that the job could write. */
async function removeLink(path: string): Promise<void> {
  const target = await readlink(path).catch(() => '')
  if (target.startsWith(outputsRoot() + sep)) await unlink(path).catch(() => {})
}

/** Folders that were made only to hold a mount go with it. */
async function removeEmptyAbove(place: string): Promise<void> {
  const isOurs = (folder: string) => mountRoots().some((root) => folder.startsWith(root + sep))
  for (let folder = dirname(place); isOurs(folder); folder = dirname(folder)) {
    if (
      !(await rmdir(folder).then(
        () => true,
        () => false,
      ))
    )
      return // others lie there too
  }
}

/** Where datasets without a `target-folder` are put, each session in a folder of its own. */
export function stagingRoot(): string {
  return join(resolve(requiredEnvironment('RUNNER_TEMP')), 'azureml-datasets')
}

/**
 * Where outputs are mounted, each session's in a folder of its own. The runner removes RUNNER_TEMP without looking for mounts, so that they must not be in
 * there, and whoever removes a session's folder must not find one either.
 */
export function outputsRoot(): string {
  return join(dirname(resolve(requiredEnvironment('RUNNER_TEMP'))), '_azureml-outputs')
}

/** Where mounts of ours may be. */
function mountRoots(): string[] {
  return [stagingRoot(), outputsRoot()]
}

/** Sessions of this job whose mount daemon has ended, though nobody asked it to. */
export async function sessionsWithLostDaemon(): Promise<Session[]> {
  const lost: Session[] = []
  for (const id of await readdir(sessionsRoot()).catch(() => [])) {
    const session = await loadSession(sessionFolder(id)).catch(() => undefined)
    if (session?.job === jobKey() && session.daemon && !(await isRunning(session.daemon))) lost.push(session)
  }
  return lost
}

/** Clears what jobs left behind that never got to their post step: a killed runner runs none. */
export async function sweepDeadSessions(): Promise<string[]> {
  const swept: string[] = []
  for (const id of await readdir(sessionsRoot()).catch(() => [])) {
    // What cannot be removed, such as files of root, is no reason to fail this job.
    if (await sweepIfDead(id).catch(() => false)) swept.push(id)
  }
  await sweepDeadMounts()
  return swept
}

/** Dead mounts below our folder that belong to no session: those of living jobs have to go on refusing, or their folders would look empty. */
async function sweepDeadMounts(): Promise<void> {
  const roots = mountRoots()
  const dead = (await deadMounts()).filter((folder) => roots.some((root) => folder.startsWith(root + sep)))
  if (dead.length === 0) return
  const known = await readdir(sessionsRoot()).catch(() => [])
  const isOfSession = (folder: string) =>
    known.some((id) => roots.some((root) => folder.startsWith(join(root, id) + sep)))
  await unmountLeftovers(dead.filter((folder) => !isOfSession(folder)))
}

async function sweepIfDead(id: string): Promise<boolean> {
  const session = await loadSession(sessionFolder(id)).catch(() => undefined)
  const isDead = session ? session.job !== jobKey() && !(await isRunning(session.main)) : await isOld(sessionFolder(id))
  if (!isDead) return false
  if (session) await undo(session)
  await removeSession({ id })
  return true
}

/** A session that cannot be read may be that of another version of this action, which is about to read it. After a day nobody is. */
async function isOld(folder: string): Promise<boolean> {
  const { mtimeMs } = await stat(folder)
  return Date.now() - mtimeMs > oldMilliseconds
}

function sessionsRoot(): string {
  return join(dirname(requiredEnvironment('RUNNER_TEMP')), '_azureml-datasets')
}

/** The runner gives every job a tracking id of its own; in job containers it may be missing. */
function jobKey(): string {
  const { RUNNER_TRACKING_ID, GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_JOB } = process.env
  return RUNNER_TRACKING_ID || [GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_JOB].join('.')
}

/** A variable that the runner always sets. */
function requiredEnvironment(name: string): string {
  const value = process.env[name]
  if (value) return value
  throw new UserError(
    'no-runner',
    `The variable ${name} is not set. This program is a GitHub Action and has to be started by a runner.`,
  )
}
