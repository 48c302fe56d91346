import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Log, UserError } from '../report/index.ts'
import { type Authorizer, authorizerOf, type Proof } from './authorize.ts'
import { BlobError } from './blob.ts'
import type {
  BlobContainer,
  ContainerCredential,
  ContainerLocation,
  CopyRequest,
  ListRequest,
  ReadRequest,
  WriteOptions,
  Written,
} from './container.ts'
import { ConnectionLost, type Method } from './http/connection.ts'
import { ProxyRefusal } from './http/dial.ts'
import { openPool, type Pool } from './http/pool.ts'
import { MalformedResponse, type ResponseHead } from './http/response.ts'
import { createListReader, type ListedPage, NotAListing } from './list-reader.ts'
import { readResuming } from './read.ts'
import { type Retries, retrying, watchRetries } from './retry.ts'

/** The version of the Blob service's REST interface that everything here is written for. */
const apiVersion = '2023-11-03'
const mostOfAPage = 5000 // the most that List Blobs gives
/** A connection that moves no byte for so long is dead, though TCP does not know it yet. */
const stallMilliseconds = 30_000

interface Opened {
  readonly location: ContainerLocation
  /** Path of the container's URL, percent-encoded, without slash at the end. */
  readonly path: string
  readonly pool: Pool
  readonly credential: ContainerCredential
  readonly authorizer: Authorizer
  readonly retries: Retries
}

/** Opens a container over HTTP/1.1. Nothing is asked of the service yet. */
export function openContainer(location: ContainerLocation, credential: ContainerCredential, log: Log): BlobContainer {
  const url = new URL(location.url)
  const retries = watchRetries(location.accountName, log)
  const opened: Opened = {
    location,
    path: url.pathname.replace(/\/$/, ''),
    pool: openPool(url, stallMilliseconds),
    credential,
    authorizer: authorizerOf(location.accountName, credential),
    retries,
  }
  return {
    location,
    credential,
    get requestsWaiting() {
      return retries.waiting
    },
    get timesThrottled() {
      return retries.throttled
    },
    listPage: (request) => listPage(opened, request),
    probe: async (prefix, signal) =>
      void (await listPage(opened, { prefix, delimiter: '', marker: undefined, most: 1, signal })),
    probeWrite: (prefix, signal) => probeWrite(opened, prefix, signal),
    read: (request) => readResuming(request, retries, (rest) => readOnce(opened, rest)),
    putBlob: (name, content, options) => putBlob(opened, name, content, options),
    putBlock: (name, id, content, signal) => putBlock(opened, name, id, content, signal),
    putBlockList: (name, ids, options) => putBlockList(opened, name, ids, options),
    copyBlob: (request) => copyBlob(opened, request),
    deleteBlob: (name, signal) => deleteBlob(opened, name, signal),
  }
}

/** `GET {container}?restype=container&comp=list` */
async function listPage(
  opened: Opened,
  { prefix, delimiter, marker, most = mostOfAPage, signal }: ListRequest,
): Promise<ListedPage> {
  const operation = `list ${opened.location.url}`
  const query = {
    restype: 'container',
    comp: 'list',
    include: 'metadata', // where folder stubs tell what they are
    maxresults: String(most),
    ...(prefix ? { prefix } : {}),
    ...(delimiter ? { delimiter } : {}),
    ...(marker === undefined ? {} : { marker }),
  }
  return asking(operation, opened, signal, async () => {
    const reader = createListReader()
    await send(opened, { method: 'GET', operation, query, signal, onBody: reader.push })
    const page = reader.end()
    if (page) return page
    throw new BlobError(operation, 0, 'CutShort')
  })
}

/** An ETag that no blob has, on a name that no blob has: this cannot write anything. */
async function probeWrite(opened: Opened, prefix: string, signal: AbortSignal): Promise<void> {
  const name = `${prefix}azureml-datasets-probe-${randomUUID()}`
  try {
    await write(opened, { name, headers: { 'If-Match': '"0x0"', ...blockBlob }, signal })
  } catch (error) {
    if (error instanceof BlobError && (error.status === 412 || error.code === 'BlobNotFound')) return
    throw error
  }
  throw new Error(`Blob ${name} was written on a condition that cannot be met`)
}

/** `GET {container}/{blob}` with `x-ms-range`. An answer to something else than what was asked is never handed on. */
async function readOnce(opened: Opened, { name, etag, offset, length, signal, onBytes }: ReadRequest): Promise<void> {
  const operation = `read ${name}`
  const range = `bytes=${offset}-${offset + length - 1}`
  const headers = { 'x-ms-range': range, 'If-Match': `"${etag}"` }
  await askingOnce(operation, signal, () =>
    send(opened, {
      method: 'GET',
      operation,
      name,
      headers,
      signal,
      onHead: (head) => checkRange(operation, head, { etag, offset, length }),
      onBody: onBytes,
    }),
  )
}

