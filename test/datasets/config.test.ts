import { describe, expect, test } from 'vitest'
import { parseInputDatasets, parseOutputDatasets } from '../../src/datasets/index.ts'
import { refusalOf } from '../report/helpers.ts'

const namesOf = (yaml: string) =>
  parseInputDatasets(yaml).map(({ name, version }) => (version === undefined ? name : `${name}:${version}`))
const inputRefusal = async (yaml: string) => (await refusalOf(() => parseInputDatasets(yaml))).message
const outputRefusal = async (yaml: string) => (await refusalOf(() => parseOutputDatasets(yaml))).message

describe('input-datasets', () => {
  test.each([
    ['nothing', '', []],
    ['white space', ' \n\t\r\n', []],
    ['a comment', '# later', []],
    ['an empty list', '[]', []],
    ['one name', 'scans', ['scans']],
    ['a name with a version', 'scans:7', ['scans:7']],
    ['a name as AzureML writes it', 'azureml:scans:7', ['scans:7']],
    ['the latest by its label', 'scans@latest', ['scans']],
    ['the latest as AzureML writes it', 'azureml:scans@latest', ['scans']],
    ['several lines', 'a\nb\n', ['a', 'b']],
    ['lines that Windows ended', 'a\r\nb:2\r\n', ['a', 'b:2']],
    ['lines with indentation, tabs and gaps', '\n  a\n\t\tb\t\n\n', ['a', 'b']],
    ['lines with comments', '# inputs\na # the first\nb\t# the second\n#c', ['a', 'b']],
    ['a byte order mark', '\ufeffscans', ['scans']],
    ['a name in double quotes', '"scans:7"', ['scans:7']],
    ['a name in single quotes', "'scans'", ['scans']],
    ['a list of names', '- a\n- b:2\n', ['a', 'b:2']],
    ['a list of quoted names', '- "a"\n- \'b\'\n', ['a', 'b']],
    ['a list with tabs behind its dashes', '-\ta\n-\tb', ['a', 'b']],
    ['a list in flow style', '[a, b:2, "c"]', ['a', 'b:2', 'c']],
    ['one mapping', 'name: scans\nversion: 7\n', ['scans:7']],
    ['one mapping in flow style', '{name: scans, version: 7}', ['scans:7']],
    ['one mapping as JSON', '{"name": "scans", "version": "7"}', ['scans:7']],
    ['names and mappings mixed', '- a\n- name: b\n  version: v1.2-rc_3\n- {name: c}', ['a', 'b:v1.2-rc_3', 'c']],
    ['a mapping used twice through an anchor', '- &one\n  name: a\n  data-name: x\n- b\n', ['a', 'b']],
    ['an alias of a value', '- {name: a, datastore: &store d}\n- {name: b, datastore: *store}', ['a', 'b']],
    ['a document with a marker', '---\n- a\n', ['a']],
    ['a version in both places, the same', '{name: "a:7", version: 7}', ['a:7']],
    ['a name with a version that says latest', '{name: a, version: latest}', ['a']],
    [
      'words that YAML would read as something else',
      '- 007\n- 1e3\n- 2023\n- true\n- null\n- 0x1F\n- no',
      ['007', '1e3', '2023', 'true', 'null', '0x1F', 'no'],
    ],
    ['the same words on lines', '007\n1e3\n2023\ntrue\nnull', ['007', '1e3', '2023', 'true', 'null']],
  ])('takes %s', (_what, yaml, expected) => {
    expect(namesOf(yaml)).toEqual(expected)
  })

  test('values stay the text that they are', () => {
    const [dataset] = parseInputDatasets(
      '{name: a, version: 007, datastore: 1e3, target-folder: ~, local-folder: null, path: 2023.10}',
    )
    expect(dataset).toMatchObject({
      version: '007',
      datastore: '1e3',
      targetFolder: '~',
      localFolder: 'null',
      path: '2023.10/',
    })
  })

  test('every key is read, in kebab-case and in snake_case', () => {
    const keys: [string, string][] = [
      ['name', 'a'],
      ['datastore', 'd'],
      ['version', '7'],
      ['path', '/x/y/'],
      ['use-mounting', 'True'],
      ['target-folder', 'data/a'],
      ['local-folder', 'local/a'],
      ['data-name', 'key'],
      ['include', '"**/*.dcm"'],
      ['exclude', '[p1/**, "p 2/*"]'],
      ['sample', '2%'],
      ['sample-by', 'folder'],
    ]
    const kebab = parseInputDatasets(keys.map(([key, value]) => `${key}: ${value}`).join('\n'))
    const snake = parseInputDatasets(keys.map(([key, value]) => `${key.replaceAll('-', '_')}: ${value}`).join('\n'))
    expect(snake).toEqual(kebab)
    expect(kebab).toEqual([
      {
        name: 'a',
        datastore: 'd',
        version: '7',
        path: 'x/y/',
        useMounting: 'true',
        targetFolder: 'data/a',
        localFolder: 'local/a',
        dataName: 'key',
        selection: {
          include: ['**/*.dcm'],
          exclude: ['p1/**', 'p 2/*'],
          sample: { kind: 'percent', percent: 2 },
          sampleBy: 'folder',
        },
      },
    ])
  })

  test('globs may be lines of a text', () => {
    const [dataset] = parseInputDatasets('name: a\ninclude: |\n  *.csv\n    deep/**  \n\n  b.txt\n')
    expect(dataset?.selection.include).toEqual(['*.csv', 'deep/**', 'b.txt'])
  })

  test.each([
    'datastore',
    'version',
    'path',
    'use-mounting',
    'target-folder',
    'local-folder',
    'data-name',
    'include',
    'exclude',
    'sample',
    'sample-by',
  ])('an empty %s, as an expression may leave it, is the same as none', (key) => {
    const plain = parseInputDatasets('name: a')
    expect(parseInputDatasets(`name: a\n${key}: \n`)).toEqual(plain)
    expect(parseInputDatasets(`name: a\n${key}: ''\n`)).toEqual(plain)
    expect(parseInputDatasets(`name: a\n${key}: ' \n '\n`)).toEqual(plain)
  })

  test.each([
    ['my-data', 'my_data'],
    ['2023', '_2023'],
    ['2023-scans', '_2023_scans'],
    ['A_b', 'A_b'],
  ])('the data-name of %s is %s', (name, dataName) => {
    expect(parseInputDatasets(name)[0]?.dataName).toBe(dataName)
  })
})

