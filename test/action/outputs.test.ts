import { afterEach, expect, test } from 'vitest'
import { setPublishedOutputs, setSkipped, setStagedOutputs } from '../../src/action/outputs.ts'
import { newSessionId, openSession, type SessionOutput, sessionFolder } from '../../src/action/session.ts'
import { parseOutputDatasets } from '../../src/datasets/index.ts'
import { stagedInput, useRunner } from './helpers.ts'

const runner = useRunner()
const policy = { uploadOutputs: 'on-success', ifNoFilesFound: 'error', concurrency: 4 } as const

// Exported variables are set for this process too.
afterEach(() => {
  for (const name of Object.keys(process.env)) if (/^AZURE_?ML_/.test(name)) delete process.env[name]
})

function output(name: string, published: SessionOutput['published'] = undefined): SessionOutput {
  const [dataset] = parseOutputDatasets(name)
  if (!dataset) throw new Error(`${name} names no dataset`)
  return { dataset, folder: `/runner/${name}`, published }
}

test('folders, versions and facts are handed on in the order of the inputs', async () => {
  const local = stagedInput({
    dataName: '__proto__',
    name: 'local',
    version: '',
    id: '',
    uri: '',
    path: '/l',
    staged: 'local',
  })
  const session = {
    ...(await openSession(newSessionId(), policy)),
    inputs: [stagedInput(), local],
    outputs: [output('made')],
  }
  setStagedOutputs(session)
  const outputs = await runner.entries('output')
  expect(Object.fromEntries(outputs)).toMatchObject({
    'input-0': '/runner/scans',
    'input-0-version': '7',
    'input-1': '/l',
    'input-1-version': '',
    'output-0': '/runner/made',
    'input-datasets': '["/runner/scans","/l"]',
    'output-datasets': '["/runner/made"]',
    fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    available: 'true',
  })
  const { inputs, outputs: made } = JSON.parse(outputs.get('datasets') ?? '')
  expect(Object.keys(inputs)).toEqual(['scans', '__proto__'])
  expect(inputs.scans).toEqual({
    path: '/runner/scans',
    name: 'scans',
    version: '7',
    id: 'azureml:scans:7',
    uri: 'azureml://datastores/d/paths/scans/',
    fingerprint: 'f'.repeat(64),
    'fingerprint-basis': 'md5',
    files: 12_345,
    bytes: 2048,
    staged: 'downloaded',
  })
  expect(made).toEqual({ made: { path: '/runner/made', name: 'made' } })
  expect(Object.fromEntries(await runner.entries('env'))).toEqual({
    AZURE_ML_INPUT_scans: '/runner/scans',
    AZURE_ML_INPUT___proto__: '/l',
    AZURE_ML_OUTPUT_made: '/runner/made',
    AZUREML_DATASETS_SESSION: sessionFolder(session.id),
  })
})

test('an input that was only resolved has no folder and no variable', async () => {
  setStagedOutputs({
    ...(await openSession(newSessionId(), policy)),
    inputs: [stagedInput({ path: '', staged: 'none' })],
  })
  expect((await runner.entries('output')).get('input-0')).toBe('')
  expect([...(await runner.entries('env')).keys()]).not.toContain('AZURE_ML_INPUT_scans')
})

test('without inputs there is no fingerprint', async () => {
  setStagedOutputs({ ...(await openSession(newSessionId(), policy)), outputs: [output('made')] })
  expect((await runner.entries('output')).get('fingerprint')).toBe('')
})

test('versions are handed on where something was published', async () => {
  setPublishedOutputs({ ...(await openSession(newSessionId(), policy)), outputs: [output('a', 'empty'), output('b')] })
  const outputs = await runner.entries('output')
  expect([outputs.get('output-0-version'), outputs.get('output-1-version')]).toEqual(['', ''])
  expect(JSON.parse(outputs.get('datasets') ?? '').outputs).toEqual({
    a: { path: '/runner/a', name: 'a' },
    b: { path: '/runner/b', name: 'b' },
  })
})

test('a step that was skipped is not available', async () => {
  setSkipped()
  expect(Object.fromEntries(await runner.entries('output'))).toEqual({ available: 'false' })
})
