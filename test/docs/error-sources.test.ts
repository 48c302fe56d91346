import { describe, expect, test } from 'vitest'
import { errorSites, patternOf } from './error-sources.ts'

describe('the reader of messages', () => {
  test.each([
    [`'it is'`, 'it is'],
    [`\`a \${b} c\``, 'a … c'],
    [`\`\${a}\${b}: c\``, '…: c'],
    [`\`a \${quoted(\`\${b}}\`)}, \${quoted(b).slice(1)}\``, 'a "…", …'],
    [`\`a \${b ? \`c \${d}\` : '}'} e\``, 'a … e'],
    [`'a "b" ' + \`c \${d}\` +\n 'e'`, 'a "b" c …e'],
    [`"it's" + tail`, `it's…`],
    ['explain(error)', '…'],
  ])('prints %s as %s', (expression, pattern) => {
    expect(patternOf(expression)).toBe(pattern)
  })

  test('knows a constant from above', () => {
    expect(patternOf('message', `const message = \`a \${b}\`\nthrow `)).toBe('a …')
  })

  test('says so where a text has no end', () => {
    expect(() => patternOf("'a + b")).toThrow('A text has no end')
  })

  test('finds the errors of this repository', () => {
    const sites = errorSites()
    expect(sites.length).toBeGreaterThan(90)
    expect(sites.map(({ code }) => code)).toEqual(expect.arrayContaining(['bug', 'cancelled', 'no-id-token']))
    expect(sites.filter(({ text }) => text === '')).toEqual([])
  })
})
