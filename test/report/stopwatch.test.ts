import { expect, test } from 'vitest'
import { startStopwatch } from '../../src/report/index.ts'

test('every moment counts for one phase, and a phase that comes back goes on', () => {
  let now = 1000
  const watch = startStopwatch('start', () => now)
  const after = (milliseconds: number) => {
    now += milliseconds
  }
  after(100)
  watch.begin('list')
  after(2000)
  watch.begin('download')
  after(3000)
  watch.begin('list')
  after(500)
  const expected = [
    { name: 'start', seconds: 0.1 },
    { name: 'list', seconds: 2.5 },
    { name: 'download', seconds: 3 },
  ]
  expect(watch.phases()).toEqual(expected)
  after(1000)
  expect(watch.phases().find(({ name }) => name === 'list')?.seconds).toBe(3.5)
})
