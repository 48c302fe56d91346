import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorOf, type Job, useWorld, warningsOf } from './world.ts'

const world = useWorld()

/** The files of a version as they lie in the store, with their content. */
async function contentOf(name: string, version: string): Promise<Record<string, string>> {
  const found = world.emulator.dataAssets.versions(name).find((candidate) => candidate.version === version)
  const prefix = /\/paths\/(.*)$/.exec(found?.dataUri ?? '')?.[1] ?? 'no such version'
  const files: Record<string, string> = {}
  for await (const { name: blob } of world.emulator.container().listBlobsFlat({ prefix })) {
    files[blob.slice(prefix.length)] = (
      await world.emulator.container().getBlobClient(blob).downloadToBuffer()
    ).toString()
  }
  return files
}

const versionsOf = (name: string) => world.emulator.dataAssets.versions(name).map(({ version }) => version)

async function runJob(inputs: Record<string, string>, files: Record<string, string>): Promise<Job> {
  const job = await world.job()
  const main = await job.main(inputs)
  expect(main.exitCode, main.log).toBe(0)
  for (const [file, content] of Object.entries(files))
    await job.write(path.join(main.outputs['output-0'] ?? '', file), content)
  return job
}

describe('the post step', () => {
  test('uploads and registers version n+1 with its provenance, and version n stays what it was', async () => {
    await world.upload({ 'source/f': 'x' })
    const inputs = {
      'input-datasets': 'source',
      'output-datasets': '{name: made, tags: {stage: "007"}, description: words}',
    }
    const first = await runJob(inputs, { 'a.txt': 'one', 'deep/ü #%+.txt': 'two', nothing: '' })
    const post = await first.post()
    expect(post.exitCode, post.log).toBe(0)
    expect(post.summary).toMatch(/made.*\[1\]\(https:\/\/ml\.azure\.com\/data\/made\/1\/details/)
    const [version] = world.emulator.dataAssets.versions('made')
    expect(version).toMatchObject({ version: '1', description: 'words', dataType: 'uri_folder' })
    expect(version?.dataUri).toMatch(/\/paths\/azureml-datasets\/made\/\d+\.1\.[0-9a-f]{8}\/$/)
    expect(version?.tags).toEqual({
      stage: '007',
      repository: first.runner.github.repository,
      sha: first.runner.github.sha,
      ref: first.runner.github.ref,
      run: String(first.runner.github.runId),
      attempt: '1',
      inputs: 'source:1',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    })

    const second = await runJob(inputs, { 'a.txt': 'changed' })
    expect((await second.post()).exitCode).toBe(0)
    expect(versionsOf('made')).toEqual(['1', '2'])
    expect(await contentOf('made', '1')).toEqual({ 'a.txt': 'one', 'deep/ü #%+.txt': 'two', nothing: '' })
    expect(await contentOf('made', '2')).toEqual({ 'a.txt': 'changed' })
  })

  test('what is published can be staged again, with the same fingerprint', async () => {
    const job = await runJob({ 'output-datasets': 'round' }, { 'a/b': '1', c: '2' })
    await job.post()
    const staged = await job.main({ 'input-datasets': 'round' })
    expect(staged.exitCode, staged.log).toBe(0)
    expect(warningsOf(staged)).toEqual([])
    expect(JSON.parse(staged.outputs.datasets ?? '').inputs.round.fingerprint).toBe(
      world.emulator.dataAssets.versions('round')[0]?.tags.fingerprint,
    )
  })

  test('a file of many blocks arrives whole, with its MD5', async () => {
    const job = await runJob({ 'output-datasets': 'large' }, {})
    await job.runner.run('head -c 25000000 /dev/urandom > "$AZURE_ML_OUTPUT_large/big.bin"')
    const post = await job.post()
    expect(post.exitCode, post.log).toBe(0)
    const staged = await job.main({ 'input-datasets': 'large' })
    expect(staged.exitCode, staged.log).toBe(0)
    const same = await job.runner.run('cmp "$AZURE_ML_INPUT_large/big.bin" "$AZURE_ML_OUTPUT_large/big.bin"')
    expect(same.exitCode).toBe(0)
    expect(world.emulator.requests.filter(({ operation }) => operation === 'Put Block')).toHaveLength(3)
    expect(JSON.parse(staged.outputs.datasets ?? '').inputs.large['fingerprint-basis']).toBe('md5')
  })

  test.each([
    ['on-success', 'success', true],
    ['on-success', 'failure', false],
    ['on-success', 'cancelled', false],
    ['always', 'failure', true],
    ['always', 'cancelled', false],
    ['never', 'success', false],
  ] as const)('upload-outputs: %s after %s: published %s', async (uploadOutputs, status, published) => {
    const name = `when_${uploadOutputs.replace('-', '_')}_${status}`
    const job = await runJob({ 'output-datasets': name, 'upload-outputs': uploadOutputs }, { f: 'x' })
    const post = await job.post(status)
    expect(post.exitCode, post.log).toBe(0)
    expect(versionsOf(name)).toEqual(published ? ['1'] : [])
  })

  test('an unknown job status publishes nothing, fails, and points to publish/', async () => {
    const job = await runJob({ 'output-datasets': 'composite', 'job-status': '' }, { f: 'x' })
    expect(errorOf(await job.post())).toContain('your-org/azureml-datasets/publish@v1')
    expect(versionsOf('composite')).toEqual([])
  })

  test.each([
    ['error', 1],
    ['warn', 0],
    ['ignore', 0],
  ] as const)('an empty folder with if-no-files-found: %s exits with %i', async (setting, exitCode) => {
    const job = await runJob({ 'output-datasets': 'empty', 'if-no-files-found': setting }, {})
    const post = await job.post()
    expect(post.exitCode, post.log).toBe(exitCode)
    expect(warningsOf(post)).toHaveLength(setting === 'warn' ? 1 : 0)
    expect(post.log).toContain('there are no files in')
    expect(versionsOf('empty')).toEqual([])
  })

  test('a version number that another job takes first is left to it', async () => {
    const job = await runJob({ 'output-datasets': 'contended' }, { f: 'ours' })
    world.emulator.intercept.arm = ({ method, path: place }) => {
      const number = /\/data\/contended\/versions\/([12])$/.exec(place)?.[1]
      if (method === 'PUT' && number && !versionsOf('contended').includes(number)) {
        world.emulator.dataAssets.add('contended', number, { dataUri: `https://example.com/${number}` })
      }
      return undefined
    }
    const post = await job.post()
    expect(post.exitCode, post.log).toBe(0)
    expect(post.log).toContain('Version 2 of contended was registered by another job meanwhile; trying 3')
    expect(versionsOf('contended')).toEqual(['1', '2', '3'])
    expect(await contentOf('contended', '3')).toEqual({ f: 'ours' })
  })

  test('a 400 for a version that exists counts as taken too', async () => {
    const job = await runJob({ 'output-datasets': 'older_service' }, { f: 'x' })
    world.emulator.dataAssets.add('older_service', '1', { dataUri: 'https://example.com/1' })
    world.emulator.intercept.arm = ({ method, path: place }) => {
      if (method === 'GET' && place.endsWith('/data/older_service'))
        return { status: 404, body: { error: { code: 'UserError', message: 'not yet' } } }
      if (method === 'PUT' && place.endsWith('/versions/1'))
        return { status: 400, body: { error: { code: 'UserError', message: 'Asset paths cannot be updated.' } } }
      return undefined
    }
    const post = await job.post()
    expect(post.exitCode, post.log).toBe(0)
    expect(versionsOf('older_service')).toEqual(['1', '2'])
  })

  test.each([
    ['ours, as after an answer that was lost', 'mine', ['1']],
    ['somebody else’s', 'theirs', []],
  ])('a blob that is there already and %s', async (_whose, content, versions) => {
    const name = `already_${versions.length}`
    const job = await runJob({ 'output-datasets': name }, { f: 'mine' })
    world.emulator.intercept.blob = async ({ operation, path: place }) => {
      if (operation !== 'Put Blob') return undefined
      world.emulator.intercept.blob = undefined
      const container = world.emulator.container()
      const blob = place.slice(place.indexOf(container.containerName) + container.containerName.length + 1)
      await container.getBlockBlobClient(blob).upload(content, content.length)
      return undefined
    }
    const post = await job.post()
    expect(post.exitCode, post.log).toBe(versions.length > 0 ? 0 : 1)
    expect(versionsOf(name)).toEqual(versions)
  })

  test('an upload that the store does not keep is never registered', async () => {
    const job = await runJob({ 'output-datasets': 'lossy' }, { kept: 'x', lost: 'y' })
    world.emulator.intercept.blob = async ({ operation, query }) => {
      if (operation === 'List Blobs' && query.prefix && !query.maxresults?.match(/^1$/)) {
        for await (const { name } of world.emulator.container().listBlobsFlat({ prefix: query.prefix })) {
          if (name.endsWith('/lost')) await world.emulator.container().deleteBlob(name)
        }
      }
      return undefined
    }
    expect(errorOf(await job.post())).toContain('1 file of output "lossy" are not in')
    expect(versionsOf('lossy')).toEqual([])
  })
})

describe('what is in the output folder', () => {
  test('links inside are followed', async () => {
    const job = await runJob({ 'output-datasets': 'linked' }, { 'real/f': 'x' })
    const run = await job.runner.run('cd "$AZURE_ML_OUTPUT_linked" && ln -s real again && ln -s real/f g')
    expect(run.exitCode).toBe(0)
    expect((await job.post()).exitCode).toBe(0)
    expect(await contentOf('linked', '1')).toEqual({ 'real/f': 'x', 'again/f': 'x', g: 'x' })
  })

  test.each([
    ['a link that leads out', 'ln -s /etc/passwd out', '"out" is a link that leads out of the folder'],
    ['a link to nowhere', 'ln -s nothing dangling', '"dangling" is a link to nowhere'],
    ['links in a circle', 'mkdir d && ln -s .. d/up', '"d/up" is a link to a folder that it lies in'],
    ['a FIFO', 'mkfifo pipe', '"pipe" is neither a file nor a folder'],
    ['a name that is not UTF-8', "touch $'a\\xff'", 'whose name is not UTF-8'],
    ['a name that no blob may have', "touch 'a\\b'", 'contain a backslash'],
  ])('%s is an error, and nothing is registered', async (_what, command, text) => {
    const job = await runJob({ 'output-datasets': 'unsafe' }, { f: 'x' })
    const run = await job.runner.run(`cd "$AZURE_ML_OUTPUT_unsafe" && ${command}`)
    expect(run.exitCode, run.log).toBe(0)
    expect(errorOf(await job.post())).toContain(text)
    expect(versionsOf('unsafe')).toEqual([])
  })

  test('an output folder that holds files before the job begins is refused', async () => {
    const job = await world.job()
    await job.write('out/old', 'x')
    expect(errorOf(await job.main({ 'output-datasets': '{name: made, target-folder: out}' }))).toContain('is not empty')
  })
})

describe('path and overwrite-existing', () => {
  test('files that are there already, and versions around it, are an error that names them', async () => {
    await world.upload({ 'flat/old': 'x' })
    world.emulator.dataAssets.add('flat', '1', { dataUri: 'azureml://datastores/workspaceblobstore/paths/flat/' })
    for (const place of ['flat/', 'flat/inside/']) {
      const job = await world.job()
      const message = errorOf(await job.main({ 'output-datasets': `{name: flat, path: ${place}}` }))
      expect(message).toContain('is part of 1 registered version ("flat:1")')
      expect(message.includes('holds files already ("flat/old")')).toBe(place === 'flat/')
    }
  })

  test('overwrite-existing replaces the files and warns which versions change', async () => {
    await world.upload({ 'over/old': 'x', 'over/f': 'before' })
    world.emulator.dataAssets.add('over', '1', { dataUri: 'azureml://datastores/workspaceblobstore/paths/over/' })
    const job = await runJob(
      { 'output-datasets': '{name: over, path: over, overwrite_existing: true}' },
      { f: 'after' },
    )
    const post = await job.post()
    expect(post.exitCode, post.log).toBe(0)
    expect(warningsOf(post).join()).toMatch(/"over:1".*They will change.*1 file of before \("old"\)/)
    expect(versionsOf('over')).toEqual(['1', '2'])
    expect(await contentOf('over', '2')).toEqual({ f: 'after', old: 'x' })
  })

  test('a free path is written to as it is', async () => {
    const job = await runJob({ 'output-datasets': '{name: free, path: results/free/v1}' }, { f: 'x' })
    expect((await job.post()).exitCode).toBe(0)
    expect(world.emulator.dataAssets.versions('free')[0]?.dataUri).toMatch(/\/paths\/results\/free\/v1\/$/)
  })
})

describe('publish/ in the middle of a job', () => {
  test('sets the versions as outputs, and leaves nothing to the post step', async () => {
    const job = await runJob({ 'output-datasets': 'early\nlater' }, { f: 'x' })
    await job.write(path.join(job.runner.environment.AZURE_ML_OUTPUT_later ?? '', 'g'), 'y')
    const published = await job.publish()
    expect(published.exitCode, published.log).toBe(0)
    expect(published.outputs).toMatchObject({ 'output-0-version': '1', 'output-1-version': '1' })
    expect(JSON.parse(published.outputs.datasets ?? '').outputs.early).toMatchObject({
      version: '1',
      id: 'azureml:early:1',
      files: 1,
    })
    world.emulator.requests.length = 0
    const again = await job.publish()
    expect(again.outputs['output-0-version']).toBe('1')
    expect((await job.post()).exitCode).toBe(0)
    expect(world.emulator.requests).toEqual([])
    expect(versionsOf('early')).toEqual(['1'])
  })

  test('a later step that only stages does not hide the outputs of an earlier one', async () => {
    await world.upload({ 'source/f': 'x' })
    const job = await runJob({ 'output-datasets': 'not_hidden' }, { f: 'x' })
    expect((await job.main({ 'input-datasets': 'source' })).exitCode).toBe(0)
    expect((await job.publish()).outputs['output-0-version']).toBe('1')
  })

  test('without a session it says what is missing', async () => {
    const job = await world.job()
    expect(errorOf(await job.publish())).toContain('no earlier step of this job opened output datasets')
  })

  test('works where the post step cannot: in composite actions', async () => {
    const job = await runJob({ 'output-datasets': 'in_composite', 'job-status': '' }, { f: 'x' })
    expect((await job.publish()).exitCode).toBe(0)
    expect((await job.post()).exitCode).toBe(0)
    expect(versionsOf('in_composite')).toEqual(['1'])
  })
})

describe('events', () => {
  test.each([
    ['pull_request_target', {}],
    ['workflow_run', { workflow_run: { event: 'pull_request' } }],
  ])('%s publishes nothing', async (eventName, event) => {
    const job = await world.job({ github: { eventName, event } })
    expect(errorOf(await job.main({ 'output-datasets': 'untrusted' }))).toContain('code that nobody has reviewed')
    expect(world.emulator.requests).toEqual([])
  })

  test('pull_request warns that the version becomes the latest for everybody', async () => {
    const job = await world.job({ github: { eventName: 'pull_request', event: { pull_request: { number: 1 } } } })
    const main = await job.main({ 'output-datasets': 'trusted' })
    expect(main.exitCode, main.log).toBe(0)
    expect(warningsOf(main).join()).toContain('they become the latest for everybody')
  })
})

test('outputs of an earlier action step are not taken for those of a later one', async () => {
  const job = await world.job()
  const one = await job.main({ 'output-datasets': 'one_of_two' })
  const two = await job.main({ 'output-datasets': 'two_of_two' })
  await job.write(path.join(one.outputs['output-0'] ?? '', 'f'), '1')
  await job.write(path.join(two.outputs['output-0'] ?? '', 'f'), '2')
  const posts = await job.runner.runPosts()
  expect(posts.map(({ exitCode }) => exitCode)).toEqual([0, 0])
  expect(await contentOf('one_of_two', '1')).toEqual({ f: '1' })
  expect(await contentOf('two_of_two', '1')).toEqual({ f: '2' })
})
