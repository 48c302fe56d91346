import type { Datastore, DatastoreCredentials } from '../azureml/index.ts'
import { type DatasetContext, type Place, tryWriting } from '../datasets/index.ts'
import { messageOf, quoted, UserError } from '../report/index.ts'
import { type Examination, examine, type Found, failed, needing } from './findings.ts'

/** The datastores of the datasets, each examined once, when the first dataset needs it. */
export interface DatastoreChecks {
  /** Examines the datastore of a place; undefined where blobs cannot be read there. */
  reading(place: Place): Promise<Datastore | undefined>
  /** The same, and whether blobs can be written there. `isNeeded`: whether the step would fail if not. */
  writing(place: Place, isNeeded: boolean): Promise<Datastore | undefined>
}

const kept: Record<DatastoreCredentials['kind'], string> = {
  AccountKey: 'an account key',
  Sas: 'a SAS',
  ServicePrincipal: 'a service principal',
  Certificate: 'a certificate, which cannot be used here',
  None: 'no credentials',
}

/** Checks of the datastores of a workspace. */
export function datastoreChecks(examination: Examination, context: DatasetContext): DatastoreChecks {
  const readable = new Map<string, Datastore | undefined>()
  const written = new Set<string>()
  const reading: DatastoreChecks['reading'] = async (place) => {
    const key = await keyOf(context, place)
    if (!readable.has(key)) readable.set(key, await examineReading(examination, context, place))
    return readable.get(key)
  }
  const writing: DatastoreChecks['writing'] = async (place, isNeeded) => {
    const datastore = await reading(place)
    const key = await keyOf(context, place)
    if (!written.has(key)) {
      const check = needing('read blobs', datastore, (store) => checkWriting(context, store, place, isNeeded))
      await examine(examination, 'write blobs', check)
    }
    written.add(key)
    return datastore
  }
  return { reading, writing }
}

/** The default datastore has a name too, by which other datasets may ask for it. */
async function keyOf({ access, workspace }: DatasetContext, { datastore }: Place): Promise<string> {
  const found = await access.datastore(workspace, datastore).catch(() => undefined)
  return found?.name ?? datastore ?? ''
}

async function examineReading(
  examination: Examination,
  context: DatasetContext,
  place: Place,
): Promise<Datastore | undefined> {
  const datastore = await examine(examination, 'datastore', () => checkDatastore(context, place))
  await examine(
    examination,
    'credentials',
    needing('the datastore', datastore, (store) => checkCredentials(context, store)),
  )
  const check = needing('the datastore', datastore, (store) => checkReading(context, store, place))
  return examine(examination, 'read blobs', check)
}

async function checkDatastore({ access, workspace }: DatasetContext, place: Place): Promise<Found<Datastore>> {
  const datastore = await access.datastore(workspace, place.datastore)
  const { accountName, containerName } = datastore.location
  const says = `${quoted(datastore.name)}: container ${quoted(containerName)} of account ${quoted(accountName)}`
  return { state: 'ok', says, value: datastore }
}

/** Whether we may have what the datastore keeps. If not, our own token is tried, which may do. */
async function checkCredentials({ access, workspace }: DatasetContext, datastore: Datastore): Promise<Found> {
  const says = `${quoted(datastore.name)} keeps ${kept[datastore.credentials.kind]}`
  try {
    const mayListSecret = await access.mayListSecret(workspace, datastore)
    return mayListSecret
      ? { state: 'ok', says: `${says}, and we may read it` }
      : { state: 'info', says: `${says}: our own token is used` }
  } catch (error) {
    return { state: 'warning', says: `${says}, but we may not read it. ${failed(error).says}` }
  }
}

async function checkReading(
  { access, workspace, signal }: DatasetContext,
  datastore: Datastore,
  { folder }: Place,
): Promise<Found<Datastore>> {
  const container = await access.open(workspace, datastore, folder, 'read', signal)
  const { label, refusals } = access.openingOf(container)
  const says = `of ${quoted(datastore.name)}, with ${label}`
  if (refusals.length === 0) return { state: 'ok', says, value: datastore }
  const before = refusals.map((refusal) => `${refusal.label} (${reasonOf(refusal.error)})`).join(', ')
  return { state: 'warning', says: `${says}. Refused before: ${before}`, value: datastore }
}

/** That the workspace does not give a secret away is told in a line of its own, at length. */
function reasonOf(error: unknown): string {
  return error instanceof UserError && error.code === 'azure-role-missing' ? 'see credentials' : messageOf(error)
}

async function checkWriting(
  context: DatasetContext,
  datastore: Datastore,
  { folder }: Place,
  isNeeded: boolean,
): Promise<Found> {
  try {
    const label = await tryWriting(context, datastore, folder)
    return { state: 'ok', says: `of ${quoted(datastore.name)}, with ${label}` }
  } catch (error) {
    return failed(error, isNeeded ? 'missing' : 'warning')
  }
}
