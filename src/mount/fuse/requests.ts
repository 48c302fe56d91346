/**
 * What the kernel asks: the layouts of linux/fuse.h as byte offsets from the beginning of the message, which is `fuse_in_header` and a body.
 * All numbers are little-endian; those of 64 bits are named with their size.
 */
export const header = {
  /** `fuse_in_header`, 40 bytes. */
  length: 0,
  opcode: 4,
  unique64: 8,
  nodeid64: 16,
  uid: 24,
  gid: 28,
  pid: 32,
  bytes: 40,
} as const

const body = header.bytes

/** `fuse_init_in` */
export const INIT = {
  major: body,
  minor: body + 4,
  maxReadahead: body + 8,
  flags: body + 12,
  flags2: body + 16,
} as const

/** A name alone, which ends with a NUL: LOOKUP, UNLINK, RMDIR. */
export const LOOKUP = { name: body } as const

/** `fuse_read_in`: READ, and with the same layout READDIR and READDIRPLUS. There, `offset` is the cookie of the last entry that was seen. */
export const READ = { handle64: body, offset64: body + 8, size: body + 16 } as const

/** `fuse_interrupt_in`: the unique number of the request that nobody waits for any more. */
export const INTERRUPT = { unique64: body } as const

/** A request of the kernel. It lies in a buffer that the next one overwrites: what is needed later has to be taken out at once. */
export interface Request {
  readonly length: number
  readonly opcode: number
  /** Names the request in its answer. An even number below 2^53. */
  readonly unique: number
  /** The inode that is asked about. */
  readonly nodeid: number
  u32(offset: number): number
  u64(offset: number): number
  /** The bytes of a name, without its NUL. They need not be UTF-8. */
  name(offset: number): Buffer
}

const highWord = 2 ** 32

/** Reads requests from a buffer, which begins on a multiple of eight bytes. It is one object for all of them: there may be 100,000 in a second. */
export function requestsIn(buffer: Buffer): Request {
  const words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.byteLength >> 2)
  const u32 = (offset: number) => words[offset >> 2] ?? 0
  const u64 = (offset: number) => u32(offset) + u32(offset + 4) * highWord
  return {
    get length() {
      return u32(header.length)
    },
    get opcode() {
      return u32(header.opcode)
    },
    get unique() {
      return u64(header.unique64)
    },
    get nodeid() {
      return u64(header.nodeid64)
    },
    u32,
    u64,
    name: (offset) => {
      const end = buffer.indexOf(0, offset)
      return buffer.subarray(offset, end < 0 || end > u32(header.length) ? u32(header.length) : end)
    },
  }
}
