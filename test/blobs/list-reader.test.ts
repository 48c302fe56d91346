import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ContainerClient } from '@azure/storage-blob'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Blob } from '../../src/blobs/index.ts'
import { createListReader, type ListedPage, NotAListing } from '../../src/blobs/list-reader.ts'
import { fuzzSettings } from '../fuzz.ts'

/** A blob as the service writes it. */
interface WrittenBlob extends Blob {
  readonly metadata: Readonly<Record<string, string>>
  readonly resourceType: string | undefined
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xD;',
}
const escaped = (text: string) => text.replace(/[&<>"'\r]/g, (character) => entities[character] ?? '')
const element = (name: string, text: string | undefined) =>
  text === undefined ? '' : text === '' ? `<${name} />` : `<${name}>${escaped(text)}</${name}>`

function blobXml({ name, size, etag, md5, lastModified, tier, metadata, resourceType }: WrittenBlob): string {
  const properties = [
    ...[
      element('Creation-Time', new Date(0).toUTCString()),
      element('Last-Modified', new Date(lastModified).toUTCString()),
    ],
    ...[element('Etag', etag), element('ResourceType', resourceType), element('Content-Length', String(size))],
    ...[
      element('Content-Type', 'application/octet-stream'),
      element('Content-Encoding', ''),
      element('Content-MD5', md5 ?? ''),
    ],
    ...[element('BlobType', 'BlockBlob'), element('AccessTier', tier), element('LeaseStatus', 'unlocked')],
  ]
  const pairs = Object.entries(metadata).map(([key, value]) => element(key, value))
  const isPlain = !/[\ufffe\uffff]/.test(name)
  const nameXml = isPlain ? element('Name', name) : `<Name Encoded="true">${encodeURIComponent(name)}</Name>`
  return `<Blob>${nameXml}<Properties>${properties.join('')}</Properties>${pairs.length > 0 ? `<Metadata>${pairs.join('')}</Metadata>` : '<Metadata />'}<OrMetadata /></Blob>`
}

function pageXml(blobs: readonly WrittenBlob[], folders: readonly string[] = [], marker = ''): string {
  const prefixes = folders.map((folder) => `<BlobPrefix>${element('Name', folder)}</BlobPrefix>`)
  return `\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://a.blob.core.windows.net/" ContainerName="a>b"><Prefix>p</Prefix><MaxResults>5000</MaxResults><Blobs>${blobs.map(blobXml).join('')}${prefixes.join('')}</Blobs>${element('NextMarker', marker)}</EnumerationResults>`
}

function read(xml: string | Buffer, pieceLength = Number.POSITIVE_INFINITY): ListedPage | undefined {
  const reader = createListReader()
  const bytes = Buffer.from(xml as string)
  for (let start = 0; start < bytes.length; start += pieceLength)
    reader.push(bytes.subarray(start, start + pieceLength))
  return reader.end()
}

const blobsOf = ({ blobs }: ListedPage): Blob[] => Array.from({ length: blobs.length }, (_, index) => blobs.at(index))

const plainBlob: WrittenBlob = {
  ...{
    name: 'f',
    size: 1,
    etag: '0x8DC0B3F2A1C0AAA',
    md5: '1B2M2Y8AsgTpgAmY7PhCfg==',
    lastModified: 1_700_000_000_000,
  },
  ...{ tier: 'Hot', metadata: {}, resourceType: undefined },
}

// What XML can hold, and what means something in it.
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.stringMatching(/^[<>&"'/ a-z!\-[\]=?;#x0-9]{1,20}$/),
    fc.constantFrom(
      '<Name>x</Name>',
      '&amp;',
      '&#x41;',
      ']]>',
      '<!-- x -->',
      'a\tb\nc',
      'a\r',
      'ünï/日本/😀',
      'a//b',
      ' x ',
      '%41',
      '\ufffe',
      '</Blob>',
    ),
  )
  .map((name) => name.replace(/(?![\t\n\r])\p{Cc}/gu, '_'))
  .filter((name) => name.isWellFormed() && name.trim() !== '')
const md5 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64'))
const metadataName = fc.constantFrom(
  'Name',
  'Etag',
  'hdi_isfolder',
  'HDI_IsFolder',
  'Content_MD5',
  'Blob',
  'Properties',
  'note',
)
const writtenBlob = fc.record({
  name: text,
  size: fc.oneof(fc.nat(10), fc.nat(2 ** 45)),
  etag: fc.oneof(
    fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map((tag) => `0x${tag.toString(16).toUpperCase()}`),
    fc.stringMatching(/^[a-z0-9-]{1,12}$/),
  ),
  md5: fc.option(md5, { nil: undefined }),
  lastModified: fc.nat(2_000_000_000).map((seconds) => seconds * 1000),
  tier: fc.constantFrom('Hot', 'Cool', 'Archive', undefined),
  metadata: fc.dictionary(metadataName, fc.constantFrom('true', 'false', 'x&y', '1'), { maxKeys: 3 }),
  resourceType: fc.constantFrom(undefined, undefined, 'file', 'directory'),
})

/** Which of the blobs are files: what the reader is to give. */
function filesOf(blobs: readonly WrittenBlob[]): Blob[] {
  return blobs
    .filter(({ name, size, metadata, resourceType }) => {
      const isStub = Object.entries(metadata).some(
        ([key, value]) => key.toLowerCase() === 'hdi_isfolder' && value === 'true',
      )
      return !isStub && resourceType !== 'directory' && !(size === 0 && name.endsWith('/'))
    })
    .map(({ metadata: _, resourceType: __, ...blob }) => blob)
}

describe('a page of a listing', () => {
  test('gives what was written, in whatever pieces it comes', () => {
    const page = fc.record({
      blobs: fc.array(writtenBlob, { maxLength: 6 }),
      folders: fc.array(text, { maxLength: 3 }),
      marker: fc.option(text, { nil: '' }),
    })
    fc.assert(
      fc.property(page, fc.integer({ min: 1, max: 400 }), ({ blobs, folders, marker }, pieceLength) => {
        const listed = read(pageXml(blobs, folders, marker), pieceLength)
        expect(listed && blobsOf(listed)).toEqual(filesOf(blobs))
        expect(listed?.folders).toEqual(folders)
        expect(listed?.marker ?? '').toBe(marker)
      }),
      fuzzSettings(300),
    )
  })

  test('that is cut anywhere is none', () => {
    // Behind the byte order mark, of which a part is no text.
    const begin = 3
    const xml = Buffer.from(pageXml([plainBlob, { ...plainBlob, name: 'ü&g' }], ['d/'], 'next'))
    for (let end = begin; end < xml.length; end += 1) expect(read(xml.subarray(0, end)), `${end}`).toBeUndefined()
  })

  test.each([
    ['the page of a proxy', '<html><body>Sign in</body></html>'],
    ['HTML with its declaration', '<!DOCTYPE html><html></html>'],
    ['entities of its own', '<!DOCTYPE x [<!ENTITY a "aaaa">]><EnumerationResults>&a;</EnumerationResults>'],
    ['JSON', '{"error": "no"}'],
    ['text', 'Forbidden'],
    ['two roots', `${pageXml([])}<EnumerationResults></EnumerationResults>`],
    ['more ends than beginnings', '<EnumerationResults></EnumerationResults></EnumerationResults>'],
    ['a comment', pageXml([]).replace('<Prefix>', '<!-- x --><Prefix>')],
    ['CDATA', pageXml([plainBlob]).replace('<Name>f</Name>', '<Name><![CDATA[f]]></Name>')],
    ['an unknown entity', pageXml([plainBlob]).replace('>f<', '>&nbsp;<')],
    ['an entity without end', pageXml([plainBlob]).replace('>f<', '>a&amp b<')],
    ['a character that is none', pageXml([plainBlob]).replace('>f<', '>&#x110000;<')],
    ['a name that is not UTF-8', Buffer.from(pageXml([plainBlob]).replace('>f<', '>\u00ff<'), 'latin1')],
    ['a broken percent-encoding', pageXml([plainBlob]).replace('<Name>f', '<Name Encoded="true">%E0%')],
    ['a blob without a name', pageXml([plainBlob]).replace('<Name>f</Name>', '')],
    ['a blob without an ETag', pageXml([plainBlob]).replace(/<Etag>.*?<\/Etag>/, '')],
    ['an ETag with a line end', pageXml([plainBlob]).replace('<Etag>0x', '<Etag>0x1&#xD;&#xA;X: y')],
    ['an ETag that is not ASCII', pageXml([plainBlob]).replace('<Etag>0x', '<Etag>ü')],
    ['a negative length', pageXml([plainBlob]).replace('<Content-Length>1', '<Content-Length>-1')],
    ['a tag without end', `<EnumerationResults ${'x'.repeat(1_100_000)}`],
  ])('is not %s', (_what, xml) => {
    expect(() => read(xml)).toThrow(NotAListing)
  })

  test('is deep, and that is no matter', () => {
    const deep = `${'<x>'.repeat(100_000)}${'</x>'.repeat(100_000)}`
    expect(read(pageXml([plainBlob]).replace('<Prefix>', `${deep}<Prefix>`))?.blobs.length).toBe(1)
  })

  test('with quotes around its ETags, as some services write them, has them without', () => {
    expect(read(pageXml([{ ...plainBlob, etag: '"0x1F"' }]))?.blobs.at(0).etag).toBe('0x1F')
  })
})

describe('beside the SDK', () => {
  let server: Server
  let xml = ''
  beforeAll(async () => {
    server = createServer((_, response) => response.setHeader('content-type', 'application/xml').end(xml))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => server.close())

  test('a page is read alike', async () => {
    const client = new ContainerClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}/account/box`)
    // The SDK changes carriage returns and white space at the ends of names, knows no `Encoded`, and gives numbers for names that look like some.
    const readable = writtenBlob
      .map((blob) => ({ ...blob, name: `n${blob.name.replace(/[\r\ufffe\uffff]/g, '_').trim()}` }))
      .filter(({ name }) => name === name.trim())
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(readable, { minLength: 1, maxLength: 5, selector: ({ name }) => name }),
        async (blobs) => {
          xml = pageXml(blobs)
          const page = (await client.listBlobsFlat({ includeMetadata: true }).byPage().next()).value
          const theirs = page.segment.blobItems.map((item: { name: string; properties: Record<string, unknown> }) => {
            const { contentLength, etag, contentMD5, lastModified, accessTier } = item.properties
            const bytes = contentMD5 as Uint8Array | undefined
            return {
              ...{ name: item.name, size: contentLength, etag, tier: accessTier },
              md5: bytes && bytes.length > 0 ? Buffer.from(bytes).toString('base64') : undefined,
              lastModified: (lastModified as Date).getTime(),
            }
          })
          const ours = blobsOf(read(xml) as ListedPage)
          const names = new Set(ours.map(({ name }) => name))
          expect(ours).toEqual(theirs.filter(({ name }: Blob) => names.has(name)))
          expect(ours).toEqual(filesOf(blobs))
        },
      ),
      fuzzSettings(150),
    )
  })
})
