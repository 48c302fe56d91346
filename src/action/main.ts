import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import * as core from '@actions/core'
import { MissingCredentials } from '../azureml/index.ts'
import {
  checkOutput,
  type DatasetContext,
  downloadInputs,
  type EnsuredInput,
  ensureInput,
  type InputDataset,
  openOutputFolder,
  refuseOverlaps,
  reportResolved,
  requireEmpty,
  requireOursOrEmpty,
  resolveTargetFolder,
  type StagedInput,
  stageLocalFolder,
} from '../datasets/index.ts'
import { messageOf, UserError } from '../report/index.ts'
import { actionLog as log } from './action-log.ts'
import { checkSetup } from './check.ts'
import { connect, decideConnection, identify } from './connection.ts'
import { type ActionInputs, readInputs } from './inputs.ts'
import { currentJob, mayPublish } from './job.ts'
import { idTokenSource } from './oidc.ts'
import { setSkipped, setStagedOutputs } from './outputs.ts'
import {
  loadSession,
  newSessionId,
  openSession,
  removeSession,
  type Session,
  type SessionOutput,
  sessionFolder,
  stagingRoot,
  sweepDeadSessions,
  undo,
  updateSession,
} from './session.ts'
import { runStep } from './step.ts'
import { writeSummary } from './summary.ts'

/** The main step: makes sure that the datasets exist, stages the inputs, opens folders for the outputs. */
export async function runMain(): Promise<void> {
  await runStep(async (signal) => {
    const inputs = readInputs()
    if (inputs.check) return checkSetup(inputs, signal)
    for (const id of await sweepDeadSessions()) log.info(`Cleared what the dead session ${id} left behind.`)
    const { uploadOutputs, ifNoFilesFound, concurrency } = inputs
    const id = newSessionId()
    // Before the session is made: the post step of a main step that is killed now has to find it.
    core.saveState('session', sessionFolder(id))
    const session = await openSession({ uploadOutputs, ifNoFilesFound, concurrency }, id)
    try {
      await stageAndOpen(inputs, session, signal)
    } catch (error) {
      await abandon(session)
      if (inputs.onMissingCredentials === 'fail' || !isWithoutCredentials(error, inputs)) throw error
      setSkipped()
      log.info(`Skipped: ${messageOf(error)}`)
      log.notice('The datasets were skipped, as this job has no credentials for Azure (on-missing-credentials: skip).')
    }
  })
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

/** The places of the datasets, in the order of the inputs. */
interface Places {
  readonly inputs: ReadonlyMap<InputDataset, string>
  readonly outputs: readonly string[]
}

async function stageAndOpen(inputs: ActionInputs, opened: Session, signal: AbortSignal): Promise<void> {
  const checkout = process.env.GITHUB_WORKSPACE ?? process.cwd()
  const root = join(stagingRoot(), opened.id)
  const opens = inputs.outputDatasets.length > 0 && !inputs.resolveOnly
  const publishes = opens && inputs.uploadOutputs !== 'never'
  const warning = publishes ? mayPublish(await currentJob()) : undefined
  if (warning) log.warning(warning)

  const local = await localFolders(inputs.inputDatasets, checkout)
  const remote = inputs.inputDatasets.filter((dataset) => !local.has(dataset))
  const places = await choosePlaces(inputs, remote, root, checkout)
  // Signing in comes before everything else about the workspace: runs from forks have neither credentials nor variables that name it.
  const needsAzure = remote.length > 0 || publishes
  const identity = needsAzure
    ? await identify({ ...inputs, ...inputs.signIn }, inputs.signIn.clientSecret, log)
    : undefined
  const connection = remote.length > 0 || opens ? await decideConnection(inputs, checkout) : undefined
  const session = await updateSession(opened, { connection, undo: [{ kind: 'remove-folder', path: root }] })

  const staged: StagedInput[] = []
  if (connection && identity) {
    const context = await connect(connection, identity, signal, log)
    const ensured: EnsuredInput[] = []
    for (const dataset of remote) ensured.push(await ensureInput(context, dataset))
    if (publishes) for (const output of inputs.outputDatasets) await checkOutput(context, output)
    staged.push(...(await stageRemote(context, inputs, ensured, places)))
  }
  for (const [dataset, folder] of local) staged.push(await stageLocalFolder(dataset, folder, signal, log))

  const outputs = inputs.resolveOnly ? [] : await openOutputs(inputs, places)
  const inOrder = inputs.inputDatasets.flatMap(({ dataName }) => staged.filter((input) => input.dataName === dataName))
  const ready = await updateSession(session, { state: 'ready', inputs: inOrder, outputs })
  setStagedOutputs(ready)
  await writeSummary(ready)
}

/** Inputs whose `local-folder` exists. */
async function localFolders(datasets: readonly InputDataset[], checkout: string): Promise<Map<InputDataset, string>> {
  const found = new Map<InputDataset, string>()
  for (const dataset of datasets) {
    if (dataset.localFolder === undefined) continue
    const folder = resolve(checkout, dataset.localFolder)
    const status = await stat(folder).catch(() => undefined)
    if (status?.isDirectory()) found.set(dataset, folder)
    else log.notice(`Input ${dataset.name}: local-folder ${folder} does not exist, so the dataset is staged.`)
  }
  return found
}

/** Chooses and checks the folders of all datasets before anything is asked of Azure. */
async function choosePlaces(
  inputs: ActionInputs,
  remote: readonly InputDataset[],
  root: string,
  checkout: string,
): Promise<Places> {
  const places = new Map<InputDataset, string>()
  const outputs: string[] = []
  if (inputs.resolveOnly) return { inputs: places, outputs }
  for (const dataset of remote) {
    const { targetFolder, dataName } = dataset
    const folder =
      targetFolder === undefined ? join(root, 'inputs', dataName) : await resolveTargetFolder(targetFolder, checkout)
    await requireOursOrEmpty(folder)
    places.set(dataset, folder)
  }
  for (const { targetFolder, dataName } of inputs.outputDatasets) {
    const folder =
      targetFolder === undefined ? join(root, 'outputs', dataName) : await resolveTargetFolder(targetFolder, checkout)
    await requireEmpty(folder)
    outputs.push(folder)
  }
  refuseOverlaps([...places.values(), ...outputs])
  return { inputs: places, outputs }
}

async function stageRemote(
  context: DatasetContext,
  { resolveOnly, concurrency }: ActionInputs,
  ensured: readonly EnsuredInput[],
  places: Places,
): Promise<StagedInput[]> {
  if (resolveOnly) return ensured.map(reportResolved)
  const placed = ensured.map((input) => ({ input, folder: places.inputs.get(input.dataset) ?? '' }))
  return downloadInputs(context, placed, concurrency)
}

async function openOutputs({ outputDatasets, uploadOutputs }: ActionInputs, places: Places): Promise<SessionOutput[]> {
  const publisher = uploadOutputs === 'never' ? 'only a step publish/ publishes it' : 'the post step publishes it'
  const outputs: SessionOutput[] = []
  for (const [index, dataset] of outputDatasets.entries()) {
    const folder = places.outputs[index] ?? ''
    await openOutputFolder(folder)
    log.info(`Output ${dataset.name}: write it to ${folder}; ${publisher}.`)
    outputs.push({ dataset, folder, published: undefined })
  }
  return outputs
}

/** A main step that fails tidies up itself; the post step does it for one that was killed. */
async function abandon({ id }: Session): Promise<void> {
  const session = await loadSession(sessionFolder(id))
  if (!session) return
  await undo(session)
  await removeSession(session)
}
