const longestBlobName = 1024
const mostSegments = 254

/** Rules of blob names: learn.microsoft.com, "Naming and referencing containers, blobs, and metadata". */
const blobNameRules: readonly (readonly [
  breaks: (name: string, segments: readonly string[]) => boolean,
  how: string,
])[] = [
  [(name) => name.length > longestBlobName, `are longer than ${longestBlobName} characters`],
  [(_, segments) => segments.length > mostSegments, `have more than ${mostSegments} segments`],
  [(name) => name.includes('\\'), 'contain a backslash'],
  // Nor U+FFFE and U+FFFF, which XML, the form of a listing, cannot hold.
  [(name) => /[\p{Cc}\ufffe\uffff]/u.test(name), 'contain control characters'],
  [(_, segments) => segments.some((segment) => segment.endsWith('.')), 'have a segment that ends in a dot'],
]

/** Which rule a name breaks, as the end of "names must not be such that they …"; undefined where it can be that of a blob. */
export function problemOfBlobName(name: string): string | undefined {
  const segments = name.split('/')
  return blobNameRules.find(([breaks]) => breaks(name, segments))?.[1]
}
