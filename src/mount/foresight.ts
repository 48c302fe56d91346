import { oncePerTurn } from '../blobs/index.ts'
import type { Tree } from './tree.ts'

/** Guesses what will be read next, and has it fetched. */
export interface Foresight {
  /** A stretch of a file is being read. */
  saw(inode: number, offset: number, length: number): void
  /** There may be room again. */
  goOn(): void
}

/** A place in a file where somebody reads on and on. */
interface Run {
  readonly inode: number
  /** Where the next read is expected. */
  next: number
  /** Bytes read so far: so much is fetched ahead, too, up to a limit. */
  seen: number
  /** How sure it is that it goes on. */
  hits: number
  /** Up to where it was fetched. */
  fetched: number
  /** When it was read last, on the clock of `performance.now`. */
  at: number
}

/** Somebody who reads file after file, in the order of the tree. */
interface Walk {
  /** The inode that is read now. */
  last: number
  /** Files to be fetched ahead. */
  ahead: number
  hits: number
  /** The last inode that was fetched ahead. */
  fetched: number
  /** Bytes fetched of the files behind `last`. */
  bytes: number
  at: number
}

/** Reads of a run come in order, but for some that the kernel sends side by side. */
const disorder = { bytes: 256 * 1024, files: 16 }
/** What begins counts one, a read near the place where it was expected one more, and one exactly there two: only then is anything fetched ahead. */
const sureHits = 3
/** More places in one file, and more walks, are not followed: the oldest are forgotten. */
const most = { runsOfAFile: 4, runs: 64, walks: 16 }
/** Bytes of a request for what is foreseen: at first, and at most. */
const request = { least: 256 * 1024, most: 4 * 1024 * 1024 }
/** Files fetched ahead: at first, and at most. */
const filesAhead = { least: 4, most: 128 }
/** Of a large file, only the beginning is fetched before it is opened. */
const beginning = 1024 * 1024
/** Milliseconds after which a run or walk does not count as one that needs memory. */
const idleAfter = 2000

export interface ForesightOptions {
  readonly tree: Pick<Tree, 'isFile' | 'sizeOf'>
  /** Bytes that may be fetched ahead, for all together. */
  readonly memory: number
  /** Fetches a stretch. Returns false where there is no room now. */
  readonly foresee: (inode: number, offset: number, length: number) => boolean
}

/**
 * Two directions: ahead within a file that is read in sequence, and ahead from file to file where they are read one after another. Both windows
 * grow with use, and end where it ends: who reads here and there is given what was asked for, and no more.
 */
export function createForesight({ tree, memory, foresee }: ForesightOptions): Foresight {
  const runs: Run[] = []
  const walks: Walk[] = []
  /** Half of the memory is for runs, and half for walks; each has an equal share, as long as it is used. */
  const shareOf = (all: readonly { readonly at: number }[]) => {
    const now = performance.now()
    const active = all.filter(({ at }) => now - at < idleAfter)
    return memory / 2 / Math.max(1, active.length)
  }

  const sawStretch = (inode: number, offset: number, length: number): Run => {
    const found = runs.findIndex((run) => run.inode === inode && Math.abs(offset - run.next) <= disorder.bytes)
    const end = offset + length
    const run = runs[found] ?? { inode, next: offset, seen: 0, hits: 1, fetched: end, at: 0 }
    if (found < 0) forgetOldest(runs, inode)
    else {
      runs.splice(found, 1)
      run.hits += offset === run.next ? 2 : 1
    }
    run.next = Math.max(run.next, end)
    run.fetched = Math.max(run.fetched, run.next)
    run.seen += length
    run.at = performance.now()
    runs.push(run)
    return run
  }
  const fetchRun = (run: Run): boolean => {
    if (run.hits < sureHits) return true
    const size = tree.sizeOf(run.inode)
    const window = Math.min(run.seen, shareOf(runs))
    const goal = Math.min(size, run.next + window)
    const step = Math.min(request.most, Math.max(request.least, 2 ** Math.floor(Math.log2(window / 4))))
    while (run.fetched < goal && (goal - run.fetched >= step || goal === size)) {
      const length = Math.min(step, size - run.fetched)
      if (!foresee(run.inode, run.fetched, length)) return false
      run.fetched += length
    }
    return true
  }

  const sawFile = (inode: number): Walk | undefined => {
    const found = walks.findIndex(
      ({ last, fetched }) => inode > last - disorder.files && inode <= Math.max(fetched, last) + 2,
    )
    const walk = walks[found] ?? { last: inode, ahead: 0, hits: 1, fetched: inode, bytes: 0, at: 0 }
    if (found >= 0 && walk.last === inode) return undefined // it is read once more
    if (found >= 0) {
      walks.splice(found, 1)
      walk.hits += inode === walk.last + 1 ? 2 : 1
    } else if (walks.length === most.walks) walks.shift()
    for (let passed = walk.last + 1; passed <= inode; passed += 1)
      if (passed <= walk.fetched) walk.bytes -= bytesAhead(passed)
    walk.last = Math.max(walk.last, inode)
    walk.fetched = Math.max(walk.fetched, walk.last)
    walk.ahead = walk.hits < sureHits ? 0 : Math.min(filesAhead.most, Math.max(filesAhead.least, 2 * walk.ahead))
    walk.at = performance.now()
    walks.push(walk)
    return walk
  }
  const bytesAhead = (inode: number) => Math.min(tree.sizeOf(inode), beginning)
  const fetchWalk = (walk: Walk): boolean => {
    // Several at a time: requests that leave together wake a server once.
    if (walk.last + walk.ahead - walk.fetched < walk.ahead / 4) return true
    const share = shareOf(walks)
    while (walk.fetched < walk.last + walk.ahead && tree.isFile(walk.fetched + 1) && walk.bytes < share) {
      const inode = walk.fetched + 1
      const bytes = bytesAhead(inode)
      if (bytes > 0 && !foresee(inode, 0, bytes)) return false
      walk.fetched = inode
      walk.bytes += bytes
    }
    return true
  }
  const fetchAhead = () => {
    // The newest first: what was read last is read on most probably.
    for (let index = runs.length - 1; index >= 0; index -= 1) if (!fetchRun(runs[index] as Run)) return
    for (let index = walks.length - 1; index >= 0; index -= 1) if (!fetchWalk(walks[index] as Walk)) return
  }
  const soon = oncePerTurn(fetchAhead)
  return {
    saw: (inode, offset, length) => {
      const run = offset + length < tree.sizeOf(inode) || offset > 0 ? sawStretch(inode, offset, length) : undefined
      const walk = offset === 0 ? sawFile(inode) : undefined
      if (run || walk) soon()
    },
    goOn: soon,
  }
}

function forgetOldest(runs: Run[], inode: number): void {
  const same = runs.filter((run) => run.inode === inode)
  if (same.length >= most.runsOfAFile) runs.splice(runs.indexOf(same[0] as Run), 1)
  else if (runs.length >= most.runs) runs.shift()
}
