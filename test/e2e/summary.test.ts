import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Step } from '../../emulator/runner.ts'
import { errorOf, type Job, useWorld } from './world.ts'

const world = useWorld()
beforeEach(() => world.upload({ 'source/a/f': 'x', 'source/b/g': 'yy', 'source/top': 'zzz' }))

/** A job that wrote files to its output; `made` in the summary of its post step. */
async function jobWith(inputs: Record<string, string>, files: Record<string, string>): Promise<Job> {
  const job = await world.job()
  const main = await job.main(inputs)
  expect(main.exitCode, main.log).toBe(0)
  for (const [file, content] of Object.entries(files))
    await job.write(path.join(main.outputs['output-0'] ?? '', file), content)
  return job
}

const versionsOf = (name: string) => world.emulator.dataAssets.versions(name).map(({ version }) => version)

describe('the summary of the main step', () => {
  test('says what was registered, which part was chosen, what was fetched, and where the time went', async () => {
    await world.upload({ 'fresh/a/f': 'x', 'fresh/b/g': 'yy', 'fresh/top': 'zzz' })
    const inputs = { 'input-datasets': '{name: fresh, include: "**/*", exclude: top, target-folder: data}' }
    const job = await world.job()
    const first = await job.main(inputs)
    expect(first.exitCode, first.log).toBe(0)
    expect(first.summary).toMatch(
      /\| `fresh` \| \[1\]\(https:\/\/ml\.azure\.com\/data\/fresh\/1\/.*\) \| downloaded, registered just now from folder `fresh\/` \| 2 of 3 \| 3 B \|/,
    )
    expect(first.summary).toMatch(/<sub>Took \d+\.\d s: .*\(\d+ %\)/)
    expect(first.log.split('\n').at(-1)).toMatch(/^Took \d+\.\d s: .*\.$/)
    const second = await job.main(inputs)
    expect(second.summary).toContain('| downloaded (nothing changed since the last run) | 2 of 3 | 3 B | – | – |')
    await world.upload({ 'fresh/a/f': 'changed' })
    const third = await job.main(inputs)
    expect(third.summary).toContain('downloaded (1 file fetched, the rest was there)')
  })

  test('that failed says what it did before, and the one error line', async () => {
    const job = await world.job()
    const failed = await job.main({ 'input-datasets': 'source\nnowhere\nafter' })
    const message = errorOf(failed)
    expect(message).toContain('There is no dataset "nowhere"')
    expect(failed.summary).toMatch(/^### AzureML datasets\n\n> \[!CAUTION\]\n> There is no dataset "nowhere"/)
    expect(failed.summary).toMatch(/\| `source` \|.*\| not staged.*\n\| `nowhere` \| – \| not reached/)
    expect(failed.summary).toContain('| `after` | – | not reached')
    expect(failed.log).toMatch(/Took \d+\.\d s/)
  })

  test('whose inputs make no sense shows that error', async () => {
    const job = await world.job()
    const failed = await job.main({ 'input-datasets': '- name: a\n  path: [x' })
    errorOf(failed)
    expect(failed.summary).toMatch(/> \[!CAUTION\]\n> input-datasets, line 2.*`bad-yaml`/)
  })

  test('that was cancelled says which datasets were staged by then', async () => {
    await world.upload({ 'slow/f': 'x' })
    const job = await world.job()
    const arrived = Promise.withResolvers<void>()
    world.emulator.intercept.blob = ({ operation, path: place }) => {
      if (operation !== 'Get Blob' || !place.includes('/slow/')) return undefined
      arrived.resolve()
      return new Promise(() => {})
    }
    const step = job.start({ 'input-datasets': 'source\nslow' })
    await arrived.promise
    step.signal('SIGINT')
    const { summary } = await step.completed
    expect(summary).toContain('> [!WARNING]\n> Cancelled: the runner sent SIGINT.')
    expect(summary).toMatch(/\| `source` \|.*\| downloaded .*\n\| `slow` \|.*\| not staged/)
  })

  test('that was skipped says why, and a local folder is named as one', async () => {
    const job = await world.job({
      environment: { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' },
    })
    const skipped = await job.main({ 'input-datasets': 'source', 'on-missing-credentials': 'skip' })
    expect(skipped.exitCode, skipped.log).toBe(0)
    expect(skipped.summary).toContain('The datasets were skipped, as this job has no credentials for Azure')
    expect(skipped.summary).not.toContain('not reached')
    await job.write('sample/f', 'x')
    const local = await job.main({ 'input-datasets': '{name: source, local-folder: sample}' })
    expect(local.summary).toContain('| `source` | – | local folder | 1 | 1 B |')
  })

  test('warns of a dataset that is not what it was', async () => {
    const job = await world.job()
    await job.main({ 'input-datasets': 'source', 'resolve-only': 'true' })
    await world.upload({ 'source/a/new': 'x' })
    const { summary } = await job.main({ 'input-datasets': 'source', 'resolve-only': 'true' })
    expect(summary).toMatch(/\| resolved only \|/)
    expect(summary).toMatch(/- ⚠️ Dataset source:\d+ is not what it was when it was registered/)
  })

  test('names the version where the runner masks the subscription in its link', async () => {
    const job = await world.job({ secrets: [world.emulator.subscriptionId] })
    const { summary } = await job.main({ 'input-datasets': 'source' })
    expect(summary).toMatch(
      /\[\d+\]\(https:\/\/ml\.azure\.com\/data\/source\/\d+\/details\?wsid=\/subscriptions\/\*\*\*\//,
    )
  })
})

/** A step that has registered version 2 of a dataset, and lists version 1 for ever. */
async function comparing(name: string): Promise<{ readonly job: Job; readonly step: Step }> {
  world.emulator.dataAssets.add(name, '1', { dataUri: 'azureml://datastores/workspaceblobstore/paths/source/' })
  const job = await jobWith({ 'output-datasets': name }, { f: 'x' })
  const arrived = Promise.withResolvers<void>()
  world.emulator.intercept.blob = ({ operation, query }) => {
    if (operation !== 'List Blobs' || query.prefix !== 'source/') return undefined
    arrived.resolve()
    return new Promise(() => {})
  }
  const step = job.runner.start('publish', { id: 'published' })
  await arrived.promise
  return { job, step }
}

describe('the summary of a step that publishes', () => {
  test('says what changed since the version before', async () => {
    const inputs = { 'output-datasets': 'diffed' }
    const first = await (await jobWith(inputs, { 'a/same': '1', 'a/gone': '22', 'b/other': 'old', top: 't' })).post()
    expect(first.summary).toContain('| `diffed:1` | this is the first version | – | – | – | – |')
    const post = await (await jobWith(inputs, { 'a/same': '1', 'a/new': '333', 'b/other': 'newer', top: 't' })).post()
    expect(post.exitCode, post.log).toBe(0)
    expect(post.summary).toContain('| `diffed:2` | version 1 | 1 file, 3 B | 1 file, 2 B | 1 file, 5 B | +3 B |')
    expect(post.summary).toMatch(/\| `diffed:2` \| `a\/` \| 1 \| 1 \| – \|\n\| `diffed:2` \| `b\/` \| – \| – \| 1 \|/)
    expect(post.log).toContain('diffed:2 compared with version 1: 1 file added, 1 removed, 1 changed.')
  })

  test('says so where the version before is gone or cannot be listed, and fails for neither', async () => {
    world.emulator.dataAssets.add('lost', '1', { dataUri: 'azureml://datastores/workspaceblobstore/paths/never/' })
    const gone = await (await jobWith({ 'output-datasets': 'lost' }, { f: 'x' })).post()
    expect(gone.exitCode, gone.log).toBe(0)
    expect(gone.summary).toContain('| `lost:2` | version 1 cannot be listed (there are no files any more) |')
    world.emulator.dataAssets.add('lost', '3', { dataUri: 'https://example.com/x' })
    const strange = await (await jobWith({ 'output-datasets': 'lost' }, { f: 'x' })).post()
    expect(strange.summary).toContain('| `lost:4` | version 3 cannot be listed (data-uri-unsupported) |')
  })

  test('that fails says which outputs were published before', async () => {
    const job = await world.job()
    const main = await job.main({ 'output-datasets': 'whole\nbroken' })
    await job.write(path.join(main.outputs['output-0'] ?? '', 'f'), 'x')
    const post = await job.post()
    expect(errorOf(post)).toContain('[output-empty]')
    expect(post.summary).toMatch(/^### AzureML outputs\n\n> \[!CAUTION\]/)
    expect(post.summary).toMatch(/\| `whole` \| \[1\].*\n\| `broken` \| not published/)
  })

  test('is killed while it compares: the version is registered, and is not registered twice', async () => {
    const { job, step } = await comparing('once')
    step.signal('SIGKILL')
    await step.completed
    world.emulator.intercept.blob = undefined
    expect((await job.post('success')).exitCode).toBe(0)
    expect(versionsOf('once')).toEqual(['1', '2'])
  })

  test('is cancelled while it compares: the version is registered, and the summary says so', async () => {
    const { step } = await comparing('late')
    step.signal('SIGINT')
    const { exitCode, summary, outputs, log } = await step.completed
    expect(exitCode, log).toBe(0)
    expect(outputs['output-0-version']).toBe('2')
    expect(summary).toContain('| `late:2` | version 1 cannot be listed (the step was cancelled) |')
  })
})
