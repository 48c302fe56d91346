import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type BlobItem, ContainerClient } from '@azure/storage-blob'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Blob } from '../../src/blobs/index.ts'
import { createListReader, type ListedPage, NotAListing } from '../../src/blobs/list-reader.ts'
import { cpuMilliseconds, fuzzSettings } from '../fuzz.ts'
import { anyPage, anyWrittenBlob, isFolder, pageXml, type WrittenBlob } from './written-page.ts'

function read(pieces: readonly Buffer[]): ListedPage | undefined {
  const reader = createListReader()
  for (const piece of pieces) {
    // Each piece is overwritten at once, as the buffer of a socket is.
    const copy = Buffer.from(piece)
    reader.push(copy)
    copy.fill(0x3c)
  }
  return reader.end()
}

/** What became of bytes: a page, none, or a refusal. Any other error is thrown. */
function outcomeOf(bytes: Buffer): ListedPage | 'none' | 'refused' {
  try {
    return read([bytes]) ?? 'none'
  } catch (error) {
    if (error instanceof NotAListing) return 'refused'
    throw error
  }
}

const blobsOf = ({ blobs }: ListedPage): Blob[] => Array.from({ length: blobs.length }, (_, index) => blobs.at(index))
const plainFacts = ({ metadata: _, resourceType: __, ...blob }: WrittenBlob): Blob => blob

function split(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let start = 0, nth = 0; start < bytes.length; nth += 1) {
    const end = start + (lengths[nth % lengths.length] ?? 1)
    pieces.push(bytes.subarray(start, end))
    start = end
  }
  return pieces
}

describe('a page with names of every kind', () => {
  test('is read as it was written, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(anyPage, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (written, lengths) => {
        const page = read(split(Buffer.from(pageXml(written)), lengths))
        expect(page && blobsOf(page)).toEqual(written.blobs.filter((blob) => !isFolder(blob)).map(plainFacts))
        expect(page?.folders).toEqual(written.folders)
        expect(page?.marker ?? '').toBe(written.marker)
      }),
      fuzzSettings(400),
    )
  })

  test('that ends early, at any byte, is never taken for a page', () => {
    fc.assert(
      fc.property(anyPage, fc.nat(), (written, at) => {
        const bytes = Buffer.from(pageXml(written))
        expect(['none', 'refused']).toContain(outcomeOf(bytes.subarray(0, at % bytes.length)))
      }),
      fuzzSettings(1000),
    )
  })

  test('of which bytes were changed is read, or refused, and nothing worse; ETags still fit into a header', () => {
    const part = fc.oneof(
      fc.constantFrom('<', '>', '"', '&', '/', '\0', '\r\n', '</Blob>', '<Blob>', '<Etag>', '&#x0;', '<!--', ']]>'),
      fc.constantFrom(
        '&#xD800;',
        '&#x110000;',
        '&#99999999;',
        '<![CDATA[',
        '<?x?>',
        '</EnumerationResults>',
        '%',
        '-1',
      ),
      fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    )
    const change = fc.record({ at: fc.nat(), removed: fc.nat(8), part })
    fc.assert(
      fc.property(anyPage, fc.array(change, { minLength: 1, maxLength: 4 }), (written, changes) => {
        let bytes = Buffer.from(pageXml(written))
        for (const { at, removed, part } of changes) {
          const start = at % bytes.length
          bytes = Buffer.concat([
            bytes.subarray(0, start),
            Buffer.from(part, 'latin1'),
            bytes.subarray(start + removed),
          ])
        }
        const page = outcomeOf(bytes)
        if (typeof page === 'string') return
        for (const { name, size, etag } of blobsOf(page)) {
          expect(name).not.toBe('')
          expect(Number.isSafeInteger(size) && size >= 0).toBe(true)
          expect(etag).toMatch(/^[\x21\x23-\x7e]+$/)
        }
      }),
      fuzzSettings(2000),
    )
  })

  test('has metadata that are called like everything else, and they count for nothing', () => {
    const [blob] = fc.sample(anyWrittenBlob, { seed: 1, numRuns: 1 }) as [WrittenBlob]
    const names = ['Name', 'Etag', 'Content-Length', 'Content-MD5', 'AccessTier', 'Last-Modified', 'constructor']
    const metadata = Object.fromEntries(names.map((name) => [name, 'x']))
    const page = read([Buffer.from(pageXml({ blobs: [{ ...blob, size: 7, metadata }], folders: [], marker: '' }))])
    expect(page && blobsOf(page)).toEqual(isFolder(blob) ? [] : [{ ...plainFacts(blob), size: 7 }])
  })
})

