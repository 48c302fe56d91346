import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')

export function readText(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

/** The rows of the table whose head begins with these cells, as texts; without head and ruler. */
export function tableOf(text: string, ...head: readonly string[]): string[][] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => head.every((cell, index) => cellsOf(line)[index] === cell))
  if (start < 0) throw new Error(`There is no table with the head ${head.join(' | ')}`)
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start + 2, end < 0 ? undefined : end).map(cellsOf)
}

function cellsOf(line: string): string[] {
  const inner = /^\|(.*)\|\s*$/.exec(line)?.[1]
  return inner === undefined ? [] : inner.split('|').map((cell) => cell.trim())
}

/** The texts in backticks of a cell. */
export function codeIn(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

/** What is wrong with the links of a Markdown file: files and headings that are not there. */
export function brokenLinks(file: string): string[] {
  const links = [...readText(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return links.filter((target) => !/^https?:/.test(target) && !leadsSomewhere(file, target))
}

function leadsSomewhere(file: string, target: string): boolean {
  const [place = '', heading] = target.split('#')
  const found = place === '' ? file : path.posix.join(path.posix.dirname(file), place)
  if (!existsSync(path.join(root, found))) return false
  return heading === undefined || headingsOf(readText(found)).includes(heading)
}

/** The anchors that GitHub makes of headings. */
function headingsOf(text: string): string[] {
  const withoutCode = text.replace(/^```.*?^```/gms, '')
  return [...withoutCode.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
