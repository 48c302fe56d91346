import type { Blob } from './blob.ts'

/** Blobs held in columns, some 50 bytes and the name for each, instead of an object each with its strings. */
export interface PackedBlobs {
  readonly length: number
  name(index: number): string
  size(index: number): number
  lastModified(index: number): number
  /** The blob as an object, made anew at each call. */
  at(index: number): Blob
}

/** What a listing says of a blob. `etag` is without quotes, `md5` has 16 bytes. */
export interface BlobFacts {
  readonly size: number
  readonly etag: string
  readonly md5: Uint8Array | undefined
  readonly lastModified: number
  readonly tier: string | undefined
}

/** Puts blobs together to {@link PackedBlobs}. */
export interface BlobPacker {
  readonly length: number
  /** @param name UTF-8 */
  add(name: Uint8Array, facts: BlobFacts): void
  columns(): Columns
}

export const md5Bytes = 16
/** The form of all ETags of the service: a 64-bit number. Others are kept as texts. */
const numericEtag = /^0x[1-9A-F][0-9A-F]{0,15}$/

export function packBlobs(blobs: Iterable<Blob>): PackedBlobs {
  return packed(columnsOf(blobs))
}

export function columnsOf(blobs: Iterable<Blob>): Columns {
  const packer = createPacker()
  for (const blob of blobs) {
    const md5 = blob.md5 === undefined ? undefined : Buffer.from(blob.md5, 'base64')
    packer.add(Buffer.from(blob.name, 'utf8'), { ...blob, md5 })
  }
  return packer.columns()
}

export function createPacker(): BlobPacker {
  let room = 256
  let length = 0
  let names = Buffer.allocUnsafe(room * 64)
  let nameEnds = new Uint32Array(room)
  let sizes = new Float64Array(room)
  let etags = new BigUint64Array(room)
  let md5s = Buffer.alloc(room * md5Bytes)
  /** Index into `tiers`, plus the flag for a stored MD5. */
  let flags = new Uint8Array(room)
  let times = new Float64Array(room)
  const tiers: (string | undefined)[] = []
  const otherEtags = new Map<number, string>()

  const grow = () => {
    room *= 2
    nameEnds = grown(nameEnds, new Uint32Array(room))
    sizes = grown(sizes, new Float64Array(room))
    etags = grown(etags, new BigUint64Array(room))
    md5s = grown(md5s, Buffer.alloc(room * md5Bytes))
    flags = grown(flags, new Uint8Array(room))
    times = grown(times, new Float64Array(room))
  }
  const tierIndex = (tier: string | undefined): number => {
    const known = tiers.indexOf(tier)
    if (known >= 0) return known
    if (tiers.length >= hasMd5) throw new RangeError('more access tiers than there are')
    return tiers.push(tier) - 1
  }
  return {
    get length() {
      return length
    },
    add: (name, { size, etag, md5, lastModified, tier }) => {
      if (length === room) grow()
      const start = length === 0 ? 0 : (nameEnds[length - 1] ?? 0)
      if (start + name.byteLength > names.byteLength)
        names = grown(names, Buffer.allocUnsafe(2 * (start + name.byteLength)))
      names.set(name, start)
      nameEnds[length] = start + name.byteLength
      sizes[length] = size
      if (numericEtag.test(etag)) etags[length] = BigInt(etag)
      else otherEtags.set(length, etag)
      if (md5) md5s.set(md5, length * md5Bytes)
      flags[length] = tierIndex(tier) | (md5 ? hasMd5 : 0)
      times[length] = lastModified
      length += 1
    },
    columns: () => {
      const nameBytes = length === 0 ? 0 : (nameEnds[length - 1] ?? 0)
      return {
        length,
        names: Buffer.from(names.subarray(0, nameBytes)),
        nameEnds: nameEnds.slice(0, length),
        sizes: sizes.slice(0, length),
        etags: etags.slice(0, length),
        otherEtags,
        md5s: Buffer.from(md5s.subarray(0, length * md5Bytes)),
        flags: flags.slice(0, length),
        times: times.slice(0, length),
        tiers,
      }
    },
  }
}

const hasMd5 = 0x80

/** All there is about blobs, as it lies in memory. */
export interface Columns {
  readonly length: number
  readonly names: Buffer
  readonly nameEnds: Uint32Array
  readonly sizes: Float64Array
  readonly etags: BigUint64Array
  readonly otherEtags: ReadonlyMap<number, string>
  readonly md5s: Buffer
  readonly flags: Uint8Array
  readonly times: Float64Array
  readonly tiers: readonly (string | undefined)[]
}

/** Blobs as columns hold them. */
export function packed(columns: Columns): PackedBlobs {
  const { length, names, nameEnds, sizes, etags, otherEtags, md5s, flags, times, tiers } = columns
  const name = (index: number) => names.toString('utf8', index === 0 ? 0 : nameEnds[index - 1], nameEnds[index])
  const etag = (index: number) => otherEtags.get(index) ?? `0x${(etags[index] ?? 0n).toString(16).toUpperCase()}`
  const md5 = (index: number) => md5s.toString('base64', index * md5Bytes, (index + 1) * md5Bytes)
  return {
    length,
    name,
    size: (index) => sizes[index] ?? 0,
    lastModified: (index) => times[index] ?? 0,
    at: (index) => {
      const flag = flags[index] ?? 0
      return {
        name: name(index),
        size: sizes[index] ?? 0,
        etag: etag(index),
        md5: flag & hasMd5 ? md5(index) : undefined,
        lastModified: times[index] ?? 0,
        tier: tiers[flag & ~hasMd5],
      }
    },
  }
}

/** Copies what there is to the beginning of something larger. */
function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from)
  return to
}
