import { cpSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type GitHubApi, startGitHubApi } from '../../emulator/github-api.ts'
import type { GitHubContext, StepResult } from '../../emulator/runner.ts'
import { noMounts } from '../mount/kernel.ts'
import { filesBelow, type Job, useWorld, warningsOf } from './world.ts'

/** Runs the workflows of examples/ as they are written: their steps in order, their expressions, then the post steps. */
const examples = path.resolve(import.meta.dirname, '../../examples')
const world = useWorld()

interface Workflow {
  readonly jobs: Readonly<Record<string, WorkflowJob>>
}

interface WorkflowJob {
  readonly if?: string
  readonly needs?: string
  readonly outputs?: Readonly<Record<string, string>>
  readonly steps: readonly WorkflowStep[]
}

interface WorkflowStep {
  readonly uses?: string
  readonly id?: string
  readonly if?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, string | boolean>>
  readonly env?: Readonly<Record<string, string>>
}

/** What expressions may ask for: `vars.X`, `steps.data.outputs.input-0`, … */
type Values = Map<string, string>

interface RunOptions {
  readonly github?: Partial<GitHubContext>
  /** A pull request from a fork: no id tokens, no variables. */
  readonly isFork?: boolean
  /** Files of the repository besides the scripts. */
  readonly files?: Readonly<Record<string, string>>
}

/** A job as it went. */
interface JobRun {
  readonly job: Job
  readonly status: 'success' | 'failure' | 'cancelled'
  /** In the order of the steps; `skipped` for one whose `if` does not hold. */
  readonly steps: readonly (StepResult | 'skipped' | 'not ours')[]
  readonly posts: readonly StepResult[]
  readonly outputs: Values
}

/** What actions/cache keeps between runs: a folder for each key. */
let caches = ''
let api: GitHubApi
beforeAll(async () => {
  api = await startGitHubApi()
  caches = mkdtempSync(path.join(tmpdir(), 'examples-caches-'))
})
afterAll(async () => {
  rmSync(caches, { recursive: true, force: true })
  await api.stop()
})

function runExample(file: string, options: RunOptions = {}): Promise<Record<string, JobRun>> {
  return runWorkflow(readFileSync(path.join(examples, file), 'utf8'), options)
}

async function runWorkflow(text: string, options: RunOptions): Promise<Record<string, JobRun>> {
  const workflow: Workflow = parse(text)
  const values = startValues(options)
  const runs: Record<string, JobRun> = {}
  for (const [name, definition] of Object.entries(workflow.jobs)) {
    if (!holds(definition.if, values)) continue
    const run = await runJob(definition, new Map(values), options)
    for (const [output, value] of run.outputs) values.set(`needs.${name}.outputs.${output}`, value)
    runs[name] = run
  }
  return runs
}

function startValues({ github, isFork }: RunOptions): Values {
  const { subscriptionId, clientId, tenantId } = world.emulator
  const variables = { AZURE_SUBSCRIPTION_ID: subscriptionId, AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId }
  const values: Values = new Map([['github.event_name', github?.eventName ?? 'push']])
  for (const [name, value] of Object.entries(variables)) values.set(`vars.${name}`, isFork ? '' : value)
  return values
}

async function runJob({ steps, outputs }: WorkflowJob, values: Values, options: RunOptions): Promise<JobRun> {
  const { github = {}, isFork = false, files = {} } = options
  const environment: Record<string, string> = isFork
    ? { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }
    : {}
  const job = await world.job({ github: { ...github, apiUrl: api.url }, environment })
  const results: JobRun['steps'][number][] = []
  const atEnd: (() => void)[] = []
  for (const step of steps) {
    const goesOn = job.runner.jobStatus === 'success' && holds(step.if, values)
    const result = goesOn ? await runStep(job, step, values, files, atEnd) : 'skipped'
    if (typeof result !== 'string' && step.id) remember(step.id, result, values)
    results.push(result)
  }
  const posts = await job.runner.runPosts()
  for (const save of atEnd) save()
  const evaluated = Object.entries(outputs ?? {}).map(([name, text]) => [name, evaluate(text, values)] as const)
  return { job, status: job.runner.jobStatus, steps: results, posts, outputs: new Map(evaluated) }
}

