/** Does work once a turn of the event loop, however often it is asked for: requests that leave together wake a server once. */
export function oncePerTurn(work: () => void): () => void {
  let isPlanned = false
  return () => {
    if (isPlanned) return
    isPlanned = true
    setImmediate(() => {
      isPlanned = false
      work()
    })
  }
}
