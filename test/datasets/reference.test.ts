import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseReference, parseVersion } from '../../src/datasets/reference.ts'
import { refusalOf } from '../report/helpers.ts'

test.each([
  ['scans', 'scans', undefined],
  [' scans ', 'scans', undefined],
  ['scans:7', 'scans', '7'],
  ['scans:latest', 'scans', undefined],
  ['scans@latest', 'scans', undefined],
  ['azureml:scans', 'scans', undefined],
  ['azureml:scans:7', 'scans', '7'],
  ['azureml:scans@latest', 'scans', undefined],
  ['scans:2024-01-31', 'scans', '2024-01-31'],
  ['007:007', '007', '007'],
  ['azureml', 'azureml', undefined],
  ['a'.repeat(255), 'a'.repeat(255), undefined],
])('%j is %s in version %s', (text, name, version) => {
  expect(parseReference(text)).toEqual({ name, version })
})

test.each([
  '',
  ':7',
  '@latest',
  'azureml:',
  'azureml::7',
  'a:',
  'a:7:8',
  'a@',
  'a@latest:7',
  'a@7',
  'a b',
  'a\nb',
  'a/b:7',
  'a:-7',
])('%j is no dataset', async (text) => {
  expect((await refusalOf(() => parseReference(text))).code).toBe('bad-dataset')
})

describe('a version', () => {
  test.each(['latest', '@latest'])('%s is the choice of one', (text) => {
    expect(parseVersion(text, 'a')).toBeUndefined()
  })

  test('is read back from what a reference is written as', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$/)
    const version = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$/).filter((text) => text !== 'latest')
    fc.assert(
      fc.property(name, version, fc.boolean(), (name, version, long) => {
        expect(parseReference(`${long ? 'azureml:' : ''}${name}:${version}`)).toEqual({ name, version })
      }),
      { seed: 2 },
    )
  })
})
