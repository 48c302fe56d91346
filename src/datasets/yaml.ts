import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, parseDocument } from 'yaml'
import { quoted, UserError } from '../report/index.ts'

/** What YAML can hold here: every scalar is text, so that `007`, `1e3` and `2023` stay the names that they are. */
export type YamlValue = string | readonly YamlValue[] | { readonly [key: string]: YamlValue }

/**
 * Reads the text of `input-datasets` or `output-datasets` into a list with an entry for each dataset: names, or mappings.
 * @throws UserError with the line, for text that is not YAML
 */
export function parseDatasetList(input: string, text: string): readonly YamlValue[] {
  const names = namesByLine(text)
  if (names) return names
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: true, uniqueKeys: true })
  const [problem] = document.errors
  if (problem) {
    const line = problem.linePos?.[0].line ?? 1
    throw new UserError(
      'bad-yaml',
      `${input}, line ${line}: this is not YAML that can be read: ${complaint(problem.message)}`,
    )
  }
  const value = toValue({ input, document, left: mostValues }, document.contents, [])
  return Array.isArray(value) ? value : [value]
}

/** The library's message goes on with the place and an excerpt of the text. */
function complaint(message: string): string {
  const [first = ''] = message.split('\n', 1)
  return `${quoted(first.replace(/ at line \d+, column \d+:?$/, '')).slice(1, -1)}.`.replace(/\.\.$/, '.')
}

/** Several lines with one word each: names. As YAML they would be one text with spaces in it. */
function namesByLine(text: string): string[] | undefined {
  const words = text
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
  return words.every((word) => /^[\w@][^\s'"{}[\],]*$/.test(word) && !word.endsWith(':')) ? words : undefined
}

/** Aliases of aliases multiply; nobody needs so many values. */
const mostValues = 100_000

interface Conversion {
  readonly input: string
  readonly document: Document
  left: number
}

/** The value of a node. Aliases are followed, unless they lead into themselves. */
function toValue(conversion: Conversion, node: unknown, ancestors: readonly unknown[]): YamlValue {
  conversion.left -= 1
  if (conversion.left < 0) throw unusable(conversion, 'has too many values')
  if (ancestors.includes(node)) throw unusable(conversion, 'has an anchor that holds itself')
  const within = [...ancestors, node]
  if (node === null) return ''
  if (isAlias(node)) {
    const target = node.resolve(conversion.document)
    if (!target) throw unusable(conversion, `has an alias without an anchor (${quoted(node.source)})`)
    return toValue(conversion, target, within)
  }
  if (isScalar(node)) return String(node.value ?? '')
  if (isSeq(node)) return node.items.map((item) => toValue(conversion, item, within))
  if (isMap(node))
    return Object.fromEntries(
      node.items.map((pair) => [keyOf(conversion, pair), toValue(conversion, pair.value, within)]),
    )
  throw unusable(conversion, 'has a value that is neither text, list nor mapping')
}

function keyOf(conversion: Conversion, { key }: Pair): string {
  if (isScalar(key)) return String(key.value ?? '')
  throw unusable(conversion, 'has a key that is not text')
}

function unusable({ input }: Conversion, what: string): UserError {
  return new UserError('bad-yaml', `${input}: the YAML ${what}.`)
}
