import { mkdir } from 'node:fs/promises'
import type { BlobContainer } from '../../blobs/index.ts'
import { messageOf } from '../../report/index.ts'
import { type Mounted, type MountingOptions, serveAt } from '../mounted.ts'
import { syncFolder } from '../system.ts'
import { geometryOf } from './content.ts'
import { fileContents } from './file.ts'
import type { Problem } from './listing.ts'
import { writeManifest } from './manifest.ts'
import { createNodes } from './nodes.ts'
import { type OutputFiles, outputFiles } from './output-files.ts'
import type { BlobWriter } from './sending.ts'
import { createSpool } from './spool.ts'
import { keepUnsent } from './unsent.ts'
import { createUploads, type Sealed, type Uploads } from './uploads.ts'

/** A folder that others write to, and that becomes blobs. */
export interface OutputMount {
  /** `new_dataset`, for the log. */
  readonly label: string
  /** Absolute, without links in it, and empty. */
  readonly folder: string
  /** Other absolute paths by which it is known: symbolic links that lead to it. */
  readonly aliases: readonly string[]
  readonly container: BlobContainer
  /** What blobs of the container are written with. */
  readonly writer: BlobWriter & { close(): Promise<void> }
  /** Where it is published, and where it is written while the job runs; both end in `/`. */
  readonly prefix: string
  readonly early: string
  /** Whether blobs of others may be replaced where it is published. */
  readonly replace: boolean
  /** Where blocks lie that are not in the store yet. It is made, and nobody else writes there. */
  readonly spool: string
  /** Most bytes of them on the disk. */
  readonly disk: number
  /** Where files are put that could not be sent: for a look, and to save them. */
  readonly unsent: string
}

/** How far an output is. */
export interface OutputState {
  /** Bytes that were written by others. */
  readonly written: number
  /** What is still to be sent. */
  readonly left: { readonly files: number; readonly bytes: number }
  readonly state: 'open' | 'sealing' | 'sealed' | 'failed'
  /** Why it could not be sealed; not more than the first {@link mostProblems}, of so many. */
  readonly problems: readonly Problem[]
  readonly problemCount: number
  /** Whether what was sent is still in the store though it was to be deleted. */
  readonly isLeftBehind: boolean
}

export interface MountedOutput extends Mounted {
  /**
   * Ends all writing, and brings all that was written to the store. It may be called again where something failed.
   * @param manifest file that is written before the output counts as sealed; none where there are problems
   */
  seal(manifest: string): Promise<Sealed>
  /** Deletes what is in the store. */
  discard(): Promise<void>
}

export interface OutputTuning {
  /** Bytes of the first blocks of a file. */
  readonly blockBytes: number
  /** Milliseconds after which a closed file is sent. */
  readonly settled: number
}

const usual: OutputTuning = { blockBytes: 8 * 1024 * 1024, settled: 3000 }

const mostProblems = 100
/** Milliseconds in which what was sent has to be deleted: a cancelled job is not given long. */
const discardPatience = 60_000

/** @throws CommandFailure of `mount`, and what the system says */
export async function mountOutput(
  { label, folder, aliases, container, writer, prefix, early, replace, spool: spoolFolder, disk, unsent }: OutputMount,
  { memory, reader, log }: MountingOptions,
  { blockBytes, settled }: OutputTuning = usual,
): Promise<MountedOutput> {
  await mkdir(spoolFolder, { recursive: true, mode: 0o700 })
  const geometry = geometryOf(blockBytes)
  const spool = createSpool({ folder: spoolFolder, memory, disk, onRoom: () => uploads.madeRoom() })
  const contents = fileContents(geometry, spool)
  const uploads: Uploads = createUploads({ container, writer, prefix, early, replace, geometry, spool, settled, log })
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const nodes = createNodes(owner, (node) => {
    uploads.gone(node)
    if (node.content) contents.drop(node.content)
  })
  let files: OutputFiles | undefined
  let state: OutputState['state'] = 'open'
  let problems: readonly Problem[] = []
  let isLeftBehind = false
  const served = await serveAt({ folder, isWritable: true, reader, log }, (replies) => {
    files = outputFiles({ nodes, contents, geometry, spool, uploads, replies, log })
    return files.handlers
  })
  return {
    ended: served.ended.finally(uploads.stop),
    status: () => ({
      ...{ label, folder, faults: [], memory: spool.memory, holders: served.holders },
      ...{ read: 0, fetched: 0 },
      output: {
        ...{ written: files?.written ?? 0, left: uploads.left, state, isLeftBehind },
        ...{ problems: problems.slice(0, mostProblems), problemCount: problems.length },
      },
    }),
    seal: async (manifest) => {
      state = 'sealing'
      try {
        await syncFolder(folder)
        await files?.seal()
        const sealed = await uploads.seal(nodes, [folder, ...aliases])
        problems = sealed.problems
        if (problems.length === 0) await writeManifest(manifest, sealed.files)
        else await keepUnsent(nodes, spool, geometry, unsent).catch((error) => log.warning(messageOf(error)))
        return sealed
      } catch (error) {
        problems = [{ path: '', kind: 'unsent', reason: messageOf(error) }]
        throw error
      } finally {
        state = problems.length > 0 ? 'failed' : 'sealed'
      }
    },
    discard: async () => {
      await uploads.discard(AbortSignal.timeout(discardPatience)).catch((error) => {
        log.warning(`What ${label} has sent could not be deleted: ${messageOf(error)}`)
        isLeftBehind = true
      })
    },
    unmount: served.unmount,
  }
}
