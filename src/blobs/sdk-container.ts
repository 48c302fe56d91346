import { createHash } from 'node:crypto'
import type { BlobItem, ContainerClient, StoragePipelineOptions } from '@azure/storage-blob'
import { type Blob, BlobError } from './blob.ts'
import type { BlobContainer, ContainerCredential, ContainerLocation, ReadRequest, WriteOptions } from './container.ts'
import { readResuming } from './read.ts'

const pageSize = 5000 // the most that List Blobs gives

/**
 * Opens a container. Nothing is asked of the service yet.
 * The SDK is loaded only now: a step that needs no storage does not pay for it.
 */
export async function openContainer(
  location: ContainerLocation,
  credential: ContainerCredential,
): Promise<BlobContainer> {
  const client = await containerClient(location, credential)
  return {
    location,
    listPages: (prefix, signal) => listPages(client, prefix, signal),
    probe: (prefix, signal) => probe(client, prefix, signal),
    listFolders: (prefix, most, signal) => listFolders(client, prefix, most, signal),
    read: (request) => readResuming(request, (rest) => readOnce(client, rest)),
    putBlob: (name, content, options) => putBlob(client, name, content, options),
    putBlock: (name, id, content, signal) => putBlock(client, name, id, content, signal),
    putBlockList: (name, ids, options) => putBlockList(client, name, ids, options),
  }
}

async function containerClient(location: ContainerLocation, credential: ContainerCredential): Promise<ContainerClient> {
  const { ContainerClient, StorageSharedKeyCredential } = await import('@azure/storage-blob')
  const options: StoragePipelineOptions = { userAgentOptions: { userAgentPrefix: 'azureml-datasets' } }
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

async function* listPages(
  client: ContainerClient,
  prefix: string,
  signal: AbortSignal,
): AsyncIterable<readonly Blob[]> {
  const pages = client
    .listBlobsFlat({ prefix, includeMetadata: true, abortSignal: signal })
    .byPage({ maxPageSize: pageSize })
  try {
    for await (const page of pages) yield page.segment.blobItems.filter((item) => !isFolderStub(item)).map(toBlob)
  } catch (error) {
    throw toBlobError(`list ${client.url.split('?')[0]}`, error, signal)
  }
}

async function probe(client: ContainerClient, prefix: string, signal: AbortSignal): Promise<void> {
  await asking(`list ${client.url.split('?')[0]}`, signal, async () => {
    await client.listBlobsFlat({ prefix, abortSignal: signal }).byPage({ maxPageSize: 1 }).next()
  })
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

async function listFolders(
  client: ContainerClient,
  prefix: string,
  most: number,
  signal: AbortSignal,
): Promise<string[]> {
  return asking(`list ${client.url.split('?')[0]}`, signal, async () => {
    const folders: string[] = []
    for await (const item of client.listBlobsByHierarchy('/', { prefix, abortSignal: signal })) {
      if (item.kind === 'prefix') folders.push(item.name.slice(prefix.length, -1))
      if (folders.length === most) break
    }
    return folders
  })
}

async function readOnce(
  client: ContainerClient,
  { name, etag, offset, length, signal, onBytes }: ReadRequest,
): Promise<void> {
  await asking(`read ${name}`, signal, async () => {
    const answer = await client.getBlobClient(name).download(offset, length, {
      abortSignal: signal,
      conditions: { ifMatch: `"${etag}"` },
      maxRetryRequests: 0, // readResuming does that, and notices stalls too
    })
    for await (const bytes of answer.readableStreamBody ?? []) await onBytes(bytes as Buffer)
  })
}

async function putBlob(
  client: ContainerClient,
  name: string,
  content: Uint8Array,
  options: WriteOptions,
): Promise<void> {
  await asking(`write ${name}`, options.signal, async () => {
    await client.getBlockBlobClient(name).upload(content, content.byteLength, {
      ...writeHeaders(options),
      transactionalContentMD5: Buffer.from(options.md5, 'base64'),
    })
  })
}

async function putBlock(
  client: ContainerClient,
  name: string,
  id: string,
  content: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  await asking(`write ${name}`, signal, async () => {
    await client.getBlockBlobClient(name).stageBlock(id, content, content.byteLength, {
      abortSignal: signal,
      transactionalContentMD5: createHash('md5').update(content).digest(),
    })
  })
}

async function putBlockList(
  client: ContainerClient,
  name: string,
  ids: readonly string[],
  options: WriteOptions,
): Promise<void> {
  await asking(`write ${name}`, options.signal, async () => {
    await client.getBlockBlobClient(name).commitBlockList([...ids], {
      ...writeHeaders(options),
    })
  })
}

/** What both ways of making a blob have in common: the MD5 that is stored, and whether a blob may be replaced. */
function writeHeaders({ md5, replace, signal }: WriteOptions) {
  return {
    abortSignal: signal,
    blobHTTPHeaders: { blobContentMD5: Buffer.from(md5, 'base64') },
    conditions: replace ? {} : { ifNoneMatch: '*' },
  }
}

/** Runs one request and turns what it throws into a {@link BlobError}, or into the signal's reason. */
async function asking<T>(operation: string, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw toBlobError(operation, error, signal)
  }
}

/** What the SDK throws is a RestError; the service's own code is in `x-ms-error-code`, also where there is no body. */
function toBlobError(operation: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (!(error instanceof Error) || !('statusCode' in error || 'code' in error)) return error
  const { statusCode, code, details } = error as {
    statusCode?: number
    code?: string
    details?: { errorCode?: string }
  }
  return new BlobError(operation, statusCode ?? 0, details?.errorCode ?? code ?? '', { cause: error })
}
