import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundedTable, code, link, sentence } from '../../src/action/markdown.ts'

const hostile = [
  'a|b',
  '<script>alert(1)</script>',
  '[x](http://evil)',
  '`code`',
  '``',
  '**bold**',
  '_x_',
  '![i](x)',
  '&lt;',
  'a\nb',
  '\\|',
  'ends with \\',
  '~~x~~',
  '@everyone',
  'octo/repo#1',
  '#1',
  'http://evil.example',
  'www.evil.example',
  '\u202egpj.exe',
  'zero\u200bwidth',
  '</details></table>',
  '-->',
  '$x$',
  '\ud800',
]

/** What a browser shows of text with entities. */
const decoded = (markdown: string) =>
  markdown.replace(/&#(\d+);/g, (_, digits: string) => String.fromCharCode(Number(digits)))
/** What is shown of a character that cannot be, or must not be. */
const shown = (text: string) =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

describe('a name', () => {
  test.each(hostile)('%j is code, and nothing in it is taken for anything else', (name) => {
    const markdown = code(name)
    const [, plain] = /^`([^`|\\<>&\n]+)`$/.exec(markdown) ?? []
    const [, escaped] = /^<code>([^`|\\<>[\]*~@$\n\p{Cc}\p{Cf}]*)<\/code>$/u.exec(markdown) ?? []
    expect(plain ?? decoded(escaped ?? 'neither form')).toBe(shown(name))
    if (escaped !== undefined) expect(escaped).not.toMatch(/&(?!#\d+;)|(?<!&)#|:\/\/|www\.|^_|_$/)
  })

  test('that is long keeps its beginning and its end', () => {
    expect(code(`${'a'.repeat(600)}/${'b'.repeat(600)}`)).toBe(`\`${'a'.repeat(49)}…${'b'.repeat(49)}\``)
  })

  test('that is empty is still code', () => {
    expect(code('')).toBe('<code></code>')
  })
})

describe('a sentence', () => {
  test.each(hostile)('with %j in it mentions nobody, links nothing and is no Markdown', (text) => {
    const markdown = sentence(`There is ${text} here`, 1000)
    const withoutMarks = markdown.replace(/<code>&#(?:35|64);<\/code>/g, (mark) => mark.slice(6, -7))
    expect(withoutMarks).not.toMatch(/[`|\\<>[\]*~@$\n\p{Cc}\p{Cf}]|&(?!#\d+;)|:\/\/|www\./u)
    expect(decoded(withoutMarks)).toBe(`There is ${shown(text)} here`)
    // GitHub looks for mentions and issues in what has become text, but not in code.
    expect(decoded(markdown.replace(/<code>.*?<\/code>/g, ' '))).not.toMatch(/[@#]/)
  })

  test('has no more bytes than it may have, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 3000 }),
        (text) => Buffer.byteLength(sentence(text, 400)) <= 400,
      ),
    )
  })
})

describe('a link', () => {
  test('stays whole, whatever its address holds', () => {
    expect(link('7', 'https://ml.azure.com/a (b)(c|d`<e>')).toMatch(/^\[7\]\([^()\s|`<>]+\)$/)
  })

  test('leads nowhere but to the web', () => {
    expect(link('7', 'javascript:alert(1)')).toBe('7')
    expect(link('7', '')).toBe('7')
  })
})

describe('a table', () => {
  const rows = (count: number, cell = 'x') => Array.from({ length: count }, (_, index) => () => [String(index), cell])
  const head = ['Name', '>Files']

  test('of up to 20 rows is shown, numbers to the right', () => {
    expect(boundedTable({ head, rows: rows(1), noun: 'input' }, 1000)).toBe('| Name | Files |\n| - | -: |\n| 0 | x |')
    expect(boundedTable({ head, rows: rows(20), noun: 'input' }, 1000)).not.toContain('<details>')
  })

  test('of more is folded behind the first 20', () => {
    const text = boundedTable({ head, rows: rows(21), noun: 'input' }, 1000)
    expect(text).toContain('| 19 | x |\n\n<details>\n<summary>1 input more</summary>\n\n| Name |')
  })

  test('that does not fit says how many rows are left out', () => {
    const text = boundedTable({ head, rows: rows(3000, 'y'.repeat(100)), noun: 'input' }, 20_000)
    expect(Buffer.byteLength(text)).toBeLessThan(20_500)
    const shownRows = [...text.matchAll(/^\| \d+ \|/gm)].length
    expect(text).toContain(`And ${(3000 - shownRows).toLocaleString('en-US')} inputs more.`)
  })

  test('without rows is nothing', () => {
    expect(boundedTable({ head, rows: [], noun: 'input' }, 1000)).toBe('')
  })
})
