import pMap from 'p-map'

/**
 * Does work on many items, so many at a time, and gives the results in order. When one fails, or the signal says so, the others are told
 * to stop and waited for: afterwards nothing of it runs any more, and what they made can be tidied up.
 */
export async function inParallel<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  concurrency: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const failure = new AbortController()
  const either = AbortSignal.any([signal, failure.signal])
  const running = new Set<Promise<R>>()
  const tracked = (item: T) => {
    const task = work(item, either).finally(() => running.delete(task))
    running.add(task)
    return task
  }
  try {
    return await pMap(items, tracked, { concurrency, signal })
  } catch (error) {
    failure.abort(error)
    await Promise.allSettled(running)
    throw signal.aborted ? signal.reason : error
  }
}
