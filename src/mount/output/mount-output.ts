import { mkdir, rm } from 'node:fs/promises'
import type { BlobContainer } from '../../blobs/index.ts'
import { type Mounted, type MountingOptions, serveAt } from '../mounted.ts'
import { geometryOf } from './content.ts'
import { fileContents } from './file.ts'
import { createNodes } from './nodes.ts'
import { type OutputFiles, outputFiles } from './output-files.ts'
import { createSpool } from './spool.ts'
import { createUploads, type Sealed } from './uploads.ts'

/** A folder that others write to, and that becomes blobs. */
export interface OutputMount {
  /** `new_dataset`, for the log. */
  readonly label: string
  /** Absolute, without links in it, and empty. */
  readonly folder: string
  /** Other absolute paths by which it is known: symbolic links that lead to it. */
  readonly aliases: readonly string[]
  readonly container: BlobContainer
  /** Where it is published, and where it is written while the job runs; both end in `/`. */
  readonly prefix: string
  readonly early: string
  /** Whether blobs of others may be replaced where it is published. */
  readonly replace: boolean
  /** Where blocks lie that are not in the store yet. It is made, and nobody else writes there. */
  readonly spool: string
  /** Most bytes of them on the disk. */
  readonly disk: number
}

export interface MountedOutput extends Mounted {
  /** Ends all writing, and brings all that was written to the store. It may be called again where something failed. */
  seal(): Promise<Sealed>
  /** Deletes what is in the store. */
  discard(signal: AbortSignal): Promise<void>
}

export interface OutputTuning {
  /** Bytes of the first blocks of a file. */
  readonly blockBytes: number
  /** Milliseconds after which a closed file is sent. */
  readonly settled: number
}

const usual: OutputTuning = { blockBytes: 8 * 1024 * 1024, settled: 3000 }

/** @throws CommandFailure of `mount`, and what the system says */
export async function mountOutput(
  { label, folder, aliases, container, prefix, early, replace, spool: spoolFolder, disk }: OutputMount,
  { memory, reader, log }: MountingOptions,
  { blockBytes, settled }: OutputTuning = usual,
): Promise<MountedOutput> {
  await mkdir(spoolFolder, { recursive: true, mode: 0o700 })
  const geometry = geometryOf(blockBytes)
  const spool = createSpool({ folder: spoolFolder, memory, disk })
  const contents = fileContents(geometry, spool)
  const uploads = createUploads({ container, prefix, early, replace, geometry, spool, settled, log })
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const nodes = createNodes(owner, (node) => {
    uploads.gone(node)
    if (node.content) contents.drop(node.content)
  })
  let files: OutputFiles | undefined
  const served = await serveAt({ folder, isWritable: true, reader, log }, (replies) => {
    files = outputFiles({ nodes, contents, geometry, spool, uploads, replies, log })
    return files.handlers
  })
  return {
    ended: served.ended.finally(uploads.stop),
    status: () => ({
      ...{ label, folder, faults: [], memory: spool.memory, holders: served.holders },
      ...{ read: 0, fetched: 0, written: files?.written ?? 0, left: uploads.left },
    }),
    seal: async () => {
      await files?.seal()
      const sealed = await uploads.seal(nodes, [folder, ...aliases])
      if (sealed.problems.length === 0) await rm(spoolFolder, { recursive: true, force: true })
      return sealed
    },
    discard: uploads.discard,
    unmount: served.unmount,
  }
}
