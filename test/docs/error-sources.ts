import { globSync } from 'node:fs'
import path from 'node:path'
import { errorCodes } from '../../src/report/index.ts'
import { readText, root } from './markdown.ts'

/** A place in src/ that makes an error for users. */
export interface ErrorSite {
  readonly file: string
  readonly line: number
  /** Undefined where the code is computed: what the reader cannot see has to be listed by hand. */
  readonly code: string | undefined
  /** The message with `…` for every value. */
  readonly text: string
}

/** Every `new UserError(…)`, also of its subclasses, and what `explainFailure` and `runStep` make themselves. */
export function errorSites(): ErrorSite[] {
  const files = globSync('src/**/*.ts', { cwd: root }).map((file) => file.replaceAll(path.sep, '/'))
  const sources = files.sort().map((file) => ({ file, text: readText(file) }))
  const subclasses = sources.flatMap(({ text }) => [...text.matchAll(/class (\w+) extends UserError/g)])
  const names = ['UserError', ...subclasses.map(([, name = '']) => name)]
  return sources.flatMap(({ file, text }) => [
    ...callsOf(text, `new (?:${names.join('|')})`).map((call) => siteOf(file, text, call, 0, 1)),
    ...(file === 'src/action/failure.ts'
      ? callsOf(text, 'return withAnchor')
          .map((call) => siteOf(file, text, call, 1, 0))
          .filter(({ code }) => code !== undefined)
      : []),
    ...verdictsOf(file, text),
    ...callsOf(text, 'new Cancelled').map((call) => ({ ...siteOf(file, text, call, 1, 0), code: 'cancelled' })),
  ])
}

/** Pairs of a code and a text, of which an error is made elsewhere: `['throttled', `…`]`. */
function verdictsOf(file: string, text: string): ErrorSite[] {
  const pairs = [...text.matchAll(/\[\s*'([a-z-]+)',/g)].filter(([, code]) =>
    errorCodes.some((known) => known === code),
  )
  if (file === 'src/report/error-codes.ts') return []
  return pairs.map(({ index }) => {
    const args = splitAtTop(text.slice(index + 1, endOfBracket(text, index)), ',')
    return siteOf(file, text, { index, args }, 0, 1)
  })
}

interface Call {
  readonly index: number
  readonly args: readonly string[]
}

function callsOf(text: string, callee: string): Call[] {
  return [...text.matchAll(new RegExp(`${callee}\\(`, 'g'))].map((match) => {
    const open = match.index + match[0].length - 1
    const close = endOfBracket(text, open)
    return { index: match.index, args: splitAtTop(text.slice(open + 1, close), ',') }
  })
}

function siteOf(file: string, text: string, { index, args }: Call, codeAt: number, messageAt: number): ErrorSite {
  const line = text.slice(0, index).split('\n').length
  const code = /^'([\w-]+)'$/.exec(args[codeAt] ?? '')?.[1]
  return { file, line, code, text: patternOf(args[messageAt] ?? '', text.slice(0, index)) }
}

/** What an expression prints, as far as it is literal: texts, templates, sums of them, and constants defined above. */
export function patternOf(expression: string, before = ''): string {
  const pieces = splitAtTop(expression, '+').map((piece) => {
    if (/^['"]/.test(piece) && endOfText(piece, 0) === piece.length - 1) return unescaped(piece.slice(1, -1))
    if (piece.startsWith('`') && endOfText(piece, 0) === piece.length - 1) return patternOfTemplate(piece.slice(1, -1))
    return (/^\w+$/.test(piece) && constantIn(before, piece)) || '…'
  })
  return pieces.join('').replace(/…{2,}/g, '…')
}

function constantIn(before: string, name: string): string | undefined {
  const start = before.lastIndexOf(`const ${name} = `)
  if (start < 0) return undefined
  const expression = before.slice(start + `const ${name} = `.length)
  return /^['"`]/.test(expression) ? patternOf(expression.slice(0, endOfText(expression, 0) + 1)) : undefined
}

/** `${quoted(name)}` prints a name in quotes, every other value is whatever it is. */
function patternOfTemplate(body: string): string {
  let pattern = ''
  let position = 0
  for (let hole = body.indexOf('${'); hole >= 0; hole = body.indexOf('${', position)) {
    const close = endOfBracket(body, hole + 1)
    const value = body.slice(hole + 2, close).trim()
    const isQuoted = value.startsWith('quoted(') && endOfBracket(value, 'quoted'.length) === value.length - 1
    pattern += unescaped(body.slice(position, hole)) + (isQuoted ? '"…"' : '…')
    position = close + 1
  }
  return pattern + unescaped(body.slice(position))
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1')
}

/** The parts of a list between separators that stand in no bracket and no text, without the empty one behind a last comma. */
function splitAtTop(text: string, separator: string): string[] {
  const parts: string[] = []
  let start = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    if ('\'"`'.includes(character)) index = endOfText(text, index)
    else if ('([{'.includes(character)) index = endOfBracket(text, index)
    else if (character === separator) {
      parts.push(text.slice(start, index).trim())
      start = index + 1
    }
  }
  return [...parts, text.slice(start).trim()].filter((part) => part !== '')
}

/** Where the bracket that opens here is closed. Texts and templates in between are skipped; regular expressions with brackets are not known. */
function endOfBracket(text: string, open: number): number {
  for (let index = open + 1; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (')]}'.includes(character)) return index
    if ('\'"`'.includes(character)) index = endOfText(text, index)
    else if ('([{'.includes(character)) index = endOfBracket(text, index)
  }
  throw new Error(`A bracket is not closed: ${text.slice(open, open + 60)}`)
}

/** Where the text or template that opens here ends. */
function endOfText(text: string, open: number): number {
  const mark = text.charAt(open)
  for (let index = open + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1
    else if (text[index] === mark) return index
    else if (mark === '`' && text.startsWith('${', index)) index = endOfBracket(text, index + 1)
  }
  throw new Error(`A text has no end: ${text.slice(open, open + 60)}`)
}
