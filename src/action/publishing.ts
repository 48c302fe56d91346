import * as core from '@actions/core'
import { type DatasetContext, type PublishedOutput, publishOutput, type StagedInput } from '../datasets/index.ts'
import { Cancelled } from '../report/index.ts'
import { actionLog as log } from './action-log.ts'
import { connect, identify } from './connection.ts'
import { currentJob, type Job, mayPublish } from './job.ts'
import { type Session, type SessionOutput, updateSession } from './session.ts'

/** Whether a session has outputs that nobody published yet. */
export function hasUnpublished({ outputs }: Session): boolean {
  return outputs.some(({ published }) => published === undefined)
}

/** Publishes what a session opened, one output after the other; each that is done is written down at once, so that it is never done twice. */
export async function publishSession(session: Session, signal: AbortSignal): Promise<Session> {
  const job = await currentJob()
  const warning = mayPublish(job)
  // Where the post step publishes, the main step has warned already.
  if (warning && session.policy.uploadOutputs === 'never') log.warning(warning)
  const context = await reconnect(session, signal)
  let current = session
  for (const [index, output] of session.outputs.entries()) {
    if (output.published !== undefined) continue
    const published: SessionOutput['published'] = (await publishOne(context, job, current, output)) ?? 'empty'
    const outputs = current.outputs.map((other, position) => (position === index ? { ...other, published } : other))
    current = await updateSession(current, { outputs })
  }
  return current
}

async function reconnect({ connection }: Session, signal: AbortSignal): Promise<DatasetContext> {
  signal.throwIfAborted()
  if (!connection) throw new Error('a session with outputs and no connection')
  const identity = await identify(connection, core.getInput('client-secret'), log)
  return connect(connection, identity, signal, log)
}

async function publishOne(
  context: DatasetContext,
  job: Job,
  { policy, inputs }: Session,
  { dataset, folder }: SessionOutput,
): Promise<PublishedOutput | undefined> {
  const provenance = { ...job.provenance, inputs: inputs.map(inputLabel) }
  const { ifNoFilesFound, concurrency } = policy
  try {
    return await publishOutput(context, { output: dataset, folder, provenance, ifNoFilesFound, concurrency })
  } catch (error) {
    if (error instanceof Cancelled)
      log.info(`Output "${dataset.name}" was not published: the step was cancelled before it was registered.`)
    throw error
  }
}

function inputLabel({ name, version }: StagedInput): string {
  return version === '' ? `${name} (local)` : `${name}:${version}`
}
