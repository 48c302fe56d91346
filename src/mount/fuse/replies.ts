import { constants } from 'node:os'
import type { Device } from './device.ts'

/** What we answer: the layouts of linux/fuse.h as byte offsets from the beginning of each struct. */
const outHeader = { length: 0, error: 4, unique64: 8, bytes: 16 } as const

/** `fuse_attr` */
const attr = {
  ino64: 0,
  size64: 8,
  blocks64: 16,
  atime64: 24,
  mtime64: 32,
  ctime64: 40,
  atimensec: 48,
  mtimensec: 52,
  ctimensec: 56,
  mode: 60,
  nlink: 64,
  uid: 68,
  gid: 72,
  rdev: 76,
  blksize: 80,
  flags: 84,
  bytes: 88,
} as const

/** `fuse_entry_out`: an inode, and for how many seconds the kernel may keep its name and its attributes. */
const entry = {
  nodeid64: 0,
  generation64: 8,
  entryValid64: 16,
  attrValid64: 24,
  entryValidNsec: 32,
  attrValidNsec: 36,
  attr: 40,
  bytes: 40 + attr.bytes,
} as const

/** `fuse_attr_out` */
const attrOut = { valid64: 0, validNsec: 8, attr: 16, bytes: 16 + attr.bytes } as const

/** `fuse_open_out` */
const openOut = { handle64: 0, flags: 8, bytes: 16 } as const

/** `fuse_write_out` */
const writeOut = { size: 0, bytes: 8 } as const

/** `fuse_dirent`, then the name, filled up to a multiple of eight bytes; READDIRPLUS has `fuse_entry_out` in front. */
const dirent = { ino64: 0, cookie64: 8, nameLength: 16, type: 20, name: 24 } as const

/** `fuse_kstatfs` */
const statfs = {
  blocks64: 0,
  bfree64: 8,
  bavail64: 16,
  files64: 24,
  ffree64: 32,
  bsize: 40,
  namelen: 44,
  frsize: 48,
  bytes: 80,
} as const

/** Unit of `st_blocks`. */
const sectorBytes = 512
/** Unit of statfs and `st_blksize`: larger ones are an adventure in some kernels. */
export const blockBytes = 4096
/** The longest name of a file in bytes, as everywhere on Linux. */
export const longestName = 255

/** File types in modes: `S_IFDIR` and its like of sys/stat.h. */
export const fileTypes = { folder: 0o040000, file: 0o100000, link: 0o120000, fifo: 0o010000, socket: 0o140000 } as const
export const fileTypeMask = 0o170000

/** A point in time: seconds since the epoch, and nanoseconds behind them. */
export interface Time {
  readonly seconds: number
  readonly nanoseconds: number
}

/** @param milliseconds since the epoch */
export function timeOf(milliseconds: number): Time {
  const seconds = Math.floor(milliseconds / 1000)
  return { seconds, nanoseconds: Math.floor((milliseconds - seconds * 1000) * 1_000_000) }
}

/** Attributes of an inode. */
export interface Attributes {
  ino: number
  /** Bytes. */
  size: number
  atime: Time
  mtime: Time
  ctime: Time
  /** Type and rights. */
  mode: number
  nlink: number
  uid: number
  gid: number
}

/**
 * What a file is opened with, `FOPEN_…` of linux/fuse.h: reads and writes go past the page cache; what the kernel has of the file in it is still right.
 */
export const openFlags = { directIo: 1 << 0, keepCache: 1 << 1 } as const

export type Errno = keyof typeof constants.errno

/** Writes answers to the device. Each request has to get exactly one, or who asked waits for ever. */
export interface Replies {
  error(unique: number, errno: Errno): void
  /** The answer to what needs none but that it went well. */
  ok(unique: number): void
  attributes(unique: number, attributes: Attributes): void
  entry(unique: number, attributes: Attributes): void
  /** The name does not exist, and the kernel may remember that. */
  noEntry(unique: number): void
  /** @param handle comes back with what is asked of the open file */
  opened(unique: number, handle: number, flags: number): void
  created(unique: number, attributes: Attributes, handle: number, flags: number): void
  /** @param size bytes that were written */
  written(unique: number, size: number): void
  /** @param whole `free` bytes can be written yet */
  statfs(unique: number, whole: { readonly bytes: number; readonly files: number; readonly free: number }): void
  /** Bytes of a file, from where they lie. */
  data(unique: number, pieces: readonly Uint8Array[]): void
  /** Begins a list of entries of at most so many bytes. */
  entries(size: number, withAttributes: boolean): Entries
}

/** The entries of a folder, put together one by one. */
export interface Entries {
  /** @returns false where it does not fit any more */
  add(cookie: number, name: Uint8Array, attributes: Attributes, isKnown: boolean): boolean
  send(unique: number): void
}

const highWord = 2 ** 32
const scratchBytes = 64 * 1024

