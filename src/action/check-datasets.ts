import { foreseeRefusal } from '../azureml/index.ts'
import {
  type DatasetContext,
  defaultPlace,
  type InputDataset,
  locateInput,
  type OutputDataset,
  type Probed,
  placeOfOutput,
  probeInput,
  probeOutput,
  tryReadingDatasets,
} from '../datasets/index.ts'
import { type DatastoreChecks, datastoreChecks } from './check-datastores.ts'
import { type Examination, examine, type Found, failed, needing, skipped } from './findings.ts'
import type { ActionInputs } from './inputs.ts'

type Datasets = Pick<ActionInputs, 'inputDatasets' | 'outputDatasets'>

/** The rights on datasets, the datastores that are needed, every input and every output. Without datasets: the default datastore. */
export async function checkDatasets(
  examination: Examination,
  context: DatasetContext | undefined,
  datasets: Datasets,
): Promise<void> {
  if (!context) return skipAll(examination, datasets)
  const { inputDatasets, outputDatasets } = datasets
  const [first] = [...inputDatasets, ...outputDatasets]
  const readable = await examine(examination, 'read datasets', () => checkReading(context, first?.name))
  const datastores = datastoreChecks(examination, context)
  let registers = first === undefined || outputDatasets.length > 0
  if (!first) await datastores.writing(defaultPlace(context), false)
  for (const dataset of inputDatasets) {
    const isMade = await checkInput(examination, readable, datastores, dataset)
    registers ||= isMade
  }
  await examine(examination, 'register versions', () => checkRegistering(context, registers))
  for (const output of outputDatasets) await checkOutput(examination, context, datastores, output)
}

async function skipAll(examination: Examination, { inputDatasets, outputDatasets }: Datasets): Promise<void> {
  const subjects = [
    ...['read datasets', 'datastore'],
    ...inputDatasets.map(inputSubject),
    'register versions',
    ...outputDatasets.map(outputSubject),
  ]
  for (const subject of subjects) await examine(examination, subject, async () => skipped('the workspace'))
}

const inputSubject = ({ name }: InputDataset) => `input ${name}`
const outputSubject = ({ name }: OutputDataset) => `output ${name}`

async function checkReading(context: DatasetContext, name = 'any_dataset'): Promise<Found<DatasetContext>> {
  await tryReadingDatasets(context, name)
  return { state: 'ok', says: 'allowed', value: context }
}

/** Registering cannot be tried without doing it, so Azure is asked what it would allow. */
async function checkRegistering({ workspace }: DatasetContext, isNeeded: boolean): Promise<Found> {
  const action = 'Microsoft.MachineLearningServices/workspaces/data/versions/write'
  try {
    const refusal = await foreseeRefusal(workspace, 'Registering dataset versions', action)
    if (!refusal) return { state: 'ok', says: 'allowed' }
    return failed(refusal, isNeeded ? 'missing' : 'warning')
  } catch (error) {
    return failed(error, 'unknown')
  }
}

/** One input, after the datastore that it lies in. Returns whether it would be registered. */
async function checkInput(
  examination: Examination,
  context: DatasetContext | undefined,
  datastores: DatastoreChecks,
  dataset: InputDataset,
): Promise<boolean> {
  const subject = inputSubject(dataset)
  if (!context) {
    await examine(examination, subject, async () => skipped('read datasets'))
    return false
  }
  const locating = locateInput(context, dataset)
  const located = await locating.catch(() => undefined) // why it was refused is told in the line of the input
  const isReadable = located?.place === undefined || (await datastores.reading(located.place)) !== undefined
  await examine(examination, subject, async () => {
    const input = await locating
    return isReadable ? toFinding(await probeInput(context, input)) : skipped('read blobs')
  })
  return located !== undefined && located.asset === undefined
}

/** One output, after the datastore that it will be written to. */
async function checkOutput(
  examination: Examination,
  context: DatasetContext,
  datastores: DatastoreChecks,
  output: OutputDataset,
): Promise<void> {
  const datastore = await datastores.writing(placeOfOutput(context, output), true)
  const check = needing('read blobs', datastore, async () => toFinding(await probeOutput(context, output)))
  await examine(examination, outputSubject(output), check)
}

/** What the real step would warn of is a warning here too. */
function toFinding({ says, warnings }: Probed): Found {
  return warnings.length === 0 ? { state: 'ok', says } : { state: 'warning', says: [says, ...warnings].join('. ') }
}
