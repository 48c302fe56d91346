import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { readInputs } from '../../src/action/inputs.ts'
import { setJobOutputs, setPublishedOutputs, setSkipped, setStagedOutputs } from '../../src/action/outputs.ts'
import { newSessionId, openSession, type SessionOutput } from '../../src/action/session.ts'
import { parseOutputDatasets } from '../../src/datasets/index.ts'
import { stagedInput, useRunner } from './helpers.ts'

interface ActionFile {
  readonly description: string
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly required: boolean; readonly default: string }>
  >
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
  readonly runs: Readonly<Record<string, string>>
}

const root = path.resolve(import.meta.dirname, '../..')
const readAction = (file: string): ActionFile => parse(readFileSync(path.join(root, file), 'utf8'))
const main = readAction('action.yml')
const publish = readAction('publish/action.yml')
const source = (file: string) => readFileSync(path.join(root, file), 'utf8')

/** The inputs that a file of src/action/ reads: `getInput('…')`, through `choice` and `flag`, and as keys of the tables of job-inputs.ts. */
function inputsReadBy(file: string): string[] {
  const text = source(file)
  const direct = [...text.matchAll(/\b(?:getInput|choice|flag)\('([^']+)'/g)].map(([, name = '']) => name)
  const tables = [...text.matchAll(/^const \w+Inputs = \{\n([\s\S]*?)^\}/gm)].map(([, table = '']) => table)
  const keys = tables.flatMap((table) => [...table.matchAll(/^ {2}'?([\w-]+)'?:/gm)].map(([, name = '']) => name))
  return [...direct, ...keys]
}

const files = globSync('src/action/*.ts', { cwd: root }).map((file) => file.replaceAll(path.sep, '/'))
const runner = useRunner()
const policy = { uploadOutputs: 'on-success', ifNoFilesFound: 'error', concurrency: 4 } as const

afterEach(() => {
  for (const name of Object.keys(process.env)) if (/^AZURE_?ML_/.test(name)) delete process.env[name]
})

describe('action.yml', () => {
  test('declares the inputs that the action reads, and no others', () => {
    const read = new Set(files.filter((file) => file !== 'src/action/publish.ts').flatMap(inputsReadBy))
    expect([...read].sort()).toEqual(Object.keys(main.inputs).sort())
  })

  test('has defaults that are the same as giving nothing', () => {
    vi.stubEnv('INPUT_INPUT-DATASETS', 'scans')
    const nothing = readInputs()
    for (const [name, { default: value }] of Object.entries(main.inputs))
      if (name !== 'input-datasets') vi.stubEnv(`INPUT_${name.toUpperCase()}`, value)
    expect(readInputs()).toEqual(nothing)
  })

  test('declares every default, and requires nothing', () => {
    for (const [name, input] of Object.entries(main.inputs)) {
      expect(typeof input.default, name).toBe('string')
      expect(input.required, name).toBe(false)
    }
    expect(main.inputs['job-status']?.default).toBe(`\${{ job.status }}`)
    expect(main.inputs.matrix?.default).toBe(`\${{ toJSON(matrix) }}`)
    for (const { inputs } of [main, publish]) expect(inputs['github-token']?.default).toBe(`\${{ github.token }}`)
  })

  test('declares the outputs of ten inputs and ten outputs, and no others', async () => {
    const inputs = Array.from({ length: 10 }, (_, index) => stagedInput({ dataName: `i${index}` }))
    setStagedOutputs({ ...(await openSession(newSessionId(), policy)), inputs, outputs: tenOutputs() })
    const session = await openSession(newSessionId(), policy)
    setPublishedOutputs({ ...session, outputs: tenOutputs() })
    setSkipped()
    setJobOutputs({ name: 'gh-1-1-a', status: 'Completed', studioUrl: 'https://ml.azure.com/' })
    expect([...(await runner.entries('output')).keys()].sort()).toEqual(Object.keys(main.outputs).sort())
  })

  test('names files that are built', () => {
    expect(main.runs).toMatchObject({ using: 'node24', 'post-if': 'always()' })
    for (const file of [main.runs.main, main.runs.post])
      expect(existsSync(path.join(root, file ?? 'nothing')), file).toBe(true)
  })
})

describe('publish/action.yml', () => {
  test('declares the inputs that this step reads, and no others', () => {
    const read = new Set(
      ['src/action/publish.ts', 'src/action/publishing.ts', 'src/action/comment.ts'].flatMap(inputsReadBy),
    )
    expect([...read].sort()).toEqual(Object.keys(publish.inputs).sort())
  })

  test('declares the outputs of ten outputs, and no others', async () => {
    setPublishedOutputs({ ...(await openSession(newSessionId(), policy)), outputs: tenOutputs() })
    expect([...(await runner.entries('output')).keys()].sort()).toEqual(Object.keys(publish.outputs).sort())
  })

  test('names a file that is built', () => {
    expect(publish.runs.using).toBe('node24')
    expect(existsSync(path.join(root, 'publish', publish.runs.main ?? 'nothing'))).toBe(true)
  })
})

test('everything that is declared is described, in a sentence', () => {
  for (const { inputs, outputs, description } of [main, publish]) {
    const texts = [description, ...[...Object.values(inputs), ...Object.values(outputs)].map((one) => one.description)]
    for (const text of texts) expect(text).toMatch(/^\S.*[.?]"?$|\.\.\.$|…}}?\.?$/)
  }
})

function tenOutputs(): SessionOutput[] {
  const names = Array.from({ length: 10 }, (_, index) => `o${index}`)
  return parseOutputDatasets(names.join('\n')).map((dataset) => ({ dataset, folder: '/f', published: undefined }))
}
