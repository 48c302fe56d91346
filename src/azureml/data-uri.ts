import { quoted, UserError } from '../report/index.ts'
import type { WorkspaceName } from './workspace.ts'

/** What a `dataUri` points at. */
export type DataUri =
  /** `azureml://datastores/…`, `azureml://subscriptions/…/datastores/…`; with or without `/paths/`. */
  | {
      readonly kind: 'datastore'
      readonly datastore: string
      readonly path: string
      readonly workspace?: WorkspaceName
    }
  /** `https://`, `wasbs://`, `abfss://`: a folder or file of a container, by its account. */
  | {
      readonly kind: 'blob'
      readonly accountName: string
      readonly containerName: string
      readonly path: string
      readonly url: string
    }
  /** `azureml://jobs/{job}/outputs/{output}/paths/{path}` */
  | { readonly kind: 'job-output'; readonly job: string; readonly output: string; readonly path: string }

const longForm =
  /^azureml:\/\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/(?:providers\/[^/]+\/)?workspaces\/([^/]+)\/datastores\/([^/]+)(?:\/(.*))?$/i
const shortForm = /^azureml:\/\/datastores\/([^/]+)(?:\/(.*))?$/i
const jobForm = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths)?(?:\/(.*))?$/i

/**
 * Takes a `dataUri` apart. Paths of `azureml://` URIs are kept as they are, those of the others are percent-decoded.
 * @throws UserError that names the form, for forms that cannot be staged (registries, other web sites)
 */
export function parseDataUri(uri: string): DataUri {
  const long = longForm.exec(uri)
  if (long) {
    const [, subscriptionId = '', resourceGroup = '', workspace = '', datastore = '', path] = long
    return { kind: 'datastore', datastore, path: pathOf(path), workspace: { subscriptionId, resourceGroup, workspace } }
  }
  const short = shortForm.exec(uri)
  if (short) return { kind: 'datastore', datastore: short[1] ?? '', path: pathOf(short[2]) }
  const job = jobForm.exec(uri)
  if (job) return { kind: 'job-output', job: job[1] ?? '', output: job[2] ?? '', path: job[3] ?? '' }
  return parseStorageUrl(uri) ?? unsupported(uri)
}

/** The service writes `/paths/…`; run artifacts come without it (`azureml://datastores/workspaceartifactstore/ExperimentRun/…`). */
function pathOf(rest = ''): string {
  return rest === 'paths' ? '' : rest.replace(/^paths\//, '')
}

/** Scheme, container (before `@`), host with its port, and path; read from the text itself, as `URL` would encode a path that is not. */
const storageForm = /^(https?|wasbs|abfss):\/\/(?:([^/@]*)@)?([^/@]+)(?:\/(.*))?$/is

function parseStorageUrl(uri: string): DataUri | undefined {
  const [, scheme = '', user = '', host = '', path = ''] = storageForm.exec(uri.replace(/[?#].*$/s, '')) ?? []
  if (!URL.canParse(`https://${host}/`)) return undefined
  const [, accountName = '', endpoint = ''] = /^([^.:]+)\.(?:blob|dfs)\.(.+)$/i.exec(host) ?? []
  const protocol = scheme.toLowerCase() === 'http' ? 'http' : 'https'
  const accountUrl = accountName ? `${protocol}://${accountName}.blob.${endpoint}` : ''
  if (!scheme.toLowerCase().startsWith('http')) {
    return accountName && isContainerName(user) ? blobUri(accountUrl, accountName, user, path) : undefined
  }
  return accountName ? inAccount(accountUrl, accountName, path) : behindAddress(`${protocol}://${host}`, host, path)
}

/** `https://{account}.blob.{endpoint}/{container}/{path}` */
function inAccount(accountUrl: string, accountName: string, path: string): DataUri | undefined {
  const [container = '', ...rest] = path.split('/')
  return isContainerName(container) ? blobUri(accountUrl, accountName, container, rest.join('/')) : undefined
}

/** The same with the account in the path, as Azurite has it: `https://{address}/{account}/{container}/{path}`. */
function behindAddress(origin: string, host: string, path: string): DataUri | undefined {
  const [accountName = '', ...rest] = path.split('/')
  return isAddress(host.replace(/:\d+$/, ''))
    ? inAccount(`${origin}/${accountName}`, accountName, rest.join('/'))
    : undefined
}

function blobUri(accountUrl: string, accountName: string, containerName: string, encodedPath: string): DataUri {
  const url = `${accountUrl}/${containerName}`
  return { kind: 'blob', accountName, containerName, url, path: decodePath(encodedPath) }
}

/** Letters, digits and hyphens; `$web` and the like are the service's own. */
function isContainerName(name: string): boolean {
  return /^\$?[a-z0-9-]+$/i.test(name)
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path // a literal percent sign: the URL was never encoded
  }
}

/** Whether a host is an IP address or this machine, where the storage account goes into the path. */
export function isAddress(host: string): boolean {
  return host === 'localhost' || /^\d+(\.\d+){3}$/.test(host) || /^\[.*\]$/.test(host)
}

function unsupported(uri: string): never {
  const form = /^azureml:\/\/registries\//i.test(uri)
    ? 'an asset of a registry'
    : /^azureml:\/\/locations\//i.test(uri)
      ? 'the id of another asset'
      : `a ${quoted(`${uri.split(':', 1)[0]}:`)} address that is not Azure Blob Storage`
  throw new UserError(
    'data-uri-unsupported',
    `The dataset points at ${form} (${quoted(uri.split('?', 1)[0] ?? '')}), which cannot be staged. Supported: azureml:// paths of datastores and job outputs, and https, wasbs and abfss addresses of Azure Blob Storage and ADLS Gen2.`,
  )
}

/** `azureml://subscriptions/…/datastores/{datastore}/paths/{path}`: the form that means the same in every workspace. */
export function datastoreUri(workspace: WorkspaceName, datastore: string, path: string): string {
  const { subscriptionId, resourceGroup, workspace: name } = workspace
  return `azureml://subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${name}/datastores/${datastore}/paths/${path}`
}

/** `azureml://datastores/{datastore}/paths/{path}`: without the subscription id, so that it may be an output of a step. */
export function shortUri(uri: string): string {
  const long = longForm.exec(uri)
  return long ? `azureml://datastores/${long[4]}/paths/${pathOf(long[5])}` : (uri.split('?', 1)[0] ?? '')
}

/** Whether two URIs mean the same: the service expands the short form, folds the case of `resourceGroups` and adds a slash to folders. */
export function sameDataUri(a: string, b: string, workspace: WorkspaceName): boolean {
  return normalised(a, workspace) === normalised(b, workspace)
}

function normalised(uri: string, here: WorkspaceName): string {
  const parsed = longForm.test(uri) || shortForm.test(uri) ? parseDataUri(uri) : undefined
  if (parsed?.kind !== 'datastore') return uri.replace(/\/$/, '')
  const { subscriptionId, resourceGroup, workspace } = parsed.workspace ?? here
  const home = `${subscriptionId}/${resourceGroup}/${workspace}/${parsed.datastore}`.toLowerCase()
  return `${home}/${parsed.path.replace(/\/$/, '')}`
}
