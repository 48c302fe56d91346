import type { BlobContainer } from './container.ts'
import type { ListedPage } from './list-reader.ts'
import type { PackedBlobs } from './packed.ts'

/** Requests of one listing that are under way at the same time. */
const listingsAtOnce = 16
/**
 * A long listing is split by folders where its first page shows no more of them than this. Where they are many, each holds few blobs, and a
 * request for each would bring less than the pages of the whole, one after another.
 */
const mostFoldersOfAPage = 10
/** Where the folder has more than this, the one in the middle is looked at first: the others may be as small as the first are large. */
const manyFolders = 10 * listingsAtOnce
/** A folder with fewer blobs than this is small: sixteen requests side by side bring less than one page of the whole. */
const smallFolder = 5000 / listingsAtOnce

/** The pages of a flat listing below a prefix, one after another, in the service's order. */
export async function* listPages(
  container: BlobContainer,
  prefix: string,
  signal: AbortSignal,
): AsyncIterable<PackedBlobs> {
  for await (const { blobs } of pagesFrom(container, prefix, '', undefined, signal)) yield blobs
}

/** Names of the folders directly below a prefix (which is empty or ends in `/`), without slash, at most `most`. */
export async function listFolders(
  container: BlobContainer,
  prefix: string,
  most: number,
  signal: AbortSignal,
): Promise<string[]> {
  const names: string[] = []
  for await (const { folders } of pagesFrom(container, prefix, '/', undefined, signal)) {
    for (const folder of folders) if (names.length < most) names.push(folder.slice(prefix.length, -1))
    if (names.length === most) break
  }
  return names
}

/** The pages of a listing behind a marker. */
async function* pagesFrom(
  container: BlobContainer,
  prefix: string,
  delimiter: '' | '/',
  marker: string | undefined,
  signal: AbortSignal,
): AsyncIterable<ListedPage> {
  let next = marker
  do {
    const page = await container.listPage({ prefix, delimiter, marker: next, signal })
    yield page
    next = page.marker
  } while (next !== undefined)
}

/** A page of a listing, and whether more may follow. */
export interface SideBySidePage {
  readonly blobs: PackedBlobs
  readonly isLast: boolean
}

/**
 * Lists everything below a folder (empty, or ends in `/`), and gives the pages as they come, in any order. Pages can only be asked for one
 * after another, and each takes long: so a listing of more than one page goes on by the folders that it shows, side by side.
 */
export async function* listSideBySide(
  container: BlobContainer,
  folder: string,
  signal: AbortSignal,
): AsyncGenerator<SideBySidePage> {
  const waiting: Task[] = [{ folder, isLong: false }]
  const running = new Map<Task, Promise<Step>>()
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  try {
    while (waiting.length > 0 || running.size > 0) {
      while (waiting.length > 0 && running.size < listingsAtOnce) {
        const task = waiting.pop() as Task
        running.set(task, step(container, task, either))
      }
      const { task, blobs, next } = await Promise.race(running.values())
      running.delete(task)
      // Depth first: what was begun is finished before more is begun, so that few tasks wait.
      waiting.push(...next)
      if (blobs.length > 0) yield { blobs, isLast: waiting.length === 0 && running.size === 0 }
    }
  } finally {
    stop.abort(signal.reason)
    await Promise.allSettled(running.values())
  }
}

/** What is to be listed next: a folder from its beginning, or from where a page ended. */
interface Task {
  readonly folder: string
  /** Whether its first page is known to be full, so that it is split without asking for it. */
  readonly isLong: boolean
  readonly goesOn?: { readonly delimiter: '' | '/'; readonly marker: string }
}

interface Step {
  readonly task: Task
  readonly blobs: PackedBlobs
  readonly next: readonly Task[]
}

async function step(container: BlobContainer, task: Task, signal: AbortSignal): Promise<Step> {
  const { folder, isLong, goesOn } = task
  const delimiter = goesOn?.delimiter ?? (isLong ? '/' : '')
  const page = await container.listPage({ prefix: folder, delimiter, marker: goesOn?.marker, signal })
  const { blobs, marker } = page
  if (delimiter === '' && goesOn === undefined && marker !== undefined) return stepOfLong(container, task, page, signal)
  const folders = page.folders.map((name) => ({ folder: name, isLong: false }))
  const rest = marker === undefined ? [] : [{ folder, isLong, goesOn: { delimiter, marker } }]
  return { task, blobs, next: [...folders, ...rest] }
}

/** The first page of a listing that is longer: shows whether it is worth splitting. If so, it is listed anew by its folders. */
async function stepOfLong(
  container: BlobContainer,
  task: Task,
  { blobs, marker = '' }: ListedPage,
  signal: AbortSignal,
): Promise<Step> {
  const shown = foldersOf(blobs, task.folder)
  if (shown.size === 0 || shown.size > mostFoldersOfAPage)
    return { task, blobs, next: [{ ...task, goesOn: { delimiter: '', marker } }] }
  const [only] = shown
  const split = await step(container, { ...task, isLong: true }, signal)
  if (split.next.length > manyFolders && (await isSmall(container, middleOf(split.next), signal)))
    return { task, blobs, next: [{ ...task, goesOn: { delimiter: '', marker } }] }
  const next = split.next.map((one) => (shown.size === 1 && one.folder === only ? { ...one, isLong: true } : one))
  return { task, blobs: split.blobs, next }
}

function middleOf(tasks: readonly Task[]): string {
  return (tasks[tasks.length >> 1] as Task).folder
}

async function isSmall(container: BlobContainer, folder: string, signal: AbortSignal): Promise<boolean> {
  const { blobs, marker } = await container.listPage({ prefix: folder, delimiter: '', marker: undefined, signal })
  return marker === undefined && blobs.length < smallFolder
}

/** The folders directly below a prefix in which the blobs of a page lie, each with its prefix and a slash at the end. */
function foldersOf(blobs: PackedBlobs, prefix: string): Set<string> {
  const folders = new Set<string>()
  for (let index = 0; index < blobs.length && folders.size <= mostFoldersOfAPage; index += 1) {
    const name = blobs.name(index)
    const slash = name.indexOf('/', prefix.length)
    if (slash >= 0) folders.add(name.slice(0, slash + 1))
  }
  return folders
}
