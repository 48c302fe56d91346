import pMap from 'p-map'
import { type BlobContainer, createGate, oncePerTurn } from '../../blobs/index.ts'
import { type Log, messageOf, quoted } from '../../report/index.ts'
import { type Block, type Geometry, type HomeBlob, isAway, isCommitted } from './content.ts'
import { createHomes, utf8Of } from './homes.ts'
import { listFiles, type Problem } from './listing.ts'
import { type Node, type Nodes, pathOf } from './nodes.ts'
import { type PlacedFile, placeFiles } from './placing.ts'
import { type BlobWriter, createSending } from './sending.ts'
import type { Spool } from './spool.ts'

/** What an output was when it was sealed. */
export interface Sealed {
  /** Sorted by path. */
  readonly files: readonly PlacedFile[]
  /** Why it cannot be published; empty where it can. */
  readonly problems: readonly Problem[]
}

/** Decides when what is written goes to the store. */
export interface Uploads {
  /** A file was written to, closed or cut. */
  changed(node: Node): void
  /** Blocks of a file have become full, and will stay as they are. */
  filled(node: Node, indices: readonly number[]): void
  /** Nobody can reach the file any more. */
  gone(node: Node): void
  /** There may be room for more. */
  madeRoom(): void
  /** Resolves when there may be room for more. @throws Error where there will be none: what would make it cannot be sent */
  room(): Promise<void>
  /** Bytes of a block that only the store has. */
  read(node: Node, block: Block, from: number, to: number): Promise<Buffer>
  /** What is still to be sent. */
  readonly left: { readonly files: number; readonly bytes: number }
  /** Sends what is left, and brings everything to its place. Nothing may be written any more. */
  seal(nodes: Nodes, places: readonly string[]): Promise<Sealed>
  /** Deletes what was sent. */
  discard(signal: AbortSignal): Promise<void>
  stop(): void
}

export interface UploadsOptions {
  readonly container: BlobContainer
  readonly writer: BlobWriter & { close(): Promise<void> }
  /** Where files are published; ends in `/`. */
  readonly prefix: string
  /** Where they are written while the job runs; ends in `/`. Nobody else writes there. */
  readonly early: string
  /** Whether blobs of others may be replaced where files are published. */
  readonly replace: boolean
  readonly geometry: Geometry
  readonly spool: Spool
  /** Milliseconds after the last change in which a closed file is left alone. */
  readonly settled: number
  readonly log: Log
}

/** Requests in flight. */
const mostRequests = 32
/** Files that are committed at a time. */
const mostFiles = 32
/** So often, in milliseconds, it is looked what has settled. */
const interval = 250
/** Where there is little room, a closed file is sent after so many milliseconds. */
const settledUnderPressure = 100
/** A file that could not be sent is tried again after so many milliseconds. */
const tryAgainAfter = 30_000
/** A blob that belongs to no file any more is deleted after so many milliseconds: one that comes in its place would need its name. */
const sweepAfter = 10_000

interface Failure {
  readonly reason: string
  readonly at: number
}