/** @param validSeconds how long the kernel may rely on what it was told */
export function repliesTo(device: Pick<Device, 'write'>, validSeconds: number): Replies {
  const scratch = Buffer.alloc(scratchBytes)
  const words = new Uint32Array(scratch.buffer, scratch.byteOffset, scratchBytes >> 2)
  const put32 = (offset: number, value: number) => {
    words[offset >> 2] = value
  }
  const put64 = (offset: number, value: number) => {
    words[offset >> 2] = value % highWord
    words[(offset + 4) >> 2] = value / highWord
  }
  /** Times before 1970 are below zero. */
  const putSigned64 = (offset: number, value: number) => {
    words[offset >> 2] = value
    words[(offset + 4) >> 2] = Math.floor(value / highWord)
  }
  const putHeader = (unique: number, length: number, error: number) => {
    put32(outHeader.length, length)
    put32(outHeader.error, -error)
    put64(outHeader.unique64, unique)
  }
  const send = (unique: number, bodyBytes: number) => {
    putHeader(unique, outHeader.bytes + bodyBytes, 0)
    device.write(scratch.subarray(0, outHeader.bytes + bodyBytes))
  }
  const putAttributes = (start: number, { ino, size, atime, mtime, ctime, mode, nlink, uid, gid }: Attributes) => {
    put64(start + attr.ino64, ino)
    put64(start + attr.size64, size)
    put64(start + attr.blocks64, Math.ceil(size / sectorBytes))
    putSigned64(start + attr.atime64, atime.seconds)
    putSigned64(start + attr.mtime64, mtime.seconds)
    putSigned64(start + attr.ctime64, ctime.seconds)
    put32(start + attr.atimensec, atime.nanoseconds)
    put32(start + attr.mtimensec, mtime.nanoseconds)
    put32(start + attr.ctimensec, ctime.nanoseconds)
    put32(start + attr.mode, mode)
    put32(start + attr.nlink, nlink)
    put32(start + attr.uid, uid)
    put32(start + attr.gid, gid)
    put32(start + attr.rdev, 0)
    put32(start + attr.blksize, blockBytes)
    put32(start + attr.flags, 0)
  }
  const putEntry = (start: number, attributes: Attributes) => {
    put64(start + entry.nodeid64, attributes.ino)
    put64(start + entry.generation64, 0)
    put64(start + entry.entryValid64, validSeconds)
    put64(start + entry.attrValid64, validSeconds)
    put32(start + entry.entryValidNsec, 0)
    put32(start + entry.attrValidNsec, 0)
    putAttributes(start + entry.attr, attributes)
  }
  const putOpened = (start: number, handle: number, flags: number) => {
    put64(start + openOut.handle64, handle)
    put32(start + openOut.flags, flags)
    put32(start + openOut.flags + 4, 0)
  }
  const clear = (bytes: number) => words.fill(0, outHeader.bytes >> 2, (outHeader.bytes + bytes) >> 2)
  return {
    error: (unique, errno) => {
      putHeader(unique, outHeader.bytes, constants.errno[errno])
      device.write(scratch.subarray(0, outHeader.bytes))
    },
    ok: (unique) => send(unique, 0),
    attributes: (unique, attributes) => {
      put64(outHeader.bytes + attrOut.valid64, validSeconds)
      put64(outHeader.bytes + attrOut.validNsec, 0)
      putAttributes(outHeader.bytes + attrOut.attr, attributes)
      send(unique, attrOut.bytes)
    },
    entry: (unique, attributes) => {
      putEntry(outHeader.bytes, attributes)
      send(unique, entry.bytes)
    },
    noEntry: (unique) => {
      clear(entry.bytes) // inode 0 says that there is none
      put64(outHeader.bytes + entry.entryValid64, validSeconds)
      send(unique, entry.bytes)
    },
    opened: (unique, handle, flags) => {
      putOpened(outHeader.bytes, handle, flags)
      send(unique, openOut.bytes)
    },
    created: (unique, attributes, handle, flags) => {
      putEntry(outHeader.bytes, attributes)
      putOpened(outHeader.bytes + entry.bytes, handle, flags)
      send(unique, entry.bytes + openOut.bytes)
    },
    written: (unique, size) => {
      clear(writeOut.bytes)
      put32(outHeader.bytes + writeOut.size, size)
      send(unique, writeOut.bytes)
    },
    statfs: (unique, { bytes, files, free }) => {
      clear(statfs.bytes)
      put64(outHeader.bytes + statfs.blocks64, Math.ceil((bytes + free) / blockBytes))
      put64(outHeader.bytes + statfs.bfree64, Math.floor(free / blockBytes))
      put64(outHeader.bytes + statfs.bavail64, Math.floor(free / blockBytes))
      put64(outHeader.bytes + statfs.files64, files)
      put32(outHeader.bytes + statfs.bsize, blockBytes)
      put32(outHeader.bytes + statfs.namelen, longestName)
      put32(outHeader.bytes + statfs.frsize, blockBytes)
      send(unique, statfs.bytes)
    },
    data: (unique, pieces) => {
      let length = outHeader.bytes
      for (const piece of pieces) length += piece.byteLength
      putHeader(unique, length, 0)
      device.write(scratch.subarray(0, outHeader.bytes), pieces)
    },
    entries: (size, withAttributes) => {
      const room = Math.min(size, scratchBytes - outHeader.bytes)
      let used = 0
      return {
        add: (cookie, name, attributes, isKnown) => {
          const plus = withAttributes ? entry.bytes : 0
          const length = plus + ((dirent.name + name.byteLength + 7) & ~7)
          if (used + length > room) return false
          const start = outHeader.bytes + used
          words.fill(0, start >> 2, (start + length) >> 2)
          if (withAttributes && isKnown) putEntry(start, attributes)
          put64(start + plus + dirent.ino64, attributes.ino)
          put64(start + plus + dirent.cookie64, cookie)
          put32(start + plus + dirent.nameLength, name.byteLength)
          put32(start + plus + dirent.type, attributes.mode >> 12)
          scratch.set(name, start + plus + dirent.name)
          used += length
          return true
        },
        send: (unique) => send(unique, used),
      }
    },
  }
}
