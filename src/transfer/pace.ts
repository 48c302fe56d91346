/** How a transfer went since it was last looked at. */
export interface Stretch {
  /** Files that were done. */
  readonly files: number
  /** Bytes that were moved. */
  readonly bytes: number
  /** Whether the service asked for less. */
  readonly throttled: boolean
  /** Whether memory runs out. */
  readonly tight: boolean
}

/** Decides how many requests are in flight. */
export interface Pace {
  readonly limit: number
  /** Looks at the last stretch, all of which have the same length; returns the limit for the next. */
  next(stretch: Stretch): number
}

const fewest = 4
/** A small file costs about as much as so many bytes of a large one. */
const costOfAFile = 64 * 1024
/** What a step has to bring, as a share of what it could: less than this is noise. */
const worthwhile = 0.2
/** After a step that brought nothing, the next is tried after so many stretches; after throttling, after more. */
const stretchesOfRest = { fruitless: 20, throttled: 60 }

/**
 * More requests as long as that moves more, fewer when it does not, half as many when the service or the memory asks for it. It climbs by
 * halves, and steps back where a step brought nothing.
 */
export function setPace(start: number, most: number): Pace {
  let limit = Math.min(start, most)
  let before: { readonly limit: number; readonly moved: number } | undefined
  let rest = 0
  const to = (wanted: number) => {
    limit = Math.max(Math.min(fewest, most), Math.min(most, Math.round(wanted)))
    return limit
  }
  return {
    get limit() {
      return limit
    },
    next: ({ files, bytes, throttled, tight }) => {
      const moved = bytes + files * costOfAFile
      if (throttled || tight) {
        before = undefined
        rest = stretchesOfRest.throttled
        return to(limit / 2)
      }
      if (before && moved < before.moved * (1 + worthwhile * (limit / before.limit - 1))) {
        const back = before.limit
        before = undefined
        rest = stretchesOfRest.fruitless
        return to(back)
      }
      if (rest > 0) {
        rest -= 1
        return limit
      }
      before = { limit, moved }
      return to(limit * 1.5)
    },
  }
}

/** What has been moved since the beginning, and how often the service asked for less. */
export interface Moved {
  readonly files: number
  readonly bytes: number
  readonly throttled: number
}

/** So often, in milliseconds, it is looked whether another number of requests would move more. */
const interval = 250
/** Bytes of memory that stay free for everything else on the machine. */
const memoryReserve = 256 * 1024 * 1024

/** Looks at a transfer at intervals, and applies the limit that it should have. */
export function startPacing(
  { start, most }: { readonly start: number; readonly most: number },
  look: () => Moved,
  apply: (limit: number) => void,
): { stop(): void } {
  const pace = setPace(start, most)
  let before = look()
  const timer = setInterval(() => {
    const now = look()
    const { limit } = pace
    const next = pace.next({
      files: now.files - before.files,
      bytes: now.bytes - before.bytes,
      throttled: now.throttled > before.throttled,
      tight: process.availableMemory() < memoryReserve,
    })
    before = now
    if (next !== limit) apply(next)
  }, interval).unref()
  return { stop: () => clearInterval(timer) }
}
