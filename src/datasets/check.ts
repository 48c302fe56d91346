import {
  type Datastore,
  type DataVersion,
  findDataContainer,
  isSameWorkspace,
  listDataVersions,
  parseDataUri,
  type Workspace,
} from '../azureml/index.ts'
import { counted, formatBytes, quoted } from '../report/index.ts'
import type { InputDataset, OutputDataset } from './config.ts'
import { type DatasetContext, datastoreNameFor, onContainer } from './context.ts'
import { chooseVersion, folderOf, labelOf, listAsset, listFolder } from './ensure.ts'
import { checkOutput } from './publish.ts'
import { select, selectsAll } from './selection.ts'

/** So many files of a dataset are looked at, and no more: one page of a listing. */
const probedFiles = 5000

/** Where something lies or will lie in a datastore of the workspace. */
export interface Place {
  /** Undefined for the default one. */
  readonly datastore: string | undefined
  readonly folder: string
}

/** An input as far as Azure Resource Manager knows it: no blob was asked for yet. */
export interface LocatedInput {
  readonly dataset: InputDataset
  /** The version that would be used; undefined where the dataset does not exist, and would be made of a folder. */
  readonly asset: DataVersion | undefined
  /** Undefined where it lies in no datastore of this workspace. */
  readonly place: Place | undefined
}

/** What a check found out about a dataset, for people. */
export interface Probed {
  readonly says: string
  /** What the real step would warn of. */
  readonly warnings: readonly string[]
}

/** Whether data assets may be read: asks for one, which need not exist. */
export async function tryReadingDatasets({ workspace }: DatasetContext, name: string): Promise<void> {
  await findDataContainer(workspace, name)
  await listDataVersions(workspace, name)
}

/** Finds out which version an input would use, and where it lies. Nothing is made. */
export async function locateInput(context: DatasetContext, dataset: InputDataset): Promise<LocatedInput> {
  const asset = await chooseVersion(context, dataset)
  if (asset) return { dataset, asset, place: placeOf(context.workspace, asset) }
  return {
    dataset,
    asset,
    place: { datastore: datastoreNameFor(context, dataset.datastore), folder: folderOf(dataset) },
  }
}

function placeOf({ name }: Workspace, { dataUri }: DataVersion): Place | undefined {
  const uri = parseDataUri(dataUri)
  const isHere = uri.kind === 'datastore' && (uri.workspace === undefined || isSameWorkspace(uri.workspace, name))
  return isHere ? { datastore: uri.datastore, folder: uri.path } : undefined
}

/**
 * Looks whether there are files, with the errors that staging would end with. Where there are many, only the first are looked at.
 * @throws UserError
 */
export async function probeInput(context: DatasetContext, { dataset, asset }: LocatedInput): Promise<Probed> {
  const { quiet, warnings } = keepingWarnings(context)
  const { whole } = asset
    ? await listAsset(quiet, asset, dataset, { most: probedFiles })
    : await listFolder(quiet, dataset, { most: probedFiles })
  const what = asset ? labelOf(asset) : `does not exist yet, and would be made of folder ${quoted(folderOf(dataset))}`
  if (whole.length >= probedFiles) return { says: `${what}: ${counted(whole.length, 'file')} or more`, warnings }
  const chosen = select(whole, dataset.selection, `Dataset ${asset ? labelOf(asset) : dataset.name}`)
  const part = selectsAll(dataset.selection) ? '' : ` of ${counted(whole.length, 'file')}`
  return { says: `${what}: ${counted(chosen.length, 'file')}${part}, ${formatBytes(chosen.bytes)}`, warnings }
}

/**
 * Looks whether an output could be published, as far as that can be known before: its datastore opens, its folder is free.
 * @throws UserError
 */
export async function probeOutput(context: DatasetContext, output: OutputDataset): Promise<Probed> {
  const { quiet, warnings } = keepingWarnings(context)
  await checkOutput(quiet, output)
  const version = (await findDataContainer(context.workspace, output.name))?.nextVersion ?? '1'
  const folder = output.path === undefined ? 'a folder of its own' : `folder ${quoted(output.path)}`
  return { says: `would become ${output.name}:${version}, in ${folder}`, warnings }
}

/**
 * Whether blobs can be written below a folder (which is empty, or ends in `/`), found out without writing. Returns with which credential.
 * @throws UserError with what storage refuses
 */
export async function tryWriting(context: DatasetContext, datastore: Datastore, folder: string): Promise<string> {
  const { access, workspace, signal } = context
  const container = await access.open(workspace, datastore, folder, 'write', signal)
  await onContainer(context, container, () => container.probeWrite(folder, signal))
  return access.openingOf(container).label
}

/** Where an output will be written. */
export function placeOfOutput(context: DatasetContext, { name, datastore, path }: OutputDataset): Place {
  return { datastore: datastoreNameFor(context, datastore), folder: path ?? `azureml-datasets/${name}/` }
}

/** Where datasets lie that name no datastore: the whole of it. */
export function defaultPlace(context: DatasetContext): Place {
  return { datastore: datastoreNameFor(context), folder: '' }
}

/** The context with a log whose warnings are kept: they belong into the line of the dataset. */
function keepingWarnings(context: DatasetContext): { readonly quiet: DatasetContext; readonly warnings: string[] } {
  const warnings: string[] = []
  const warning = (message: string) => void warnings.push(message)
  return { quiet: { ...context, log: { ...context.log, warning } }, warnings }
}
