import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml'
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
  const value = parseYaml(input, text)
  return Array.isArray(value) ? value : [value]
}

/**
 * Reads YAML, every scalar as the text that it is; an empty one, and nothing at all, is an empty text.
 * @param input what it is, for errors
 * @throws UserError with the line, for text that is not YAML
 */
export function parseYaml(input: string, text: string): YamlValue {
  const lines = new LineCounter()
  // The library compares each key with all before it, which many keys make slow: see mapping().
  const options = { schema: 'failsafe', resolveKnownTags: false, uniqueKeys: false, lineCounter: lines } as const
  const document = parseDocument(text, options)
  const [problem] = document.errors
  if (problem) {
    throw unreadable(input, problem.linePos?.[0].line ?? 1, complaint(problem.message))
  }
  const conversion = { input, lines, targets: aliasTargets(input, document), left: mostValues }
  return toValue(conversion, document.contents, [])
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

/** A dataset needs three levels. The walk ends here, and not where the stack does. */
const deepest = 50

interface Conversion {
  readonly input: string
  readonly lines: LineCounter
  readonly targets: ReadonlyMap<Alias, Node>
  left: number
}

/** The node that each alias means, found in one walk: the library walks the document for each. */
function aliasTargets(input: string, document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Node: (_key, node, path) => {
      if (path.length > 2 * deepest) throw unusable(input, 'is nested too deeply')
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node)
        return
      }
      const target = anchors.get(node.source)
      if (!target) throw unusable(input, `has an alias without an anchor (${quoted(node.source)})`)
      targets.set(node, target)
    },
  })
  return targets
}

/** The value of a node. Aliases are followed, unless they lead into themselves. */
function toValue(conversion: Conversion, node: unknown, ancestors: readonly unknown[]): YamlValue {
  conversion.left -= 1
  if (conversion.left < 0) throw unusable(conversion.input, 'has too many values')
  if (ancestors.includes(node)) throw unusable(conversion.input, 'has an anchor that holds itself')
  if (ancestors.length > deepest) throw unusable(conversion.input, 'is nested too deeply')
  const within = [...ancestors, node]
  if (node === null) return ''
  if (isAlias(node)) return toValue(conversion, conversion.targets.get(node), within)
  if (isScalar(node)) return String(node.value ?? '')
  if (isSeq(node)) return node.items.map((item) => toValue(conversion, item, within))
  if (isMap(node)) return mapping(conversion, node.items, within)
  throw unusable(conversion.input, 'has a value that is neither text, list nor mapping')
}

function mapping(conversion: Conversion, pairs: readonly Pair[], within: readonly unknown[]): YamlValue {
  const values = new Map<string, YamlValue>()
  for (const { key, value } of pairs) {
    if (!isScalar(key)) throw unusable(conversion.input, 'has a key that is not text')
    const name = String(key.value ?? '')
    if (values.has(name)) {
      const { line } = conversion.lines.linePos(key.range?.[0] ?? 0)
      throw unreadable(conversion.input, line, `the key ${quoted(name)} is given twice.`)
    }
    values.set(name, toValue(conversion, value, within))
  }
  // Makes own properties of all names, `__proto__` too.
  return Object.fromEntries(values)
}

function unreadable(input: string, line: number, complaint: string): UserError {
  return new UserError('bad-yaml', `${input}, line ${line}: this is not YAML that can be read: ${complaint}`)
}

function unusable(input: string, what: string): UserError {
  return new UserError('bad-yaml', `${input}: the YAML ${what}.`)
}
