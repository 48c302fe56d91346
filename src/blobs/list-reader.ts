import { isUtf8 } from 'node:buffer'
import { type BlobFacts, createPacker, type PackedBlobs, packed } from './packed.ts'

/** One page of a listing. */
export interface ListedPage {
  /** Without what stands for a folder: stubs with `hdi_isfolder`, directories, empty blobs whose name ends in `/`. */
  readonly blobs: PackedBlobs
  /** Where the request had a delimiter: names, with it at the end, under which others lie. */
  readonly folders: readonly string[]
  /** Where the next page begins; undefined behind the last one. */
  readonly marker: string | undefined
}

/** What came is not the answer to List Blobs: the page of a proxy, or XML that the service never writes. */
export class NotAListing extends Error {}

/** Reads one page, piece by piece. */
export interface ListReader {
  /** @throws NotAListing */
  push(piece: Buffer): void
  /** The page; undefined where it ended too early. */
  end(): ListedPage | undefined
}

/** No tag and no text of a listing is longer; names have 1,024 characters, metadata 8 KiB. */
const longestToken = 1024 * 1024
const lessThan = 0x3c
const greaterThan = 0x3e
const slash = 0x2f
const quote = 0x22

/** Elements of a blob's `Properties` that count, by their length: the others need not be turned into text. */
const wantedLengths = new Set(
  ['Content-Length', 'Etag', 'Content-MD5', 'Last-Modified', 'AccessTier', 'ResourceType'].map((name) => name.length),
)

/** How deep elements lie: EnumerationResults/Blobs/Blob/Properties/Etag is 5. */
const depthOf = { root: 1, top: 2, item: 3, field: 4, value: 5 } as const

/**
 * A reader of the answer to List Blobs (learn.microsoft.com, "List Blobs", response body). It goes from `<` to `>` over the bytes and tells
 * elements by their depth, since metadata may be called Name or Etag too. It takes a tenth of the time of a parser that makes objects.
 */
export function createListReader(): ListReader {
  const packer = createPacker()
  const folders: string[] = []
  let kept: Buffer = Buffer.alloc(0)
  let depth = 0
  let isRootClosed = false
  let marker = ''
  /** The element of depth 3 (`Blob`, `BlobPrefix`), of depth 4 (`Properties`), and the one whose text is wanted. */
  let item = ''
  let field = ''
  let wanted = ''
  let isEncoded = false
  let blob: Partial<Writable<BlobFacts>> = {}
  let name: Buffer | undefined
  let isFolder = false

  const open = (tag: Buffer, isEmpty: boolean) => {
    depth += 1
    wanted = ''
    if (depth === depthOf.value) {
      if (field === 'Properties' ? wantedLengths.has(nameLength(tag)) : field === 'Metadata') wanted = nameOf(tag)
    } else if (depth === depthOf.field) {
      field = nameOf(tag)
      if (field === 'Name') {
        wanted = field
        isEncoded = tag.includes('Encoded="true"')
      }
    } else if (depth === depthOf.item) {
      item = nameOf(tag)
      name = undefined
      blob = {}
      isFolder = false
    } else if (depth === depthOf.top) {
      wanted = nameOf(tag) === 'NextMarker' ? 'NextMarker' : ''
    } else if (depth === depthOf.root && (nameOf(tag) !== 'EnumerationResults' || isRootClosed)) {
      throw new NotAListing(`an element ${JSON.stringify(nameOf(tag).slice(0, 40))}`)
    }
    if (isEmpty) close()
  }
  const close = () => {
    if (depth === depthOf.item) finishItem()
    if (depth === depthOf.root) isRootClosed = true
    wanted = ''
    depth -= 1
    if (depth < 0) throw new NotAListing('more elements end than begin')
  }
  const finishItem = () => {
    if (item !== 'Blob' && item !== 'BlobPrefix') return
    if (!name) throw new NotAListing(`a ${item} without a name`)
    if (item === 'BlobPrefix') return void folders.push(name.toString('utf8'))
    const { size, etag, md5, lastModified = 0, tier } = blob
    if (isFolder || (size === 0 && name.at(-1) === slash)) return
    if (size === undefined) throw new NotAListing('a blob without a length')
    if (etag === undefined) throw new NotAListing('a blob without an ETag')
    packer.add(name, { size, etag, md5, lastModified, tier })
  }
  const text = (bytes: Buffer) => {
    if (wanted === 'Name' && depth === depthOf.field) name = unescapedName(bytes, isEncoded)
    else if (wanted === 'NextMarker' && depth === depthOf.top) marker = unescaped(bytes)
    else if (depth === depthOf.value && field === 'Properties')
      isFolder ||= takeProperty(blob, wanted, unescaped(bytes))
    // Metadata are headers, whose names have no case.
    else if (depth === depthOf.value && wanted.toLowerCase() === 'hdi_isfolder')
      isFolder ||= unescaped(bytes) === 'true'
  }
  /** Reads whole tokens, and returns where the first begins that is not whole. */
  const read = (bytes: Buffer): number => {
    let start = 0
    for (;;) {
      const tag = indexOfByte(bytes, lessThan, start)
      if (tag < 0) return start
      const end = endOfTag(bytes, tag + 1)
      if (end < 0) return start
      if (tag > start) {
        if (depth === 0) refuseText(bytes.subarray(start, tag))
        else if (wanted !== '') text(bytes.subarray(start, tag))
      }
      const first = bytes[tag + 1]
      if (first === slash) close()
      else if (first === 0x21)
        throw new NotAListing('a declaration') // <!DOCTYPE html>, which no answer of the service has
      else if (first !== 0x3f) {
        const isEmpty = bytes[end - 1] === slash
        open(bytes.subarray(tag + 1, isEmpty ? end - 1 : end), isEmpty)
      }
      start = end + 1
    }
  }
  return {
    push: (piece) => {
      const bytes = kept.length > 0 ? Buffer.concat([kept, piece]) : piece
      const rest = bytes.subarray(read(bytes))
      if (rest.length > longestToken) throw new NotAListing('a token without end')
      kept = Buffer.from(rest)
    },
    end: () => {
      if (depth === 0) refuseText(kept.subarray(0, kept.includes(lessThan) ? kept.indexOf(lessThan) : kept.length))
      if (!isRootClosed) return undefined
      return { blobs: packed(packer.columns()), folders, marker: marker === '' ? undefined : marker }
    },
  }
}

