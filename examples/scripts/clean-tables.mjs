// Copies every CSV table below a folder to another one, without the rows that have an empty field.
// Usage: node clean-tables.mjs INPUT OUTPUT. It reads plain CSV, without quoted commas.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const [input, output] = process.argv.slice(2)
if (!input || !output) throw new Error('Usage: node clean-tables.mjs INPUT OUTPUT')

for (const table of globSync('**/*.csv', { cwd: input }).sort()) {
  const rows = readFileSync(path.join(input, table), 'utf8').trimEnd().split(/\r?\n/)
  const complete = rows.filter((row) => row.split(',').every((field) => field.trim() !== ''))
  mkdirSync(path.dirname(path.join(output, table)), { recursive: true })
  writeFileSync(path.join(output, table), `${complete.join('\n')}\n`)
  console.log(`${table}: ${complete.length - 1} of ${rows.length - 1} rows are complete`)
}
