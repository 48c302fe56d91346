import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import {
  type InputDataset,
  type OutputDataset,
  parseInputDatasets,
  parseOutputDatasets,
} from '../../src/datasets/index.ts'
import { UserError } from '../../src/report/index.ts'
import { cpuMilliseconds, fuzzSettings } from '../fuzz.ts'
import { hostileName } from '../hostile-names.ts'

const directions = [
  ['inputs', parseInputDatasets, isInput],
  ['outputs', parseOutputDatasets, isOutput],
] as const

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isTextOrNone = (value: unknown) => value === undefined || isText(value)

function isCommon({ name, dataName, path, useMounting }: InputDataset | OutputDataset): boolean {
  const isName = /^[a-zA-Z0-9][\w-]{0,254}$/.test(name) && /^[A-Za-z_]\w*$/.test(dataName)
  const isPath = path === undefined || (path.endsWith('/') && !/(^|\/)\.{0,2}\//.test(path))
  return isName && isPath && [undefined, 'auto', 'true', 'false'].includes(useMounting)
}

function isInput(dataset: InputDataset): boolean {
  const { version, localFolder, selection, datastore, targetFolder } = dataset
  const { include, exclude, sample, sampleBy } = selection
  const isSample = sample === undefined || Object.values(sample).some((value) => typeof value === 'number' && value > 0)
  const isSelection = isSample && ['file', 'folder'].includes(sampleBy) && [...include, ...exclude].every(isText)
  return isCommon(dataset) && isSelection && [version, localFolder, datastore, targetFolder].every(isTextOrNone)
}

function isOutput(dataset: OutputDataset): boolean {
  const { overwriteExisting, tags, description } = dataset
  const isTags = Object.values(tags).every((tag) => typeof tag === 'string')
  return isCommon(dataset) && typeof overwriteExisting === 'boolean' && isTags && isTextOrNone(description)
}

/** A list that obeys its type, or an error that a user can read: one line that says where. */
function expectSense<T>(parse: (yaml: string) => readonly T[], obeys: (dataset: T) => boolean, yaml: string): void {
  try {
    const datasets = parse(yaml)
    expect(datasets.filter((dataset) => !obeys(dataset))).toEqual([])
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    expect(error.message).toMatch(/^(input-datasets|output-datasets|Dataset "|data-name "|sample: ")/)
    expect(error.message).not.toMatch(/[\r\n]|undefined|\[object|at .*:\d+:\d+/)
  }
}

const keys = [
  ...['name', 'datastore', 'version', 'path', 'use-mounting', 'use_mounting', 'target-folder', 'local-folder'],
  ...['data-name', 'include', 'exclude', 'sample', 'sample-by', 'overwrite-existing', 'tags', 'description'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'Name', '<<', '', '_', '0', 'nmae'],
]
const values = [
  ...[
    'a',
    'my_folder',
    'a:7',
    'a@latest',
    'azureml:a:7',
    '007',
    '1e3',
    '2023-01-01',
    'null',
    '~',
    'true',
    'yes',
    '.inf',
  ],
  ...[
    '200',
    '2%',
    '1GB',
    '0',
    '-1',
    '1e999GB',
    'auto',
    'file',
    'x/../y',
    '/',
    '//',
    '**/*.csv',
    '[',
    '{',
    '!(',
    '*',
    '&a',
    '|',
  ],
]
const scalar = fc.oneof(
  fc.constantFrom(...values),
  hostileName,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.double(),
)
const { value: tree } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(fc.constantFrom(...keys), tie('value')), { maxLength: 5 }).map((pairs) => new Map(pairs)),
  ),
}))
/** Mappings that are nearly right: most of what random trees hold fails at the first key. */
const nearly = fc.array(
  fc
    .array(fc.tuple(fc.constantFrom(...keys.slice(0, 16)), scalar), { maxLength: 3 })
    .map((pairs) => new Map<string, unknown>([['name', 'a'], ...pairs])),
  { minLength: 1, maxLength: 2 },
)
const syntax = [
  ...[
    '- ',
    '? ',
    ': ',
    ', ',
    '[',
    ']',
    '{',
    '}',
    '\n',
    '\n  ',
    '\n- ',
    '\t',
    '\r\n',
    '\ufeff',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
  ],
  ...[
    '&a ',
    '*a',
    '*b',
    '<<: *a',
    '!!str ',
    '!!binary ',
    '!!set ',
    '!!omap ',
    '!!int ',
    '!x ',
    '|\n',
    '>-\n',
    '#',
    ' #c\n',
  ],
  ...['"', "'", '\\', '"\\u0000"', '\0', '=', '@', '`', '%', ...keys.slice(0, 6).map((key) => `${key}: `), ...values],
]
const text = fc.array(fc.constantFrom(...syntax), { maxLength: 30 }).map((pieces) => pieces.join(''))

