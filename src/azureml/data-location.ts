import type { BlobContainer } from '../blobs/index.ts'
import { UserError } from '../report/index.ts'
import { findingInArm } from './arm-refusals.ts'
import { type DataUri, parseDataUri } from './data-uri.ts'
import type { StorageAccess } from './storage-access.ts'
import { isSameWorkspace, openWorkspace, type Workspace } from './workspace.ts'

/** A `dataUri`, found: the open container, and the folder or file in it. */
export interface DataLocation {
  readonly container: BlobContainer
  /** Path within the container, without slash at either end; empty for the whole container. */
  readonly path: string
}

/**
 * Finds what a `dataUri` points at and opens its container for reading.
 * @throws UserError for forms that cannot be staged, and for what is missing or refused on the way
 */
export async function locateData(
  workspace: Workspace,
  access: StorageAccess,
  uri: string,
  signal: AbortSignal,
): Promise<DataLocation> {
  const parsed = parseDataUri(uri)
  switch (parsed.kind) {
    case 'datastore':
      return locateInDatastore(workspace, access, parsed, signal)
    case 'blob': {
      const path = trimSlashes(parsed.path)
      return { container: await access.openLocation(workspace, parsed, path, signal), path }
    }
    case 'job-output': {
      const output = await jobOutputUri(workspace, parsed.job, parsed.output)
      return locateData(workspace, access, `${output.replace(/\/$/, '')}/${parsed.path}`, signal)
    }
  }
}

async function locateInDatastore(
  here: Workspace,
  access: StorageAccess,
  uri: DataUri & { kind: 'datastore' },
  signal: AbortSignal,
): Promise<DataLocation> {
  const workspace = uri.workspace ? await workspaceOf(here, uri.workspace, signal) : here
  const datastore = await access.datastore(workspace, uri.datastore)
  const path = trimSlashes(uri.path)
  return { container: await access.open(workspace, datastore, path, 'read', signal), path }
}

/** Data may lie in a datastore of another workspace; the same identity opens that one. */
async function workspaceOf(here: Workspace, name: Workspace['name'], signal: AbortSignal): Promise<Workspace> {
  return isSameWorkspace(name, here.name) ? here : openWorkspace(name, here.cloud, here.identity, signal, here.log)
}

/** `GET {workspace}/jobs/{job}` → `properties.outputs.{output}.uri`. */
async function jobOutputUri(workspace: Workspace, job: string, output: string): Promise<string> {
  const { resourceGroup, workspace: workspaceName } = workspace.name
  const found = await findingInArm(`Reading job "${job}"`, () =>
    workspace.client.jobs.get(resourceGroup, workspaceName, job),
  )
  // The typed client knows `outputs` of some job types only, but keeps what the service sends.
  const outputs = (found?.properties as { outputs?: Record<string, { uri?: string } | null> } | undefined)?.outputs
  const uri = outputs?.[output]?.uri
  if (uri) return uri
  throw new UserError(
    'job-output-not-found',
    `The dataset points at output "${output}" of AzureML job "${job}", and there is no such ${found ? 'output' : 'job'}.`,
  )
}

function trimSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, '')
}
