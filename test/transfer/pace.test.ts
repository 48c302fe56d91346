import { describe, expect, test } from 'vitest'
import { setPace } from '../../src/transfer/pace.ts'

const megabyte = 1024 ** 2
const stretch = (bytes: number, differences = {}) => ({
  files: 0,
  bytes,
  throttled: false,
  tight: false,
  ...differences,
})

/** A wire on which each request moves a megabyte in a stretch, up to so many requests. */
const wire = (useful: number) => (limit: number) => stretch(Math.min(limit, useful) * megabyte)

function limitsOver(stretches: number, moved: (limit: number) => ReturnType<typeof stretch>, most = 256): number[] {
  const pace = setPace(32, most)
  return Array.from({ length: stretches }, () => pace.next(moved(pace.limit)))
}

describe('the number of requests in flight', () => {
  test('grows as long as that moves more, up to the most there may be', () => {
    expect(limitsOver(8, wire(1000))).toEqual([48, 72, 108, 162, 243, 256, 256, 256])
    expect(limitsOver(3, wire(1000), 40)).toEqual([40, 40, 40])
  })

  test('steps back where more moved no more, rests, and tries again', () => {
    const limits = limitsOver(40, wire(72))
    expect(limits.slice(0, 6)).toEqual([48, 72, 108, 72, 72, 72])
    expect(limits.filter((limit) => limit > 72).length).toBeGreaterThan(1)
    expect(limits.filter((limit) => limit > 72).length).toBeLessThan(5)
  })

  test('counts small files, which cost more than their bytes', () => {
    expect(limitsOver(3, (limit) => stretch(0, { files: limit }))).toEqual([48, 72, 108])
  })

  test.each(['throttled', 'tight'])('is halved at once when the transfer is %s, and rests for long', (trouble) => {
    const pace = setPace(32, 256)
    for (let count = 0; count < 3; count += 1) pace.next(wire(1000)(pace.limit))
    expect(pace.limit).toBe(108)
    expect(pace.next(stretch(0, { [trouble]: true }))).toBe(54)
    expect(pace.next(stretch(0, { [trouble]: true }))).toBe(27)
    const after = Array.from({ length: 60 }, () => pace.next(wire(1000)(pace.limit)))
    expect(new Set(after)).toEqual(new Set([27]))
    expect(pace.next(wire(1000)(pace.limit))).toBeGreaterThan(27)
  })

  test('is never less than four, unless fewer were asked for', () => {
    for (const [most, least] of [
      [256, 4],
      [2, 2],
    ] as const) {
      const pace = setPace(32, most)
      for (let count = 0; count < 10; count += 1) pace.next(stretch(0, { throttled: true }))
      expect(pace.limit).toBe(least)
    }
  })

  test('never exceeds what was asked for', () => {
    expect(setPace(32, 5).limit).toBe(5)
    expect(Math.max(...limitsOver(20, wire(1000), 5))).toBe(5)
  })
})
