import { summary } from '@actions/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { StepReport } from '../../src/action/step-report.ts'
import { renderReport, timeSpent, writeSummary } from '../../src/action/summary.ts'
import type { VersionChanges } from '../../src/datasets/index.ts'
import { publishedOutput, reported, stepReport, useRunner } from './helpers.ts'

const runner = useRunner()
const studio = 'https://ml.azure.com/data'

// The toolkit finds the file of the summary once, and these tests have one each.
afterEach(() => void Object.assign(summary, { _filePath: undefined }))

const render = (differences: Partial<StepReport>) => renderReport(stepReport(differences), 'summary')

/** The cells of the first row below the head of the table whose first column has this title. */
function rowOf(markdown: string, title: string): string[] {
  const lines = markdown.split('\n')
  const row = lines[lines.findIndex((line) => line.startsWith(`| ${title} |`)) + 2] ?? ''
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
}

describe('the summary', () => {
  test('is added to the file of the runner', async () => {
    await writeSummary(render({ inputs: [reported()] }))
    expect(await runner.written('summary')).toMatch(/^### AzureML datasets\n\n\| Input \|/)
  })

  test('that cannot be written fails nothing', async () => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', '/nonexistent/summary')
    await expect(writeSummary('text')).resolves.toBeUndefined()
  })

  test('is nothing where there is nothing to tell', () => {
    expect(render({})).toBe('')
  })

  test('says where the time went, last of all, without what took next to none', () => {
    const spent = 'Took 2.0 s: sign in 0.5 s (25 %), download 1.5 s (75 %)'
    expect(timeSpent(stepReport())).toBe(spent)
    expect(render({ notes: ['a note'] }).endsWith(`a note\n\n<sub>${spent}</sub>`)).toBe(true)
    expect(timeSpent(stepReport({ phases: [{ name: 'start', seconds: 0 }] }))).toBe('Took 0.0 s')
  })
})

describe('an input', () => {
  const row = (differences: Parameters<typeof reported>[0], more: Partial<StepReport> = {}) =>
    rowOf(render({ inputs: [reported(differences)], ...more }), 'Input')

  test('has its version with a link, how it was staged, files, size, time, rate and fingerprint', () => {
    const link = `[7](${studio}/scans/7/details?wsid=/subscriptions/s/resourceGroups/g)`
    const rest = ['12,345', '2 KB', '1.3 s', '1.6 KB/s', '`ffffffffffff`']
    expect(row({})).toEqual(['`scans`', link, 'downloaded', ...rest])
  })

  test.each([
    [{ reason: 'there is no /dev/fuse' }, 'downloaded (there is no /dev/fuse)'],
    [{ reason: 'nothing changed since the last run' }, 'downloaded (nothing changed since the last run)'],
    [{ staged: 'local', version: '', studioUrl: '' }, 'local folder'],
    [{ staged: 'none' }, 'resolved only'],
    [{ registeredFrom: 'raw data/' }, 'downloaded, registered just now from folder `raw data/`'],
  ] as const)('that is %o was %s', (differences, how) => {
    expect(row(differences)[2]).toBe(how)
  })

  test('of which a part was chosen says how many of how many', () => {
    expect(row({ files: 200, whole: { files: 12_345, bytes: 1 } })[3]).toBe('200 of 12,345')
  })

  test('that was fetched in no time has no rate, and a local folder no version', () => {
    expect(row({ seconds: 0 }).slice(5, 7)).toEqual(['–', '–'])
    expect(row({ version: '', studioUrl: '' })[1]).toBe('–')
  })

  test('has its data-name too where that is another', () => {
    expect(row({ dataName: 'x_ray' })[0]).toBe('`scans` as `x_ray`')
  })

  test('that a failed step found but did not stage, or never reached, says so', () => {
    const failure = { isCancelled: false, message: 'broken' }
    const inputs = [reported({ staged: 'none' }), { name: 'next', dataName: 'next', known: undefined }]
    const markdown = render({ failure, inputs })
    expect(rowOf(markdown, 'Input')[2]).toBe('not staged')
    expect(markdown).toContain('| `next` | – | not reached | – | – | – | – | – |')
  })
})

describe('an output', () => {
  test('that was published has its version with a link, and all numbers', () => {
    const link = `[8](${studio}/made/8/details?wsid=/subscriptions/s/resourceGroups/g)`
    const expected = ['`made`', link, '3', '1.5 KB', '2.0 s', '768 B/s', '`aaaaaaaaaaaa`']
    expect(rowOf(render({ outputs: [publishedOutput()] }), 'Output')).toEqual(expected)
  })

  test('that is empty, or not published where others are, has no version', () => {
    const open = { ...publishedOutput(), published: undefined }
    const empty = { ...publishedOutput(), published: 'empty' } as const
    expect(rowOf(render({ outputs: [empty, open] }), 'Output')[1]).toBe('none: no files')
    expect(rowOf(render({ outputs: [open, publishedOutput()] }), 'Output')[1]).toBe('not published')
  })

  test('that is open is named in a line, as long as none is published', () => {
    const open = { ...publishedOutput(), published: undefined }
    expect(render({ outputs: [open] })).toContain('\n\nOpened for output: `made`\n\n')
    expect(render({ outputs: Array.from({ length: 3000 }, () => open) })).toMatch(/, `made` and 2,980 more\n/)
  })
})

