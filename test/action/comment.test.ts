import { describe, expect, test, vi } from 'vitest'
import { commentBody } from '../../src/action/comment.ts'
import { markerOf } from '../../src/action/comment-target.ts'
import { publishedOutput, reported, stepReport, useRunner } from './helpers.ts'

useRunner()
const place = { workflow: 'data', job: 'transform', step: 'data', matrix: undefined }

describe('the marker', () => {
  test('tells workflow, job, step and matrix apart, however their names are put together', () => {
    const places = [
      place,
      { ...place, workflow: 'other' },
      { ...place, workflow: 'data/transform', job: '' },
      { ...place, workflow: '', job: 'data/transform' },
      { ...place, step: 'data_2' },
      { ...place, matrix: { n: 1 } },
      { ...place, matrix: { n: '1' } },
      { ...place, matrix: { n: [1, 2] } },
      { ...place, matrix: { n: [2, 1] } },
    ]
    expect(new Set(places.map(markerOf)).size).toBe(places.length)
  })

  test('is the same in whatever order the keys of the matrix come', () => {
    const [one, other] = [
      { a: { x: 1, y: 2 }, b: 3 },
      { b: 3, a: { y: 2, x: 1 } },
    ]
    expect(markerOf({ ...place, matrix: one })).toBe(markerOf({ ...place, matrix: other }))
  })

  test.each(['--> <script>', '\n', '--!>', '\ud800', '@octocat'])('cannot be ended by %j', (workflow) => {
    expect(markerOf({ ...place, workflow })).toMatch(
      /^<!-- azureml-datasets: [\w%./~!*'()-]*\/transform\/\w+\/data -->$/,
    )
  })
})

describe('the body', () => {
  const target = { pullRequest: 7, marker: '<!-- m -->', label: 'data / transform / data' }

  test('of a later step tells what the main step did too, and where it comes from', () => {
    vi.stubEnv('GITHUB_SERVER_URL', 'https://github.com')
    vi.stubEnv('GITHUB_REPOSITORY', 'o/r')
    const earlier = { inputs: [reported()], warnings: ['careful'] }
    const body = commentBody(stepReport({ earlier, outputs: [publishedOutput()], warnings: ['again'] }), target)
    expect(body).toMatch(/^<!-- m -->\n\n### AzureML datasets\n\n\| Input/)
    expect(body).toMatch(/\| `made` \| 8 \|[\s\S]*- ⚠️ careful\n- ⚠️ again/)
    expect(body).toContain('[run 77, attempt 2](https://github.com/o/r/actions/runs/77/attempts/2)')
  })

  test('has fewer than 65,536 characters, however much there is', () => {
    const inputs = Array.from({ length: 3000 }, () => reported({ registeredFrom: '@'.repeat(1024) }))
    const body = commentBody(stepReport({ inputs, warnings: inputs.map(() => '#'.repeat(5000)) }), target)
    expect(body.length).toBeLessThan(61_000)
  })
})
