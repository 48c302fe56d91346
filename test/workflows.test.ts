import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, unknown>>
}

interface WorkflowJob {
  readonly needs?: string | readonly string[]
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number
  readonly 'continue-on-error'?: boolean
  readonly environment?: string
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>
  readonly on: Readonly<Record<string, unknown>>
  readonly jobs: Readonly<Record<string, WorkflowJob>>
}

const root = path.resolve(import.meta.dirname, '..')
const workflow = (file: string): Workflow => parse(readFileSync(path.join(root, file), 'utf8'))
const files = globSync('.github/workflows/*.{yml,yaml}', { cwd: root }).map((file) => file.replaceAll(path.sep, '/'))
const jobsOf = (file: string) => Object.entries(workflow(file).jobs)
const stepsOf = (file: string) => jobsOf(file).flatMap(([, { steps }]) => steps)

describe.each(files)('%s', (file) => {
  test('gives no permission that is not written down, and keeps no credentials', () => {
    expect(workflow(file).permissions).toEqual({})
    expect(jobsOf(file).filter(([, { permissions }]) => permissions === undefined)).toEqual([])
    const checkouts = stepsOf(file).filter(({ uses = '' }) => uses.startsWith('actions/checkout@'))
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([])
  })

  test('passes no value into a script but by the environment', () => {
    expect(stepsOf(file).filter(({ run = '' }) => run.includes('${' + '{'))).toEqual([])
  })

  test('lets no job run for ever', () => {
    expect(jobsOf(file).filter(([, job]) => job['timeout-minutes'] === undefined)).toEqual([])
  })
})

describe('CI', () => {
  const { 'all-green': gate, ...jobs } = workflow('.github/workflows/ci.yml').jobs

  test('the job that decides needs every other that may not fail', () => {
    const decisive = Object.entries(jobs).filter(([, job]) => job['continue-on-error'] !== true)
    expect(decisive.map(([name]) => name)).toContain('ci')
    expect([gate?.needs].flat().toSorted()).toEqual(decisive.map(([name]) => name).toSorted())
  })

  test('the job that decides takes one word for all of them', () => {
    const names = [gate?.needs].flat()
    expect(gate?.steps[0]?.run).toBe(
      `test "$RESULTS" = ${names.length === 1 ? 'success' : `"${names.map(() => 'success').join(' ')}"`}`,
    )
  })

  test('what it runs is what a person runs', () => {
    expect(jobs.ci?.steps.at(-1)?.run).toBe('.ci/run')
    expect(readFileSync(path.join(root, '.ci/run'), 'utf8')).toContain("phase 'Fresh dist/' dist_is_fresh")
  })

  test('other systems run the units alone, and decide nothing', () => {
    expect(jobs.units?.['continue-on-error']).toBe(true)
    expect(jobs.units?.steps.map(({ run }) => run).filter(Boolean)).toEqual([
      'npm ci',
      'npm run types',
      'npx vitest run --project units',
    ])
  })
})

describe('the live workflow', () => {
  const live = workflow('.github/workflows/live.yml')

  test('is started by hand, in an environment that can have reviewers', () => {
    expect(Object.keys(live.on)).toEqual(['workflow_dispatch'])
    for (const { environment, permissions } of Object.values(live.jobs)) {
      expect([environment, permissions]).toEqual(['live', { 'id-token': 'write', contents: 'read' }])
    }
  })

  test('goes through everything that the action does', () => {
    const uses = live.jobs['round-trip']?.steps.filter((step) => step.uses?.startsWith('./')) ?? []
    const what = uses.map((step) =>
      [step.uses, ...['check', 'resolve-only'].filter((input) => step.with?.[input])].join(' '),
    )
    expect(what).toEqual(['./ check', './ resolve-only', './', './publish', './'])
  })
})
