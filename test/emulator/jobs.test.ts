// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how jobs mention their inputs
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Emulator, startEmulator } from '../../emulator/index.ts'
import { arm, machineLearning, trust, workspacePath } from './clients.ts'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator()
  trust(emulator)
  emulator.jobs.stateDelay = 20
  const { container, dataAssets } = emulator
  await container().getBlockBlobClient('data/a.txt').upload('alpha', 5)
  dataAssets.add('data', '1', { dataUri: 'azureml://datastores/workspaceblobstore/paths/data/' })
})
afterAll(() => emulator.stop())
let name = ''
let count = 0
beforeEach(() => {
  count += 1
  name = `job-${count}`
})

const least = { jobType: 'Command', command: 'true', environmentId: 'azureml:AzureML-x:1' }
const put = (properties: object, of = name) =>
  arm(emulator, workspacePath(emulator, `/jobs/${of}`), { method: 'PUT', body: { properties } })
const stateOf = (of = name) => emulator.jobs.jobs.get(of)?.status
const ended = () => vi.waitFor(() => expect(stateOf()).toMatch(/Completed|Failed|Canceled/), 10_000)
const read = async (path: string) => (await emulator.container().getBlobClient(path).downloadToBuffer()).toString()

describe('a command job', () => {
  test('runs as a process, with its inputs, outputs and variables in place', async () => {
    const { status, body } = await put({
      ...least,
      command:
        'cat ${{inputs.data}}/a.txt "$AZURE_ML_INPUT_data/a.txt" > ${{outputs.out}}/b.txt; echo "$RATE ${{inputs.rate}}" >> "$AZURE_ML_OUTPUT_out/b.txt"',
      inputs: {
        data: { jobInputType: 'uri_folder', uri: workspacePath(emulator, '/data/data/versions/1') },
        rate: { jobInputType: 'literal', value: '0.1' },
      },
      outputs: { out: { jobOutputType: 'uri_folder', uri: 'azureml://datastores/workspaceblobstore/paths/made/' } },
      environmentVariables: { RATE: 'low' },
    })
    expect([status, body.properties.status]).toEqual([201, 'NotStarted'])
    await ended()
    expect(stateOf()).toBe('Completed')
    expect(await read('made/b.txt')).toBe('alphaalphalow 0.1\n')
  })

  test('that fails says so in the run history, and has its log behind a signed address', async () => {
    await put({ ...least, command: 'echo wrong; exit 7' })
    await ended()
    expect([stateOf(), emulator.jobs.jobs.get(name)?.error?.message]).toEqual([
      'Failed',
      expect.stringContaining('status code 7'),
    ])
    const { 'user_logs/std_log.txt': log = '' } = await emulator.jobs.logFiles(name)
    expect(await (await fetch(log)).text()).toBe('wrong\n')
    expect((await fetch(log.split('?')[0] ?? '')).status).toBeGreaterThanOrEqual(401)
  })

  test('can be cancelled, with all that it has started', async () => {
    await put({ ...least, command: 'sleep 60 & sleep 60' })
    await vi.waitFor(() => expect(stateOf()).toBe('Running'), 10_000)
    expect((await arm(emulator, workspacePath(emulator, `/jobs/${name}/cancel`), { method: 'POST' })).status).toBe(202)
    await ended()
    expect(stateOf()).toBe('Canceled')
  })

  test('that is sent again is the same; with another body it is refused', async () => {
    expect((await put(least)).status).toBe(201)
    expect((await put(least)).status).toBe(200)
    expect((await put({ ...least, command: 'false' })).status).toBe(400)
    await ended()
  })

  test('is found by its tags', async () => {
    await put({ ...least, tags: { kind: `of ${name}` } })
    const list = await arm(emulator, workspacePath(emulator, `/jobs?tag=${encodeURIComponent(`kind=of ${name}`)}`))
    expect((list.body as unknown as { value: { name: string }[] }).value.map((job) => job.name)).toEqual([name])
    await ended()
  })
})

describe('what the service refuses', () => {
  test.each<[string, object, string]>([
    [
      'an asset input without a URI, as the typed client sends it',
      { inputs: { a: { jobInputType: 'uri_folder' } } },
      'Input a has no uri',
    ],
    ['an input of no type', { inputs: { a: { uri: 'azureml://x' } } }, 'has the type'],
    ['an unknown compute', { computeId: '/computes/nowhere' }, 'Compute nowhere not found'],
    ['no command', { command: '' }, 'command is required'],
    ['no environment', { environmentId: undefined }, 'environmentId is required'],
    ['another kind of job', { jobType: 'Pipeline' }, "jobType 'Pipeline'"],
  ])('%s', async (_what, changes, text) => {
    const { status, body } = await put({ ...least, ...changes })
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(text)])
    expect(stateOf()).toBeUndefined()
  })

  test('a bad name', async () => {
    expect((await put(least, 'bad%20name!')).body.error.message).toContain('is not valid')
  })

  test('the typed client loses the URI of an input, which shows here', async () => {
    const jobs = machineLearning(emulator).jobs
    const properties = {
      ...least,
      inputs: { a: { jobInputType: 'uri_folder', uri: 'azureml://datastores/d/paths/x/' } },
    }
    const sent = jobs.createOrUpdate(emulator.resourceGroup, emulator.workspace, name, { properties } as never)
    await expect(sent).rejects.toThrow('Input a has no uri')
  })
})
