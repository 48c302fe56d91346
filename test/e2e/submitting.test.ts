// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how jobs mention their inputs
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { StepResult } from '../../emulator/runner.ts'
import { check as checkIn, linesOf } from './doctor-lines.ts'
import { errorOf, type Inputs, type Job, useWorld, warningsOf } from './world.ts'

const world = useWorld()
const submit: Inputs = { 'submit-to-azureml': 'true', compute: 'cpu-cluster', environment: 'azureml:env:1' }
const jobsOf = () => [...world.emulator.jobs.jobs.values()]
const lastJob = () => jobsOf().at(-1)
const nameOf = (step: StepResult) => step.outputs['azureml-job-name'] ?? ''

beforeEach(() => {
  world.emulator.jobs.stateDelay = 50
})

/** Writes files into the checkout of a job. */
async function write(job: Job, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files))
    await job.write(`${job.runner.folders.checkout}/${name}`, content)
}

describe('a submitted job', () => {
  test('reads its inputs, and what it writes becomes a version, known to later steps', async () => {
    await world.upload({ 'scans/a.txt': 'alpha', 'scans/b.txt': 'beta' })
    const job = await world.job()
    await write(job, { 'src/run.sh': 'cat "$1"/*.txt > "$2/all.txt"; echo "read $1"; echo wrong >&2' })
    const step = await job.main({
      ...submit,
      code: 'src',
      command: 'bash run.sh {{inputs.scans}} {{outputs.joined}}',
      'input-datasets': 'scans',
      'use-mounting': 'auto',
      'output-datasets': '{name: joined, tags: {kind: test}}',
    })
    expect(step.exitCode, step.log).toBe(0)
    const asked = lastJob()?.asked as Record<string, Record<string, unknown>>
    expect(asked.inputs?.scans).toEqual({
      jobInputType: 'uri_folder',
      uri: expect.stringMatching(/\/workspaces\/emulator-workspace\/data\/scans\/versions\/1$/),
      mode: 'ReadOnlyMount',
    })
    expect(asked.outputs?.joined).toMatchObject({ mode: 'Upload' })
    expect(step.outputs).toMatchObject({
      'azureml-job-status': 'Completed',
      'input-0-version': '1',
      'output-0-version': '1',
    })
    expect(step.outputs['azureml-job-url']).toContain('https://ml.azure.com/runs/gh-')
    expect(step.log).toMatch(/Log of the job: user_logs\/std_log\.txt[\s\S]*read [\s\S]*wrong/)
    const [made] = world.emulator.dataAssets.versions('joined')
    expect(made?.tags).toMatchObject({ kind: 'test', inputs: 'scans:1' })
    expect(made?.dataUri).toMatch(/\/paths\/azureml-datasets\/joined\//)
    const datasets = JSON.parse(step.outputs.datasets ?? '')
    expect(datasets.outputs.joined).toMatchObject({ version: '1', files: 1, bytes: 9 })
    expect((await job.post()).exitCode).toBe(0)
    expect(jobsOf()).toHaveLength(1)
  })

  test('is what the job file says, and inputs say it better', async () => {
    await world.upload({ 'scans/a.txt': 'alpha' })
    const job = await world.job()
    await write(job, {
      'jobs/job.yml': [
        '$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json',
        'command: echo "rate ${{inputs.rate}} is $RATE" && cat ${{inputs.extra}} && ls',
        'code: ../src',
        'environment: {image: ubuntu, conda_file: conda.yml}',
        'compute: azureml:gpu-cluster',
        'inputs: {rate: 0.1, extra: {type: uri_file, path: extra.txt}}',
        'environment_variables: {RATE: low}',
        'display_name: from the file',
      ].join('\n'),
      'jobs/conda.yml': 'dependencies: [python]',
      'jobs/extra.txt': 'extra content',
      'src/main.py': 'pass',
      'src/.amlignore': 'secret*\n',
      'src/secret.txt': 'no',
    })
    const inputs = { 'submit-to-azureml': 'true', 'job-file': 'jobs/job.yml' }
    const step = await job.main({
      ...inputs,
      'display-name': 'from the input',
      'environment-variables': '{RATE: high}',
      'max-run-duration': '3.5h',
    })
    expect(step.exitCode, step.log).toBe(0)
    expect(step.log).toMatch(
      /Log of the job: azureml-logs\/20_image_build_log\.txt[\s\S]*building the image[\s\S]*Log of the job: user_logs/,
    )
    expect(step.log).toContain('rate 0.1 is high')
    expect(step.log).toContain('extra content')
    expect(step.log).toContain('main.py')
    expect(step.log).not.toMatch(/^secret/m)
    expect(lastJob()?.asked).toMatchObject({ displayName: 'from the input', limits: { timeout: 'PT12600S' } })
    expect(world.emulator.environments.get('CliV2AnonymousEnvironment')).toHaveLength(1)
    // The same code once more: nothing is uploaded.
    world.emulator.requests.length = 0
    const again = await job.main({ ...inputs })
    expect(again.log).toContain('was uploaded before')
    const puts = world.emulator.requests.filter(
      ({ service, operation, path }) => service === 'blob' && operation === 'Put Blob' && path.includes('main.py'),
    )
    expect(puts).toEqual([])
    await job.post()
  })

  test.each<[string, Inputs, RegExp]>([
    ['a version', { environment: 'azureml:mine:2' }, /\/environments\/mine\/versions\/2$/],
    ['a label', { environment: 'mine@latest' }, /\/environments\/mine\/versions\/3$/],
    ['one of Microsoft', { environment: 'azureml:AzureML-x:33' }, /^azureml:AzureML-x:33$/],
    [
      'one of a registry',
      { environment: 'azureml://registries/azureml/environments/x/labels/latest' },
      /^azureml:\/\/registries/,
    ],
    ['an image', { environment: '', image: 'ubuntu' }, /\/CliV2AnonymousEnvironment\/versions\/[0-9a-f]{32}$/],
    [
      'a build context',
      { environment: '{build: {path: docker}}' },
      /\/CliV2AnonymousEnvironment\/versions\/[0-9a-f]{32}$/,
    ],
  ])('runs in an environment that is %s', async (_what, inputs, id) => {
    world.emulator.environments.set('mine', ['2', '3'])
    const job = await world.job()
    await write(job, { 'docker/Dockerfile': 'FROM ubuntu' })
    const step = await job.main({ ...submit, command: 'true', ...inputs })
    expect(step.exitCode, step.log).toBe(0)
    expect(lastJob()?.asked.environmentId).toMatch(id)
    const uploads = world.emulator.requests.filter(
      ({ operation, path }) => operation === 'Put Blob' && path.endsWith('/docker/Dockerfile'),
    )
    expect(uploads).toHaveLength(inputs.environment?.includes('build') ? 1 : 0)
    await job.post()
  })

  test('that fails, fails the step with what AzureML says and the end of the log; nothing is registered', async () => {
    const job = await world.job()
    const step = await job.main({
      ...submit,
      command: 'echo first; echo "::error::not ours"; exit 3',
      'output-datasets': 'failed_out',
    })
    expect(errorOf(step)).toMatch(
      /Job gh-\S+ ended with Failed\. AzureML says: UserError: Execution failed.*status code 3.*\[job-failed\]/,
    )
    expect(step.outputs['azureml-job-status']).toBe('Failed')
    expect(step.log).toMatch(/The last lines of the log:\s+first/)
    expect(world.emulator.dataAssets.names()).not.toContain('failed_out')
    expect((await job.post('failure')).exitCode).toBe(0)
  })

  test('finds its datasets at the places that the script knows', async () => {
    await world.upload({ 'placed/a.txt': 'alpha' })
    const job = await world.job()
    const placed = '{name: placed, target-folder: "data/it\'s", use-mounting: false}'
    const step = await job.main({ ...submit, command: 'cat "data/it\'s/a.txt"', 'input-datasets': placed })
    expect(step.exitCode, step.log).toBe(0)
    expect(step.log).toContain('alpha')
    expect(lastJob()?.asked.inputs).toMatchObject({ placed: { mode: 'Download' } })
    await job.post()
  })

  test('whose submission got no answer is found, and not submitted twice', async () => {
    const before = jobsOf().length
    let lost = 0
    world.emulator.intercept.arm = async ({ method, path, body }) => {
      if (method !== 'PUT' || !path.includes('/jobs/') || lost > 3) return undefined
      lost += 1
      const name = path.split('/').at(-1)?.split('?')[0] ?? ''
      if (lost === 1) world.emulator.jobs.put(name, (body as { properties: unknown }).properties)
      return { status: 500, body: { error: { code: 'InternalServerError', message: 'lost' } } }
    }
    const job = await world.job()
    const step = await job.main({ ...submit, command: 'echo once' })
    expect(step.exitCode, step.log).toBe(0)
    expect(jobsOf().length - before).toBe(1)
    await job.post()
  })

  test('goes on being followed when single looks fail', async () => {
    let failures = 0
    world.emulator.intercept.history = () => {
      failures += 1
      return failures % 2 === 1 ? { status: 503, body: 'busy' } : undefined
    }
    let looks = 0
    world.emulator.intercept.arm = ({ method, path }) => {
      if (method !== 'GET' || !/\/jobs\/gh-[^/]*$/.test(path)) return undefined
      looks += 1
      return looks === 2 || looks === 3
        ? { status: 400, body: { error: { code: 'UserError', message: 'odd' } } }
        : undefined
    }
    const job = await world.job()
    const step = await job.main({ ...submit, command: 'echo one; sleep 2; echo two' })
    expect(step.exitCode, step.log).toBe(0)
    expect(step.log).toMatch(/could not be looked at .*odd.*; trying again/)
    expect(step.log.match(/^(\s*\|?\s*)?(one|two)$/gm)?.map((line) => line.trim())).toEqual(['one', 'two'])
    await job.post()
  })
})

describe('waiting later', () => {
  test('the step ends at once; a later one attaches, and registers what the job wrote', async () => {
    const job = await world.job()
    const first = await job.main({
      ...submit,
      command: 'sleep 2; echo done > {{outputs.later}}/x',
      'output-datasets': 'later',
      'wait-for-completion': 'false',
    })
    expect(first.exitCode, first.log).toBe(0)
    expect(first.outputs['azureml-job-status']).toBe('NotStarted')
    expect((await job.post()).exitCode).toBe(0)
    expect(lastJob()?.status).not.toMatch(/Cancel/)
    const other = await world.job()
    const second = await other.main({ 'attach-to': nameOf(first) })
    expect(second.exitCode, second.log).toBe(0)
    expect(second.outputs['azureml-job-status']).toBe('Completed')
    expect(world.emulator.dataAssets.versions('later')).toHaveLength(1)
    await other.post()
  })

  test('there has to be such a job', async () => {
    const job = await world.job()
    expect(errorOf(await job.main({ 'attach-to': 'gh-1-1-none' }))).toMatch(
      /there is no job "gh-1-1-none".*\[job-not-found\]/,
    )
  })
})

describe('cancelling', () => {
  test.each(['SIGINT', 'SIGKILL'] as const)(
    'a step that gets %s: the job is cancelled, at the latest by the post step',
    async (signal) => {
      const job = await world.job()
      const step = job.start({ ...submit, command: 'sleep 60' })
      const before = jobsOf().length
      await vi.waitFor(() => expect(lastJob()?.status).toBe('Running'), 20_000)
      expect(jobsOf().length).toBeGreaterThanOrEqual(before)
      const told = performance.now()
      step.signal(signal)
      await step.completed
      if (signal === 'SIGINT') {
        const [cancel] = world.emulator.requests.filter(({ path }) => path.endsWith('/cancel'))
        expect(cancel).toBeDefined()
        expect(Number(cancel?.arrivedAt) - (performance.timeOrigin + told)).toBeLessThan(5000)
      }
      await job.runner.runPosts({ jobStatus: 'cancelled' })
      await vi.waitFor(() => expect(lastJob()?.status).toBe('Canceled'), 10_000)
    },
  )

  test('supersede: only running jobs of earlier runs of the same pull request and workflow', async () => {
    const pullRequest = { eventName: 'pull_request', event: { pull_request: { number: 7 } } }
    const submitted = { ...submit, command: 'sleep 60', 'wait-for-completion': 'false' }
    const start = async (github: object) => {
      const job = await world.job({ github })
      const step = await job.main(submitted)
      expect(step.exitCode, step.log).toBe(0)
      return nameOf(step)
    }
    const older = await start(pullRequest)
    const other = await start({ eventName: 'pull_request', event: { pull_request: { number: 8 } } })
    const none = await start({})
    const job = await world.job({ github: pullRequest })
    const step = await job.main({ ...submitted, command: 'echo new', supersede: 'true', 'wait-for-completion': 'true' })
    expect(step.exitCode, step.log).toBe(0)
    const statusOf = (name: string) => world.emulator.jobs.jobs.get(name)?.status
    await vi.waitFor(() => expect(statusOf(older)).toBe('Canceled'))
    expect([statusOf(other), statusOf(none)]).not.toContain('Canceled')
    for (const name of [other, none]) world.emulator.jobs.cancel(name)
    await job.post()
    await sleep(100)
  })
})

describe('what cannot be submitted', () => {
  test.each<[string, Inputs, RegExp]>([
    ['no command', { environment: 'azureml:e:1' }, /has no "command".*\[bad-job\]/],
    ['no environment', { command: 'x', environment: '' }, /names no environment/],
    ['an unknown compute', { command: 'x', compute: 'nowhere' }, /Compute nowhere not found/],
    ['compute: local', { command: 'x', compute: 'local' }, /"local" would run on this runner/],
    ['no such file', { 'job-file': 'none.yml' }, /there is no file .*none\.yml/],
    ['no such code', { command: 'x', code: 'none' }, /code: there is no folder/],
    ['no such environment', { command: 'x', environment: 'azureml:none@latest' }, /Environment "none" does not exist/],
    ['an unknown input', { command: 'x {{inputs.y}} ${{inputs.y}}' }, /mentions "inputs\.y", which it does not have/],
    [
      'a part of a dataset',
      { command: 'x', 'input-datasets': '{name: scans, include: "*.txt"}' },
      /include, exclude and sample are not possible/,
    ],
    ['environment and image', { command: 'x', image: 'ubuntu' }, /given together with image/],
  ])('%s', async (_what, inputs, text) => {
    const job = await world.job()
    const before = jobsOf().length
    expect(errorOf(await job.main({ ...submit, ...inputs }))).toMatch(text)
    expect(jobsOf()).toHaveLength(before)
    await job.post('failure')
  })
})

describe('the doctor', () => {
  const lines = (step: StepResult) => linesOf(step).map(({ subject, state }) => `${state} ${subject}`)

  test('looks at the job and its compute, and submits nothing', async () => {
    await world.upload({ 'looked/a.txt': 'alpha' })
    const before = jobsOf().length
    const step = await checkIn(world, { ...submit, command: 'echo x', 'input-datasets': 'looked' })
    expect(step.exitCode, step.log).toBe(0)
    expect(lines(step)).toEqual(expect.arrayContaining(['ok job', 'ok compute', 'ok input looked']))
    expect(lines(step)).not.toContain('info mounting')
    expect(jobsOf()).toHaveLength(before)
  })

  test('says what is wrong with them', async () => {
    const step = await checkIn(world, { ...submit, command: 'echo x', compute: 'nowhere' })
    expect(lines(step)).toContain('missing compute')
    expect(step.log).toMatch(/no compute "nowhere"[\s\S]*one of "cpu-cluster", "gpu-cluster"/)
    const other = await checkIn(world, { ...submit, 'job-file': 'none.yml' })
    expect(lines(other)).toContain('missing job')
  })
})

test('a warning names the largest files of large code', async () => {
  const job = await world.job()
  await job.runner.run('mkdir big && head -c 101000000 /dev/zero > big/model.bin && echo x > big/run.py')
  const step = await job.main({ ...submit, command: 'ls', code: 'big' })
  expect(step.exitCode, step.log).toBe(0)
  expect(warningsOf(step).join()).toMatch(/Code of 96\.3 MB is uploaded.*"model\.bin"/)
  await job.post()
})
