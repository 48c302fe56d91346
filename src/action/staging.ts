import { join } from 'node:path'
import {
  type DatasetContext,
  downloadInputs,
  labelOf,
  type OutputDataset,
  openOutputFolder,
  type Placed,
  reportMounted,
} from '../datasets/index.ts'
import { freeSpace } from '../transfer/index.ts'
import type { ActionInputs } from './inputs.ts'
import { type MountedInput, mountDatasets, type Reach, requireNoMount } from './mounting.ts'
import { linkTo, type OutputToMount, planOutputs, requireNoMountedOutput } from './mounting-outputs.ts'
import type { Places } from './places.ts'
import { type Session, type SessionOutput, sessionFolder } from './session.ts'
import type { Draft } from './step-report.ts'

/** What a step stages, and where. */
export interface Staging {
  /** Inputs, with the reason why each is downloaded; undefined where it is to be mounted. */
  readonly placed: readonly (Omit<Placed, 'reason'> & { readonly reason: string | undefined })[]
  readonly outputs: readonly SessionOutput[]
  /** The outputs that are to be mounted. */
  readonly toMount: ReadonlySet<OutputDataset>
  readonly concurrency: number | undefined
  /** Where folders are made, and where outputs are mounted. */
  readonly root: string
  readonly mounts: string
  readonly reach: Reach
}

/** The outputs of a step, before any is mounted. */
export function openedOutputs({ outputDatasets, resolveOnly }: ActionInputs, places: Places): SessionOutput[] {
  if (resolveOnly) return []
  return outputDatasets.map((dataset, index) => ({
    dataset,
    folder: places.outputs[index] ?? '',
    published: undefined,
  }))
}

/** Mounts what has no reason against it, and downloads the other inputs. */
export async function stage(
  context: DatasetContext,
  staging: Staging,
  opened: Session,
  draft: Draft,
): Promise<{ readonly session: Session; readonly outputs: SessionOutput[] }> {
  const { placed, concurrency } = staging
  const inputs = placed.filter(({ reason }) => reason === undefined)
  const { session, outputs, failure } = await mount(context, staging, inputs, opened, draft)
  const toDownload = placed.filter(({ reason }) => reason !== undefined || failure !== undefined)
  if (toDownload.length > 0) context.stopwatch.begin('download')
  const downloads = toDownload.map((one) => ({ ...one, reason: one.reason ?? failure ?? '' }))
  if (downloads.length > 0)
    for await (const staged of downloadInputs(context, downloads, concurrency)) draft.setInput(staged)
  return { session, outputs }
}

/** @returns why nothing was mounted, where that did not work and need not */
async function mount(
  context: DatasetContext,
  staging: Staging,
  inputs: readonly MountedInput[],
  opened: Session,
  draft: Draft,
): Promise<{ readonly session: Session; readonly outputs: SessionOutput[]; readonly failure: string | undefined }> {
  const { toMount, reach } = staging
  if (inputs.length === 0 && toMount.size === 0)
    return { session: opened, outputs: [...staging.outputs], failure: undefined }
  const planned = await plan(context, staging, opened)
  context.stopwatch.begin('mount')
  const start = performance.now()
  const { session, failure } = await mountDatasets(context, inputs, planned, reach, opened)
  if (failure !== undefined) {
    for (const { input } of inputs) requireNoMount(input.dataset, failure)
    requireNoMountedOutput(toMount, failure)
    context.log.info(`Nothing was mounted, so that inputs are downloaded, and outputs uploaded at the end: ${failure}`)
    return { session, outputs: onThisMachine(staging), failure: 'mounting failed' }
  }
  const seconds = (performance.now() - start) / 1000
  for (const { input, folder } of inputs) {
    draft.setInput(reportMounted(input, folder, seconds))
    context.log.info(`Input ${labelOf(input.asset)} is mounted at ${folder}.`)
  }
  for (const output of planned) await linkTo(output)
  const mountedOf = (dataset: OutputDataset) => planned.find((output) => output.dataset === dataset)?.mounted
  const outputs = staging.outputs.map((output) => ({ ...output, mounted: mountedOf(output.dataset) }))
  return { session, outputs, failure: undefined }
}

async function plan(
  context: DatasetContext,
  { outputs, toMount, mounts }: Staging,
  { id }: Session,
): Promise<OutputToMount[]> {
  if (toMount.size === 0) return []
  context.stopwatch.begin('check outputs')
  const { free } = await freeSpace(sessionFolder(id))
  const mounted = outputs.filter(({ dataset }) => toMount.has(dataset))
  return planOutputs(context, mounted, { id, mounts, free })
}

/** Outputs that would have been mounted get folders as others have. */
function onThisMachine({ outputs, toMount, root }: Staging): SessionOutput[] {
  return outputs.map((output) => {
    const { dataset } = output
    const isElsewhere = toMount.has(dataset) && dataset.targetFolder === undefined
    return isElsewhere ? { ...output, folder: join(root, 'outputs', dataset.dataName) } : output
  })
}

/** Makes the folders of outputs that are not mounted, and says what becomes of each. */
export async function openOutputs(
  { uploadOutputs }: ActionInputs,
  outputs: readonly SessionOutput[],
  { log, change }: Draft,
): Promise<void> {
  const publisher = uploadOutputs === 'never' ? 'only a step publish/ publishes it' : 'the post step publishes it'
  for (const { dataset, folder, mounted } of outputs) {
    if (!mounted) await openOutputFolder(folder)
    const how = mounted ? ', from where it is sent while the job runs' : ''
    log.info(`Output ${dataset.name}: write it to ${folder}${how}; ${publisher}.`)
  }
  if (outputs.length > 0) change({ outputs })
}
