import { join } from 'node:path'
import * as core from '@actions/core'
import { MissingCredentials } from '../azureml/index.ts'
import {
  checkOutput,
  type DatasetContext,
  type EnsuredInput,
  ensureInput,
  type InputDataset,
  reportResolved,
  stageLocalFolder,
} from '../datasets/index.ts'
import { messageOf, UserError } from '../report/index.ts'
import { checkSetup } from './check.ts'
import { chooseComment } from './comment-target.ts'
import { connect, decideConnection, identify } from './connection.ts'
import { type ActionInputs, readInputs } from './inputs.ts'
import { currentJob, mayPublish } from './job.ts'
import { readJobInputs } from './job-inputs.ts'
import { chooseMounting, findLacking, lostDaemon } from './mounting.ts'
import { chooseMountedOutputs } from './mounting-outputs.ts'
import { idTokenSource } from './oidc.ts'
import { setSkipped, setStagedOutputs, setSubmittedOutputs } from './outputs.ts'
import { checkoutFolder, choosePlaces, localFolders, type Places } from './places.ts'
import { reporting } from './reporting.ts'
import {
  loadSession,
  newSessionId,
  openSession,
  outputsRoot,
  removeSession,
  type Session,
  sessionFolder,
  sessionsWithLostDaemon,
  stagingRoot,
  sweepDeadSessions,
  undo,
  updateSession,
} from './session.ts'
import { openedOutputs, openOutputs, stage } from './staging.ts'
import { runStep } from './step.ts'
import type { Draft } from './step-report.ts'
import { attachTo, refuseForJobs, submitAndWait } from './submitting.ts'

/** The main step: makes sure that the datasets exist, stages the inputs, opens folders for the outputs. */
export async function runMain(): Promise<void> {
  await runStep((signal) => reporting('AzureML datasets', signal, (draft) => main(draft, signal)))
}

async function main(draft: Draft, signal: AbortSignal): Promise<void> {
  const { log } = draft
  const inputs = readInputs()
  if (inputs.check) {
    draft.stopwatch.begin('check')
    return checkSetup(inputs, signal)
  }
  for (const id of await sweepDeadSessions()) log.info(`Cleared what the dead session ${id} left behind.`)
  for (const lost of await sessionsWithLostDaemon()) log.warning(lostDaemon(lost).message)
  const comment = inputs.pullRequestComment ? await chooseComment() : undefined
  draft.change({ comment, inputs: inputs.inputDatasets.map((dataset) => ({ ...dataset, known: undefined })) })
  const { uploadOutputs, ifNoFilesFound, concurrency } = inputs
  const id = newSessionId()
  // Before the session is made: the post step of a main step that is killed now has to find it.
  core.saveState('session', sessionFolder(id))
  const session = await openSession(id, { uploadOutputs, ifNoFilesFound, concurrency }, comment)
  try {
    if (inputs.submitToAzureml || inputs.attachTo !== '') await submit(inputs, session, draft, signal)
    else await stageAndOpen(inputs, session, draft, signal)
  } catch (error) {
    await abandon(session)
    if (inputs.onMissingCredentials === 'fail' || !isWithoutCredentials(error, inputs)) throw error
    skip(draft, error)
  }
}

function skip({ log, change }: Draft, error: unknown): void {
  const note = 'The datasets were skipped, as this job has no credentials for Azure (on-missing-credentials: skip).'
  setSkipped()
  // There is nothing to say about data, and forks, where this happens, may not comment.
  change({ inputs: [], notes: [note], comment: undefined })
  log.info(`Skipped: ${messageOf(error)}`)
  log.notice(note)
}

/**
 * Runs from forks have neither credentials nor the variables that name the workspace. A runner's own identity may sign them in all the same, and
 * then it is the workspace that is missing.
 */
function isWithoutCredentials(error: unknown, { signIn }: ActionInputs): boolean {
  if (error instanceof MissingCredentials) return true
  const namesNobody = idTokenSource() === undefined && signIn.clientId === '' && signIn.clientSecret === ''
  return namesNobody && error instanceof UserError && error.code === 'no-workspace'
}

