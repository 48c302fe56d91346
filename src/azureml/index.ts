/** The AzureML workspace: signing in, datastores and their credentials, data assets and their URIs. */
export { askClockSkew } from './arm-clock.ts'
export { describeSkew } from './clock.ts'
export { type Cloud, cloudNames, cloudOf } from './cloud.ts'
export { findCodeVersion, putCodeVersion } from './code-versions.ts'
export { findCompute } from './computes.ts'
export { type Identity, type IdTokenSource, MissingCredentials, type SignInSettings, signIn } from './credentials.ts'
export {
  type DataContainerState,
  type DataType,
  type DataVersion,
  findDataContainer,
  findDataVersion,
  listDataNames,
  listDataVersions,
  type NewDataVersion,
  putDataVersion,
} from './data-assets.ts'
export { type DataLocation, locateData } from './data-location.ts'
export { type DataUri, datastoreUri, parseDataUri, sameDataUri, shortUri } from './data-uri.ts'
export { type Datastore, type DatastoreCredentials, listBlobDatastores } from './datastores.ts'
export { environmentId, findLatestEnvironment, type NewEnvironment, putAnonymousEnvironment } from './environments.ts'
export { cancelJob, findJob, type JobState, listJobs, putJob } from './jobs.ts'
export { claimsOf } from './jwt.ts'
export { foreseeRefusal } from './permissions.ts'
export { findApi, type RunDetails, readRunDetails } from './run-history.ts'
export { receiveCredential, type SentCredential, sendCredential } from './sent-credential.ts'
export { createStorageAccess, type Opening, type StorageAccess } from './storage-access.ts'
export { studioUrl } from './studio.ts'
export {
  chooseWorkspace,
  isSameWorkspace,
  openWorkspace,
  parseWorkspaceConfig,
  readLocation,
  type Workspace,
  type WorkspaceName,
  workspaceId,
} from './workspace.ts'
