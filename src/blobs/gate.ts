/** Lets so much through at a time: requests, or bytes held in memory. What waits goes in the order in which it came. */
export interface Gate {
  /** Whether somebody who comes now need not wait. */
  readonly hasRoom: boolean
  /** Resolves when there is room for `weight`, which counts as in until `leave`. More than the limit goes alone. */
  enter(weight: number, signal: AbortSignal): Promise<void>
  leave(weight: number): void
  setLimit(limit: number): void
}

/** @param onRoom is called whenever room was made that nobody waited for */
export function createGate(limit: number, onRoom: () => void = () => {}): Gate {
  let most = limit
  let inside = 0
  const waiting: { readonly weight: number; readonly admit: () => void }[] = []
  const fits = (weight: number) => inside === 0 || inside + weight <= most
  const admitWaiting = () => {
    for (let next = waiting[0]; next && fits(next.weight); next = waiting[0]) {
      waiting.shift()
      inside += next.weight
      next.admit()
    }
    if (waiting.length === 0 && fits(1)) onRoom()
  }
  return {
    get hasRoom() {
      return waiting.length === 0 && fits(1)
    },
    enter: async (weight, signal) => {
      signal.throwIfAborted()
      if (waiting.length === 0 && fits(weight)) {
        inside += weight
        return
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const place = { weight, admit: resolve }
      const giveUp = () => {
        // Once admitted, it is not waiting any more, and leaves in its own time.
        const index = waiting.indexOf(place)
        if (index >= 0) waiting.splice(index, 1)
        reject(signal.reason)
      }
      waiting.push(place)
      signal.addEventListener('abort', giveUp, { once: true })
      await promise.finally(() => signal.removeEventListener('abort', giveUp))
    },
    leave: (weight) => {
      inside -= weight
      admitWaiting()
    },
    setLimit: (limit) => {
      most = limit
      admitWaiting()
    },
  }
}
