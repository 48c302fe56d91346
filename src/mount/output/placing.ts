import { type BlobContainer, BlobError, mostBlocks, readStretch } from '../../blobs/index.ts'
import type { HomeBlob } from './content.ts'
import type { Homes } from './homes.ts'
import type { PublishedFile } from './listing.ts'
import type { Node } from './nodes.ts'
import { idBytes } from './sending.ts'

/** A file in its place, as a listing of the container has to show it. */
export interface PlacedFile {
  readonly path: string
  /** Bytes. */
  readonly size: number
  readonly etag: string
  readonly md5: string | undefined
}

export interface PlacingOptions {
  readonly container: BlobContainer
  readonly homes: Homes
  /** Where files are published; ends in `/`. */
  readonly prefix: string
  /** Whether blobs of others may be replaced there. */
  readonly replace: boolean
  /** What is in its place, by path. Where it fails, the next time goes on from there: nothing was written since. */
  readonly placed: Map<string, HomeBlob>
  readonly signal: AbortSignal
  /** Does so much work at a time. */
  readonly inParallel: <T>(items: readonly T[], work: (item: T) => Promise<void>) => Promise<void>
}

/** Bytes that are copied at a time where the service does not do it; more for blobs that would have too many blocks. */
const pieceBytes = 8 * 1024 * 1024

/**
 * Brings the blob of every file to its name. Most are there already; those that were renamed after they were sent, that are written to another folder
 * first, or that have several names, are copied within the store. All of them are committed, and nothing is written any more.
 */
export async function placeFiles(files: readonly PublishedFile[], options: PlacingOptions): Promise<PlacedFile[]> {
  const { container, homes, prefix, replace, placed, signal, inParallel } = options
  let waiting: PublishedFile[] = []
  for (const file of files) {
    if (placed.has(file.path)) continue
    const { home, blob } = committed(file.node)
    if (home === prefix + file.path) placed.set(file.path, blob)
    else waiting.push(file)
  }
  const copyTo = (node: Node, to: string, mayReplace: boolean) =>
    copy(container, { ...committed(node), to, replace: mayReplace, signal })
  while (waiting.length > 0) {
    const needed = new Set(waiting.map(({ node }) => node))
    const isReady = ({ path }: PublishedFile) => {
      const owner = homes.ownerOf(prefix + path)
      return owner === undefined || !needed.has(owner)
    }
    const ready = waiting.filter(isReady)
    waiting = waiting.filter((file) => !isReady(file))
    await inParallel(ready, async ({ path, node }) => {
      placed.set(path, await copyTo(node, prefix + path, replace))
    })
    const [blocked] = waiting
    // Files that have swapped names wait for each other: one makes way.
    if (ready.length === 0 && blocked) await makeWay(homes.ownerOf(prefix + blocked.path))
  }
  async function makeWay(node: Node | undefined): Promise<void> {
    if (!node?.content) throw new Error('nobody is in the way')
    const spare = homes.spareName()
    node.content.blob = await copyTo(node, spare, true)
    homes.settle(node, spare)
  }
  settleIn(files, options)
  return files.map(({ path, node }) => {
    const { etag = '', md5 } = placed.get(path) ?? {}
    return { path, size: node.content?.size ?? 0, etag, md5 }
  })
}

/** Who reads a file from now on finds it under the name that stays. */
function settleIn(files: readonly PublishedFile[], { homes, prefix, placed }: PlacingOptions): void {
  // The blob of another file may have come to where the blob of a file was: only one of its own names will do.
  const settled = new Set(files.flatMap(({ path, node }) => (node.content?.home === prefix + path ? [node] : [])))
  const moved = files.filter(({ node }) => !settled.has(node))
  for (const { node } of moved) homes.leave(node)
  for (const { path, node } of moved) {
    if (!node.content || settled.has(node)) continue
    settled.add(node)
    node.content.blob = placed.get(path)
    homes.settle(node, prefix + path)
  }
}

function committed({ content }: Pick<Node, 'content'>) {
  if (!content?.home || !content.blob) throw new Error('a file that was not committed')
  return { home: content.home, blob: content.blob, size: content.size }
}

interface CopyWork {
  readonly home: string
  readonly blob: HomeBlob
  /** Bytes. */
  readonly size: number
  readonly to: string
  readonly replace: boolean
  readonly signal: AbortSignal
}

/** In the service, and where it refuses that, through this machine. */
async function copy(container: BlobContainer, work: CopyWork): Promise<HomeBlob> {
  const { home, blob, to, replace, signal } = work
  try {
    return { etag: await container.copyBlob({ from: home, etag: blob.etag, to, replace, signal }), md5: blob.md5 }
  } catch (error) {
    if (!(error instanceof BlobError) || error.status === 0) throw error
    if (error.code === 'BlobAlreadyExists') return ownCopy(container, work, error)
    return copyThrough(container, work)
  }
}

/** A blob that is there already may be our own copy, whose answer was lost. @throws the refusal where it is not */
async function ownCopy(container: BlobContainer, work: CopyWork, refusal: BlobError): Promise<HomeBlob> {
  const { blob, size, to, signal } = work
  const { blobs } = await container.listPage({ prefix: to, delimiter: '', marker: undefined, most: 1, signal })
  const there = blobs.length > 0 ? blobs.at(0) : undefined
  const isOurs = there?.name === to && there.size === size && blob.md5 !== undefined && there.md5 === blob.md5
  if (!isOurs) throw refusal
  return { etag: there.etag, md5: there.md5 }
}

async function copyThrough(container: BlobContainer, work: CopyWork): Promise<HomeBlob> {
  const { home, blob, size, to, replace, signal } = work
  const most = Math.max(pieceBytes, Math.ceil(size / mostBlocks))
  const piece = async (offset: number): Promise<Buffer> => {
    const length = Math.min(most, size - offset)
    if (length === 0) return Buffer.alloc(0)
    return readStretch(container, { name: home, etag: blob.etag, offset, length, signal })
  }
  if (size <= pieceBytes) return container.putBlob(to, await piece(0), { md5: blob.md5, replace, signal })
  const ids: string[] = []
  for (let offset = 0; offset < size; offset += most) {
    // As long as those of blocks that were staged for that name: the service wants all of a blob equally long.
    const id = Buffer.from(String(ids.length).padStart(idBytes, '0')).toString('base64')
    await container.putBlock(to, id, await piece(offset), signal)
    ids.push(id)
  }
  return container.putBlockList(to, ids, { md5: blob.md5, replace, signal })
}