describe('a page that was made to harm', () => {
  const page = (inner: string) => `<EnumerationResults><Blobs>${inner}</Blobs><NextMarker /></EnumerationResults>`
  const blob = (properties: string, name = '<Name>f</Name>') =>
    page(`<Blob>${name}<Properties>${properties}</Properties></Blob>`)

  test.each<[string, string]>([
    ['a blob without a length', blob('<Etag>0x1</Etag>')],
    ['a length with a point', blob('<Etag>0x1</Etag><Content-Length>1.5</Content-Length>')],
    ['a length in hexadecimal', blob('<Etag>0x1</Etag><Content-Length>0x10</Content-Length>')],
    ['a length beyond all numbers', blob(`<Etag>0x1</Etag><Content-Length>${'9'.repeat(400)}</Content-Length>`)],
    ['an empty ETag', blob('<Etag></Etag><Content-Length>1</Content-Length>')],
    ['an ETag of quotes', blob('<Etag>&quot;&quot;</Etag><Content-Length>1</Content-Length>')],
    ['an ETag with a space', blob('<Etag>0x1 0x2</Etag><Content-Length>1</Content-Length>')],
    ['an empty name', blob('<Etag>0x1</Etag><Content-Length>1</Content-Length>', '<Name></Name>')],
    ['half a surrogate', blob('<Etag>0x1</Etag><Content-Length>1</Content-Length>', '<Name>&#xD83D;</Name>')],
    ['entities in entities', `<!DOCTYPE x [<!ENTITY a "&b;&b;"><!ENTITY b "xx">]>${page('<x>&a;</x>')}`],
  ])('with %s is refused', (_what, xml) => {
    expect(outcomeOf(Buffer.from(xml))).toBe('refused')
  })

  test.each<[string, string]>([
    ['a million elements in one another', `${'<x>'.repeat(1_000_000)}`],
    ['a name of ten megabytes', page(`<Blob><Name>${'x'.repeat(10_000_000)}`)],
    ['ten million spaces', ' '.repeat(10_000_000)],
    ['a tag of ten megabytes', `<EnumerationResults ${'a="b" '.repeat(1_500_000)}`],
  ])('with %s costs little time, and gives no page', (_what, xml) => {
    const bytes = Buffer.from(xml)
    let outcome: unknown
    const pieces = split(bytes, [16 * 1024])
    const spent = cpuMilliseconds(() => {
      try {
        outcome = read(pieces) ?? 'none'
      } catch (error) {
        outcome = error instanceof NotAListing ? 'refused' : error
      }
    })
    expect(['none', 'refused']).toContain(outcome)
    expect(spent).toBeLessThan(5000)
  })
})

describe('beside the SDK', () => {
  let server: Server
  let client: ContainerClient
  let xml = ''
  beforeAll(async () => {
    server = createServer((_, response) => response.setHeader('content-type', 'application/xml').end(xml))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    client = new ContainerClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}/account/box`)
  })
  afterAll(() => server.close())

  const factsOf = ({ name, properties }: BlobItem): Blob => ({
    name,
    size: properties.contentLength ?? Number.NaN,
    etag: properties.etag,
    md5: properties.contentMD5?.length ? Buffer.from(properties.contentMD5).toString('base64') : undefined,
    lastModified: properties.lastModified.getTime(),
    tier: properties.accessTier,
  })
  // The SDK takes carriage returns and outer white space from texts, and numbers for what looks like some; so each text has a letter around it.
  const lettered = (text: string) => `n${text.replaceAll('\r', '_')}n`
  const readable = anyPage.map(({ blobs, folders, marker }) => ({
    blobs: blobs.map((blob) => ({ ...blob, name: lettered(blob.name), etag: lettered(blob.etag).replaceAll('"', '') })),
    folders: folders.map(lettered),
    marker: marker && lettered(marker),
  }))

  test('a page with folders and a marker is read alike', async () => {
    await fc.assert(
      fc.asyncProperty(readable, async (written) => {
        xml = pageXml(written)
        const page = (await client.listBlobsByHierarchy('/', { includeMetadata: true }).byPage().next()).value
        const ours = read([Buffer.from(xml)]) as ListedPage
        const files = written.blobs.map((blob) => !isFolder(blob))
        const theirs: Blob[] = page.segment.blobItems.map(factsOf)
        expect(blobsOf(ours)).toEqual(theirs.filter((_, index) => files[index]))
        expect(ours.folders).toEqual((page.segment.blobPrefixes ?? []).map(({ name }: { name: string }) => name))
        expect(ours.marker ?? '').toBe(page.continuationToken ?? '')
      }),
      fuzzSettings(150),
    )
  })
})