describe.each(directions)('%s', (_direction, parse, obeys) => {
  const check = (yaml: string) => expectSense<never>(parse as never, obeys as never, yaml)

  test('of random syntax', () => {
    fc.assert(fc.property(text, check), fuzzSettings(1500))
  })

  test('of random trees', () => {
    fc.assert(
      fc.property(fc.oneof(tree, nearly), (value) => check(stringify(value, { aliasDuplicateObjects: false }))),
      fuzzSettings(1500),
    )
  })

  test.each(
    Object.entries({
      'ten thousand keys': Array.from({ length: 10_000 }, (_, index) => `k${index}: 1`).join('\n'),
      'twenty thousand names': Array.from({ length: 20_000 }, (_, index) => `n${index}`).join('\n'),
      'aliases of aliases': `- &b0 [x, x]\n${Array.from({ length: 40 }, (_, index) => `- &b${index + 1} [*b${index}, *b${index}]`).join('\n')}`,
      'ten thousand aliases': `- &a x\n${'- *a\n'.repeat(10_000)}`,
      'ten thousand anchors': Array.from({ length: 10_000 }, (_, index) => `- &a${index} x`).join('\n'),
      'an anchor that holds itself': '&a [*a]',
      'an anchor that holds itself far below': '&a {name: {b: [{c: *a}]}}',
      'many open brackets': '['.repeat(20_000),
      'deep lists': '['.repeat(5000) + ']'.repeat(5000),
      'deep mappings': '{name: '.repeat(5000) + '}'.repeat(5000),
      'deep dashes': `${'- '.repeat(5000)}a`,
      'deep questions': `${'? '.repeat(5000)}a`,
      'a name of 100,000 characters': 'x'.repeat(100_000),
      'spaces within': `{name: a, include: "a${' '.repeat(100_000)}b"}`,
      'slashes within': `{name: a, path: "a${'/'.repeat(100_000)}b"}`,
      'slashes around': `{name: a, path: "${'/'.repeat(50_000)}b${'/'.repeat(50_000)}"}`,
      'a long line': `# ${'x '.repeat(60_000)}\na`,
      'ten thousand globs': `{name: a, include: [${Array.from({ length: 10_000 }, (_, index) => `n${index}`).join(',')}]}`,
    }),
  )('of %s take less than a second', (_name, yaml) => {
    expect(cpuMilliseconds(() => check(yaml))).toBeLessThan(1000)
  })
})

test('a key given twice is an error with its line', () => {
  expect(() => parseInputDatasets('name: a\npath: b\nname: c')).toThrow(
    /^input-datasets, line 3: .* key "name" is given twice/,
  )
})

test('an alias means the anchor before it, also where the anchor is given anew', () => {
  const yaml = '- {name: &a one, path: *a}\n- {name: &a two, path: *a}\n'
  expect(parseInputDatasets(yaml).map(({ name, path }) => [name, path])).toEqual([
    ['one', 'one/'],
    ['two', 'two/'],
  ])
})

test('tags of YAML change nothing: every scalar is the text that it is', () => {
  expect(parseInputDatasets('{name: !!int 007, datastore: !!timestamp 2001-12-14, path: !!binary aGk=}')).toMatchObject(
    [{ name: '007', datastore: '2001-12-14', path: 'aGk=/' }],
  )
})
