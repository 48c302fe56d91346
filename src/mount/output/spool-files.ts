import { closeSync, constants, ftruncateSync, openSync, readSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'

/** A file of the spool: of one block, which may grow in it, or of several small ones, one behind the other, which may not. */
export interface SpoolFile {
  readonly path: string
  bytes: number
  /** How many blocks are in it; it goes with the last. */
  blocks: number
  readonly isOwn: boolean
}

/** Where a block lies. */
export interface Spooled {
  readonly file: SpoolFile
  /** First byte. */
  readonly at: number
}

/** The part of the spool that is on the disk. */
export interface SpoolFiles {
  /** Bytes on the disk. */
  readonly bytes: number
  /** Whether so many bytes more may go to the disk. */
  fits(bytes: number): boolean
  /** Begins the file of one block. Undefined where there is no room. */
  begin(content: Uint8Array): Spooled | undefined
  /** Writes blocks into one file, on other threads. Undefined where there is no room. */
  writeAll(contents: readonly Uint8Array[]): Promise<readonly Spooled[] | undefined>
  /** Writes into a block that has a file of its own. Returns false where there is no room. */
  write(spooled: Spooled, from: number, data: Uint8Array): boolean
  read(spooled: Spooled, from: number, to: number): Buffer
  /** Reads the beginning of a block; on other threads, where that is worth it. */
  load(spooled: Spooled, into: Uint8Array): Promise<void>
  cut(spooled: Spooled, length: number): void
  leave(spooled: Spooled): void
}

/** Bytes that stay free on the disk for everything else on the machine. */
const diskReserve = 1024 ** 3
/** So many bytes are read in less time than another thread takes to begin. */
const mostAtOnce = 256 * 1024
/** How much is written before it is looked again how much is free. */
const lookAfter = 64 * 1024 * 1024

/** @param most bytes on the disk */
export function createSpoolFiles(folder: string, most: number): SpoolFiles {
  let bytes = 0
  let nextFile = 1
  let sinceLook = lookAfter
  let isDiskLow = false

  const fits = (more: number): boolean => {
    sinceLook += more
    if (sinceLook >= lookAfter) {
      const { bavail, bsize } = statfsSync(folder)
      isDiskLow = bavail * bsize < diskReserve
      sinceLook = 0
    }
    return !isDiskLow && bytes + more <= most
  }
  const newFile = (size: number, blocks: number): SpoolFile => {
    nextFile += 1
    return { path: join(folder, String(nextFile)), bytes: size, blocks, isOwn: blocks === 1 }
  }
  const withFile = <T>({ path }: SpoolFile, flags: number, work: (descriptor: number) => T): T => {
    const descriptor = openSync(path, flags, 0o600)
    try {
      return work(descriptor)
    } finally {
      closeSync(descriptor)
    }
  }
  const giveUp = ({ path }: SpoolFile, error: unknown): undefined => {
    rmSync(path, { force: true })
    noteFull(error)
  }
  /** A disk that is full, or broken, has no room: what is to be spooled is sent, or waits. */
  const noteFull = (error: unknown): void => {
    if (!(error instanceof Error && 'code' in error)) throw error
    isDiskLow = true
  }
  const created = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
  return {
    get bytes() {
      return bytes
    },
    fits,
    begin: (content) => {
      if (!fits(content.byteLength)) return undefined
      const file = newFile(content.byteLength, 1)
      try {
        withFile(file, created, (descriptor) => writeFully(descriptor, content, 0))
      } catch (error) {
        return giveUp(file, error)
      }
      bytes += file.bytes
      return { file, at: 0 }
    },
    writeAll: async (contents) => {
      const size = contents.reduce((sum, { byteLength }) => sum + byteLength, 0)
      if (!fits(size)) return undefined
      const file = newFile(size, contents.length)
      bytes += size
      try {
        await using handle = await open(file.path, 'wx', 0o600)
        const { bytesWritten } = await handle.writev(contents)
        if (bytesWritten < size) throw Object.assign(new Error('a short write'), { code: 'ENOSPC' })
      } catch (error) {
        bytes -= size
        return giveUp(file, error)
      }
      let at = 0
      return contents.map(({ byteLength }) => {
        at += byteLength
        return { file, at: at - byteLength }
      })
    },
    write: ({ file }, from, data) => {
      const growth = Math.max(0, from + data.byteLength - file.bytes)
      if (growth > 0 && !fits(growth)) return false
      try {
        withFile(file, constants.O_WRONLY, (descriptor) => writeFully(descriptor, data, from))
      } catch (error) {
        noteFull(error)
        return false
      }
      file.bytes += growth
      bytes += growth
      return true
    },
    read: ({ file, at }, from, to) => {
      const found = Buffer.allocUnsafe(to - from)
      withFile(file, constants.O_RDONLY, (descriptor) => readFully(descriptor, found, at + from))
      return found
    },
    load: async ({ file, at }, into) => {
      if (into.byteLength <= mostAtOnce)
        return withFile(file, constants.O_RDONLY, (descriptor) => readFully(descriptor, into, at))
      await using handle = await open(file.path)
      for (let done = 0; done < into.byteLength; ) {
        const { bytesRead } = await handle.read(into, done, into.byteLength - done, at + done)
        if (bytesRead === 0) throw shorter()
        done += bytesRead
      }
    },
    cut: ({ file }, length) => {
      if (!file.isOwn) return
      withFile(file, constants.O_WRONLY, (descriptor) => ftruncateSync(descriptor, length))
      bytes -= file.bytes - length
      file.bytes = length
    },
    leave: ({ file }) => {
      file.blocks -= 1
      if (file.blocks > 0) return
      rmSync(file.path)
      bytes -= file.bytes
    },
  }
}

function writeFully(descriptor: number, data: Uint8Array, position: number): void {
  for (let done = 0; done < data.byteLength; )
    done += writeSync(descriptor, data, done, data.byteLength - done, position + done)
}

function readFully(descriptor: number, into: Uint8Array, position: number): void {
  for (let done = 0; done < into.byteLength; ) {
    const count = readSync(descriptor, into, done, into.byteLength - done, position + done)
    if (count === 0) throw shorter()
    done += count
  }
}

function shorter(): Error {
  return new Error('a file of the spool is shorter than it was')
}
