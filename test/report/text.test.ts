import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { counted, formatBytes, formatSeconds, listed, messageOf, nearest, quoted } from '../../src/report/index.ts'

describe('a quoted name', () => {
  test('is one line of printable characters, and tells the name exactly', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 40 })
    fc.assert(
      fc.property(anyText, (name) => {
        expect(quoted(name)).not.toMatch(/\p{Cc}|\p{Zl}|\p{Zp}/u)
        expect(JSON.parse(quoted(name))).toBe(name)
      }),
      { seed: 1 },
    )
  })

  test.each(['\u061c', '\u200e', '\u200f', '\u202a', '\u202e', '\u2066', '\u2069'])(
    'shows %j, which turns the direction of text, as an escape',
    (mark) => {
      expect(quoted(`a${mark}b`)).toBe(`"a\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}b"`)
    },
  )

  test.each(['\u200b', '\u200d', '\u0085', '\u2028', '\u007f'])('shows %j, which nobody sees, as an escape', (mark) => {
    expect(quoted(mark)).toMatch(/^"\\u[0-9a-f]{4}"$/)
  })
})

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KB'],
  [1536, '1.5 KB'],
  [44.9 * 2 ** 30, '44.9 GB'],
  [3 * 2 ** 40, '3 TB'],
])('%d bytes read as %s', (count, text) => {
  expect(formatBytes(count)).toBe(text)
})

test('a count goes with its noun', () => {
  expect([counted(0, 'file'), counted(1, 'file'), counted(12_345, 'file')]).toEqual([
    '0 files',
    '1 file',
    '12,345 files',
  ])
})

test('a long list of names ends with how many more there are', () => {
  const names = Array.from({ length: 1234 }, (_, index) => `f${index}`)
  expect(listed(names, 2)).toBe('"f0", "f1" and 1,232 more')
  expect(listed(['a', 'b'], 2)).toBe('"a", "b"')
  expect(listed([])).toBe('')
  expect(listed(['a'.repeat(120)])).toBe(`"${'a'.repeat(120)}"`)
  expect(listed([`${'a'.repeat(100)}${'b'.repeat(100)}`])).toBe(`"${'a'.repeat(60)}…${'b'.repeat(60)}"`)
})

test.each([
  ['scans', ['Scan', 'models', 'scans_v2'], ['Scan', 'scans_v2']],
  ['scans', ['SCANS'], ['SCANS']],
  ['use-mountng', ['use-mounting', 'name', 'path'], ['use-mounting']],
  ['radiology', ['pathology', 'wholly_else'], ['pathology']],
  ['abcdef', ['abcdeg', 'abcdfg', 'abcdefg', 'abcde'], ['abcdeg', 'abcdefg', 'abcde']],
  ['nothing', ['like', 'it'], []],
  ['alone', [], []],
])('nearest to %s of %j is %j', (name, candidates, expected) => {
  expect(nearest(name, candidates)).toEqual(expected)
})

test('a message can be had from whatever was thrown', () => {
  expect([messageOf(new Error('x')), messageOf('y'), messageOf(undefined), messageOf(7)]).toEqual([
    'x',
    'y',
    'undefined',
    '7',
  ])
})

test.each([
  [0, '0.0 s'],
  [0.44, '0.4 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [59.6, '1m00s'],
  [84, '1m24s'],
  [3599.6, '1h00m'],
  [7500, '2h05m'],
  [7199, '2h00m'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text)
})