/** The service answers 206 with the range that it gives, and with the blob's ETag (RFC 9110, section 15.3.7). */
function checkRange(
  operation: string,
  { status, headers }: ResponseHead,
  { etag, offset, length }: Pick<ReadRequest, 'etag' | 'offset' | 'length'>,
): void {
  const answered = headers.get('etag')
  if (answered !== undefined && answered.replaceAll('"', '') !== etag)
    throw new BlobError(operation, 412, 'ConditionNotMet')
  const isWhole = status === 200 && offset === 0 && Number(headers.get('content-length')) === length
  const given = headers.get('content-range') ?? ''
  if (!isWhole && !given.startsWith(`bytes ${offset}-${offset + length - 1}/`))
    throw new BlobError(operation, status, 'RangeNotGiven')
}

const blockBlob = { 'x-ms-blob-type': 'BlockBlob', 'Content-Type': 'application/octet-stream' }

/** `PUT {container}/{blob}` */
async function putBlob(
  opened: Opened,
  name: string,
  content: Uint8Array,
  { signal, ...options }: WriteOptions,
): Promise<Written> {
  const md5 = options.md5 ?? md5Of(content)
  const headers = { ...blockBlob, 'Content-MD5': md5, ...writeHeaders({ ...options, md5 }) }
  return { etag: etagOf(await write(opened, { name, headers, body: content, signal })), md5 }
}

function md5Of(content: Uint8Array): string {
  return createHash('md5').update(content).digest('base64')
}

/** `PUT {container}/{blob}?comp=block&blockid={id}` */
async function putBlock(
  opened: Opened,
  name: string,
  id: string,
  content: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const headers = { 'Content-MD5': md5Of(content) }
  await write(opened, { name, query: { comp: 'block', blockid: id }, headers, body: content, signal })
}

/** `PUT {container}/{blob}?comp=blocklist` */
async function putBlockList(
  opened: Opened,
  name: string,
  ids: readonly string[],
  { signal, ...options }: WriteOptions,
): Promise<Written> {
  const blocks = ids.map((id) => `<Latest>${id}</Latest>`).join('')
  const body = Buffer.from(`<?xml version="1.0" encoding="utf-8"?><BlockList>${blocks}</BlockList>`)
  const headers = {
    'Content-Type': 'application/xml',
    'Content-MD5': md5Of(body),
    'x-ms-blob-content-type': 'application/octet-stream',
    ...writeHeaders(options),
  }
  const head = await write(opened, { name, query: { comp: 'blocklist' }, headers, body, signal })
  return { etag: etagOf(head), md5: options.md5 }
}

/** What both ways of making a blob have in common: the MD5 that is stored, and whether a blob may be replaced. */
function writeHeaders({ md5, replace }: Omit<WriteOptions, 'signal'>): Record<string, string> {
  return {
    ...(md5 === undefined ? {} : { 'x-ms-blob-content-md5': md5 }),
    ...(replace ? {} : { 'If-None-Match': '*' }),
  }
}

function etagOf({ headers }: ResponseHead): string {
  return (headers.get('etag') ?? '').replaceAll('"', '')
}

/** Milliseconds after which a copy that goes on in the service is looked at again. */
const copyInterval = 500

/**
 * `PUT {container}/{blob}` with `x-ms-copy-source` (Copy Blob). Within an account, whoever may write the one and read the other may copy; a
 * shared access signature has to stand in the source's address too.
 */
async function copyBlob(opened: Opened, { from, etag, to, replace, signal }: CopyRequest): Promise<string> {
  const { origin } = new URL(opened.location.url)
  const { credential } = opened
  const sas = credential.kind === 'sas' ? `?${credential.sas}` : ''
  const headers = {
    'x-ms-copy-source': `${origin}${opened.path}/${encodedName(from)}${sas}`,
    'x-ms-source-if-match': `"${etag}"`,
    ...(replace ? {} : { 'If-None-Match': '*' }),
  }
  let head = await write(opened, { name: to, headers, signal })
  const operation = `copy ${from}`
  while (head.headers.get('x-ms-copy-status') === 'pending') {
    await sleep(copyInterval, undefined, { signal }).catch(() => signal.throwIfAborted())
    head = await asking(operation, opened, signal, () => send(opened, { method: 'HEAD', operation, name: to, signal }))
  }
  const status = head.headers.get('x-ms-copy-status')
  if (status !== 'success') throw new BlobError(operation, 0, `Copy${status}`)
  return etagOf(head)
}

