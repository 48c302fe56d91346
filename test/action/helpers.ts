import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import type { SessionOutput } from '../../src/action/session.ts'
import type { ReportedInput, StepReport } from '../../src/action/step-report.ts'
import { type PublishedOutput, parseOutputDatasets, type StagedInput } from '../../src/datasets/index.ts'

/** Folders and files that a runner gives to a step, for each test, and the variables that name them. */
export interface FakeRunner {
  readonly root: string
  readonly temp: string
  /** What the step wrote to GITHUB_OUTPUT, GITHUB_ENV or GITHUB_STEP_SUMMARY. */
  written(file: 'output' | 'env' | 'summary'): Promise<string>
  /** Names and values in GITHUB_OUTPUT or GITHUB_ENV. */
  entries(file: 'output' | 'env'): Promise<Map<string, string>>
}

export function useRunner(): FakeRunner {
  const place = { root: '' }
  const file = (name: string) => join(place.root, `${name}.txt`)
  beforeEach(async () => {
    place.root = await realpath(await mkdtemp(join(tmpdir(), 'runner-')))
    await mkdir(join(place.root, 'temp'))
    vi.stubEnv('RUNNER_TEMP', join(place.root, 'temp'))
    vi.stubEnv('RUNNER_TRACKING_ID', 'this-job')
    vi.stubEnv('GITHUB_RUN_ID', '77')
    vi.stubEnv('GITHUB_RUN_ATTEMPT', '2')
    for (const name of ['output', 'env', 'summary']) await writeFile(file(name), '')
    vi.stubEnv('GITHUB_OUTPUT', file('output'))
    vi.stubEnv('GITHUB_ENV', file('env'))
    vi.stubEnv('GITHUB_STEP_SUMMARY', file('summary'))
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(place.root, { recursive: true, force: true })
  })
  return {
    get root() {
      return place.root
    },
    get temp() {
      return join(place.root, 'temp')
    },
    written: (name) => readFile(file(name), 'utf8'),
    entries: async (name) => {
      const text = await readFile(file(name), 'utf8')
      return new Map(
        [...text.matchAll(/^(.+)<<(ghadelimiter_.+)\n([\s\S]*?)\n\2$/gm)].map(([, key = '', , value = '']) => [
          key,
          value,
        ]),
      )
    },
  }
}

/** A staged input as a session holds it. */
export function stagedInput(differences: Partial<StagedInput> = {}): StagedInput {
  return {
    dataName: 'scans',
    name: 'scans',
    version: '7',
    id: 'azureml:scans:7',
    uri: 'azureml://datastores/d/paths/scans/',
    path: '/runner/scans',
    fingerprint: 'f'.repeat(64),
    fingerprintBasis: 'md5',
    files: 12_345,
    bytes: 2048,
    staged: 'downloaded',
    reason: '',
    seconds: 1.25,
    fetched: { files: 12_345, bytes: 2048 },
    whole: { files: 12_345, bytes: 2048 },
    studioUrl: 'https://ml.azure.com/data/scans/7/details?wsid=/subscriptions/s/resourceGroups/g',
    registeredFrom: undefined,
    ...differences,
  }
}

/** An output that was published, as a session holds it. */
export function publishedOutput(differences: Partial<PublishedOutput> = {}): SessionOutput {
  const [dataset] = parseOutputDatasets('made')
  if (!dataset) throw new Error('There is one dataset.')
  const published: PublishedOutput = {
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
  }
  return { dataset, folder: '/runner/made', published }
}

/** A report of a step that took 2 s and did nothing else. */
export function stepReport(differences: Partial<StepReport> = {}): StepReport {
  return {
    title: 'AzureML datasets',
    inputs: [],
    outputs: [],
    notes: [],
    warnings: [],
    failure: undefined,
    phases: [
      { name: 'sign in', seconds: 0.5 },
      { name: 'list', seconds: 0.01 },
      { name: 'download', seconds: 1.5 },
    ],
    earlier: undefined,
    comment: undefined,
    ...differences,
  }
}

/** An input of a report that is known as far as this. */
export function reported(differences: Partial<StagedInput> = {}): ReportedInput {
  const known = stagedInput(differences)
  return { name: known.name, dataName: known.dataName, known }
}
