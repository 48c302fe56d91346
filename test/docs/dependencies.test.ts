import { describe, expect, test } from 'vitest'
import { codeIn, readText, tableOf } from './markdown.ts'

const text = readText('docs/dependencies.md')
const packageFile = JSON.parse(readText('package.json'))

describe('docs/dependencies.md', () => {
  test.each([
    ['dependencies', '## In the action'],
    ['devDependencies', '## For development'],
  ])('has a row with a reason for each of the %s, and no other', (kind, heading) => {
    const rows = tableOf(text.slice(text.indexOf(heading)), 'package', 'why')
    expect(rows.map(([name]) => codeIn(name)[0])).toEqual(Object.keys(packageFile[kind]))
    expect(rows.filter(([, why = '']) => why === '')).toEqual([])
  })
})
