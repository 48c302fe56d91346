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

/** `fuse_forget_in`; and `fuse_batch_forget_in`, with `fuse_forget_one` for each inode. */
export const FORGET = { lookups64: body } as const
export const BATCH_FORGET = { count: body, first: body + 8, nodeid64: 0, lookups64: 8, bytes: 16 } as const

/** `fuse_setattr_in`. `valid` says which fields count, by the bits of {@link setattrValid}. */
export const SETATTR = {
  valid: body,
  size64: body + 16,
  atime64: body + 32,
  mtime64: body + 40,
  atimensec: body + 56,
  mtimensec: body + 60,
  mode: body + 68,
  uid: body + 76,
  gid: body + 80,
} as const
/** `FATTR_…` */
export const setattrValid = {
  mode: 1 << 0,
  uid: 1 << 1,
  gid: 1 << 2,
  size: 1 << 3,
  atime: 1 << 4,
  mtime: 1 << 5,
  atimeNow: 1 << 7,
  mtimeNow: 1 << 8,
  killSuidgid: 1 << 11,
} as const

/** `fuse_open_in`: OPEN and OPENDIR. The flags are those of open(2). */
export const OPEN = { flags: body } as const

/** `fuse_release_in`: RELEASE and RELEASEDIR. */
export const RELEASE = { handle64: body } as const

/** `fuse_write_in`. `writeFlags` has {@link writeKillSuidgid} where somebody else than root writes. */
export const WRITE = {
  handle64: body,
  offset64: body + 8,
  size: body + 16,
  writeFlags: body + 20,
  data: body + 40,
} as const
/** `FUSE_WRITE_KILL_SUIDGID` */
export const writeKillSuidgid = 1 << 2

/** `fuse_create_in`. The rights in `mode` have lost what the umask takes. */
export const CREATE = { flags: body, mode: body + 4, name: body + 16 } as const

/** `fuse_mknod_in` */
export const MKNOD = { mode: body, rdev: body + 4, name: body + 16 } as const

/** `fuse_mkdir_in` */
export const MKDIR = { mode: body, name: body + 8 } as const

/** Two names behind each other: of the link, and what it points to. */
export const SYMLINK = { name: body } as const

/** `fuse_link_in` */
export const LINK = { oldnodeid64: body, name: body + 8 } as const

/** `fuse_rename_in`; the new name stands behind the old one. */
export const RENAME = { newdir64: body, name: body + 8 } as const
/** `fuse_rename2_in`, with the flags of renameat2(2). */
export const RENAME2 = { newdir64: body, flags: body + 8, name: body + 16 } as const
/** `RENAME_NOREPLACE`, `RENAME_EXCHANGE` */
export const renameFlags = { noReplace: 1, exchange: 2 } as const

/** `fuse_fallocate_in`, with the modes of fallocate(2). */
export const FALLOCATE = { offset64: body + 8, length64: body + 16, mode: body + 24 } as const
/** `FALLOC_FL_KEEP_SIZE`, `FALLOC_FL_PUNCH_HOLE` */
export const fallocateModes = { keepSize: 1, punchHole: 2 } as const

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
  /** Who asks. */
  readonly uid: number
  readonly gid: number
  u32(offset: number): number
  u64(offset: number): number
  /** The bytes of a name, without its NUL. They need not be UTF-8. */
  name(offset: number): Buffer
  /** So many bytes of the request. */
  bytes(offset: number, length: number): Buffer
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
    get uid() {
      return u32(header.uid)
    },
    get gid() {
      return u32(header.gid)
    },
    u32,
    u64,
    bytes: (offset, length) => buffer.subarray(offset, offset + length),
    name: (offset) => {
      const end = buffer.indexOf(0, offset)
      return buffer.subarray(offset, end < 0 || end > u32(header.length) ? u32(header.length) : end)
    },
  }
}