describe('what is wrong with input-datasets is told:', () => {
  test.each([
    ['a list inside the list', '- a\n- [b]', 'dataset 2: a list inside the list'],
    ['a mapping without a name', '- a\n- {version: 7}', 'dataset 2: the key "name" is missing'],
    ['an empty entry', '- a\n-\n', 'dataset 2: the key "name" is missing'],
    ['a key of no meaning', '{name: a, colour: red}', 'there is no key "colour". Known keys: name, datastore,'],
    [
      'a key with a slip',
      '{name: a, targetfolder: x}',
      'there is no key "targetfolder". Did you mean "target-folder"?',
    ],
    ['a key of outputs', '{name: a, tags: {b: c}}', 'there is no key "tags"'],
    ['a key in two spellings', '{name: a, use_mounting: true, use-mounting: true}', '"use-mounting" is given twice'],
    ['a key that every object has', '{name: a, constructor: b}', 'there is no key "constructor"'],
    ['another', '{name: a, toString: b}', 'there is no key "toString"'],
    ['the key of prototypes', '{name: a, __proto__: {version: 7}}', 'there is no key'],
    ['a name that is a list', '{name: [a]}', '"name" has to be text'],
    ['a name that is a mapping', '{name: {first: a}}', '"name" has to be text'],
    ['a version that is a list', '{name: a, version: [7]}', 'dataset 1 ("a"): "version" has to be text'],
    ['a word for use-mounting', '{name: a, use-mounting: maybe}', '"use-mounting" has to be auto, true or false'],
    ['a word for sample-by', '{name: a, sample-by: size}', '"sample-by" has to be file or folder'],
    ['globs in a mapping', '{name: a, include: {b: c}}', '"include" has to be a glob or a list of globs'],
    ['a sample of nothing', '{name: a, sample: 0}', 'sample: "0" is neither a number of files'],
    ['two versions', '{name: "a:7", version: 8}', 'given with two versions, 7 and 8'],
    ['a version with a slash', '{name: a, version: 7/8}', '"7/8" cannot be a version'],
    ['a label', 'a@stable', '"latest" is the only label; for a version write "a:7"'],
    ['a path upwards', '{name: a, path: x/../y}', 'path "x/../y" has to name a folder of the container'],
    ['a path that stays', '{name: a, path: ./x}', 'without "." and ".."'],
    ['a path with a gap', '{name: a, path: x//y}', 'and empty segments'],
    ['a path that is the container', '{name: a, path: /}', 'path "/" has to name a folder'],
    ['a data-name with a dash', '{name: a, data-name: b-c}', 'data-name "b-c": only letters, digits and "_"'],
    ['a data-name with a digit first', '{name: a, data-name: 1a}', 'no digit first'],
    ['twins', 'a\na', '"a", "a" are the same data-name'],
    ['twins by case, as Windows sees them', '- A_b\n- c\n- a-B', '"A_b", "a_B" are the same data-name'],
    ['twins by replacement', 'my-data\nmy_data', 'Give each dataset a "data-name" of its own'],
    ['a set', '? a\n', 'the key "name" is missing'],
  ])('%s', async (_what, yaml, text) => {
    expect(await inputRefusal(yaml)).toContain(text)
  })

  test.each(['raw data.2024', 'a/b', 'ünï', '-a', '_a', '~', 'foo.bar', 'a'.repeat(256), '', ' '])(
    'the name %j, which no asset may have, with the advice to give it as path',
    async (name) => {
      const message = await inputRefusal(JSON.stringify([{ name: name || ' ' }]))
      expect(message).toContain('cannot be the name of a dataset')
      expect(message).toContain('give the folder as "path"')
    },
  )

  test.each([
    ['an open bracket', 'a: [', 1],
    ['a tab as indentation', 'name: a\ninclude:\n\t- b', 3],
    ['a key twice', 'name: a\nversion: 1\nversion: 2', 3],
    ['a colon too many', '- a\n- b: c: d', 2],
    ['two documents', 'name: a\n---\nname: b', 2],
    ['an open quote', '- a\n- "b', 2],
  ])('text that is not YAML, with its line: %s', async (_what, yaml, line) => {
    expect(await inputRefusal(yaml)).toMatch(new RegExp(`^input-datasets, line ${line}: this is not YAML`))
  })

  test.each([
    ['an alias without an anchor', '*nothing'],
    ['an anchor that holds itself', '&a [*a]'],
    ['a key that holds itself', '&a {name: *a}'],
    [
      'aliases that multiply',
      '- &a [x,x,x,x,x,x,x,x,x]\n- &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n- &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n- [*c,*c,*c,*c,*c,*c,*c,*c,*c]',
    ],
  ])('%s', async (_what, yaml) => {
    expect(await inputRefusal(yaml)).toMatch(/^input-datasets/)
  })

  test('names from outside are quoted, and stay on the line', async () => {
    expect(await inputRefusal('"a\\n::error::b"')).toContain('"a\\n::error::b"')
    expect(await inputRefusal('{name: a, "x\\ny": b}')).toContain('"x\\ny"')
  })
})

