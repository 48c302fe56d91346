import { names } from '../names.ts'
import { badRequest } from './errors.ts'

const { subscriptionId, resourceGroup, workspace } = names
const workspaceUri = `azureml://subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${workspace}`
const shortForm = /^azureml:\/\/datastores\/(.+)$/
const longForm = /^azureml:\/\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/workspaces\/([^/]+)\/datastores\/(.+)$/i
const schemes = /^(azureml|https?|wasbs?|abfss?|adl):\/\/./i

/**
 * The form in which AzureML keeps a data URI: datastore URIs in full, with `resourcegroups` in lower case, and with a
 * trailing slash when the asset is a folder. All others stay as they were given, and nothing is looked up.
 */
export function normaliseDataUri(uri: string, dataType: string): string {
  if (!schemes.test(uri)) throw badRequest(`The data uri '${uri}' is not valid.`)
  const expanded = expand(uri)
  if (!expanded) return uri
  return dataType === 'uri_folder' && !expanded.endsWith('/') ? `${expanded}/` : expanded
}

function expand(uri: string): string | undefined {
  const short = shortForm.exec(uri)
  if (short) return `${workspaceUri}/datastores/${short[1]}`
  const long = longForm.exec(uri)
  if (!long) return undefined
  return `azureml://subscriptions/${long[1]}/resourcegroups/${long[2]}/workspaces/${long[3]}/datastores/${long[4]}`
}
