import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { codeIn, readText, root } from './markdown.ts'

const rows = readText('docs/unverified.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (assumed|---)/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim()),
  )

test('docs/unverified.md lists what is assumed, where, what happens if it is wrong, and how to find out', () => {
  expect(rows.length).toBeGreaterThan(40)
  expect(rows.filter((cells) => cells.length !== 4 || cells.includes(''))).toEqual([])
})

test('docs/unverified.md names files that exist', () => {
  const files = rows.flatMap(([, where]) => codeIn(where))
  expect(files).toHaveLength(rows.length)
  expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([])
})
