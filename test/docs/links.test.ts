import { globSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { brokenLinks, readText, root, tableOf } from './markdown.ts'

const documents = globSync(['*.md', 'docs/**/*.md'], { cwd: root })
  .map((file) => file.replaceAll(path.sep, '/'))
  .sort()

test.each(documents)('%s links only to what is there', (file) => {
  expect(brokenLinks(file)).toEqual([])
})

test.each(documents)('%s has no table with a row too long or too short', (file) => {
  const lines = readText(file).split('\n')
  const uneven = lines.flatMap((line, index) => {
    const before = lines[index - 1] ?? ''
    const inTable = line.startsWith('|') && before.startsWith('|')
    return inTable && line.split('|').length !== before.split('|').length ? [`${file}:${index + 1}`] : []
  })
  expect(uneven).toEqual([])
})

test('a table that is not there is an error', () => {
  expect(() => tableOf('| a | b |\n| --- | --- |\n| 1 | 2 |', 'c')).toThrow('There is no table')
  expect(tableOf('| a | b |\n| --- | --- |\n| 1 | 2 |', 'a')).toEqual([['1', '2']])
})
