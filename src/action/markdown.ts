import { markdownTable } from 'markdown-table'
import { counted } from '../report/index.ts'

/**
 * Markdown of GitHub's kind, made of foreign text. GitHub looks for mentions, issues and commits after it has rendered the Markdown, so that an
 * entity does not stop it; it leaves alone what is code. Hence names are code, and in sentences `@` and `#` are.
 */

/** A name from outside, as code: nothing in it is taken for anything else. */
export function code(text: string, longest = 100): string {
  const shown = visible(shortened(text, longest))
  return /^[^`|\\<>&]*[^`|\\<>&\s]$/.test(shown) ? `\`${shown}\`` : `<code>${entities(shown)}</code>`
}

/** A sentence with foreign text in it, in no more than so many bytes. */
export function sentence(text: string, mostBytes: number): string {
  for (let longest = Math.min(text.length, mostBytes); ; longest = Math.floor(longest * 0.9)) {
    const markdown = entities(visible(shortened(text, longest))).replace(/&#(?:35|64);/g, '<code>$&</code>')
    if (Buffer.byteLength(markdown) <= mostBytes) return markdown
  }
}

/** A link; `text` is Markdown already. */
export function link(text: string, url: string): string {
  const safe = encodeURI(url.toWellFormed()).replace(/[()|<>`\\]/g, percentEncoded)
  return /^https?:\/\//.test(safe) ? `[${text}](${safe})` : text
}

/** What can be unfolded; both are Markdown already, `title` of one line. */
export function folded(title: string, content: string): string {
  return `<details>\n<summary>${title}</summary>\n\n${content}\n\n</details>`
}

/** A table of Markdown cells. A column whose title begins with `>` is set to the right. */
export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly Row[]
  /** What a row is: `input`. */
  readonly noun: string
}

/** Makes the cells, which is worth it only for rows that fit. */
export type Row = () => readonly string[]

const mostOpenRows = 20

/** A table of any length in about so many bytes: 20 rows are shown, more can be unfolded, and those that don't fit are counted. */
export function boundedTable({ head, rows, noun }: Table, mostBytes: number): string {
  const fitting = firstThatFit(rows, mostBytes)
  const [open, closed] = [fitting.slice(0, mostOpenRows), fitting.slice(mostOpenRows)]
  const left = rows.length - fitting.length
  return [
    rendered(head, open),
    closed.length > 0 ? folded(`${counted(closed.length, noun)} more`, rendered(head, closed)) : '',
    left > 0 ? `And ${counted(left, noun)} more.` : '',
  ]
    .filter(Boolean)
    .join('\n\n')
}

function rendered(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const align = head.map((title) => (title.startsWith('>') ? 'r' : ''))
  const titles = head.map((title) => title.replace(/^>/, ''))
  return rows.length === 0 ? '' : markdownTable([titles, ...rows], { align, alignDelimiters: false })
}

function firstThatFit(rows: readonly Row[], mostBytes: number): (readonly string[])[] {
  const fitting: (readonly string[])[] = []
  let bytes = 0
  for (const row of rows) {
    const cells = row()
    bytes += cells.reduce((sum, cell) => sum + Buffer.byteLength(cell) + 3, 2)
    if (bytes > mostBytes) break
    fitting.push(cells)
  }
  return fitting
}

/** Keeps the beginning and the end, which tell most. */
function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text
  const half = Math.max(1, Math.floor((longest - 1) / 2))
  return `${text.slice(0, half)}…${text.slice(-half)}`
}

/** Control characters, line ends, and those that turn the direction of text or are not seen at all, as `\u202e`. */
function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(
      /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
      (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    )
}

/** Text that neither Markdown nor HTML takes for its own. (An underscore within a word is none of Markdown's.) */
function entities(text: string): string {
  return text.replace(/[&<>|`*[\]\\~#@$]|\b_|_\b|:(?=\/\/)|(?<=www)\./g, (character) => `&#${character.charCodeAt(0)};`)
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
