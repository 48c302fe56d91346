import fc from 'fast-check'

/** What names of blobs and files are put together from by people who mean harm, and by tools that do not care. */
const pieces = [
  ...['.', '..', '/', '//', '\\', ':', 'C:', '~', ' ', '-', '*', '?', '#', '%', '+', '&', '"', "'", '`', '$(id)'],
  ...['a', 'b', 'A', 'folder', 'f.txt', '0', '007', '\u00e9', 'e\u0301', '😀', '\u202e', '\u2028', '\ufeff', '\u2215'],
  ...['\0', '\x07', '\t', '\n', '\r', '\x7f', '\u0085', '\ud800', '\ufffe'],
  ...['%2e', '%2f', '%00', '%25', '&lt;', '&#47;', '<x>', ']]>', '$'.concat('{{ x }}')],
  ...['::error::x', '::add-mask::x', '##[error]x', '\n::set-output name=a::b'],
  ...['__proto__', 'constructor', 'toString', '.data.azureml-datasets.json', '.data.azureml-datasets.partial'],
  ...['x'.repeat(255), 'x'.repeat(256), 'é'.repeat(127)],
]

/** A name of some such pieces, of other characters, or deep. */
export const hostileName: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((all) => all.join('')),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.constantFrom('a', 'b', 'c', '..', ' '), { minLength: 2, maxLength: 6 })
      .map((all) => all.join('/')),
  },
)
