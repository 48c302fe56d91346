import { describe, expect, test, vi } from 'vitest'
import { createGate } from '../../src/blobs/gate.ts'
import { Cancelled } from '../../src/report/index.ts'

const { signal } = new AbortController()
const soon = () => new Promise((resolve) => setImmediate(resolve))

/** Enters, and notes when it is in. */
function entering(gate: ReturnType<typeof createGate>, name: string, inside: string[], weight = 1, by = signal) {
  return gate.enter(weight, by).then(() => void inside.push(name))
}

describe('a gate', () => {
  test('lets in what fits, and the others in the order in which they came', async () => {
    const gate = createGate(2)
    const inside: string[] = []
    for (const name of ['a', 'b', 'c', 'd']) void entering(gate, name, inside)
    expect(gate.hasRoom).toBe(false)
    await soon()
    expect(inside).toEqual(['a', 'b'])
    gate.leave(1)
    await soon()
    expect(inside).toEqual(['a', 'b', 'c'])
    gate.leave(1)
    gate.leave(1)
    await soon()
    expect([inside, gate.hasRoom]).toEqual([['a', 'b', 'c', 'd'], true])
  })

  test('counts by weight: a small one does not pass a large one that waits', async () => {
    const gate = createGate(10)
    const inside: string[] = []
    void entering(gate, 'six', inside, 6)
    void entering(gate, 'five', inside, 5)
    void entering(gate, 'one', inside, 1)
    await soon()
    expect(inside).toEqual(['six'])
    gate.leave(6)
    await soon()
    expect(inside).toEqual(['six', 'five', 'one'])
  })

  test('lets in alone what weighs more than the limit', async () => {
    const gate = createGate(10)
    const inside: string[] = []
    void entering(gate, 'one', inside)
    void entering(gate, 'hundred', inside, 100)
    void entering(gate, 'two', inside)
    await soon()
    expect(inside).toEqual(['one'])
    gate.leave(1)
    await soon()
    expect(inside).toEqual(['one', 'hundred'])
    gate.leave(100)
    await soon()
    expect(inside).toEqual(['one', 'hundred', 'two'])
  })

  test('lets in more at once when its limit grows, and nobody until enough have left when it shrinks', async () => {
    const gate = createGate(1)
    const inside: string[] = []
    for (const name of ['a', 'b', 'c', 'd']) void entering(gate, name, inside)
    gate.setLimit(3)
    await soon()
    expect(inside).toEqual(['a', 'b', 'c'])
    gate.setLimit(1)
    gate.leave(1)
    gate.leave(1)
    await soon()
    expect(inside).toHaveLength(3)
    gate.leave(1)
    await soon()
    expect(inside).toHaveLength(4)
  })

  test('tells when there is room that nobody waited for', async () => {
    const onRoom = vi.fn()
    const gate = createGate(1, onRoom)
    const inside: string[] = []
    void entering(gate, 'a', inside)
    void entering(gate, 'b', inside)
    gate.leave(1)
    await soon()
    expect(onRoom).not.toHaveBeenCalled()
    gate.leave(1)
    expect(onRoom).toHaveBeenCalledOnce()
  })

  test('lets go who is told to stop while waiting, and keeps the place of nobody', async () => {
    const gate = createGate(1)
    const inside: string[] = []
    const stop = new AbortController()
    void entering(gate, 'a', inside)
    const stopped = entering(gate, 'b', inside, 1, stop.signal)
    void entering(gate, 'c', inside)
    stop.abort(new Cancelled('stop'))
    await expect(stopped).rejects.toThrow(Cancelled)
    gate.leave(1)
    await soon()
    expect(inside).toEqual(['a', 'c'])
    await expect(gate.enter(1, stop.signal)).rejects.toThrow(Cancelled)
    gate.leave(1)
    expect(gate.hasRoom).toBe(true)
  })
})
