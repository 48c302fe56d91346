import { type Columns, columnsOf, md5Bytes, packed } from './packed.ts'
import { type Snapshot, snapshotOfPacked } from './snapshot.ts'

/** What stands in front of the columns, as JSON. */
interface SentHead {
  readonly length: number
  /** Characters of the folder's name, which all names begin with. */
  readonly folderLength: number
  readonly otherEtags: readonly (readonly [number, string])[]
  /** `null` for blobs of accounts without tiers. */
  readonly tiers: readonly (string | null)[]
  readonly nameBytes: number
}

/** Columns of numbers have to begin on a multiple of their size. */
const alignment = 8

/**
 * A snapshot for another process: the bytes of its columns, one behind the other, behind a line of JSON. It is as large as in memory, and nothing
 * of it has to be parsed there. Both processes run on this machine: the order of bytes is its own.
 */
export function encodeSnapshot(snapshot: Snapshot): Buffer[] {
  const columns = columnsOf(snapshot)
  const { length, names, otherEtags, tiers } = columns
  const first = snapshot.length > 0 ? snapshot.at(0) : undefined
  const head: SentHead = {
    length,
    folderLength: first ? first.name.length - first.path.length : 0,
    otherEtags: [...otherEtags],
    tiers: tiers.map((tier) => tier ?? null),
    nameBytes: names.byteLength,
  }
  const json = JSON.stringify(head)
  const bytes = Buffer.byteLength(json) + 1
  const line = `${json}${' '.repeat((alignment - (bytes % alignment)) % alignment)}\n`
  return [Buffer.from(line), ...sections(columns).map(bytesOf)]
}

/** @param bytes what {@link encodeSnapshot} gave, in one, at the beginning of its memory; the snapshot stays in it */
export function decodeSnapshot(bytes: Buffer): Snapshot {
  const lineEnd = bytes.indexOf('\n')
  const head: SentHead = JSON.parse(bytes.toString('utf8', 0, lineEnd))
  const { length, nameBytes, folderLength } = head
  const memory = bytes.buffer as ArrayBuffer
  let next = bytes.byteOffset + lineEnd + 1
  const take = (count: number): number => {
    next += count
    return next - count
  }
  const columns: Columns = {
    length,
    sizes: new Float64Array(memory, take(length * Float64Array.BYTES_PER_ELEMENT), length),
    times: new Float64Array(memory, take(length * Float64Array.BYTES_PER_ELEMENT), length),
    etags: new BigUint64Array(memory, take(length * BigUint64Array.BYTES_PER_ELEMENT), length),
    nameEnds: new Uint32Array(memory, take(length * Uint32Array.BYTES_PER_ELEMENT), length),
    flags: new Uint8Array(memory, take(length), length),
    md5s: Buffer.from(memory, take(length * md5Bytes), length * md5Bytes),
    names: Buffer.from(memory, take(nameBytes), nameBytes),
    otherEtags: new Map(head.otherEtags),
    tiers: head.tiers.map((tier) => tier ?? undefined),
  }
  return snapshotOfPacked(packed(columns), folderLength)
}

/** In the order in which they are read. */
function sections({ sizes, times, etags, nameEnds, flags, md5s, names }: Columns): ArrayBufferView[] {
  return [sizes, times, etags, nameEnds, flags, md5s, names]
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)
}
