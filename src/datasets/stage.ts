import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { shortUri } from '../azureml/index.ts'
import { counted, formatBytes, formatSeconds, type Log } from '../report/index.ts'
import {
  type DownloadPlan,
  download,
  inParallel,
  listLocalFiles,
  md5OfFile,
  planDownload,
  requireFreeSpace,
  requireReadable,
} from '../transfer/index.ts'
import type { InputDataset } from './config.ts'
import { type DatasetContext, onContainer } from './context.ts'
import { type EnsuredInput, type Extent, labelOf } from './ensure.ts'
import { type Fingerprint, type FingerprintBasis, fingerprintOf } from './fingerprint.ts'

export type Staged = 'local' | 'mounted' | 'downloaded' | 'none'

/** What became of an input: the entry in the output `datasets`. */
export interface StagedInput {
  readonly dataName: string
  readonly name: string
  /** Empty for `local`. */
  readonly version: string
  /** `azureml:my_folder:7`; empty for `local`. */
  readonly id: string
  /** `azureml://datastores/…`; empty for `local`. */
  readonly uri: string
  /** Folder, or the file of a `uri_file`; empty where nothing was staged. */
  readonly path: string
  readonly fingerprint: string
  readonly fingerprintBasis: FingerprintBasis
  readonly files: number
  readonly bytes: number
  readonly staged: Staged
  /** Why it was staged in this way, where there is something to say. */
  readonly reason: string
  readonly seconds: number
  /** What was fetched; the rest lay there already. */
  readonly fetched: Extent
  /** All files of the version, of which `files` were chosen. */
  readonly whole: Extent
  /** The page of the version in the AzureML studio; empty for `local`. */
  readonly studioUrl: string
  /** The folder that the version was registered for just now, by us. */
  readonly registeredFrom: string | undefined
}

const nothing: Extent = { files: 0, bytes: 0 }

/** A `local-folder` that exists is used as it is: nothing is asked of Azure, and nothing is copied. */
export async function stageLocalFolder(
  dataset: InputDataset,
  folder: string,
  signal: AbortSignal,
  log: Log,
): Promise<StagedInput> {
  const start = performance.now()
  const files = await listLocalFiles(folder, 'follow')
  const hashed = await inParallel(files, 8, signal, async (file) => ({
    ...file,
    md5: await md5OfFile(join(folder, file.path)),
    etag: '',
  }))
  const bytes = files.reduce((sum, file) => sum + file.size, 0)
  log.info(`Input ${dataset.name}: local folder ${folder}, ${counted(files.length, 'file')}, ${formatBytes(bytes)}.`)
  return {
    dataName: dataset.dataName,
    name: dataset.name,
    version: '',
    id: '',
    uri: '',
    path: folder,
    ...fingerprintFields(fingerprintOf(hashed)),
    files: files.length,
    bytes,
    staged: 'local',
    reason: '',
    seconds: (performance.now() - start) / 1000,
    fetched: nothing,
    whole: { files: files.length, bytes },
    studioUrl: '',
    registeredFrom: undefined,
  }
}

/** The report of an input of which nothing is moved. */
export function reportResolved(input: EnsuredInput): StagedInput {
  const { dataset, asset, snapshot, fingerprint, whole, studioUrl, registeredFrom } = input
  return {
    dataName: dataset.dataName,
    name: asset.name,
    version: asset.version,
    id: `azureml:${labelOf(asset)}`,
    uri: shortUri(asset.dataUri),
    path: '',
    ...fingerprintFields(fingerprint),
    files: snapshot.length,
    bytes: snapshot.bytes,
    staged: 'none',
    reason: '',
    seconds: 0,
    fetched: nothing,
    whole,
    studioUrl,
    registeredFrom,
  }
}

/** An input and the folder that it is downloaded to. */
export interface Placed {
  readonly input: EnsuredInput
  readonly folder: string
  /** Why it is not mounted; empty where nobody would have expected that. */
  readonly reason: string
}

/** @throws UserError for names that cannot be files below that folder, and for archived blobs */
export function requireMountable({ snapshot }: EnsuredInput, folder: string): void {
  requireReadable(snapshot, [folder])
}

/** The report of an input that was mounted. */
export function reportMounted(input: EnsuredInput, folder: string, seconds: number): StagedInput {
  return { ...reportResolved(input), path: stagedPath(input, folder), staged: 'mounted', seconds }
}

/**
 * Downloads inputs to their folders, one after another, each as fast as the wire allows, and gives each when it is complete. Room is made sure of
 * for all of them first.
 * @throws UserError for everything that stands against it; no folder is left half full
 */
export async function* downloadInputs(
  context: DatasetContext,
  placed: readonly Placed[],
  concurrency: number | undefined,
): AsyncGenerator<StagedInput> {
  const { signal, log } = context
  const plans: { plan: DownloadPlan; input: EnsuredInput; reason: string }[] = []
  for (const { input, folder, reason } of placed) {
    const { container, snapshot, asset, begun } = input
    plans.push({
      input,
      reason,
      plan: await planDownload({ container, snapshot, folder, label: labelOf(asset), concurrency, signal, log, begun }),
    })
  }
  await requireFreeSpace(plans.map(({ plan }) => plan))
  for (const { plan, input, reason } of plans) {
    const staged = await downloadInput(context, plan, input)
    yield { ...staged, reason: reasonOf(plan, input, reason) }
  }
}

async function downloadInput(context: DatasetContext, plan: DownloadPlan, input: EnsuredInput): Promise<StagedInput> {
  const { folder, label, container } = plan.request
  const { bytes, files, seconds } = await onContainer(context, container, () => download(plan))
  if (files > 0)
    context.log.info(
      `${label}: ${counted(files, 'file')}, ${formatBytes(bytes)} in ${formatSeconds(seconds)} (${formatBytes(bytes / Math.max(seconds, 0.001))}/s), complete and verified.`,
    )
  return {
    ...reportResolved(input),
    path: stagedPath(input, folder),
    staged: 'downloaded',
    seconds,
    fetched: { files, bytes },
  }
}

/** Why an input was downloaded as it was. */
function reasonOf({ missing, outdated }: DownloadPlan, { snapshot }: EnsuredInput, reason: string): string {
  if (missing.length === 0 && outdated.length === 0) return 'nothing changed since the last run'
  if (missing.length < snapshot.length) return `${counted(missing.length, 'file')} fetched, the rest was there`
  return reason
}

/** The folder, or for a `uri_file` the file in it. */
function stagedPath({ asset, snapshot }: EnsuredInput, folder: string): string {
  if (asset.dataType !== 'uri_file') return folder
  const [file] = snapshot
  return file ? join(folder, file.path) : folder
}

function fingerprintFields({ value, basis }: Fingerprint) {
  return { fingerprint: value, fingerprintBasis: basis }
}

/** Makes the empty folder that a job writes an output to. */
export async function openOutputFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
}
