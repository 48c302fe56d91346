import { randomBytes } from 'node:crypto'
import {
  type DataUri,
  isSameWorkspace,
  listBlobDatastores,
  listDataNames,
  listDataVersions,
  parseDataUri,
  type Workspace,
} from '../azureml/index.ts'
import { type BlobContainer, isSameContainer, listPages } from '../blobs/index.ts'
import { counted, type Log, listed, quoted, UserError } from '../report/index.ts'
import { inParallel } from '../transfer/index.ts'

/** A folder of a datastore that an output is written to. */
export interface Destination {
  readonly datastore: string
  /** Ends in `/`. */
  readonly path: string
  readonly container: BlobContainer
}

/** A folder that nothing was ever written to, and nothing else ever will be: its version can never change. */
export function ownFolder(dataset: string, runId: string, runAttempt: string): string {
  return `azureml-datasets/${dataset}/${runId}.${runAttempt}.${randomBytes(4).toString('hex')}/`
}

/** Whether a folder is one that a dataset got in this run. */
export function isOwnFolder(folder: string, dataset: string, runId: string): boolean {
  const start = `azureml-datasets/${dataset}/${runId}.`
  return folder.startsWith(start) && /^\d+\.[0-9a-f]{8}\/$/.test(folder.slice(start.length))
}

/**
 * A folder that the user named may hold files already, or be part of a registered version. Unless `overwrite`, that is an error; with it, a
 * warning that says which versions change.
 */
export async function checkDestination(
  workspace: Workspace,
  destination: Destination,
  overwrite: boolean,
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  const touched = await versionsAround(workspace, destination, signal)
  const present = await firstFiles(destination, signal)
  if (touched.length === 0 && present.length === 0) return
  const where = `Folder ${quoted(destination.path)} of datastore "${destination.datastore}"`
  const facts = [
    present.length > 0 && `holds files already (${listed(present, 3)})`,
    touched.length > 0 && `is part of ${counted(touched.length, 'registered version')} (${listed(touched)})`,
  ].filter(Boolean)
  if (!overwrite) {
    throw new UserError(
      'destination-not-empty',
      `${where} ${facts.join(' and ')}. Leave out "path", so that every version has a folder of its own, or say "overwrite-existing: true".`,
    )
  }
  if (touched.length > 0)
    log.warning(`${where} ${facts.join(' and ')}. They will change, as overwrite-existing is true.`)
}

async function firstFiles({ container, path }: Destination, signal: AbortSignal): Promise<string[]> {
  for await (const page of listPages(container, path, signal))
    if (page.length > 0) return Array.from({ length: Math.min(4, page.length) }, (_, index) => page.name(index))
  return []
}

/**
 * Registered versions, archived ones too, whose folder the destination lies in or around. Every dataset of the workspace is asked: any of
 * them may be hit.
 */
async function versionsAround(workspace: Workspace, destination: Destination, signal: AbortSignal): Promise<string[]> {
  const datastores = await datastoresOn(workspace, destination)
  const names = await listDataNames(workspace)
  const touched = await inParallel(names, 8, signal, async (name) => {
    const versions = await listDataVersions(workspace, name, 'All')
    const hit = versions.filter(({ dataUri }) =>
      overlaps(destination.path, placeOf(workspace, destination, datastores, dataUri)),
    )
    return hit.map(({ version }) => `${name}:${version}`)
  })
  return touched.flat()
}

/** Names, in lower case, of all datastores that show the destination's container: one container may have several. */
async function datastoresOn(workspace: Workspace, { datastore, container }: Destination): Promise<Set<string>> {
  const datastores = await listBlobDatastores(workspace)
  const same = datastores.filter(({ location }) => isSameContainer(location, container.location))
  return new Set([datastore, ...same.map(({ name }) => name)].map((name) => name.toLowerCase()))
}

function overlaps(destination: string, place: string | undefined): boolean {
  if (place === undefined) return false
  const folder = place === '' || place.endsWith('/') ? place : `${place}/`
  return folder.startsWith(destination) || destination.startsWith(folder)
}

/** Where in the destination's container a URI points; undefined for other containers, as far as the URI itself tells. */
function placeOf(
  workspace: Workspace,
  { container }: Destination,
  datastores: ReadonlySet<string>,
  dataUri: string,
): string | undefined {
  const uri = parsed(dataUri)
  if (uri?.kind === 'blob') return isSameContainer(uri, container.location) ? uri.path : undefined
  if (uri?.kind !== 'datastore' || !datastores.has(uri.datastore.toLowerCase())) return undefined
  return uri.workspace === undefined || isSameWorkspace(uri.workspace, workspace.name) ? uri.path : undefined
}

function parsed(dataUri: string): DataUri | undefined {
  try {
    return parseDataUri(dataUri)
  } catch {
    return undefined // a form that cannot be staged cannot be written to either
  }
}
