import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Cancelled } from '../../src/report/index.ts'
import { inParallel } from '../../src/transfer/index.ts'

const { signal } = new AbortController()
const numbers = Array.from({ length: 20 }, (_, index) => index)
const untilStopped = (stop: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (stop.aborted) resolve()
    else stop.addEventListener('abort', () => resolve())
  })

describe('work on many items', () => {
  test('gives the results in the order of the items, whichever ends first', async () => {
    const work = async (item: number) => {
      await sleep((item * 7) % 5)
      return item * 2
    }
    expect(await inParallel(numbers, 6, signal, work)).toEqual(numbers.map((item) => item * 2))
  })

  test('takes no items, and items that come one by one', async () => {
    async function* slowly() {
      for (const number of [1, 2, 3]) {
        await sleep(1)
        yield number
      }
    }
    expect(await inParallel([], 4, signal, async () => 1)).toEqual([])
    expect(await inParallel(slowly(), 2, signal, async (item) => item + 1)).toEqual([2, 3, 4])
  })

  test.each([1, 3, 100])('has at most %i items under way', async (concurrency) => {
    let running = 0
    let most = 0
    await inParallel(numbers, concurrency, signal, async () => {
      running += 1
      most = Math.max(most, running)
      await sleep(1)
      running -= 1
    })
    expect(most).toBe(Math.min(concurrency, numbers.length))
  })
})

describe('when one fails', () => {
  test('the others are told, and have ended before the failure is thrown; no more begin', async () => {
    const begun: number[] = []
    const ended: number[] = []
    const failing = inParallel(numbers, 4, signal, async (item, stop) => {
      begun.push(item)
      if (item === 2) throw new Error('two')
      await untilStopped(stop)
      await sleep(10)
      ended.push(item)
    })
    await expect(failing).rejects.toThrow('two')
    expect(begun).toEqual([0, 1, 2, 3])
    expect(ended).toEqual([0, 1, 3])
  })

  test('the first failure is told, not those that follow from it', async () => {
    const failing = inParallel([1, 2], 2, signal, async (item, stop) => {
      if (item === 2) throw new Error('the cause')
      await untilStopped(stop)
      throw new Error('a consequence')
    })
    await expect(failing).rejects.toThrow('the cause')
  })

  test('while its items are still being made, that failure is told too', async () => {
    async function* broken() {
      yield 1
      throw new Error('no more items')
    }
    await expect(inParallel(broken(), 2, signal, (_item, stop) => untilStopped(stop))).rejects.toThrow('no more items')
  })
})

describe('when it is told to stop', () => {
  test('the reason is thrown, after everything has ended', async () => {
    const stop = new AbortController()
    let ended = 0
    const stopped = inParallel(numbers, 4, stop.signal, async (_item, either) => {
      await untilStopped(either)
      await sleep(5)
      ended += 1
      throw new Error('torn down')
    })
    setTimeout(() => stop.abort(new Cancelled('stop')), 5)
    await expect(stopped).rejects.toThrow(Cancelled)
    expect(ended).toBe(4)
  })

  test('before it begins, nothing is done', async () => {
    let begun = 0
    const work = async () => {
      begun += 1
    }
    await expect(inParallel(numbers, 2, AbortSignal.abort(new Cancelled('stop')), work)).rejects.toThrow(Cancelled)
    expect(begun).toBe(0)
  })
})
