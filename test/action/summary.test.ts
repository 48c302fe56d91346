import { summary } from '@actions/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openSession, type SessionOutput, updateSession } from '../../src/action/session.ts'
import { writePublishedSummary, writeSummary } from '../../src/action/summary.ts'
import { parseOutputDatasets } from '../../src/datasets/index.ts'
import { stagedInput, useRunner } from './helpers.ts'

const runner = useRunner()
const policy = { uploadOutputs: 'on-success', ifNoFilesFound: 'error', concurrency: 4 } as const

// The toolkit finds the file of the summary once, and these tests have one each.
afterEach(() => void Object.assign(summary, { _filePath: undefined }))

function published(differences: Partial<Exclude<SessionOutput['published'], 'empty' | undefined>> = {}): SessionOutput {
  const [dataset] = parseOutputDatasets('made')
  if (!dataset) throw new Error('There is one dataset.')
  return {
    dataset,
    folder: '/runner/made',
    published: {
      dataName: 'made',
      name: 'made',
      version: '8',
      id: 'azureml:made:8',
      uri: 'azureml://datastores/d/paths/made/',
      studioUrl: 'https://ml.azure.com/data/made/8/details?wsid=/subscriptions/s/resourceGroups/g',
      fingerprint: 'a'.repeat(64),
      fingerprintBasis: 'md5',
      files: 3,
      bytes: 1536,
      seconds: 2,
      ...differences,
    },
  }
}

async function summaryOf(changes: Parameters<typeof updateSession>[1], write = writeSummary): Promise<string> {
  await write(await updateSession(await openSession(policy), changes))
  return runner.written('summary')
}

/** The cells of the first row below the head. */
const firstRow = (text: string) =>
  (text.split('\n').filter((line) => line.startsWith('|'))[2] ?? '')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

describe('the summary', () => {
  test('that cannot be written fails nothing', async () => {
    const session = await updateSession(await openSession(policy), { inputs: [stagedInput()] })
    vi.stubEnv('GITHUB_STEP_SUMMARY', '/nonexistent/summary')
    await expect(writeSummary(session)).resolves.toBeUndefined()
  })

  test('tells what was staged', async () => {
    const row = firstRow(await summaryOf({ inputs: [stagedInput()] }))
    expect(row.slice(0, 6)).toEqual(['scans', '7', 'downloaded', '12,345', '2 KB', '1.3 s'])
    expect(row.at(-1)).toBe('f'.repeat(16))
  })

  test('tells what was published, with its page in the studio', async () => {
    const row = firstRow(await summaryOf({ outputs: [published()] }, writePublishedSummary))
    expect(row).toEqual([
      'made',
      '[8](https://ml.azure.com/data/made/8/details?wsid=/subscriptions/s/resourceGroups/g)',
      '3',
      '1.5 KB',
      '2.0 s',
      'a'.repeat(16),
    ])
  })

  test('is nothing where there is nothing to tell', async () => {
    expect(await summaryOf({})).toBe('')
    expect(await summaryOf({ outputs: [{ ...published(), published: 'empty' }] }, writePublishedSummary)).toBe('')
  })

  test.each([
    'a|b',
    '<script>',
    '[x](http://evil)',
    '`code`',
    '**bold**',
    '_x_',
    '![i](x)',
    '&lt;',
    'a\nb',
    '\\|',
    '~~x~~',
    '@everyone',
    '#1',
  ])('shows %j as it is, and takes it for nothing else', async (name) => {
    const [cell = ''] = firstRow(await summaryOf({ inputs: [stagedInput({ name })] }))
    expect(cell).not.toMatch(/[<>[\]`*|~@\\]|^_|&(?!#\d+;)|#(?!\d+;)/)
    expect(cell.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))).toBe(name)
  })

  test('keeps its links whole where a resource group has brackets in its name', async () => {
    const studioUrl = 'https://ml.azure.com/data/made/8/details?wsid=/subscriptions/s/resourceGroups/team (a)(b'
    const [, link = ''] = firstRow(await summaryOf({ outputs: [published({ studioUrl })] }, writePublishedSummary))
    expect(link).toMatch(/^\[8\]\([^()\s]+\)$/)
  })
})
