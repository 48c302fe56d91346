import { createHash } from 'node:crypto'

/** What a fingerprint was made from: MD5 where all files have one, ETags where none has, or both. */
export type FingerprintBasis = 'md5' | 'etag' | 'mixed'

/** One value that changes when, and only when, the data does; where a file has no MD5, also when it is written anew with the same content. */
export interface Fingerprint {
  /** SHA-256 in hex. */
  readonly value: string
  readonly basis: FingerprintBasis
}

interface FingerprintedFile {
  readonly path: string
  readonly size: number
  readonly md5: string | undefined
  readonly etag: string
}

/** SHA-256 over the paths with size and MD5 (ETag for files that have none). The files are sorted by path, as snapshots and local files are. */
export function fingerprintOf(files: Iterable<FingerprintedFile>): Fingerprint {
  const hash = createHash('sha256')
  let [count, withMd5] = [0, 0]
  for (const { path, size, md5, etag } of files) {
    count += 1
    if (md5 !== undefined) withMd5 += 1
    // NUL cannot be part of a path, so that no two lists of files give the same text.
    hash.update(`${path}\0${size}\0${md5 === undefined ? `etag:${etag}` : `md5:${md5}`}\0`)
  }
  return { value: hash.digest('hex'), basis: withMd5 === count ? 'md5' : withMd5 === 0 ? 'etag' : 'mixed' }
}

/** One fingerprint for several datasets, whatever their order. */
export function combineFingerprints(
  datasets: readonly { readonly dataName: string; readonly fingerprint: string }[],
): string {
  const lines = datasets.map(({ dataName, fingerprint }) => `${dataName}\0${fingerprint}\0`).sort()
  return createHash('sha256').update(lines.join('')).digest('hex')
}
