import type { Datastore, StorageAccess, Workspace } from '../azureml/index.ts'
import type { BlobContainer } from '../blobs/index.ts'
import type { Log, Stopwatch } from '../report/index.ts'

/** What working on datasets of a workspace needs. */
export interface DatasetContext {
  readonly workspace: Workspace
  readonly access: StorageAccess
  /** The action's `default-datastore`; empty for the workspace's own. */
  readonly defaultDatastore: string
  readonly signal: AbortSignal
  readonly log: Log
  /** Is told what is done, so that a report can say where the time went. */
  readonly stopwatch: Stopwatch
}

/** The name of a dataset's datastore: its own, else the action's default; undefined for the workspace's. */
export function datastoreNameFor(
  { defaultDatastore }: Pick<DatasetContext, 'defaultDatastore'>,
  datastore?: string,
): string | undefined {
  return datastore ?? (defaultDatastore || undefined)
}

/** The datastore of a dataset: its own, else the action's default, else the workspace's. */
export function datastoreFor(context: DatasetContext, datastore: string | undefined): Promise<Datastore> {
  return context.access.datastore(context.workspace, datastoreNameFor(context, datastore))
}

/** Works on a container. What its account refuses, or the network breaks, becomes an instruction with the account, the file and the credentials. */
export async function onContainer<T>(
  { access }: Pick<DatasetContext, 'access'>,
  container: BlobContainer,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw await access.explain(container, error)
  }
}
