import { names } from '../names.ts'
import { badRequest, notFound } from './errors.ts'
import { workspaceId } from './workspace.ts'

/** The credentials that the workspace keeps for a datastore: what GET shows of them, and what listSecrets tells. */
export interface StoredCredentials {
  readonly shown: Readonly<Record<string, string>> & { readonly credentialsType: string }
  readonly secrets: Readonly<Record<string, string>> | undefined
}

export interface Datastore {
  readonly name: string
  readonly isDefault: boolean
  readonly description: string | null
  /** `datastoreType` and the fields of that type: `containerName`, `filesystem`, `accountName`, `endpoint`, … */
  readonly location: Readonly<Record<string, string>> & { readonly datastoreType: string }
  readonly credentials: StoredCredentials
}

/** One datastore as GET and list answer it. Secrets are in neither. */
export function datastoreResource(datastore: Datastore): unknown {
  return {
    id: `${workspaceId}/datastores/${datastore.name}`,
    name: datastore.name,
    type: 'Microsoft.MachineLearningServices/workspaces/datastores',
    properties: {
      description: datastore.description,
      tags: null,
      properties: null,
      isDefault: datastore.isDefault,
      credentials: datastore.credentials.shown,
      ...datastore.location,
      serviceDataAccessAuthIdentity: 'None',
      subscriptionId: names.subscriptionId,
      resourceGroup: names.resourceGroup,
    },
    systemData: { createdAt: '2024-01-15T08:00:00.0000000+00:00', createdByType: 'Application' },
  }
}

/** One datastore; a 404 that names it where it is not there. */
export function findDatastore(datastores: Map<string, Datastore>, name: string): Datastore {
  const datastore = datastores.get(name)
  if (!datastore) throw notFound(`Could not find datastore: ${name}.`)
  return datastore
}

/** The answer to `POST {datastore}/listSecrets`: flat, with its `secretsType`. There is none where nothing is stored. */
export function datastoreSecrets(datastore: Datastore): unknown {
  const { secrets, shown } = datastore.credentials
  if (!secrets)
    throw badRequest(`Datastore ${datastore.name} has no stored secrets (credentialsType ${shown.credentialsType}).`)
  return { secretsType: shown.credentialsType, ...secrets }
}

/** The datastores that a list asks for with `isDefault`, `names` and `searchText`. */
export function selectDatastores(datastores: Map<string, Datastore>, query: (key: string) => string): Datastore[] {
  const wanted = query('names').split(',').filter(Boolean)
  return [...datastores.values()]
    .filter((one) => query('isDefault') === '' || String(one.isDefault) === query('isDefault').toLowerCase())
    .filter((one) => wanted.length === 0 || wanted.includes(one.name))
    .filter((one) => one.name.includes(query('searchText')))
}