/** Outside of all elements there is only space, and a byte order mark. */
function refuseText(bytes: Buffer): void {
  if (bytes.toString('utf8').trim() !== '') throw new NotAListing('text outside of XML')
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Takes one element of `Properties`; returns whether it says that the blob is a directory (accounts with a hierarchical namespace). */
function takeProperty(blob: Partial<Writable<BlobFacts>>, property: string, text: string): boolean {
  switch (property) {
    case 'Content-Length':
      blob.size = wholeNumber(text)
      break
    case 'Etag':
      blob.etag = plainEtag(text)
      break
    case 'Content-MD5': {
      const md5 = Buffer.from(text, 'base64')
      if (md5.byteLength === 16) blob.md5 = md5
      break
    }
    case 'Last-Modified':
      blob.lastModified = Date.parse(text) || 0
      break
    case 'AccessTier':
      blob.tier = text
      break
    case 'ResourceType':
      return text === 'directory'
  }
  return false
}

function wholeNumber(text: string): number {
  if (!/^\d{1,16}$/.test(text)) throw new NotAListing(`a Content-Length ${JSON.stringify(text.slice(0, 40))}`)
  return Number(text)
}

/** Without quotes, which some listings have. It goes into a header later, so that it has to be one (RFC 9110, section 8.8.3). */
function plainEtag(text: string): string {
  const etag = text.replaceAll('"', '')
  if (!/^[\x21\x23-\x7e]+$/.test(etag)) throw new NotAListing(`an ETag ${JSON.stringify(etag.slice(0, 40))}`)
  return etag
}

/** By hand, as a call into the runtime for every tag costs more than the few bytes to the next one. */
function indexOfByte(bytes: Buffer, byte: number, from: number): number {
  for (let at = from; at < bytes.length; at += 1) if (bytes[at] === byte) return at
  return -1
}

/** Where the tag ends whose first byte is given; a `>` within quotes does not count. */
function endOfTag(bytes: Buffer, from: number): number {
  let isQuoted = false
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === quote) isQuoted = !isQuoted
    else if (byte === greaterThan && !isQuoted) return at
  }
  return -1
}

function nameLength(tag: Buffer): number {
  const space = indexOfByte(tag, 0x20, 0)
  return space < 0 ? tag.length : space
}

function nameOf(tag: Buffer): string {
  return tag.toString('latin1', 0, nameLength(tag))
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Text as it was before it became XML: the five entities and character references (XML 1.0, section 4.6), and no others. */
function unescaped(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!text.includes('&')) return text
  return text.replace(/&([^;&]*);?/g, (whole, entity: string) => {
    const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(entity) ?? []
    const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : undefined
    const character = code === undefined ? entities[entity] : isCharacter(code) ? String.fromCodePoint(code) : undefined
    if (character === undefined || !whole.endsWith(';'))
      throw new NotAListing(`an entity ${JSON.stringify(whole.slice(0, 40))}`)
    return character
  })
}

/** Half of a surrogate pair is no character. */
function isCharacter(code: number): boolean {
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
}

/** A name in UTF-8. `Encoded="true"` is percent-encoded, as it holds characters that XML cannot. */
function unescapedName(bytes: Buffer, isEncoded: boolean): Buffer {
  if (!isUtf8(bytes)) throw new NotAListing('a name that is not UTF-8')
  if (!isEncoded && indexOfByte(bytes, 0x26, 0) < 0) return Buffer.from(bytes)
  const name = unescaped(bytes)
  if (!isEncoded) return Buffer.from(name, 'utf8')
  try {
    return Buffer.from(decodeURIComponent(name), 'utf8')
  } catch {
    throw new NotAListing('a name whose percent-encoding is broken')
  }
}
