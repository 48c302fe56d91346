import { expect, test } from 'vitest'
import { clockSkew, describeSkew } from '../../src/azureml/clock.ts'

const date = 'Sun, 22 Nov 2026 12:00:00 GMT'

test.each([
  ['the same time', 0, undefined],
  ['four minutes', 4, undefined],
  ['ahead', 12, '12 minutes ahead'],
  ['behind', -1500, '1,500 minutes behind'],
])('a clock that is off: %s', (_, minutes, told) => {
  expect(describeSkew(clockSkew(date, Date.parse(date) + minutes * 60_000))).toBe(told)
})

test.each([undefined, null, '', 'yesterday'])('an answer with the date %j tells nothing', (header) => {
  expect(clockSkew(header)).toBeUndefined()
  expect(describeSkew(undefined)).toBeUndefined()
})
