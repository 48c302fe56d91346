import { createHash, randomBytes } from 'node:crypto'
import { appendFileSync, closeSync, futimesSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'

/** Files of equal size, in one folder of the container or spread over several. */
export interface DatasetShape {
  /** The folder's name. */
  readonly name: string
  readonly files: number
  /** Bytes of each file. */
  readonly size: number
  /** Folders below it; 0 for none. */
  readonly folders: number
  /** Whether the files are there to be read, or only listed. */
  readonly hasContent: boolean
}

/** A file of a dataset, as a listing shows it. */
interface DatasetFile {
  readonly name: string
  /** In base64. */
  readonly md5: string
}

/** The one ETag and time of all blobs: the server keeps none. */
export const etag = '0x8DC0B3F2A1C0AAA'
const lastModified = 'Tue, 02 Jan 2024 03:04:05 GMT'
const pageSize = 5000
/** The MD5 of every blob, as a map of nginx. Clients take it from the headers of a read, and compare nothing where there is none. */
export const md5File = 'md5.map'
const pieceBytes = 8 * 1024 * 1024

/**
 * Makes a dataset: its files below `root/account/box/`, and every page of every listing that a client may ask for below `root/list/`.
 * Listings are kept as files, named after prefix, delimiter and marker (see {@link listingFile}), so that the server only has to send them.
 */
export function makeDataset(root: string, shape: DatasetShape): void {
  const files = Array.from({ length: shape.files }, (_, index) => makeFile(root, shape, index))
  const folder = `${shape.name}/`
  if (shape.hasContent) appendFileSync(path.join(root, md5File), files.map(md5Line).join(''))
  const write = (prefix: string, delimiter: string, some: readonly DatasetFile[], folders: readonly string[] = []) =>
    writePages(root, { prefix, delimiter, size: shape.size }, some, folders)
  write(folder, '', files)
  const inFolders = Map.groupBy(files, ({ name }) => name.slice(0, name.lastIndexOf('/') + 1))
  if (shape.folders === 0) {
    write(folder, '/', files)
    return
  }
  write(folder, '/', [], [...inFolders.keys()])
  for (const [prefix, some] of inFolders) for (const delimiter of ['', '/']) write(prefix, delimiter, some)
}

function makeFile(root: string, { name, files, size, folders, hasContent }: DatasetShape, index: number): DatasetFile {
  const folder = folders === 0 ? '' : `folder-${String(Math.floor(index / (files / folders))).padStart(3, '0')}/`
  const file = `${name}/${folder}file-${String(index).padStart(7, '0')}.bin`
  if (!hasContent) return { name: file, md5: '1B2M2Y8AsgTpgAmY7PhCfg==' }
  const place = path.join(root, 'account/box', file)
  mkdirSync(path.dirname(place), { recursive: true })
  const hash = createHash('md5')
  const descriptor = openSync(place, 'w')
  for (let left = size; left > 0; left -= pieceBytes) {
    const piece = randomBytes(Math.min(left, pieceBytes))
    hash.update(piece)
    writeSync(descriptor, piece)
  }
  futimesSync(descriptor, new Date(lastModified), new Date(lastModified))
  closeSync(descriptor)
  return { name: file, md5: hash.digest('base64') }
}

function writePages(
  root: string,
  { prefix, delimiter, size }: { readonly prefix: string; readonly delimiter: string; readonly size: number },
  files: readonly DatasetFile[],
  folders: readonly string[],
): void {
  mkdirSync(path.join(root, 'list'), { recursive: true })
  const prefixes = folders.map((name) => `<BlobPrefix><Name>${name}</Name></BlobPrefix>`).join('')
  for (let start = 0; start === 0 || start < files.length; start += pageSize) {
    const next = start + pageSize < files.length ? String(start + pageSize) : ''
    const blobs = files.slice(start, start + pageSize).map((file) => blobElement(file, size))
    const marker = start === 0 ? '' : String(start)
    writeFileSync(
      path.join(root, 'list', listingFile(prefix, delimiter, marker)),
      page(prefix, prefixes + blobs.join(''), next),
    )
  }
}

function md5Line({ name, md5 }: DatasetFile): string {
  return `/account/box/${name} ${md5};\n`
}

/** Slashes are no names of files. The server makes the same name of the query. */
export function listingFile(prefix: string, delimiter: string, marker: string): string {
  return `${prefix}~${delimiter}~${marker}`.replaceAll('/', '!')
}

function page(prefix: string, blobs: string, next: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://127.0.0.1/" ContainerName="box"><Prefix>${prefix}</Prefix><MaxResults>${pageSize}</MaxResults><Blobs>${blobs}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`
}

/** In the form of the service: learn.microsoft.com, "List Blobs". */
function blobElement({ name, md5 }: DatasetFile, size: number): string {
  return `<Blob><Name>${name}</Name><Properties><Creation-Time>${lastModified}</Creation-Time><Last-Modified>${lastModified}</Last-Modified><Etag>${etag}</Etag><Content-Length>${size}</Content-Length><Content-Type>application/octet-stream</Content-Type><Content-Encoding /><Content-Language /><Content-MD5>${md5}</Content-MD5><Cache-Control /><Content-Disposition /><BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier><AccessTierInferred>true</AccessTierInferred><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted></Properties><OrMetadata /></Blob>`
}

/** The numbers from 0 in an order that only looks random, the same every time. */
export function seededOrder(count: number): number[] {
  const key = (number: number) => createHash('md5').update(String(number)).digest('hex')
  return Array.from({ length: count }, (_, number) => number).sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