export function createUploads(options: UploadsOptions): Uploads {
  const { container, writer, prefix, early, geometry, spool, settled, log } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const requests = createGate(mostRequests)
  const homes = createHomes(early)
  /** Files with changes that the store has not, the one that was changed last at the end. */
  const dirty = new Map<Node, number>()
  const sending = new Map<Node, Promise<void>>()
  const failures = new Map<Node, Failure>()
  const waiting = new Set<PromiseWithResolvers<void>>()
  const placed = new Map<string, HomeBlob>()
  let isSealing = false

  const onRoom = () => {
    for (const one of waiting) one.resolve()
    waiting.clear()
  }
  const files = createSending({
    ...{ container, writer, geometry, spool, homes, requests, signal, onRoom },
    bodies: createGate(spool.mostOnTheWay),
  })
  const fail = (node: Node, error: unknown) => {
    if (signal.aborted || node.content?.isGone) return
    const reason = messageOf(error)
    if (!failures.has(node))
      log.warning(
        `${quoted(utf8Of(pathOf(node) ?? 'a removed file'))} could not be sent (${reason}); it is tried again.`,
      )
    failures.set(node, { reason, at: performance.now() })
    pumpSoon() // others may make room yet
  }
  const send = (node: Node): Promise<void> => {
    const under = sending.get(node)
    if (under) return under
    const task = files
      .commit(node)
      .then(
        () => void failures.delete(node),
        (error) => fail(node, error),
      )
      .finally(() => {
        sending.delete(node)
        if (node.content && isCommitted(node.content)) dirty.delete(node)
        onRoom()
        pumpSoon()
      })
    sending.set(node, task)
    return task
  }
  const isHeldBack = (node: Node): boolean => {
    const failure = failures.get(node)
    return failure !== undefined && performance.now() - failure.at < tryAgainAfter
  }
  const pump = () => {
    const patience = spool.isPressed || waiting.size > 0 ? settledUnderPressure : settled
    const before = performance.now() - patience
    for (const [node, touched] of dirty) {
      if (touched > before || sending.size >= mostFiles || signal.aborted) break
      const isClosed = node.writers === 0 && node.places.length > 0
      if (isClosed && !sending.has(node) && !isHeldBack(node)) void send(node)
    }
    if (waiting.size > 0 && sending.size === 0 && !spool.isSpilling) stageSomething()
  }
  /** Of files that are open, or were removed and are still read, as long as somebody waits for room. */
  const stageSomething = () => {
    const before = performance.now() - settled
    const blocks = [...localBlocks()]
    // What is written to right now would have to be fetched back at once.
    const resting = blocks.filter(({ block }) => block.touched < before)
    for (const { node, index } of (resting.length > 0 ? resting : blocks).slice(0, mostRequests / 2))
      void files.stage(node, index).catch((error) => fail(node, error))
    if (blocks.length > 0 || !files.isQuiet) return
    const [{ reason } = { reason: 'nothing is left to be sent' }] = failures.values()
    for (const one of waiting) one.reject(new Error(`the spool is full, and cannot be emptied: ${reason}`))
    waiting.clear()
  }
  function* localBlocks(): Iterable<{ readonly node: Node; readonly index: number; readonly block: Block }> {
    for (const node of dirty.keys()) {
      if (isHeldBack(node)) continue
      for (const [index, block] of (node.content?.blocks ?? []).entries())
        if (block && !isAway(block) && !block.stored && block.length > 0) yield { node, index, block }
    }
  }
  const pumpSoon = oncePerTurn(pump)
  /** Sends nothing of a file any more; its blob is deleted later. */
  const abandon = async (node: Node): Promise<void> => {
    if (!node.content) return
    node.content.isGone = true
    dirty.delete(node)
    failures.delete(node)
    onRoom()
    await files.untilQuiet(node)
    homes.leave(node)
  }
  const removeBlob = (name: string) => container.deleteBlob(name, signal)
  let sweeping: Promise<void> = Promise.resolve()
  const ticking = setInterval(() => {
    pump()
    if (isSealing) return
    const swept = homes.sweep(sweepAfter, new Set(), removeBlob).catch(() => {}) // what stays is deleted at the end
    sweeping = Promise.all([sweeping, swept]).then(() => {})
  }, interval)
  ticking.unref()

  /** Ends when all that was begun has ended, though some failed: who tries again must not meet what is still under way. */
  const inParallel = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
    const failed: unknown[] = []
    const workUnlessFailed = async (item: T) => {
      if (failed.length === 0) await work(item).catch((error) => failed.push(error))
    }
    await pMap(items, workUnlessFailed, { concurrency: mostRequests, signal })
    if (failed.length > 0) throw failed[0]
  }
  const sendAll = async (nodes: ReadonlySet<Node>): Promise<Problem[]> => {
    await inParallel([...nodes], async (node) => {
      failures.delete(node)
      // A commit that was under way may have been one of before the last change.
      for (let tries = 0; tries < 3 && node.content && !isCommitted(node.content) && !failures.has(node); tries += 1)
        await send(node)
    })
    return [...nodes].flatMap((node) => {
      if (node.content && isCommitted(node.content)) return []
      return [
        {
          path: utf8Of(pathOf(node) ?? ''),
          kind: 'unsent' as const,
          reason: failures.get(node)?.reason ?? 'was not sent',
        },
      ]
    })
  }
  return {
    changed: (node) => {
      dirty.delete(node)
      dirty.set(node, performance.now())
      if (spool.isPressed) pumpSoon()
    },
    filled: (node, indices) => {
      // What was removed, and is only written to yet, will never be published.
      if (node.places.length === 0) return
      for (const index of indices) void files.stage(node, index).catch((error) => fail(node, error))
    },
    gone: (node) => void abandon(node),
    madeRoom: onRoom,
    room: () => {
      const one = Promise.withResolvers<void>()
      waiting.add(one)
      pumpSoon()
      return one.promise
    },
    read: files.read,
    get left() {
      let bytes = 0
      for (const { content } of dirty.keys()) bytes += content?.size ?? 0
      return { files: dirty.size, bytes }
    },
    seal: async (nodes, places) => {
      isSealing = true
      const { files: listed, problems } = listFiles(nodes, { places, prefix })
      const kept = new Set(listed.map(({ node }) => node))
      const names = new Set(listed.map(({ path }) => prefix + path))
      // Accounts with a hierarchical namespace hold no folder where a file is: what was removed must not be in the way.
      await homes.sweep(0, names, removeBlob).catch(() => {})
      const unsent = await sendAll(kept)
      if (problems.length > 0 || unsent.length > 0) return { files: [], problems: [...problems, ...unsent] }
      await sweeping // else a blob could go again after another took its name
      // What was removed is not published, though somebody may still have it open, or it is just being sent.
      await Promise.all(homes.owners().map((node) => (kept.has(node) ? undefined : abandon(node))))
      const replace = options.replace || prefix === early
      const published = await placeFiles(listed, { container, homes, prefix, replace, placed, signal, inParallel })
      await homes.sweep(0, names, removeBlob)
      return { files: published, problems: [] }
    },
    discard: async (until) => {
      clearInterval(ticking)
      stopping.abort(new Error('discarded'))
      await writer.close() // else a blob could come after it was deleted
      await Promise.allSettled([...sending.values(), ...[...dirty.keys()].map(files.untilQuiet)])
      // What was in the place of others is gone already.
      const copies = options.replace ? [] : [...placed.keys()].map((path) => prefix + path)
      const ours = [...homes.names().filter((name) => name.startsWith(early)), ...copies]
      await pMap(ours, (name) => container.deleteBlob(name, until), { concurrency: mostRequests, signal: until })
    },
    stop: () => {
      clearInterval(ticking)
      stopping.abort(new Error('stopped'))
      void writer.close()
    },
  }
}
