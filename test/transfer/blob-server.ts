import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import {
  type BlobContainer,
  type ContainerCredential,
  openContainer,
  type SnapshotFile,
} from '../../src/blobs/index.ts'
import type { Log } from '../../src/report/index.ts'
import { silentLog } from '../report/helpers.ts'

/** A request that reached the server. */
export interface ServedRequest {
  readonly method: string
  /** Name of the blob, decoded. */
  readonly name: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
}

/** A blob service over plain http in this process: threads reach it as they reach the real one. It checks no signatures. */
export interface BlobServer {
  readonly blobs: Map<string, Buffer>
  readonly requests: ServedRequest[]
  /** Most requests that were under way at one time. */
  readonly mostAtOnce: number
  /** Answers in place of the service, or lets the request through with undefined. */
  intercept: (request: ServedRequest, response: ServerResponse) => unknown
  open(credential?: ContainerCredential, log?: Log): BlobContainer
  /** The blobs as a listing shows them, sorted. */
  files(): SnapshotFile[]
  close(): Promise<void>
}

const lastModified = Date.UTC(2026, 0, 2, 3, 4, 5)
export const md5Of = (content: Buffer) => createHash('md5').update(content).digest('base64')
export const etagOf = (content: Buffer) =>
  `0x8${createHash('md5').update(content).digest('hex').slice(0, 14).toUpperCase()}`

export async function startBlobServer(): Promise<BlobServer> {
  const blobs = new Map<string, Buffer>()
  const blocks = new Map<string, Buffer>()
  const requests: ServedRequest[] = []
  let [under, most] = [0, 0]
  const http = createServer(async (message, response) => {
    under += 1
    most = Math.max(most, under)
    response.once('close', () => {
      under -= 1
    })
    const url = new URL(message.url ?? '', 'http://localhost')
    const name = decodeURIComponent(url.pathname.replace('/account/box/', ''))
    const request = { method: message.method ?? '', name, query: url.searchParams, headers: message.headers }
    requests.push(request)
    const body = await buffer(message).catch(() => undefined)
    if (!body) return // the client went away
    if ((await server.intercept(request, response)) !== undefined) return
    if (request.method === 'GET') give(blobs.get(name), request, response)
    else take({ blobs, blocks }, request, body, response)
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/account/box`
  const server: BlobServer = {
    blobs,
    requests,
    get mostAtOnce() {
      return most
    },
    intercept: () => undefined,
    open: (credential = { kind: 'account-key', accountKey: 'AAAA' }, log = silentLog) =>
      openContainer({ accountName: 'account', containerName: 'box', url }, credential, log),
    files: () =>
      [...blobs]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, content]) => ({
          ...{ name, path: name, size: content.byteLength, lastModified, tier: 'Hot' },
          etag: etagOf(content),
          md5: md5Of(content),
        })),
    close: async () => {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
  return server
}

/** Answers with an error of the service. */
export function refuse(response: ServerResponse, status: number, code: string, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'x-ms-error-code': code, 'content-length': '0', ...headers }).end()
  return 'refused'
}

function give(content: Buffer | undefined, { headers }: ServedRequest, response: ServerResponse): unknown {
  if (!content) return refuse(response, 404, 'BlobNotFound')
  if (headers['if-match'] !== `"${etagOf(content)}"`) return refuse(response, 412, 'ConditionNotMet')
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(String(headers['x-ms-range'])) ?? []
  const stretch = content.subarray(Number(first), Number(last) + 1)
  return response
    .writeHead(206, {
      etag: `"${etagOf(content)}"`,
      'content-length': stretch.byteLength,
      'content-range': `bytes ${first}-${last}/${content.byteLength}`,
    })
    .end(stretch)
}

function take(
  { blobs, blocks }: { readonly blobs: Map<string, Buffer>; readonly blocks: Map<string, Buffer> },
  { name, query, headers }: ServedRequest,
  body: Buffer,
  response: ServerResponse,
): unknown {
  if (headers['content-md5'] !== md5Of(body)) return refuse(response, 400, 'Md5Mismatch')
  const comp = query.get('comp')
  if (comp === 'block') blocks.set(`${name} ${query.get('blockid')}`, body)
  else if (headers['if-none-match'] === '*' && blobs.has(name)) return refuse(response, 409, 'BlobAlreadyExists')
  else if (comp === 'blocklist') {
    const ids = [...body.toString().matchAll(/<Latest>(.*?)<\/Latest>/g)].map(([, id]) => `${name} ${id}`)
    blobs.set(name, Buffer.concat(ids.map((id) => blocks.get(id) ?? Buffer.from(`no block ${id}`))))
  } else blobs.set(name, body)
  const etag = etagOf(blobs.get(name) ?? Buffer.alloc(0))
  return response.writeHead(201, { 'content-length': '0', etag: `"${etag}"` }).end()
}