async function deleteBlob(opened: Opened, name: string, signal: AbortSignal): Promise<void> {
  const operation = `delete ${name}`
  try {
    await asking(operation, opened, signal, () => send(opened, { method: 'DELETE', operation, name, signal }))
  } catch (error) {
    if (!(error instanceof BlobError) || error.status !== 404) throw error
  }
}

interface Write {
  readonly name: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal: AbortSignal
}

function write(opened: Opened, { name, ...rest }: Write): Promise<ResponseHead> {
  const operation = `write ${name}`
  return asking(operation, opened, rest.signal, () => send(opened, { method: 'PUT', operation, name, ...rest }))
}

interface BlobRequest {
  readonly method: Method
  readonly operation: string
  /** Of a blob; without it, the request is about the container. */
  readonly name?: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal: AbortSignal
  /** Gets head and body of an answer with a good status only. */
  readonly onHead?: (head: ResponseHead) => void
  readonly onBody?: (bytes: Buffer) => void
}

/** Sends one request, once more with another proof if the first is refused. @throws BlobError for every status that is not good */
async function send(opened: Opened, request: BlobRequest): Promise<ResponseHead> {
  const first = await sendOnce(opened, request)
  if (isGood(first.head)) return first.head
  const isRefused =
    first.head.status === 401 && (await unlessStopped(opened.authorizer.renew(first.proof), request.signal))
  const { head } = isRefused ? await sendOnce(opened, request) : first
  if (!isGood(head)) throw refusalOf(request.operation, head)
  return head
}

function isGood({ status }: ResponseHead): boolean {
  return status >= 200 && status < 300
}

async function sendOnce(
  { path, pool, authorizer }: Opened,
  { method, name, query = {}, headers = {}, body, signal, onHead, onBody }: BlobRequest,
): Promise<{ readonly head: ResponseHead; readonly proof: Proof }> {
  signal.throwIfAborted()
  const place = name === undefined ? path : `${path}/${encodedName(name)}`
  const all = {
    'x-ms-date': new Date().toUTCString(),
    'x-ms-version': apiVersion,
    'User-Agent': 'azureml-datasets',
    ...headers,
  }
  const proving = authorizer.prove({ method, path: place, query, headers: all, length: body?.byteLength ?? 0 })
  const proof = proving instanceof Promise ? await unlessStopped(proving, signal) : proving
  let isWanted = false
  const head = await pool.send({
    method,
    target: place + searchOf(query, proof.query),
    headers: Object.assign(all, proof.headers),
    body,
    signal,
    onHead: (answered) => {
      isWanted = isGood(answered)
      if (isWanted) onHead?.(answered)
    },
    onBody: (bytes) => {
      if (isWanted) onBody?.(bytes)
    },
  })
  return { head, proof }
}

/** A sign-in does not know our signal, and may take long: it is left behind. */
async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = Promise.withResolvers<never>()
  const stop = () => stopped.reject(signal.reason)
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop() // not thrown: the work would fail later with nobody to hear it
  try {
    return await Promise.race([work, stopped.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function searchOf(query: Readonly<Record<string, string>>, proof: string): string {
  let search = proof
  for (const key in query) search = `${key}=${encodeURIComponent(query[key] ?? '')}${search && '&'}${search}`
  return search && `?${search}`
}

/** Every character that is not plain is encoded, but slashes stay: `.` and `..` are names like others to the service. */
function encodedName(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/')
}

/** The service's own code stands in a header, also where there is no body; an answer without one comes from something else. */
function refusalOf(operation: string, { status, headers }: ResponseHead): BlobError {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  return new BlobError(operation, status, headers.get('x-ms-error-code') ?? '', {
    date: headers.get('date'),
    retryAfter: seconds >= 0 ? seconds : undefined,
  })
}

/** Sends a request until it succeeds or is refused. */
function asking<T>(operation: string, opened: Opened, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  return retrying(opened.retries, signal, () => askingOnce(operation, signal, request))
}

/** Sends a request, and turns what the network does into a {@link BlobError}. */
async function askingOnce<T>(operation: string, signal: AbortSignal, request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw toBlobError(operation, error, signal)
  }
}

function toBlobError(operation: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (error instanceof BlobError || error instanceof UserError) return error // a UserError: there is no token to be had
  const options = { cause: error }
  if (error instanceof ConnectionLost) return new BlobError(operation, 0, error.code, options)
  if (error instanceof ProxyRefusal) return new BlobError(operation, error.status, '', options)
  if (error instanceof NotAListing) return new BlobError(operation, 200, '', options)
  if (error instanceof MalformedResponse) return new BlobError(operation, 0, error.code, options)
  return error
}
