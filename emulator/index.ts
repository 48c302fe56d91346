import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createJobRunner, type JobRunner } from './arm/command-jobs.ts'
import { makeDataAssets } from './arm/data-assets.ts'
import { armRouter } from './arm/router.ts'
import type { Workspace } from './arm/workspace.ts'
import { type Certificate, makeCertificate } from './certificate.ts'
import { dataAssetBook } from './data-book.ts'
import { containerOf, type DatastoreMaker, type DatastoreSpec, makeDatastore } from './datastore-spec.ts'
import type { Emulator, EmulatorOptions } from './emulator.ts'
import { assertionCheck, defaultFederatedCredential, type FederatedCredential } from './entra/assertions.ts'
import { entraRouter } from './entra/router.ts'
import { type Application, makeTokenIssuer, type TokenIssuer } from './entra/tokens.ts'
import { type GitHub, idTokenPath, startGitHub } from './github.ts'
import { historyRouter } from './history.ts'
import { managementApp } from './management.ts'
import { artifactContainer, defaultContainer, names } from './names.ts'
import { listenLocally } from './server.ts'
import { type Storage, startStorage } from './storage/index.ts'
import { uploadFolder } from './storage/upload-folder.ts'
import type { Traffic } from './traffic.ts'

export type { DataVersion } from './arm/data-assets.ts'
export { throttling } from './arm/errors.ts'
export type { DatastoreSpec } from './datastore-spec.ts'
export type { Emulator, EmulatorOptions } from './emulator.ts'
export { storageError } from './storage/errors.ts'
export type { CannedResponse, EmulatorRequest, FaultyResponse, Intercept, RecordedRequest } from './traffic.ts'

/** The parts of a running emulator, before they are shown as one. */
interface Parts {
  readonly url: string
  readonly certificate: Certificate
  readonly secrets: Set<string>
  readonly traffic: Traffic
  readonly applications: Map<string, Application>
  readonly application: Application
  readonly federatedCredential: FederatedCredential
  readonly github: GitHub
  readonly workspace: Workspace
  readonly storage: Storage
  readonly jobs: JobRunner
}

const builtInDatastores: readonly DatastoreSpec[] = [
  {
    name: 'workspaceblobstore',
    container: defaultContainer,
    credentials: { credentialsType: 'AccountKey' },
    isDefault: true,
  },
  { name: 'workspaceartifactstore', container: artifactContainer, credentials: { credentialsType: 'AccountKey' } },
  { name: 'identity_based', credentials: { credentialsType: 'None' } },
]

/**
 * Starts an AzureML workspace on this machine: Resource Manager, Entra and GitHub's id tokens on one HTTPS port, a
 * storage account on another. Everything it writes is in one private folder, which `stop` removes.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  await using undo = new AsyncDisposableStack()
  const parts = await startParts(options, undo)
  for (const spec of builtInDatastores) await addDatastore(parts, spec)
  if (options.dataFolder) await uploadFolder(options.dataFolder, parts.storage.container(defaultContainer))
  const running = undo.move()
  return present(parts, () => running.disposeAsync())
}

async function startParts(options: EmulatorOptions, undo: AsyncDisposableStack): Promise<Parts> {
  const folder = await mkdtemp(path.join(tmpdir(), 'azureml-emulator-'))
  undo.defer(() => rm(folder, { recursive: true, force: true }))
  const certificate = await makeCertificate(folder)
  const secrets = new Set<string>()
  const traffic: Traffic = { requests: [], intercept: {} }
  const tokens = await makeTokenIssuer(names.tenantId, options.tokenLifetime ?? 3600, secrets)
  const blobs = { folder, port: options.blobPort ?? 0, certificate, tokens, traffic, secrets }
  const storage = await startStorage(blobs, undo)
  const listener = await listenLocally(certificate, options.port ?? 0)
  undo.defer(() => listener.close())
  const url = `https://localhost:${listener.port}`
  const identity = await makeIdentity(secrets)
  const workspace = makeWorkspace(url)
  const jobs = createJobRunner(workspace, storage)
  undo.defer(() => jobs.stop())
  const parts = { jobs, url, certificate, secrets, traffic, storage, workspace, ...identity }
  listener.server.on('request', managementApp(services(parts, tokens), traffic))
  return parts
}

async function makeIdentity(secrets: Set<string>) {
  const { clientId, objectId } = names
  const application: Application = { clientId, objectId, secret: randomBytes(30).toString('base64url') }
  secrets.add(application.secret)
  const github = await startGitHub(secrets)
  const federatedCredential = defaultFederatedCredential(github.job.subject)
  return { application, applications: new Map([[clientId, application]]), github, federatedCredential }
}

function makeWorkspace(url: string): Workspace {
  const [jobs, codes, environments] = [new Map(), new Map(), new Map()]
  return { url, datastores: new Map(), data: makeDataAssets(), jobs, codes, environments, denied: new Set() }
}

function services(parts: Parts, tokens: TokenIssuer) {
  const { url, workspace, applications, federatedCredential, github } = parts
  const checkAssertion = assertionCheck(federatedCredential, github.publicKey)
  return {
    arm: armRouter(workspace, tokens, parts.jobs),
    history: historyRouter(url, parts.jobs),
    entra: entraRouter({ url, tenantId: names.tenantId, applications, tokens, checkAssertion }),
    oidc: github.router,
  }
}

async function addDatastore(parts: Parts, spec: DatastoreSpec): Promise<void> {
  const { datastores } = parts.workspace
  const maker: DatastoreMaker = parts
  if (spec.isDefault) for (const one of datastores.values()) datastores.set(one.name, { ...one, isDefault: false })
  datastores.set(spec.name, makeDatastore(maker, spec))
  if (!spec.accountName) await parts.storage.container(containerOf(spec)).createIfNotExists()
}

function present(parts: Parts, stop: () => Promise<void>): Emulator {
  const { url, certificate, secrets, traffic, workspace, storage, github, application, federatedCredential } = parts
  const { location: _location, storageAccount: _account, ...identity } = names
  return {
    ...identity,
    url,
    clientSecret: application.secret,
    certificateFile: certificate.authorityFile,
    inputs: inputsFor(url),
    environment: environmentFor(url, certificate, github),
    storage,
    get secrets() {
      return [...secrets]
    },
    requests: traffic.requests,
    intercept: traffic.intercept,
    denied: workspace.denied,
    v1Datasets: workspace.data.v1Datasets,
    githubJob: github.job,
    federatedCredential,
    dataAssets: dataAssetBook(workspace.data),
    container: (name = defaultContainer) => storage.container(name),
    addDatastore: (spec) => addDatastore(parts, spec),
    jobs: parts.jobs,
    environments: workspace.environments,
    addJob: (name, outputs) => void workspace.jobs.set(name, { name, outputs }),
    issueSas: (container, options = {}) => storage.sas(container, options),
    stop,
  }
}

function inputsFor(url: string): Record<string, string> {
  return {
    workspace: names.workspace,
    'resource-group': names.resourceGroup,
    'subscription-id': names.subscriptionId,
    'client-id': names.clientId,
    'tenant-id': names.tenantId,
    'resource-manager-url': url,
    'authority-host': url,
  }
}

function environmentFor(url: string, certificate: Certificate, github: GitHub): Record<string, string> {
  return {
    ACTIONS_ID_TOKEN_REQUEST_URL: `${url}${idTokenPath}`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: github.requestToken,
    NODE_EXTRA_CA_CERTS: certificate.authorityFile,
  }
}
