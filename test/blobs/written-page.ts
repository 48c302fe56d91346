import fc from 'fast-check'
import type { Blob } from '../../src/blobs/index.ts'

/** What the service writes of a blob. */
export interface WrittenBlob extends Blob {
  readonly metadata: Readonly<Record<string, string>>
  readonly resourceType: 'file' | 'directory' | undefined
}

export interface WrittenPage {
  readonly blobs: readonly WrittenBlob[]
  readonly folders: readonly string[]
  /** Empty for the last page. */
  readonly marker: string
}

/** Characters that XML 1.0 cannot hold: names with them are percent-encoded. */
const outsideOfXml = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escaped = (text: string) =>
  text.replace(/[&<>"\r]/g, (character) => entities[character] ?? `&#x${character.charCodeAt(0).toString(16)};`)
const element = (name: string, text: string) => (text === '' ? `<${name} />` : `<${name}>${escaped(text)}</${name}>`)
const nameElement = (name: string) =>
  outsideOfXml.test(name) ? `<Name Encoded="true">${encodeURIComponent(name)}</Name>` : element('Name', name)

function blobElement({ name, size, etag, md5, lastModified, tier, metadata, resourceType }: WrittenBlob): string {
  const properties = [
    element('Creation-Time', new Date(lastModified).toUTCString()),
    element('Last-Modified', new Date(lastModified).toUTCString()),
    element('Etag', etag),
    resourceType ? element('ResourceType', resourceType) : '',
    element('Content-Length', String(size)),
    element('Content-Type', 'text/plain; charset="utf-8"'),
    element('Content-Encoding', ''),
    element('Content-MD5', md5 ?? ''),
    element('BlobType', 'BlockBlob'),
    tier === undefined ? '' : element('AccessTier', tier),
    element('ServerEncrypted', 'true'),
  ]
  const pairs = Object.entries(metadata).map(([key, value]) => element(key, value))
  const metadataElement = pairs.length > 0 ? `<Metadata>${pairs.join('')}</Metadata>` : '<Metadata />'
  return `<Blob>${nameElement(name)}<Properties>${properties.join('')}</Properties>${metadataElement}<OrMetadata /></Blob>`
}

/** The answer to List Blobs, as the service writes it. */
export function pageXml({ blobs, folders, marker }: WrittenPage): string {
  const prefixes = folders.map((folder) => `<BlobPrefix>${nameElement(folder)}</BlobPrefix>`)
  return `\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://a.blob.core.windows.net/" ContainerName="box"><Prefix>a &amp; b</Prefix><Delimiter>/</Delimiter><MaxResults>5000</MaxResults><Blobs>${blobs.map(blobElement).join('')}${prefixes.join('')}</Blobs>${element('NextMarker', marker)}</EnumerationResults>`
}

/** Names of all kinds: what XML has to escape, what looks like XML, and what it cannot hold. */
export const anyName = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.stringMatching(/^[<>&"'/ a-z!\-[\]=?;#x0-9%+]{1,20}$/),
    fc.constantFrom(
      ...[
        '<Name>x</Name>',
        '&amp;amp;',
        '&#x41;',
        ']]>',
        '<!-- x -->',
        'a\tb\nc',
        'a\r\n',
        ' x ',
        '%41',
        '%zz',
        '\u0001',
      ],
      ...['ünï/日本/😀', 'a//b', '/', '</Blob>', '\ufeffx', '\ufffe', 'a\u2028b', '..', './x', "it's", 'constructor'],
    ),
  )
  .filter((name) => name.isWellFormed())

export const anyEtag = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((tag) => `0x${tag.toString(16).toUpperCase()}`),
  fc.stringMatching(/^[!#-~]{1,20}$/),
)
const anyMd5 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64'))

export const anyBlob: fc.Arbitrary<Blob> = fc.record({
  name: anyName,
  size: fc.oneof(fc.nat(3), fc.nat(2 ** 45)),
  etag: anyEtag,
  md5: fc.option(anyMd5, { nil: undefined }),
  lastModified: fc.nat(2_000_000_000).map((seconds) => seconds * 1000),
  tier: fc.constantFrom('Hot', 'Cool', 'Cold', 'Archive', undefined),
})

const anyMetadata = fc.dictionary(
  fc.constantFrom(
    ...['Name', 'Etag', 'Content_Length', 'Properties', 'Blob', 'NextMarker', 'Metadata', 'note'],
    ...['hdi_isfolder', 'Hdi_IsFolder', 'HDI_ISFOLDER', 'hdi_isfolder_', 'ResourceType'],
  ),
  fc.constantFrom('true', 'false', 'True', 'x&y', '<Blob>', '1'),
  { maxKeys: 3 },
)

export const anyWrittenBlob: fc.Arbitrary<WrittenBlob> = fc
  .tuple(anyBlob, fc.record({ metadata: anyMetadata, resourceType: fc.constantFrom(undefined, 'file', 'directory') }))
  .map(([blob, rest]) => ({ ...blob, ...rest }))

export const anyPage: fc.Arbitrary<WrittenPage> = fc.record({
  blobs: fc.array(anyWrittenBlob, { maxLength: 5 }),
  folders: fc.array(anyName, { maxLength: 3 }),
  marker: fc.oneof(
    fc.constant(''),
    anyName.filter((name) => !outsideOfXml.test(name)),
  ),
})

/** Whether a blob stands for a folder. */
export function isFolder({ name, size, metadata, resourceType }: WrittenBlob): boolean {
  const isStub = Object.entries(metadata).some(
    ([key, value]) => key.toLowerCase() === 'hdi_isfolder' && value === 'true',
  )
  return isStub || resourceType === 'directory' || (size === 0 && name.endsWith('/'))
}
