import * as core from '@actions/core'
import {
  changesSince,
  type DatasetContext,
  type Publication,
  publishMounted,
  publishOutput,
  type StagedInput,
} from '../datasets/index.ts'
import { Cancelled, UserError } from '../report/index.ts'
import { connect, identify } from './connection.ts'
import { currentJob, type Job, mayPublish } from './job.ts'
import { sealedFiles, sealOutputs } from './mounting-outputs.ts'
import { type Session, type SessionOutput, updateSession } from './session.ts'
import type { Draft } from './step-report.ts'

/** A new version is compared with the one before it for no longer than this: the step waits, and so may somebody who cancels it. */
const patience = 60_000

/** Whether a session has outputs that nobody published yet. */
export function hasUnpublished({ outputs }: Session): boolean {
  return outputs.some(({ published }) => published === undefined)
}

/** Publishes what a session opened, one output after the other; each that is done is written down at once, so that it is never done twice. */
export async function publishSession(session: Session, draft: Draft, signal: AbortSignal): Promise<Session> {
  const job = await currentJob()
  const warning = mayPublish(job)
  // Where the post step publishes, the main step has warned already.
  if (warning && session.policy.uploadOutputs === 'never') draft.log.warning(warning)
  await sealOutputs(session, draft, signal)
  const context = await reconnect(session, draft, signal)
  let current = session
  for (const [index, output] of session.outputs.entries()) {
    if (output.published !== undefined) continue
    const noteRegistering = async (isRegistering: boolean) => {
      current = await updateSession(current, { outputs: withRegistering(current.outputs, index, isRegistering) })
    }
    const publication = await publishOne(context, job, current, output, noteRegistering)
    current = await noteDown(current, index, publication?.published ?? 'empty', draft)
    if (publication) current = await noteDown(current, index, await withChanges(context, publication), draft)
  }
  return current
}

function withRegistering(outputs: Session['outputs'], index: number, isRegistering: boolean): Session['outputs'] {
  return outputs.map((output, at) =>
    at === index && output.mounted ? { ...output, mounted: { ...output.mounted, isRegistering } } : output,
  )
}

/** Signs in and opens the workspace of a session once more. */
export async function reconnect(
  { connection }: Session,
  { log, stopwatch }: Draft,
  signal: AbortSignal,
): Promise<DatasetContext> {
  signal.throwIfAborted()
  if (!connection) throw new Error('a session with outputs and no connection')
  stopwatch.begin('sign in')
  const identity = await identify(connection, core.getInput('client-secret'), log)
  return connect(connection, identity, signal, log, stopwatch)
}

async function publishOne(
  context: DatasetContext,
  job: Job,
  session: Session,
  { dataset, folder, mounted }: SessionOutput,
  noteRegistering: (isRegistering: boolean) => Promise<void>,
): Promise<Publication | undefined> {
  const { ifNoFilesFound, concurrency } = session.policy
  const provenance = { ...job.provenance, inputs: session.inputs.map(inputLabel) }
  const request = { output: dataset, provenance, ifNoFilesFound }
  try {
    if (!mounted) return await publishOutput(context, { ...request, folder, concurrency })
    const files = await sealedFiles(session, mounted)
    const beforeRegister = () => noteRegistering(true)
    return await publishMounted(context, { ...request, files, beforeRegister }, mounted.written)
  } catch (error) {
    // Who was refused has registered nothing; of everything else, nobody knows.
    if (mounted && error instanceof UserError) await noteRegistering(false)
    if (error instanceof Cancelled)
      context.log.info(`Output "${dataset.name}" was not published: the step was cancelled before it was registered.`)
    throw error
  }
}

async function withChanges(
  context: DatasetContext,
  { published, content }: Publication,
): Promise<SessionOutput['published']> {
  return { ...published, changes: await changesSince(context, published, content, AbortSignal.timeout(patience)) }
}

async function noteDown(
  session: Session,
  index: number,
  published: SessionOutput['published'],
  draft: Draft,
): Promise<Session> {
  const outputs = session.outputs.map((output, position) => (position === index ? { ...output, published } : output))
  draft.change({ outputs })
  return updateSession(session, { outputs })
}

function inputLabel({ name, version }: StagedInput): string {
  return version === '' ? `${name} (local)` : `${name}:${version}`
}
