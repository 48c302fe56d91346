import type { JobFile } from './lane.ts'

/** Hands out files to lanes, each of which has a number. */
export interface Feeder {
  /** Gives it more files. They are taken from the iterable when their turn comes. */
  add(files: Iterable<JobFile>): void
  /** The files that a lane is to get now; none where it has enough, or there are none. */
  take(lane: number): readonly JobFile[]
  /** A lane has done a file. Returns whether it runs low. */
  done(lane: number, index: number): boolean
  /** Whether all files that were handed out are done, and no others are there. */
  readonly isEmpty: boolean
}

/** A lane has so much work ahead that it never runs dry between two messages, and no more, so that all lanes end at about the same time. */
const ahead = { files: 256, bytes: 32 * 1024 * 1024 }

export function createFeeder(lanes: number): Feeder {
  const iterators: Iterator<JobFile>[] = []
  /** Bytes of the files that are handed out and not done, by their index. */
  const sizes = new Map<number, number>()
  const loads = Array.from({ length: lanes }, () => ({ files: 0, bytes: 0 }))
  const next = (): JobFile | undefined => {
    for (let [first] = iterators; first; [first] = iterators) {
      const { value, done } = first.next()
      if (!done) return value
      iterators.shift()
    }
    return undefined
  }
  const loadOf = (lane: number) => loads[lane] ?? { files: 0, bytes: 0 }
  return {
    add: (files) => void iterators.push(files[Symbol.iterator]()),
    take: (lane) => {
      const load = loadOf(lane)
      const files: JobFile[] = []
      while (load.files < ahead.files && (load.bytes < ahead.bytes || load.files < 2)) {
        const file = next()
        if (!file) break
        files.push(file)
        sizes.set(file.index, file.size)
        load.files += 1
        load.bytes += file.size
      }
      return files
    },
    done: (lane, index) => {
      const load = loadOf(lane)
      load.files -= 1
      load.bytes -= sizes.get(index) ?? 0
      sizes.delete(index)
      return load.files < ahead.files / 2
    },
    get isEmpty() {
      return sizes.size === 0 && iterators.length === 0
    },
  }
}