describe('what changed', () => {
  const compared: VersionChanges = {
    kind: 'compared',
    before: '7',
    added: { files: 2, bytes: 2048 },
    removed: { files: 0, bytes: 0 },
    changed: { files: 1, bytes: 10 },
    netBytes: 2000,
    bySize: false,
    folders: [{ folder: 'train', added: 2, removed: 0, changed: 1 }],
    moreFolders: 3,
  }
  const changed = (changes: VersionChanges) => render({ outputs: [publishedOutput({ changes })] })

  test.each([
    [compared, ['version 7', '2 files, 2 KB', '–', '1 file, 10 B', '+2 KB']],
    [
      { ...compared, netBytes: -5, bySize: true },
      ['version 7, compared by size', '2 files, 2 KB', '–', '1 file, 10 B', '−5 B'],
    ],
    [{ ...compared, netBytes: 0 }, ['version 7', '2 files, 2 KB', '–', '1 file, 10 B', '±0 B']],
    [{ kind: 'first' }, ['this is the first version', '–', '–', '–', '–']],
    [
      { kind: 'unknown', before: '7', reason: 'storage-refused' },
      ['version 7 cannot be listed (storage-refused)', '–', '–', '–', '–'],
    ],
    [
      { kind: 'unknown', before: '', reason: 'it took too long' },
      ['the version before cannot be listed (it took too long)', '–', '–', '–', '–'],
    ],
  ] satisfies [VersionChanges, string[]][])('%o is one row', (changes, cells) => {
    expect(rowOf(changed(changes), 'What changed')).toEqual(['`made:8`', ...cells])
  })

  test('is folded by top folders, which say how many there are more', () => {
    const markdown = changed(compared)
    expect(markdown).toContain('<summary>Folders with the most changes</summary>')
    expect(markdown).toContain('| `made:8` | `train/` | 2 | – | 1 |\n| `made:8` | 3 folders more | – | – | – |')
  })

  test('has no folders where all files lie in none', () => {
    const folders = [{ folder: '', added: 1, removed: 0, changed: 0 }]
    expect(changed({ ...compared, folders, moreFolders: 0 })).not.toContain('<details>')
  })
})

describe('a failure', () => {
  const message =
    'There is no dataset "a|b". [dataset-not-found] https://github.com/o/r/blob/v1/docs/t.md#dataset-not-found'

  test('comes first, in one line, with a link to its explanation', () => {
    const markdown = render({ failure: { isCancelled: false, message }, warnings: ['careful'] })
    expect(markdown).toContain(
      '### AzureML datasets\n\n> [!CAUTION]\n> There is no dataset "a&#124;b". [`dataset-not-found`](https://github.com/o/r/blob/v1/docs/t.md#dataset-not-found)\n\n- ⚠️ careful',
    )
  })

  test('without an address keeps its code, and a cancelled step is none', () => {
    expect(render({ failure: { isCancelled: false, message: 'oh [bug] docs/t.md#bug' } })).toContain('> oh `bug`\n')
    expect(render({ failure: { isCancelled: true, message: 'Cancelled: x.' } })).toContain(
      '> [!WARNING]\n> Cancelled: x.\n',
    )
  })
})

describe('in a comment, where the runner masks nothing,', () => {
  test('there are no links to the studio, which hold the subscription, and no ids', () => {
    const id = 'f0a4c812-7d35-4e9b-a6c1-38e2d95b7f64'
    const failure = {
      isCancelled: false,
      message: `Assign it on /subscriptions/${id}/x [azure-role-missing] docs/t.md`,
    }
    const report = stepReport({ inputs: [reported()], outputs: [publishedOutput()], failure })
    const markdown = renderReport(report, 'comment')
    expect(markdown).not.toMatch(/ml\.azure\.com|f0a4c812/)
    expect(markdown).toContain('/subscriptions/•••/x')
    expect(rowOf(markdown, 'Input')[1]).toBe('7')
  })
})

describe('a report has at most 60,000 bytes', () => {
  const hostile = '\u202e`|<@#'.repeat(200).slice(0, 1024)
  const many = <T>(value: T): T[] => Array.from({ length: 3000 }, () => value)

  test.each([
    ['3,000 inputs', { inputs: many(reported()) }, 'inputs more.'],
    ['3,000 outputs', { outputs: many(publishedOutput()) }, 'outputs more.'],
    ['3,000 warnings', { warnings: many('careful') }, 'warnings are in the log.'],
  ])('with %s, and says how many are left out', (_what, differences, text) => {
    const markdown = render(differences)
    expect(Buffer.byteLength(markdown)).toBeLessThan(60_000)
    expect(markdown).toContain(text)
  })

  test('with thousands of everything, with names of 1,024 characters of the worst kind', () => {
    const folders = Array.from({ length: 10 }, () => ({ folder: hostile, added: 1, removed: 1, changed: 1 }))
    const extent = { files: 1, bytes: 1 }
    const changes = {
      kind: 'compared',
      before: hostile,
      added: extent,
      removed: extent,
      changed: extent,
      netBytes: 1,
      bySize: true,
      folders,
      moreFolders: 1,
    } as const
    const report = stepReport({
      inputs: many(
        reported({
          name: hostile,
          dataName: hostile,
          version: hostile,
          registeredFrom: hostile,
          reason: hostile,
          studioUrl: `https://${hostile}`,
          fingerprint: hostile,
        }),
      ),
      outputs: many(
        publishedOutput({
          name: hostile,
          version: hostile,
          studioUrl: `https://${hostile}`,
          fingerprint: hostile,
          changes,
        }),
      ),
      notes: many(hostile),
      warnings: many(hostile),
      failure: { isCancelled: false, message: `${hostile.repeat(20)} [code] https://${hostile}` },
    })
    for (const place of ['summary', 'comment'] as const)
      expect(Buffer.byteLength(renderReport(report, place))).toBeLessThan(60_000)
  })
})
