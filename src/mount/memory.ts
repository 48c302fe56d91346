import { totalmem } from 'node:os'

/** Bytes of files that a daemon keeps in memory, if the machine has them. */
const usual = 128 * 1024 * 1024
/** Enough for all reads that the kernel sends at a time to be answered one after another. */
const least = 16 * 1024 * 1024
/** The share of a limit that files may take: the job needs the rest. */
const share = 1 / 16

/** Bytes of file contents that all mounts together may keep: less where the machine, or its cgroup, has little. */
export function memoryForChunks(limit = Math.min(totalmem(), process.constrainedMemory() || totalmem())): number {
  return Math.floor(Math.min(usual, Math.max(least, limit * share)))
}
