import { INIT, type Request } from './requests.ts'

/** The version of the protocol that everything here is written for. Kernels since 5.4 speak at least 7.31. */
const protocol = { major: 7, minor: 45, oldest: 31 } as const

/** What a kernel may offer, as bit numbers (linux/fuse.h, `FUSE_…`), and what each is good for. */
export const initFlags = {
  /** Several READs of one file at a time. */
  ASYNC_READ: 0,
  /** WRITEs of more than a page. */
  BIG_WRITES: 5,
  /** Folders come with the attributes of their entries. */
  DO_READDIRPLUS: 13,
  /** After ENOSYS to OPEN, files are opened without asking, and stay in the page cache. */
  NO_OPEN_SUPPORT: 17,
  /** Look-ups in one folder side by side. */
  PARALLEL_DIROPS: 18,
  /** Requests of more than 128 KiB. */
  MAX_PAGES: 22,
  /** The same as NO_OPEN_SUPPORT for folders: entries stay in the cache. */
  NO_OPENDIR_SUPPORT: 24,
  /** The page cache is dropped only when we say so. */
  EXPLICIT_INVAL_DATA: 25,
  /** The kernel tells, with what changes a file, when the set-user-ID bit has to go, instead of asking for it each time. */
  HANDLE_KILLPRIV_V2: 28,
} as const

type InitFlag = keyof typeof initFlags
const everywhere = ['ASYNC_READ', 'DO_READDIRPLUS', 'PARALLEL_DIROPS', 'MAX_PAGES'] as const
/** What a tree that never changes asks for, and one that others write to. */
export const readOnlyFlags: readonly InitFlag[] = [
  ...everywhere,
  'NO_OPEN_SUPPORT',
  'NO_OPENDIR_SUPPORT',
  'EXPLICIT_INVAL_DATA',
]
export const writableFlags: readonly InitFlag[] = [...everywhere, 'BIG_WRITES', 'HANDLE_KILLPRIV_V2']

/** How a file system speaks with the kernel. */
export interface Speech {
  /** Bytes of a page of this machine. */
  readonly pageBytes: number
  /** Bytes of the largest WRITE. */
  readonly mostWrite: number
  readonly flags: readonly InitFlag[]
}

/** `fuse_init_out`, from the beginning of the message. */
const out = {
  length: 0,
  unique64: 8,
  major: 16,
  minor: 20,
  maxReadahead: 24,
  flags: 28,
  maxBackground16: 32,
  congestionThreshold16: 34,
  maxWrite: 36,
  timeGranularity: 40,
  maxPages16: 44,
  bytes: 80,
} as const

/** Requests that the kernel sends ahead of time, such as those of read-ahead; and how many make it hold back. */
const background = { most: 64, congested: 48 } as const
/** Bytes of one READ. Larger ones are slower again. */
const mostRead = 1024 * 1024

/** The answer to INIT. @throws Error for a kernel that is too old */
export function answerInit(request: Request, { pageBytes, mostWrite, flags }: Speech): Buffer {
  const [major, minor] = [request.u32(INIT.major), request.u32(INIT.minor)]
  if (major < protocol.major || (major === protocol.major && minor < protocol.oldest))
    throw new Error(`the kernel speaks FUSE ${major}.${minor}, and 7.${protocol.oldest} (Linux 5.4) is needed`)
  const wanted = flags.reduce((bits, flag) => bits | (1 << initFlags[flag]), 0)
  const answer = Buffer.alloc(out.bytes)
  answer.writeUInt32LE(out.bytes, out.length)
  answer.writeBigUInt64LE(BigInt(request.unique), out.unique64)
  answer.writeUInt32LE(protocol.major, out.major)
  // To a kernel with a later major version, only ours: it asks again.
  if (major > protocol.major) return answer
  answer.writeUInt32LE(Math.min(minor, protocol.minor), out.minor)
  answer.writeUInt32LE(request.u32(INIT.maxReadahead), out.maxReadahead)
  answer.writeUInt32LE((request.u32(INIT.flags) & wanted) >>> 0, out.flags)
  answer.writeUInt16LE(background.most, out.maxBackground16)
  answer.writeUInt16LE(background.congested, out.congestionThreshold16)
  answer.writeUInt32LE(mostWrite, out.maxWrite)
  answer.writeUInt32LE(1, out.timeGranularity)
  answer.writeUInt16LE(Math.max(1, mostRead / pageBytes), out.maxPages16)
  return answer
}
