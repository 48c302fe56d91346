import { expect, test } from 'vitest'
import { snapshotOf } from '../../src/blobs/index.ts'
import { type Selection, select, selectsAll } from '../../src/datasets/selection.ts'
import { refusalOf } from '../report/helpers.ts'
import { file } from './helpers.ts'

const everything: Selection = { include: [], exclude: [], sample: undefined, sampleBy: 'file' }
const paths = [
  '.hidden',
  'A.CSV',
  'a.csv',
  'b c/d e.csv',
  'deep/.dot/x.dcm',
  'deep/er/y.dcm',
  'odd [1]/(z){2}.dcm',
  'p1/1.dcm',
  'p2/2.dcm',
]
const snapshot = snapshotOf(paths.map((path, index) => file(path, index)))
const chosen = (selection: Partial<Selection>) =>
  [...select(snapshot, { ...everything, ...selection }, 'Dataset d:1')].map(({ path }) => path)

test.each<[string, Partial<Selection>, string[]]>([
  ['a star stays in its folder', { include: ['*.csv'] }, ['a.csv']],
  ['case counts', { include: ['*.CSV'] }, ['A.CSV']],
  ['two stars go through all folders, the top and dotfiles too', { include: ['**'] }, paths],
  ['two stars in front', { include: ['**/*.csv'] }, ['a.csv', 'b c/d e.csv']],
  ['two stars behind', { include: ['deep/**'] }, ['deep/.dot/x.dcm', 'deep/er/y.dcm']],
  ['a star takes dotfiles', { include: ['*'] }, ['.hidden', 'A.CSV', 'a.csv']],
  ['braces', { include: ['{p1,deep/er}/*'] }, ['deep/er/y.dcm', 'p1/1.dcm']],
  ['a range', { include: ['p[2-9]/*'] }, ['p2/2.dcm']],
  ['a question mark', { include: ['p?/?.dcm'] }, ['p1/1.dcm', 'p2/2.dcm']],
  ['a negation takes the others', { include: ['!**/*.dcm'] }, ['.hidden', 'A.CSV', 'a.csv', 'b c/d e.csv']],
  ['spaces', { include: ['b c/*'] }, ['b c/d e.csv']],
  ['brackets that are meant, behind a backslash', { include: ['odd \\[1\\]/**'] }, ['odd [1]/(z){2}.dcm']],
  ['several, where one is enough', { include: ['p1/*', 'a.csv'] }, ['a.csv', 'p1/1.dcm']],
  ['leaving out', { exclude: ['**/*.dcm', '.*'] }, ['A.CSV', 'a.csv', 'b c/d e.csv']],
  [
    'leaving out of what is taken',
    { include: ['**/*.dcm'], exclude: ['deep/**', 'p1/*'] },
    ['odd [1]/(z){2}.dcm', 'p2/2.dcm'],
  ],
  [
    'a sample of what the globs leave',
    { include: ['p*/*'], sample: { kind: 'count', count: 9 } },
    ['p1/1.dcm', 'p2/2.dcm'],
  ],
])('%s', (_what, selection, expected) => {
  expect(chosen(selection)).toEqual(expected)
})

test('a selection of everything is the snapshot itself', () => {
  expect(selectsAll(everything)).toBe(true)
  expect(select(snapshot, everything, 'd')).toBe(snapshot)
})

test.each<Partial<Selection>>([{ include: ['*'] }, { exclude: ['*'] }, { sample: { kind: 'count', count: 1 } }])(
  '%j is a part',
  (selection) => {
    expect(selectsAll({ ...everything, ...selection })).toBe(false)
  },
)

test('length and bytes are those of what is left', () => {
  const left = select(snapshot, { ...everything, include: ['p*/*'] }, 'd')
  expect([left.length, left.bytes]).toEqual([2, 15])
})

test.each<Partial<Selection>>([
  { include: ['p1'] },
  { include: ['/p1/*'] },
  { include: ['*.dcm'] },
  { exclude: ['**'] },
  { include: ['p1/*'], exclude: ['p1/*'] },
])('%j leaves nothing, and the error shows what paths look like', async (selection) => {
  const { code, message } = await refusalOf(() => chosen(selection))
  expect(code).toBe('nothing-selected')
  expect(message).toContain('Dataset d:1 has 9 files')
  expect(message).toContain('for instance ".hidden", "A.CSV", "a.csv".')
})
