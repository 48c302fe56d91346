import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startProgress, tellListing } from '../../src/transfer/progress.ts'
import { recordingLog } from '../report/helpers.ts'

const gigabyte = 1024 ** 3
const minute = 60_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => vi.useRealTimers())

function transfer({ files = 20_000, bytes = 30 * gigabyte, waiting = 0 } = {}) {
  const log = recordingLog()
  const progress = startProgress(log, 'scans:3', () => waiting)
  progress.expect({ files, bytes })
  return { log, progress }
}

/** Lets so much time pass, with so many bytes in each second. */
async function pass(milliseconds: number, move: () => void = () => {}): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 1000) {
    move()
    await vi.advanceTimersByTimeAsync(1000)
  }
}

describe('lines of progress', () => {
  test('say how much is done, how fast, and how long it will take', async () => {
    const { log, progress } = transfer()
    await pass(10_000, () => {
      progress.addBytes(0.3 * gigabyte)
      for (let file = 0; file < 120; file += 1) progress.addFile()
    })
    expect(log.lines).toEqual(['info: scans:3  10%  3 GB/30 GB  1,200/20,000 files  307.2 MB/s  eta 1m30s'])
  })

  test('give the speed of now, not of the whole time', async () => {
    const { log, progress } = transfer()
    await pass(10_000, () => progress.addBytes(0.1 * gigabyte))
    await pass(10_000, () => progress.addBytes(1024 ** 2))
    expect(log.lines[1]).toContain('1 MB/s')
  })

  test('count empty files by their number', async () => {
    const { log, progress } = transfer({ files: 40, bytes: 0 })
    await pass(10_000, () => progress.addFile())
    expect(log.lines).toEqual(['info: scans:3  25%  0 B/0 B  10/40 files  0 B/s'])
  })

  test('come once a minute while nothing moves, and say for how long, and why', async () => {
    const { log, progress } = transfer({ waiting: 3 })
    await pass(10_000, () => progress.addBytes(gigabyte))
    await pass(2 * minute)
    expect(log.lines.slice(1)).toEqual([
      'info: scans:3  33%  10 GB/30 GB  0/20,000 files  no bytes for 1m01s, 3 requests retrying',
      'info: scans:3  33%  10 GB/30 GB  0/20,000 files  no bytes for 2m01s, 3 requests retrying',
    ])
  })

  test('are few: six a minute at first, and at most a hundred in an hour', async () => {
    const { log, progress } = transfer({ bytes: 1e15 })
    await pass(4 * minute, () => progress.addBytes(1000))
    expect(log.lines).toHaveLength(24)
    await pass(56 * minute, () => progress.addBytes(1000))
    expect(log.lines.length).toBeGreaterThan(70)
    expect(log.lines.length).toBeLessThanOrEqual(100)
  })

  test('end when the transfer does, which tells how long it took', async () => {
    const { log, progress } = transfer()
    await pass(5000, () => progress.addBytes(1))
    expect(progress.stop()).toBe(5)
    await pass(minute)
    expect(log.lines).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('a listing is told every ten seconds while pages come', async () => {
  const log = recordingLog()
  const onFiles = tellListing(log, 'scans:3')
  let files = 0
  await pass(25_000, () => {
    files += 5000
    onFiles(files)
  })
  expect(log.lines).toEqual([
    'info: scans:3: listing, 55,000 files so far',
    'info: scans:3: listing, 105,000 files so far',
  ])
})