async function runStep(
  job: Job,
  step: WorkflowStep,
  values: Values,
  files: Readonly<Record<string, string>>,
  atEnd: (() => void)[],
): Promise<StepResult | 'not ours'> {
  const evaluated = (texts: WorkflowStep['with'] = {}) =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, evaluate(String(text), values)]))
  if (step.run !== undefined) return job.runner.run(evaluate(step.run, values), evaluated(step.env))
  switch (step.uses?.replace(/@v\d+$/, '')) {
    case 'your-org/azureml-datasets':
      // As it is without a word: the tests of whole steps download where nothing else is said.
      return job.main({ 'use-mounting': 'auto', ...pointedAtEmulator(evaluated(step.with)) })
    case 'your-org/azureml-datasets/publish':
      return job.publish(evaluated(step.with))
    case 'actions/checkout':
      await checkOut(job, files)
      return 'not ours'
    case 'actions/cache':
      restoreCache(job, evaluated(step.with), atEnd)
      return 'not ours'
    default:
      throw new Error(`This test does not know how to run ${step.uses}`)
  }
}

function remember(id: string, { outputs }: StepResult, values: Values): void {
  for (const [name, value] of Object.entries(outputs)) values.set(`steps.${id}.outputs.${name}`, value)
}

/** The names that an example leaves to its reader, replaced by those of the emulator. What is not given stays not given. */
function pointedAtEmulator(inputs: Record<string, string>): Record<string, string> {
  const { inputs: ours, workspace, resourceGroup } = world.emulator
  const placeholders: Record<string, string> = { 'my-workspace': workspace, 'my-rg': resourceGroup }
  const notGiven = Object.fromEntries(Object.keys(ours).map((name) => [name, '']))
  const given = Object.entries(inputs).map(([name, value]) => [name, placeholders[value] ?? value])
  const { 'resource-manager-url': resourceManager = '', 'authority-host': authority = '' } = ours
  return {
    ...notGiven,
    ...Object.fromEntries(given),
    'resource-manager-url': resourceManager,
    'authority-host': authority,
  }
}

async function checkOut(job: Job, files: Readonly<Record<string, string>>): Promise<void> {
  cpSync(path.join(examples, 'scripts'), path.join(job.runner.folders.checkout, 'scripts'), { recursive: true })
  for (const [file, content] of Object.entries(files)) await job.write(file, content)
}

/** actions/cache: puts the paths back where the key is known, or a key like it; and keeps a new key when the job has succeeded. */
function restoreCache({ runner }: Job, inputs: Record<string, string>, atEnd: (() => void)[]): void {
  const { key = '', path: paths = '', 'restore-keys': alike = '' } = inputs
  const { checkout } = runner.folders
  const copy = (from: string, to: string) => {
    for (const place of paths.trim().split(/\s*\n\s*/)) {
      mkdirSync(path.dirname(path.join(to, place)), { recursive: true })
      cpSync(path.join(from, place), path.join(to, place), { recursive: true, preserveTimestamps: true })
    }
  }
  const kept = readdirSync(caches)
  const found = kept.find((name) => name === key) ?? kept.find((name) => alike !== '' && name.startsWith(alike))
  if (found !== undefined) copy(path.join(caches, found), checkout)
  if (found !== key) atEnd.push(() => runner.jobStatus === 'success' && copy(checkout, path.join(caches, key)))
}

function evaluate(text: string, values: Values): string {
  return text.replace(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_, name: string) => lookUp(name, values))
}

/** Outputs that a step did not set are empty, as GitHub has it; anything else must be known. */
function lookUp(name: string, values: Values): string {
  const value = values.get(name)
  if (value !== undefined || /^(steps|needs)\./.test(name)) return value ?? ''
  throw new Error(`This test does not know ${name}`)
}

/** `a.b.c == 'text'`, or no condition at all. */
function holds(condition: string | undefined, values: Values): boolean {
  if (condition === undefined) return true
  const [, name = '', text = ''] = /^([\w.-]+) == '(.*)'$/.exec(condition) ?? []
  return lookUp(name, values) === text
}

