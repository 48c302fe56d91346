import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  type InputDataset,
  type OutputDataset,
  refuseOverlaps,
  requireEmpty,
  requireOursOrEmpty,
  resolveTargetFolder,
} from '../datasets/index.ts'
import { formatBytes, quoted } from '../report/index.ts'
import { freeSpace } from '../transfer/index.ts'
import { type Examination, examine, type Found } from './findings.ts'
import type { ActionInputs } from './inputs.ts'
import { currentJob, mayPublish } from './job.ts'
import { checkoutFolder, localFolderOf } from './places.ts'
import { stagingRoot } from './session.ts'

/** What runs the step: the machine, and the version of the action. */
export async function checkRunner(): Promise<Found> {
  const { RUNNER_OS, RUNNER_ARCH, RUNNER_ENVIRONMENT, GITHUB_ACTION_REPOSITORY, GITHUB_ACTION_REF } = process.env
  const machine = [RUNNER_OS ?? process.platform, RUNNER_ARCH ?? process.arch, RUNNER_ENVIRONMENT].filter(Boolean)
  const action = GITHUB_ACTION_REPOSITORY
    ? `${GITHUB_ACTION_REPOSITORY}@${GITHUB_ACTION_REF}`
    : 'a folder of the checkout'
  return { state: 'info', says: `${machine.join(' ')}, Node ${process.versions.node}, action ${quoted(action)}` }
}

/** Whether outputs may be published on the event of this run. */
export async function checkEvent({ outputDatasets, resolveOnly }: ActionInputs): Promise<Found> {
  const job = await currentJob()
  const event = quoted(job.eventName)
  if (outputDatasets.length === 0 || resolveOnly)
    return { state: 'info', says: `${event}; there are no outputs to publish` }
  const warning = mayPublish(job)
  return warning ? { state: 'warning', says: warning } : { state: 'ok', says: `${event}: outputs may be published` }
}

/** Room for datasets without a `target-folder`. */
export async function checkDisk(): Promise<Found> {
  return describeRoom(dirname(stagingRoot()))
}

async function describeRoom(folder: string): Promise<Found> {
  const { place, free } = await freeSpace(folder)
  await access(place, constants.W_OK)
  return { state: 'ok', says: `${formatBytes(free)} free at ${quoted(folder)}` }
}

/** The inputs that will be staged; of the others, it is told that their `local-folder` exists. */
export async function withoutLocalFolders(
  examination: Examination,
  datasets: readonly InputDataset[],
): Promise<readonly InputDataset[]> {
  const remote: InputDataset[] = []
  for (const dataset of datasets) {
    const local = await localFolderOf(dataset, checkoutFolder())
    if (!local?.exists) remote.push(dataset)
    else {
      const says = `local-folder ${quoted(local.folder)} exists and is used where it lies`
      await examine(examination, `input ${dataset.name}`, async () => ({ state: 'ok', says }))
    }
  }
  return remote
}

/** The places that users named, with the errors of the real step, and the room there. */
export async function checkTargetFolders(
  examination: Examination,
  { inputDatasets, outputDatasets }: Pick<ActionInputs, 'inputDatasets' | 'outputDatasets'>,
): Promise<void> {
  const taken: string[] = []
  const check = async (
    { targetFolder }: InputDataset | OutputDataset,
    requireFit: (folder: string) => Promise<void>,
  ) => {
    if (targetFolder === undefined) return
    await examine(examination, 'target-folder', async () => {
      const folder = await resolveTargetFolder(targetFolder, checkoutFolder())
      await requireFit(folder)
      refuseOverlaps([...taken, folder])
      taken.push(folder)
      return describeRoom(folder)
    })
  }
  for (const dataset of inputDatasets) await check(dataset, requireOursOrEmpty)
  for (const dataset of outputDatasets) await check(dataset, requireEmpty)
}
