import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Row } from './rows.ts'

/** Length of one request for a stretch of a large file. */
const stretch = 8 * 1024 * 1024

/**
 * The server's own limit: how many seconds it needs for the reads of a row when a client does nothing but ask, with wrk on two threads.
 * @returns undefined where wrk is not there, or the row reads nothing
 */
export function serverLimit({ kind, dataset }: Row, url: string, root: string): number | undefined {
  if (kind !== 'download') return undefined
  const isLarge = dataset.size > stretch
  const script = path.join(root, 'wrk.lua')
  writeFileSync(script, isLarge ? largeScript(dataset.name) : smallScript(dataset.name, dataset.files))
  let output: string
  try {
    output = execFileSync('wrk', ['-t2', '-c32', '-d3s', '-s', script, url], { stdio: 'pipe' }).toString()
  } catch {
    return undefined
  }
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1])
  const requests = isLarge ? (dataset.files * dataset.size) / stretch : dataset.files
  return perSecond > 0 ? requests / perSecond : undefined
}

function smallScript(folder: string, files: number): string {
  return `local i = math.random(0, ${files - 1})
request = function()
  i = (i + 1) % ${files}
  return wrk.format('GET', string.format('/account/box/${folder}/file-%07d.bin', i))
end`
}

function largeScript(folder: string): string {
  return `local i = 0
request = function()
  i = (i + 1) % 64
  return wrk.format('GET', '/account/box/${folder}/file-0000000.bin', { ['x-ms-range'] = string.format('bytes=%d-%d', i * ${stretch}, (i + 1) * ${stretch} - 1) })
end`
}
