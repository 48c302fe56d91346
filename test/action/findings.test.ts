import { describe, expect, test } from 'vitest'
import { type Examination, examine, type Finding, failed, needing, verdictOf } from '../../src/action/findings.ts'
import { Cancelled, UserError } from '../../src/report/index.ts'
import { recordingLog, refusalOf } from '../report/helpers.ts'

function examination(signal = new AbortController().signal) {
  const log = recordingLog()
  const begun: Examination = { findings: [], signal, log }
  return { begun, printed: () => log.lines.filter((line) => line.startsWith('info: ')) }
}

const finding = (subject: string, state: Finding['state']): Finding => ({ subject, state, says: '' })

describe('a check', () => {
  test('is printed as it is known, aligned, with the fix below, and gives what it found', async () => {
    const { begun, printed } = examination()
    expect(await examine(begun, 'workspace', async () => ({ state: 'ok', says: 'mine', value: 7 }))).toBe(7)
    await examine(begun, 'clock', async () => ({ state: 'missing', says: 'is slow', fix: 'wind it' }))
    expect(printed()).toEqual(['info: ✓ workspace         mine', 'info: ✗ clock             is slow\n    fix: wind it'])
    expect(begun.findings).toEqual([
      { subject: 'workspace', state: 'ok', says: 'mine' },
      { subject: 'clock', state: 'missing', says: 'is slow', fix: 'wind it' },
    ])
  })

  test('that throws found the error of the real step, with its code', async () => {
    const { begun, printed } = examination()
    const work = () => Promise.reject(new UserError('storage-firewall', 'The firewall.\nIs shut.'))
    expect(await examine(begun, 'read blobs', work)).toBeUndefined()
    expect(begun.findings[0]).toMatchObject({ state: 'missing' })
    expect(printed()).toEqual([expect.stringMatching(/✗ read blobs {8}The firewall\. Is shut\. \[storage-firewall\] /)])
    expect(failed(new Error('oh'), 'unknown')).toMatchObject({
      state: 'unknown',
      says: expect.stringContaining('[bug]'),
    })
  })

  test('is skipped where it needs what an earlier one did not find', async () => {
    const { begun, printed } = examination()
    const check = async (needed: string) => ({ state: 'ok', says: needed, value: needed }) as const
    expect(await examine(begun, 'b', needing('the a', undefined, check))).toBeUndefined()
    expect(await examine(begun, 'c', needing('the a', 'A', check))).toBe('A')
    expect(printed().map((line) => line.replace(/ +/g, ' '))).toEqual(['info: - b needs the a', 'info: ✓ c A'])
  })

  test('that is told to stop ends all, and is no finding', async () => {
    const stop = new AbortController()
    const { begun } = examination(stop.signal)
    const work = () => {
      stop.abort(new Cancelled('stop'))
      return Promise.reject(new Error('aborted'))
    }
    await expect(examine(begun, 'a', work)).rejects.toThrow(Cancelled)
    await expect(examine(begun, 'b', async () => ({ state: 'ok', says: '' }))).rejects.toThrow(Cancelled)
    expect(begun.findings).toEqual([])
  })
})

describe('the verdict', () => {
  test('is good where all is there; what has nothing to judge does not count', () => {
    expect(verdictOf([finding('a', 'ok'), finding('b', 'ok'), finding('c', 'info')])).toBe('All 2 checks passed.')
  })

  test('is no failure where something is not known', () => {
    const found = [finding('a', 'ok'), finding('b', 'warning'), finding('c', 'unknown'), finding('d', 'skipped')]
    expect(verdictOf(found)).toBe('No check failed: 1 of 4 passed, 1 with a warning, 1 not known, 1 skipped.')
  })

  test('names what is missing, each once', async () => {
    const found = [finding('a', 'ok'), finding('write blobs', 'missing'), finding('write blobs', 'missing')]
    const { code, message } = await refusalOf(() => verdictOf(found))
    expect([code, message]).toEqual([
      'check-failed',
      '2 of 3 checks failed: write blobs. The fix stands beside each above.',
    ])
  })
})
