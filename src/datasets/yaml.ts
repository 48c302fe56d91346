import { parseDocument } from 'yaml'
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
      `${input}, line ${line}: this is not YAML that can be read: ${quoted(problem.message.split('\n', 1)[0] ?? '').slice(1, -1)}`,
    )
  }
  const value = toValue(input, document.toJS({ maxAliasCount: 100 }))
  return Array.isArray(value) ? value : [value as YamlValue]
}

/** Several lines with one word each: names. As YAML they would be one text with spaces in it. */
function namesByLine(text: string): string[] | undefined {
  const words = text
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
  return words.every((word) => /^[\w@][^\s'"{}[\],]*$/.test(word) && !word.endsWith(':')) ? words : undefined
}

function toValue(input: string, value: unknown): YamlValue {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map((entry) => toValue(input, entry))
  if (value instanceof Map || (typeof value === 'object' && value !== null)) {
    const entries = Object.entries(value).map(([key, entry]) => [key, toValue(input, entry)])
    return Object.fromEntries(entries)
  }
  throw new UserError('bad-yaml', `${input}: there is a value that is neither text, list nor mapping.`)
}
