/**
 * The operations of the FUSE protocol by their numbers: `enum fuse_opcode` of linux/fuse.h, protocol 7.31 to 7.45.
 * What each request carries is in requests.ts, what it is answered with in replies.ts.
 */
export const operations = {
  // Names and attributes
  LOOKUP: 1,
  FORGET: 2,
  GETATTR: 3,
  SETATTR: 4,
  READLINK: 5,
  SYMLINK: 6,
  MKNOD: 8,
  MKDIR: 9,
  UNLINK: 10,
  RMDIR: 11,
  RENAME: 12,
  LINK: 13,
  ACCESS: 34,
  BATCH_FORGET: 42,
  RENAME2: 45,
  STATX: 52,
  // Files
  OPEN: 14,
  READ: 15,
  WRITE: 16,
  RELEASE: 18,
  FSYNC: 20,
  FLUSH: 25,
  CREATE: 35,
  FALLOCATE: 43,
  LSEEK: 46,
  COPY_FILE_RANGE: 47,
  TMPFILE: 51,
  COPY_FILE_RANGE_64: 53,
  // Folders
  OPENDIR: 27,
  READDIR: 28,
  RELEASEDIR: 29,
  FSYNCDIR: 30,
  READDIRPLUS: 44,
  // Extended attributes
  SETXATTR: 21,
  GETXATTR: 22,
  LISTXATTR: 23,
  REMOVEXATTR: 24,
  // The whole
  STATFS: 17,
  INIT: 26,
  INTERRUPT: 36,
  DESTROY: 38,
  IOCTL: 39,
  POLL: 40,
  SYNCFS: 50,
} as const

export type Operation = keyof typeof operations

/** The kernel waits for no answer to these. */
export const unanswered: readonly Operation[] = ['FORGET', 'BATCH_FORGET', 'INTERRUPT', 'DESTROY']

/** Numbers in requests are looked up here. */
export const operationNames: readonly (Operation | undefined)[] = Array.from(
  { length: Math.max(...Object.values(operations)) + 1 },
  (_, number) => (Object.keys(operations) as Operation[]).find((name) => operations[name] === number),
)
