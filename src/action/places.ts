import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  type InputDataset,
  refuseOverlaps,
  requireEmpty,
  requireOursOrEmpty,
  resolveTargetFolder,
} from '../datasets/index.ts'
import type { Log } from '../report/index.ts'
import type { ActionInputs } from './inputs.ts'

/** The places of the datasets, in the order of the inputs. */
export interface Places {
  readonly inputs: ReadonlyMap<InputDataset, string>
  readonly outputs: readonly string[]
}

/** Inputs whose `local-folder` exists. */
export async function localFolders(
  datasets: readonly InputDataset[],
  checkout: string,
  log: Log,
): Promise<Map<InputDataset, string>> {
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
export async function choosePlaces(
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