const pullRequest = { eventName: 'pull_request', event: { pull_request: { number: 7 } } }
const logOf = (result: JobRun['steps'][number] | undefined) => (typeof result === 'object' ? result.log : `${result}`)
const whole = (run: JobRun | undefined) => [...(run?.steps ?? []), ...(run?.posts ?? [])].map(logOf).join('\n')
const versionsOf = (name: string) => world.emulator.dataAssets.versions(name).map(({ version }) => version)
const upload = (files: Record<string, string>) =>
  world.upload(Object.fromEntries(Object.entries(files).map(([file, content]) => [`my_folder/${file}`, content])))

test('every example is run here', () => {
  const text = readFileSync(import.meta.filename, 'utf8')
  const unknown = globSync('*.yml', { cwd: examples }).filter((file) => !text.includes(`runExample('${file}'`))
  expect(unknown).toEqual([])
})

describe('gate-pull-request.yml', () => {
  test('is green while the tables are good, and red when one is not', async () => {
    await upload({ 'a.csv': 'id,size\n1,10\n2,\n', 'deep/b.csv': 'id\n1\n', 'notes.txt': 'no table' })
    const good = await runExample('gate-pull-request.yml', { github: pullRequest })
    expect(good['data-tests']?.status, whole(good['data-tests'])).toBe('success')
    expect(logOf(good['data-tests']?.steps[2])).toContain('2 tables, 0 problems')
    expect(api.comments).toMatchObject([{ body: expect.stringContaining('| `my_folder` | 1 |') }])

    await upload({ 'broken.csv': 'id,size\n1\n' })
    const bad = await runExample('gate-pull-request.yml', { github: pullRequest })
    expect(bad['data-tests']?.status).toBe('failure')
    expect(logOf(bad['data-tests']?.steps[2])).toContain('broken.csv, line 2: 1 fields instead of 2')
    await world.emulator.container().deleteBlob('my_folder/broken.csv')
  })

  test('lets a pull request from a fork pass without data', async () => {
    const { 'data-tests': run } = await runExample('gate-pull-request.yml', { github: pullRequest, isFork: true })
    expect(run?.status, whole(run)).toBe('success')
    expect(run?.steps[2]).toBe('skipped')
    expect(world.emulator.requests).toEqual([])
    expect(api.comments, 'the one of the test before').toHaveLength(1)
  })
})

describe('gpu-gate.yml', () => {
  test('runs the test as a job, and is red when the job fails', async () => {
    await upload({ 'a.csv': 'id,size\n1,10\n2,\n' })
    const good = await runExample('gpu-gate.yml', { github: pullRequest })
    expect(good.model?.status, whole(good.model)).toBe('success')
    expect(logOf(good.model?.steps[1])).toContain('0 problems')
    expect(logOf(good.model?.steps[2])).toMatch(/gh-\S+ was Completed/)

    await upload({ 'broken.csv': 'id,size\n1\n' })
    const bad = await runExample('gpu-gate.yml', { github: pullRequest })
    expect(bad.model?.status).toBe('failure')
    expect(logOf(bad.model?.steps[1])).toMatch(/broken\.csv, line 2.*[\s\S]*\[job-failed\]/)
    await world.emulator.container().deleteBlob('my_folder/broken.csv')
  })

  test('lets a pull request from a fork pass without a job', async () => {
    const { model } = await runExample('gpu-gate.yml', { github: pullRequest, isFork: true })
    expect(model?.status, whole(model)).toBe('success')
    expect(model?.steps[2]).toBe('skipped')
  })
})

test('the workflow at the top of the README runs as it stands there, with node in the place of python', async () => {
  const readme = readFileSync(path.resolve(examples, '../README.md'), 'utf8')
  const [, text = ''] = /^```yaml\n(.*?)^```$/ms.exec(readme) ?? []
  expect(text).toContain('run: python transform.py ')
  const program = 'node scripts/clean-tables.mjs'
  const { transform } = await runWorkflow(text.replace('python transform.py', program), {})
  expect(transform?.status, whole(transform)).toBe('success')
  expect(versionsOf('new_dataset').length).toBeGreaterThan(0)
})

