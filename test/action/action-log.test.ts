import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { neutralised } from '../../src/action/action-log.ts'

/** What the runner takes for a command: .NET's ReadLine ends lines, its TrimStart takes white space away. */
function isCommand(text: string): boolean {
  const lines = text.split(/\r\n|\n|\r/)
  const trimmed = lines.map((line) => line.replace(/^[\p{Zs}\p{Zl}\p{Zp}\t-\r\u0085]+/u, ''))
  return trimmed.some((line) => line.startsWith('::')) || text.includes('##[')
}

const pieces = [
  '::',
  ':',
  '##[',
  '#',
  '[',
  ' ',
  '\t',
  '\n',
  '\r',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\u3000',
  '\ufeff',
  '\v',
  'error',
  'x',
]
const nasty = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((chosen) => chosen.join(''))

describe('neutralised text', () => {
  test('holds no command of the runner, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(nasty, fc.string({ unit: 'binary' })), (text) => {
        expect(isCommand(neutralised(text))).toBe(false)
      }),
      { seed: 14, numRuns: 5000 },
    )
  })

  test('is the same a second time', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(neutralised(neutralised(text))).toBe(neutralised(text))
      }),
      { seed: 15 },
    )
  })

  test.each([
    ['::error::x', ': :error::x'],
    ['a\n  ::add-mask::x', 'a\n  : :add-mask::x'],
    ['a\r::stop-commands::x', 'a\r: :stop-commands::x'],
    ['##[error]x', '## [error]x'],
    ['a ##[group]', 'a ## [group]'],
  ])('%j becomes %j', (text, expected) => {
    expect(neutralised(text)).toBe(expected)
  })

  test.each(['azureml://datastores/d', 'a::b', ': x', '# [x]', '50% :: 7', 'line\nline'])('%j stays', (text) => {
    expect(neutralised(text)).toBe(text)
  })
})
