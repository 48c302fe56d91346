// Checks every CSV table below a folder: a header, at least one row, and as many fields in each row as the header has.
// Usage: node check-tables.mjs FOLDER. It reads plain CSV, without quoted commas.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const folder = process.argv[2] ?? '.'
const tables = globSync('**/*.csv', { cwd: folder }).sort()
const problems = tables.flatMap(check)

for (const problem of problems) console.log(problem)
if (tables.length === 0) console.log(`There is no table in ${folder}.`)
console.log(`${tables.length} tables, ${problems.length} problems`)
process.exitCode = tables.length > 0 && problems.length === 0 ? 0 : 1

function check(table) {
  const [header, ...rows] = readFileSync(path.join(folder, table), 'utf8').trimEnd().split(/\r?\n/)
  if (rows.length === 0) return [`${table}: no rows`]
  const width = header.split(',').length
  return rows.flatMap((row, index) => {
    const fields = row.split(',').length
    return fields === width ? [] : [`${table}, line ${index + 2}: ${fields} fields instead of ${width}`]
  })
}