test('transform-on-merge.yml makes a new version with every run', async () => {
  const before = versionsOf('new_dataset').length
  for (const number of [1, 2]) {
    const { transform } = await runExample('transform-on-merge.yml')
    expect(transform?.status, whole(transform)).toBe('success')
    expect(logOf(transform?.steps[2])).toContain('a.csv: 1 of 2 rows are complete')
    expect(versionsOf('new_dataset')).toHaveLength(before + number)
  }
  const latest = world.emulator.dataAssets.versions('new_dataset').at(-1)
  expect(latest).toMatchObject({ description: 'my_folder without incomplete rows' })
  expect(latest?.tags).toMatchObject({ stage: 'cleaned', inputs: 'my_folder:1' })
})

test('mounted-output.yml publishes what was written to a mount', async (context) => {
  if (noMounts) return context.skip(noMounts)
  const { make } = await runExample('mounted-output.yml', { github: { eventName: 'workflow_dispatch' } })
  expect(make?.status, whole(make)).toBe('success')
  expect(logOf(make?.steps[2])).toContain('a.csv: 1 of 2 rows are complete')
  expect(logOf(make?.posts[0])).toContain(`Published new_dataset:${versionsOf('new_dataset').at(-1)}: 2 files`)
})

test('publish-in-the-middle.yml hands the version to a later step and another job', async () => {
  const runs = await runExample('publish-in-the-middle.yml', { github: { eventName: 'workflow_dispatch' } })
  expect(runs.transform?.status, whole(runs.transform)).toBe('success')
  const version = runs.transform?.outputs.get('version') ?? ''
  expect(versionsOf('new_dataset').at(-1)).toBe(version)
  expect(logOf(runs.transform?.steps[4])).toContain(`Published new_dataset:${version}`)
  expect(runs.test?.status, whole(runs.test)).toBe('success')
  expect(logOf(runs.test?.steps[1])).toContain(`Input new_dataset:${version}: 2 files`)
})

test('cache-across-runs.yml fetches the data once, and later what changed', async () => {
  const fetched = async () => {
    world.emulator.requests.length = 0
    const { test: run } = await runExample('cache-across-runs.yml')
    expect(run?.status, whole(run)).toBe('success')
    const tables = filesBelow(path.join(run?.job.runner.folders.checkout ?? '', 'data/my_folder'))
    return [tables.length, world.emulator.requests.filter(({ operation }) => operation === 'Get Blob').length]
  }
  expect(await fetched()).toEqual([3, 3])
  expect(await fetched()).toEqual([3, 0])
  await upload({ 'c.csv': 'id\n1\n' })
  expect(await fetched()).toEqual([4, 1])
})

test('check-setup.yml says that all is there, and makes nothing', async () => {
  await upload({ 'a.csv': 'id\n1\n' })
  const before = [versionsOf('my_folder'), versionsOf('new_dataset')]
  const { check } = await runExample('check-setup.yml', { github: { eventName: 'workflow_dispatch' } })
  expect(check?.status, whole(check)).toBe('success')
  expect(logOf(check?.steps[1])).toMatch(/All \d+ checks passed\./)
  expect([versionsOf('my_folder'), versionsOf('new_dataset')]).toEqual(before)
})

describe('sample-or-all.yml', () => {
  test('needs no Azure for the sample that is checked in', async () => {
    const runs = await runExample('sample-or-all.yml', {
      isFork: true,
      files: { 'samples/my_folder/one.csv': 'id\n1\n' },
    })
    expect(Object.keys(runs)).toEqual(['sample'])
    expect(runs.sample?.status, whole(runs.sample)).toBe('success')
    expect(logOf(runs.sample?.steps[2])).toContain('1 tables, 0 problems')
    expect(world.emulator.requests).toEqual([])
  })

  test('stages everything at night', async () => {
    const { all } = await runExample('sample-or-all.yml', { github: { eventName: 'schedule' } })
    expect(all?.status, whole(all)).toBe('success')
    expect(logOf(all?.steps[2])).toContain('3 tables, 0 problems')
    const [, staging] = all?.steps ?? []
    expect(typeof staging === 'object' && warningsOf(staging).join()).toContain('is not what it was')
  })
})
