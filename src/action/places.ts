import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  type InputDataset,
  type OutputDataset,
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

/** The folder of the checkout, which relative places start from. */
export function checkoutFolder(): string {
  return process.env.GITHUB_WORKSPACE ?? process.cwd()
}

/** The `local-folder` of a dataset: where it is, and whether there is such a folder; undefined where the dataset names none. */
export async function localFolderOf(
  { localFolder }: InputDataset,
  checkout: string,
): Promise<{ readonly folder: string; readonly exists: boolean } | undefined> {
  if (localFolder === undefined) return undefined
  const folder = resolve(checkout, localFolder)
  const status = await stat(folder).catch(() => undefined)
  return { folder, exists: status?.isDirectory() === true }
}

/** Inputs whose `local-folder` exists. */
export async function localFolders(
  datasets: readonly InputDataset[],
  checkout: string,
  log: Log,
): Promise<Map<InputDataset, string>> {
  const found = new Map<InputDataset, string>()
  for (const dataset of datasets) {
    const local = await localFolderOf(dataset, checkout)
    if (!local) continue
    const { folder, exists } = local
    if (exists) found.set(dataset, folder)
    else log.notice(`Input ${dataset.name}: local-folder ${folder} does not exist, so the dataset is staged.`)
  }
  return found
}

/** Where what has no `target-folder` goes: below `root`, and mounted outputs below `mounts`. */
export interface Roots {
  readonly root: string
  readonly mounts: string
  readonly checkout: string
}

/**
 * Chooses and checks the folders of all datasets before anything is asked of Azure.
 * @param mounted the outputs that are to be mounted
 */
export async function choosePlaces(
  inputs: ActionInputs,
  remote: readonly InputDataset[],
  mounted: ReadonlySet<OutputDataset>,
  { root, mounts, checkout }: Roots,
): Promise<Places> {
  const places = new Map<InputDataset, string>()
  const outputs: string[] = []
  if (inputs.resolveOnly) return { inputs: places, outputs }
  for (const dataset of remote) {
    const folder = await placeOf(dataset, join(root, 'inputs'), checkout)
    await requireOursOrEmpty(folder)
    places.set(dataset, folder)
  }
  for (const dataset of inputs.outputDatasets) {
    const folder = await placeOf(dataset, mounted.has(dataset) ? mounts : join(root, 'outputs'), checkout)
    await requireEmpty(folder)
    outputs.push(folder)
  }
  refuseOverlaps([...places.values(), ...outputs])
  return { inputs: places, outputs }
}

/** The `target-folder` of a dataset, else a folder of its own below `root`. */
async function placeOf(
  { targetFolder, dataName }: InputDataset | OutputDataset,
  root: string,
  checkout: string,
): Promise<string> {
  return targetFolder === undefined ? join(root, dataName) : resolveTargetFolder(targetFolder, checkout)
}
