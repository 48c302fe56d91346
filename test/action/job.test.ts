import { describe, expect, test } from 'vitest'
import { type Job, mayPublish } from '../../src/action/job.ts'
import { refusalOf } from '../report/helpers.ts'

const provenance = { repository: 'o/r', sha: 'abc', ref: 'main', run: '7', attempt: '1' }
const on = (eventName: string, triggeringEvent = ''): Job => ({ eventName, triggeringEvent, provenance })

describe('publishing', () => {
  test.each([
    ['push', ''],
    ['schedule', ''],
    ['workflow_dispatch', ''],
    ['repository_dispatch', ''],
    ['merge_group', ''],
    ['release', ''],
    ['workflow_run', 'push'],
    ['workflow_run', 'schedule'],
    ['', ''],
  ])('is possible on %s %s', (eventName, triggeringEvent) => {
    expect(mayPublish(on(eventName, triggeringEvent))).toBeUndefined()
  })

  test('on pull_request comes with a warning', () => {
    expect(mayPublish(on('pull_request'))).toContain('they become the latest for everybody')
  })

  test.each([
    ['pull_request_target', '', 'on pull_request_target: code that nobody has reviewed'],
    ['workflow_run', 'pull_request', 'on workflow_run of a pull request: code'],
    ['workflow_run', 'pull_request_target', 'on workflow_run of a pull request: code'],
  ])('is refused on %s %s', async (eventName, triggeringEvent, text) => {
    const { code, message } = await refusalOf(() => mayPublish(on(eventName, triggeringEvent)))
    expect(code).toBe('untrusted-event')
    expect(message).toContain(text)
  })
})
