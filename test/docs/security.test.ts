import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readText, root } from './markdown.ts'

const page = readText('docs/security.md')
const claims = page.split('\n').filter((line) => line.startsWith('|') && line.includes(' › '))
const citations = claims.flatMap((line) =>
  [...line.matchAll(/`(test\/[^`]+)` › (.+?)(?=<br>| \|$)/g)].map(([, file = '', name = '']) => [file, name] as const),
)

test('docs/security.md names a test for each of its claims', () => {
  const [, chapter = ''] = /^## What must stay true\n(.*?)^## /ms.exec(page) ?? []
  const rows = chapter.split('\n').filter((line) => line.startsWith('|') && !/^\| (claim|---)/.test(line))
  expect(rows.length).toBeGreaterThan(20)
  expect(rows).toEqual(claims)
})

test.each(citations)('%s has the test that docs/security.md names: %s', (file, name) => {
  expect(existsSync(path.join(root, file)), `${file} does not exist`).toBe(true)
  const marks = ["'", '`', '"']
  expect(
    marks.some((mark) => readText(file).includes(`${mark}${name}${mark}`)),
    `no test of that name`,
  ).toBe(true)
})