describe('output-datasets', () => {
  test('every key is read', () => {
    const yaml = `
name: made
datastore: d
path: results/made
use_mounting: false
target_folder: out
data_name: key
overwrite_existing: True
description: |
  Two
  lines
tags:
  stage: 007
  empty:
  with spaces: a b
`
    expect(parseOutputDatasets(yaml)).toEqual([
      {
        name: 'made',
        datastore: 'd',
        path: 'results/made/',
        useMounting: 'false',
        targetFolder: 'out',
        dataName: 'key',
        overwriteExisting: true,
        description: 'Two\nlines',
        tags: { stage: '007', empty: '', 'with spaces': 'a b' },
      },
    ])
  })

  test('a name alone overwrites nothing', () => {
    expect(parseOutputDatasets('made')).toEqual([
      {
        name: 'made',
        datastore: undefined,
        path: undefined,
        useMounting: undefined,
        targetFolder: undefined,
        dataName: 'made',
        overwriteExisting: false,
        description: undefined,
        tags: {},
      },
    ])
  })

  test.each([
    'datastore',
    'path',
    'use-mounting',
    'target-folder',
    'data-name',
    'overwrite-existing',
    'tags',
    'description',
  ])('an empty %s is the same as none', (key) => {
    expect(parseOutputDatasets(`name: a\n${key}:\n`)).toEqual(parseOutputDatasets('name: a'))
  })

  test('a tag may be called as things of JavaScript are', () => {
    const [output] = parseOutputDatasets('{name: a, tags: {constructor: me, prototype: one, toString: x}}')
    expect(output?.tags).toEqual({ constructor: 'me', prototype: 'one', toString: 'x' })
  })

  test.each([
    ['a version in the name', 'made:7', '"made:7" names a version. The version of an output is the next free one'],
    ['a version as key', '{name: made, version: 7}', 'there is no key "version"'],
    ['a key of inputs', '{name: made, include: x}', 'there is no key "include"'],
    [
      'overwriting perhaps',
      '{name: made, overwrite-existing: perhaps}',
      '"overwrite-existing" has to be true or false',
    ],
    ['tags in a list', '{name: made, tags: [a]}', '"tags" has to be'],
    ['a tag that is a list', '{name: made, tags: {a: [b]}}', '"tags" has to be a mapping of texts'],
    [
      'a tag that is too long',
      `{name: made, tags: {a: ${'x'.repeat(1001)}}}`,
      'has a value of more than 1,000 characters',
    ],
    [
      'twins',
      '- {name: a, data-name: X}\n- {name: b, data-name: x}',
      'output-datasets: "X", "x" are the same data-name',
    ],
  ])('%s is an error', async (_what, yaml, text) => {
    expect(await outputRefusal(yaml)).toContain(text)
  })

  test('an input and an output may have the same data-name', () => {
    expect(parseInputDatasets('a')[0]?.dataName).toBe(parseOutputDatasets('a')[0]?.dataName)
  })
})