async function stageAndOpen(inputs: ActionInputs, opened: Session, draft: Draft, signal: AbortSignal): Promise<void> {
  const { log, stopwatch } = draft
  const checkout = checkoutFolder()
  const root = join(stagingRoot(), opened.id)
  const opens = inputs.outputDatasets.length > 0 && !inputs.resolveOnly
  const publishes = opens && inputs.uploadOutputs !== 'never'
  const warning = publishes ? mayPublish(await currentJob()) : undefined
  if (warning) log.warning(warning)

  const local = await localFolders(inputs.inputDatasets, checkout, log)
  const remote = inputs.inputDatasets.filter((dataset) => !local.has(dataset))
  const lackingHere = findLacking(signal)
  const toMount = await chooseMountedOutputs(opens ? inputs.outputDatasets : [], lackingHere, log)
  const mounts = join(outputsRoot(), opened.id)
  const places = await choosePlaces(inputs, remote, toMount, { root, mounts, checkout })
  const why = await chooseMounting(places.inputs, lackingHere, log)
  // Signing in comes before everything else about the workspace: runs from forks have neither credentials nor variables that name it.
  stopwatch.begin('sign in')
  const needsAzure = remote.length > 0 || publishes || toMount.size > 0
  const identity = needsAzure
    ? await identify({ ...inputs, ...inputs.signIn }, inputs.signIn.clientSecret, log)
    : undefined
  const connection = remote.length > 0 || opens ? await decideConnection(inputs, checkout) : undefined
  let session = await updateSession(opened, { connection, undo: [{ kind: 'remove-folder', path: root }] })
  let outputs = openedOutputs(inputs, places)

  if (connection && identity) {
    const context = await connect(connection, identity, signal, log, stopwatch)
    await using begun = new AsyncDisposableStack()
    // What is mounted is not downloaded, neither now nor early.
    const downloadFolders = new Map([...places.inputs].filter(([dataset]) => why.get(dataset) !== undefined))
    const ensured = await ensureInputs(context, inputs, remote, downloadFolders, draft, begun)
    if (publishes)
      for (const output of inputs.outputDatasets) if (!toMount.has(output)) await checkOutput(context, output)
    const placed = ensured.flatMap((input) => {
      const folder = places.inputs.get(input.dataset)
      return folder === undefined ? [] : [{ input, folder, reason: why.get(input.dataset) }]
    })
    const reach = { connection, clientSecret: inputs.signIn.clientSecret }
    const staged = await stage(
      context,
      { placed, outputs, toMount, concurrency: inputs.concurrency, root, mounts, reach },
      session,
      draft,
    )
    session = staged.session
    outputs = staged.outputs
  }
  stopwatch.begin('local folders')
  for (const [dataset, folder] of local) draft.setInput(await stageLocalFolder(dataset, folder, signal, log))

  stopwatch.begin('finish')
  await openOutputs(inputs, outputs, draft)
  const staged = draft.current().inputs.flatMap(({ known }) => known ?? [])
  const { warnings } = draft.current()
  setStagedOutputs(await updateSession(session, { state: 'ready', inputs: staged, outputs, warnings }))
}

/**
 * @param folders of inputs that will be downloaded
 * @param begun is told how to stop what goes on afterwards: one download may begin during the listing of its dataset
 */
async function ensureInputs(
  context: DatasetContext,
  { concurrency }: ActionInputs,
  datasets: readonly InputDataset[],
  folders: Places['inputs'],
  draft: Draft,
  begun: AsyncDisposableStack,
): Promise<EnsuredInput[]> {
  const ensured: EnsuredInput[] = []
  for (const dataset of datasets) {
    const folder = ensured.some((input) => input.begun) ? undefined : folders.get(dataset)
    const input = await ensureInput(context, dataset, folder === undefined ? undefined : { folder, concurrency })
    if (input.begun) begun.defer(input.begun.stop)
    draft.setInput(reportResolved(input))
    ensured.push(input)
  }
  return ensured
}

/** Runs the step as an AzureML job, or waits for one that was submitted before. */
async function submit(inputs: ActionInputs, opened: Session, draft: Draft, signal: AbortSignal): Promise<void> {
  const { log, stopwatch } = draft
  const checkout = checkoutFolder()
  const writes = inputs.outputDatasets.length > 0 || inputs.attachTo !== ''
  const publishes = writes && inputs.uploadOutputs !== 'never'
  const warning = publishes ? mayPublish(await currentJob()) : undefined
  if (warning) log.warning(warning)
  refuseForJobs(inputs.inputDatasets, draft)
  const job = inputs.attachTo === '' ? await readJobInputs(checkout) : undefined
  stopwatch.begin('sign in')
  const identity = await identify({ ...inputs, ...inputs.signIn }, inputs.signIn.clientSecret, log)
  const connection = await decideConnection(inputs, checkout)
  const session = await updateSession(opened, { connection })
  const context = await connect(connection, identity, signal, log, stopwatch)
  if (!job) {
    const attached = await attachTo(context, inputs, inputs.attachTo, session, draft)
    return setSubmittedOutputs(await updateSession(attached, { state: 'ready' }))
  }
  await using begun = new AsyncDisposableStack()
  const ensured = await ensureInputs(context, inputs, inputs.inputDatasets, new Map(), draft, begun)
  const ended = await submitAndWait(context, inputs, job, ensured, session, draft)
  const { warnings } = draft.current()
  setSubmittedOutputs(await updateSession(ended, { state: 'ready', inputs: ensured.map(reportResolved), warnings }))
}

/** A main step that fails tidies up itself; the post step does it for one that was killed. */
async function abandon({ id }: Session): Promise<void> {
  const session = await loadSession(sessionFolder(id))
  if (!session) return
  await undo(session)
  // The post step makes sure that the job was cancelled, and needs its name.
  if (session.azuremlJob === undefined) await removeSession(session)
}
