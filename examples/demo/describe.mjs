// The transform of the demo: for every CSV file of a dataset, one with the count, mean, least and greatest value of each column of numbers.
// It knows nothing of GitHub or Azure: it reads one folder and writes another. usage: node describe.mjs INPUT OUTPUT
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const [input, output] = process.argv.slice(2)
mkdirSync(output, { recursive: true })
for (const name of readdirSync(input).filter((file) => file.endsWith('.csv'))) {
  const [header, ...rows] = readFileSync(path.join(input, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  const columns = header.flatMap((column, index) => {
    const values = rows.map((row) => (row[index] ? Number(row[index]) : Number.NaN)).filter(Number.isFinite)
    if (values.length < rows.length / 2) return []
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const least = values.reduce((a, b) => Math.min(a, b))
    const greatest = values.reduce((a, b) => Math.max(a, b))
    return [[column, values.length, mean.toFixed(3), least, greatest].join(',')]
  })
  writeFileSync(path.join(output, name), ['column,count,mean,least,greatest', ...columns, ''].join('\n'))
  console.log(`${name}: ${rows.length} rows, ${columns.length} columns of numbers`)
}
