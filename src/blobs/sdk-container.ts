import { createHash, randomUUID } from 'node:crypto'
import type { BlobItem, ContainerClient, StoragePipelineOptions } from '@azure/storage-blob'
import { type Log, UserError } from '../report/index.ts'
import { type Blob, BlobError } from './blob.ts'
import type { BlobContainer, ContainerCredential, ContainerLocation, ReadRequest, WriteOptions } from './container.ts'
import { readResuming } from './read.ts'
import { type Retries, retrying, watchRetries } from './retry.ts'

const pageSize = 5000 // the most that List Blobs gives

/**
 * Opens a container. Nothing is asked of the service yet.
 * The SDK is loaded only now: a step that needs no storage does not pay for it.
 */
export async function openContainer(
  location: ContainerLocation,
  credential: ContainerCredential,
  log: Log,
): Promise<BlobContainer> {
  const retries = watchRetries(location.accountName, log)
  const opened: Opened = { client: await containerClient(location, credential), retries }
  return {
    location,
    get requestsWaiting() {
      return retries.waiting
    },
    listPages: (prefix, signal) => listPages(opened, prefix, signal),
    probe: (prefix, signal) => probe(opened, prefix, signal),
    probeWrite: (prefix, signal) => probeWrite(opened, prefix, signal),
    listFolders: (prefix, most, signal) => listFolders(opened, prefix, most, signal),
    read: (request) => readResuming(request, retries, (rest) => readOnce(opened, rest)),
    putBlob: (name, content, options) => putBlob(opened, name, content, options),
    putBlock: (name, id, content, signal) => putBlock(opened, name, id, content, signal),
    putBlockList: (name, ids, options) => putBlockList(opened, name, ids, options),
  }
}

interface Opened {
  readonly client: ContainerClient
  readonly retries: Retries
}

async function containerClient(location: ContainerLocation, credential: ContainerCredential): Promise<ContainerClient> {
  const { ContainerClient, StorageSharedKeyCredential } = await import('@azure/storage-blob')
  const options: StoragePipelineOptions = {
    userAgentOptions: { userAgentPrefix: 'azureml-datasets' },
    retryOptions: { maxTries: 1 }, // we do that, and tell
  }
  switch (credential.kind) {
    case 'account-key':
      return new ContainerClient(
        location.url,
        new StorageSharedKeyCredential(location.accountName, credential.accountKey),
        options,
      )
    case 'sas':
      return new ContainerClient(`${location.url}?${credential.sas}`, undefined, options)
    case 'token':
      return new ContainerClient(location.url, credential.token, options)
  }
}

async function* listPages(opened: Opened, prefix: string, signal: AbortSignal): AsyncIterable<readonly Blob[]> {
  for await (const { segment } of pagesOf(opened, signal, (client, settings) =>
    client
      .listBlobsFlat({ prefix, includeMetadata: true, abortSignal: signal })
      .byPage({ maxPageSize: pageSize, ...settings }),
  ))
    yield segment.blobItems.filter((item) => !isFolderStub(item)).map(toBlob)
}

/** The pages of a listing, each asked for anew from where the one before ended, so that a page that fails can be asked for again. */
async function* pagesOf<Page extends { continuationToken?: string }>(
  opened: Opened,
  signal: AbortSignal,
  list: (client: ContainerClient, settings: { continuationToken?: string }) => AsyncIterator<Page>,
): AsyncIterable<Page> {
  let settings = {}
  do {
    const { value } = await asking(`list ${plainUrl(opened)}`, opened, signal, (client) =>
      list(client, settings).next(),
    )
    yield value
    settings = value.continuationToken ? { continuationToken: value.continuationToken } : {}
  } while ('continuationToken' in settings)
}

/** Without what a SAS adds. */
function plainUrl({ client }: Opened): string {
  return client.url.split('?', 1)[0] ?? ''
}

async function probe(opened: Opened, prefix: string, signal: AbortSignal): Promise<void> {
  await asking(`list ${plainUrl(opened)}`, opened, signal, (client) =>
    client.listBlobsFlat({ prefix, abortSignal: signal }).byPage({ maxPageSize: 1 }).next(),
  )
}

/** An ETag that no blob has, on a name that no blob has: this cannot write anything. */
async function probeWrite(opened: Opened, prefix: string, signal: AbortSignal): Promise<void> {
  const name = `${prefix}azureml-datasets-probe-${randomUUID()}`
  const conditions = { ifMatch: '"0x0"' }
  try {
    await asking(`write ${name}`, opened, signal, (client) =>
      client.getBlockBlobClient(name).upload('', 0, { abortSignal: signal, conditions }),
    )
  } catch (error) {
    if (error instanceof BlobError && (error.status === 412 || error.code === 'BlobNotFound')) return
    throw error
  }
  throw new Error(`Blob ${name} was written on a condition that cannot be met`)
}

