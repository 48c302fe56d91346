import { describe, expect, test } from 'vitest'
import { checkTags } from '../../src/datasets/index.ts'
import { explainNameClash, type Provenance, publishedTags } from '../../src/datasets/tags.ts'
import { refusalOf } from '../report/helpers.ts'

const provenance: Provenance = {
  repository: 'o/r',
  sha: 'abc',
  ref: 'refs/heads/main',
  run: '7',
  attempt: '1',
  inputs: ['a:1', 'b:2'],
}

test('a published version carries the tags of the user and where it came from', () => {
  expect(publishedTags({ stage: 'raw' }, provenance, 'f00')).toEqual({
    stage: 'raw',
    repository: 'o/r',
    sha: 'abc',
    ref: 'refs/heads/main',
    run: '7',
    attempt: '1',
    inputs: 'a:1, b:2',
    fingerprint: 'f00',
  })
})

test('what is not known is no tag', () => {
  const tags = publishedTags({}, { ...provenance, ref: '', inputs: [] }, 'f00')
  expect(Object.keys(tags)).toEqual(['repository', 'sha', 'run', 'attempt', 'fingerprint'])
})

test('many inputs are cut to what a tag can hold', () => {
  const inputs = Array.from({ length: 500 }, (_, index) => `dataset_${index}:1`)
  const tag = publishedTags({}, { ...provenance, inputs }, 'f00').inputs ?? ''
  expect(tag).toHaveLength(1000)
  expect(tag).toMatch(/^dataset_0:1, .*…$/)
})

test.each(['repository', 'sha', 'ref', 'run', 'attempt', 'inputs', 'fingerprint'])(
  'the tag %s is not for users',
  async (tag) => {
    const { message } = await refusalOf(() => checkTags('made', { fine: 'x', [tag]: 'mine' }))
    expect(message).toContain(`Output "made": the tag "${tag}" is set by the action itself`)
  },
)

test('other tags are', () => {
  expect(() => checkTags('made', { Sha: 'x', stage: 'y' })).not.toThrow()
})

describe('a version that could not be made', () => {
  test('because of a v1 dataset: another name is suggested', async () => {
    const error = explainNameClash('old', 'Cannot create v2 Data Version in v1 Data Container old')
    expect(error.code).toBe('v1-name-clash')
    expect(error.message).toContain('"old_v2", with "path: old/"')
  })

  test('for another reason: the service is quoted, on one line', async () => {
    const { code, message } = await refusalOf(() => {
      throw explainNameClash('new', 'Too\n::error::many "versions"')
    })
    expect(code).toBe('registration-refused')
    expect(message).toBe('Dataset "new" could not be registered: Too\\n::error::many \\"versions\\"')
  })
})