/** ADLS Gen2 accounts, and tools that imitate them, keep an empty blob for each folder. */
function isFolderStub(item: BlobItem): boolean {
  const size = item.properties.contentLength ?? 0
  return item.metadata?.hdi_isfolder === 'true' || (size === 0 && item.name.endsWith('/'))
}

function toBlob(item: BlobItem): Blob {
  const { contentLength, contentMD5, etag, lastModified, accessTier } = item.properties
  return {
    name: item.name,
    size: contentLength ?? 0,
    etag: etag.replaceAll('"', ''),
    md5: contentMD5 && contentMD5.length > 0 ? Buffer.from(contentMD5).toString('base64') : undefined,
    lastModified: lastModified.getTime(),
    tier: accessTier,
  }
}

async function listFolders(opened: Opened, prefix: string, most: number, signal: AbortSignal): Promise<string[]> {
  const folders: string[] = []
  for await (const { segment } of pagesOf(opened, signal, (client, settings) =>
    client.listBlobsByHierarchy('/', { prefix, abortSignal: signal }).byPage(settings),
  )) {
    for (const { name } of segment.blobPrefixes ?? []) {
      if (folders.length < most) folders.push(name.slice(prefix.length, -1))
    }
    if (folders.length === most) break
  }
  return folders
}

async function readOnce(
  { client }: Opened,
  { name, etag, offset, length, signal, onBytes }: ReadRequest,
): Promise<void> {
  await askingOnce(`read ${name}`, signal, async () => {
    const answer = await client.getBlobClient(name).download(offset, length, {
      abortSignal: signal,
      conditions: { ifMatch: `"${etag}"` },
      maxRetryRequests: 0, // readResuming does that, and notices stalls too
    })
    for await (const bytes of answer.readableStreamBody ?? []) await onBytes(bytes as Buffer)
  })
}

async function putBlob(opened: Opened, name: string, content: Uint8Array, options: WriteOptions): Promise<void> {
  await asking(`write ${name}`, opened, options.signal, (client) =>
    client.getBlockBlobClient(name).upload(content, content.byteLength, {
      ...writeHeaders(options),
      transactionalContentMD5: Buffer.from(options.md5, 'base64'),
    }),
  )
}

async function putBlock(
  opened: Opened,
  name: string,
  id: string,
  content: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const transactionalContentMD5 = createHash('md5').update(content).digest()
  await asking(`write ${name}`, opened, signal, (client) =>
    client
      .getBlockBlobClient(name)
      .stageBlock(id, content, content.byteLength, { abortSignal: signal, transactionalContentMD5 }),
  )
}

async function putBlockList(
  opened: Opened,
  name: string,
  ids: readonly string[],
  options: WriteOptions,
): Promise<void> {
  await asking(`write ${name}`, opened, options.signal, (client) =>
    client.getBlockBlobClient(name).commitBlockList([...ids], writeHeaders(options)),
  )
}

/** What both ways of making a blob have in common: the MD5 that is stored, and whether a blob may be replaced. */
function writeHeaders({ md5, replace, signal }: WriteOptions) {
  return {
    abortSignal: signal,
    blobHTTPHeaders: { blobContentMD5: Buffer.from(md5, 'base64') },
    conditions: replace ? {} : { ifNoneMatch: '*' },
  }
}

/** Sends a request until it succeeds or is refused. */
function asking<T>(
  operation: string,
  { client, retries }: Opened,
  signal: AbortSignal,
  request: (client: ContainerClient) => Promise<T>,
): Promise<T> {
  return retrying(retries, signal, () => askingOnce(operation, signal, () => request(client)))
}

/** Sends a request and turns what it throws into a {@link BlobError}, or into the signal's reason. */
async function askingOnce<T>(operation: string, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw toBlobError(operation, error, signal)
  }
}

/** What the SDK throws is a RestError; the service's own code is in `x-ms-error-code`, also where there is no body. */
function toBlobError(operation: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (error instanceof UserError) return error // the credential could not get a token
  // Over a web page in the place of a listing (a proxy, the sign-in page of a network) the SDK stumbles, as it has no `segment`.
  if (error instanceof TypeError && error.message.includes("'segment'"))
    return new BlobError(operation, 200, '', { cause: error })
  if (isBodyCutShort(error)) return new BlobError(operation, 0, 'CutShort', { cause: error })
  if (!(error instanceof Error) || !('statusCode' in error || 'code' in error)) return error
  const { statusCode, code, details, response } = error as {
    statusCode?: number
    code?: string
    details?: { errorCode?: string }
    response?: { headers: { get(name: string): string | undefined } }
  }
  const date = response?.headers.get('date')
  return new BlobError(operation, statusCode ?? 0, details?.errorCode ?? code ?? '', { cause: error, date })
}

/** How the SDK says that a body ended too early: as if somebody had told it to stop, in words without a code, or as text that it cannot read. */
function isBodyCutShort(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, statusCode } = error as { code?: string; statusCode?: number }
  const isUnread = code === 'PARSE_ERROR' && statusCode === undefined
  return isUnread || error.name === 'AbortError' || error.message.startsWith('Data corruption failure')
}
