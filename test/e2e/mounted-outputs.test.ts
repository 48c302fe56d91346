import { existsSync } from 'node:fs'
import { readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { StepResult } from '../../emulator/runner.ts'
import { ourMounts } from '../../src/mount/mount-table.ts'
import { noMounts } from '../mount/kernel.ts'
import { errorOf, filesBelow, type Job, useWorld } from './world.ts'

const world = useWorld()
const versionsOf = (name: string) => world.emulator.dataAssets.versions(name).map(({ version }) => version)
const mountsOf = async ({ runner }: Job) =>
  (await ourMounts()).filter((folder) => folder.startsWith(runner.folders.root))

/** Names and contents of the blobs below a prefix. */
async function blobsBelow(prefix: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  const container = world.emulator.container()
  for await (const { name } of container.listBlobsFlat({ prefix }))
    found[name.slice(prefix.length)] = (await container.getBlobClient(name).downloadToBuffer()).toString('latin1')
  return found
}

/** The files of a version, as they lie in the store. */
function contentOf(name: string, version = '1'): Promise<Record<string, string>> {
  const uri = world.emulator.dataAssets.versions(name).find((one) => one.version === version)?.dataUri ?? ''
  return blobsBelow(/\/paths\/(.*)$/.exec(uri)?.[1] ?? 'no such version')
}

/** Opens one mounted output and runs a script in it. */
async function runJob(
  name: string,
  script: string,
  { keys = '', ...inputs }: Record<string, string> = {},
): Promise<{ job: Job; main: StepResult; folder: string }> {
  const job = await world.job()
  const main = await job.main({ 'output-datasets': `{name: ${name}, use-mounting: true${keys}}`, ...inputs })
  expect(main.exitCode, main.log).toBe(0)
  const folder = main.outputs['output-0'] ?? ''
  const run = await job.runner.run(`set -eu; cd "$AZURE_ML_OUTPUT_${name}"; ${script}`)
  expect(run.exitCode, run.log).toBe(0)
  return { job, main, folder }
}

/** No mount, no folder, no session is left. (Processes: the world looks for them after each test.) */
async function expectNothingLeft(job: Job): Promise<void> {
  expect(await mountsOf(job)).toEqual([])
  const beside = path.join(job.runner.folders.temp, '..')
  expect(await readdir(path.join(beside, '_azureml-datasets')).catch(() => [])).toEqual([])
  expect(await readdir(path.join(beside, '_azureml-outputs')).catch(() => [])).toEqual([])
}

beforeEach((context) => {
  if (noMounts) context.skip(noMounts)
})

describe('a mounted output', () => {
  test('is published by the post step, as it is then', async () => {
    const { job, folder } = await runJob(
      'made',
      'mkdir -p deep/er; echo one >a; echo two >deep/er/b.tmp; mv deep/er/b.tmp deep/er/b; echo x >gone; rm gone; : >empty; ln -s a link',
      { keys: ', tags: {stage: "007"}' },
    )
    const post = await job.post()
    expect(post.exitCode, post.log).toBe(0)
    expect(await contentOf('made')).toEqual({ a: 'one\n', 'deep/er/b': 'two\n', empty: '', link: 'one\n' })
    const [version] = world.emulator.dataAssets.versions('made')
    expect(version?.dataUri).toMatch(/\/paths\/azureml-datasets\/made\/\d+\.1\.[0-9a-f]{8}\/$/)
    expect(version?.tags).toMatchObject({ stage: '007', fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) })
    await expectNothingLeft(job)
    expect(existsSync(folder)).toBe(false)
  })

  test('that is large is sent while the job runs, and can be staged again with its MD5', async () => {
    const { job } = await runJob('large', 'head -c 25000000 /dev/urandom >big; md5sum <big >sum')
    const written = () => world.emulator.requests.flatMap(({ operation, status }) => (status === 201 ? operation : []))
    await vi.waitFor(() => expect(written()).toEqual(expect.arrayContaining(['Put Block List', 'Put Blob'])), 15_000)
    const before = world.emulator.requests.length
    const post = await job.post()
    expect(post.exitCode, post.log).toBe(0)
    const blocks = world.emulator.requests.slice(before).filter(({ operation }) => operation.startsWith('Put'))
    expect(blocks).toEqual([])
    const staged = await job.main({ 'input-datasets': 'large' })
    expect(staged.exitCode, staged.log).toBe(0)
    const same = await job.runner.run('cd "$AZURE_ML_INPUT_large" && md5sum <big | cmp - sum')
    expect(same.exitCode, same.log).toBe(0)
    await job.post()
  })

  test('has its target-folder as a link, which goes with the mount', async () => {
    const { job, folder } = await runJob('linked', 'echo x >f; ln -s "$PWD/f" absolute', {
      keys: ', target-folder: results/here',
    })
    expect(folder).toBe(path.join(job.runner.folders.checkout, 'results/here'))
    expect(await mountsOf(job)).toEqual([await readlink(folder)])
    expect((await job.post()).exitCode).toBe(0)
    expect(await contentOf('linked')).toEqual({ f: 'x\n', absolute: 'x\n' })
    expect(existsSync(folder)).toBe(false)
    await expectNothingLeft(job)
  })

  test('is served together with mounted inputs', async () => {
    await world.upload({ 'source/in.txt': 'input' })
    const job = await world.job()
    const main = await job.main({
      'input-datasets': '{name: source, use-mounting: true}',
      'output-datasets': '[{name: first, use-mounting: true}, second, {name: third, use-mounting: auto}]',
    })
    expect(main.exitCode, main.log).toBe(0)
    const run = await job.runner.run(
      'for o in first second third; do cp "$AZURE_ML_INPUT_source/in.txt" "$(eval echo \\$AZURE_ML_OUTPUT_$o)/$o"; done',
    )
    expect(run.exitCode, run.log).toBe(0)
    expect(await mountsOf(job)).toHaveLength(3)
    const post = await job.post()
    expect(post.exitCode, post.log).toBe(0)
    for (const name of ['first', 'second', 'third']) expect(await contentOf(name)).toEqual({ [name]: 'input' })
    await expectNothingLeft(job)
  })

  test('is published by a step publish/, and stays as it was then', async () => {
    const { job, folder } = await runJob('midway', 'echo x >f')
    const published = await job.publish()
    expect(published.exitCode, published.log).toBe(0)
    expect(published.outputs['output-0-version']).toBe('1')
    const late = await job.runner.run(`cat ${folder}/f; echo late >${folder}/late || rm -rf ${folder}/*`)
    expect(late.log).toMatch(/^x$/m)
    expect(late.log.match(/Read-only file system/g)).toHaveLength(2)
    expect((await job.post('failure')).exitCode).toBe(0)
    expect(await contentOf('midway')).toEqual({ f: 'x\n' })
    await expectNothingLeft(job)
  })

  test.each([
    ['on-success', 'failure', false],
    ['on-success', 'cancelled', false],
    ['always', 'failure', true],
    ['never', 'success', false],
  ] as const)(
    'with upload-outputs: %s, after %s: published %s, and else no blob is left',
    async (upload, status, is) => {
      const name = `when_${upload.replace('-', '_')}_${status}`
      const { job } = await runJob(name, 'echo x >f; echo y >g', { 'upload-outputs': upload })
      await vi.waitFor(
        () => expect(world.emulator.requests.filter(({ operation }) => operation === 'Put Blob')).toHaveLength(2),
        10_000,
      )
      const post = await job.post(status)
      expect(post.exitCode, post.log).toBe(0)
      expect(versionsOf(name)).toEqual(is ? ['1'] : [])
      expect(Object.keys(await blobsBelow(`azureml-datasets/${name}/`))).toHaveLength(is ? 2 : 0)
      await expectNothingLeft(job)
    },
  )

  test('changes a folder that the user named only when it is published', async () => {
    await world.upload({ 'flat/old': 'old', 'flat/f': 'before' })
    const keys = ', path: flat, overwrite-existing: true'
    const { job } = await runJob('flat_one', 'echo x >f; echo y >g', { keys })
    await sleep(4500)
    expect(await blobsBelow('flat/')).toEqual({ old: 'old', f: 'before' })
    const post = await job.post()
    expect(post.exitCode, post.log).toBe(0)
    expect(await blobsBelow('flat/')).toEqual({ old: 'old', f: 'x\n', g: 'y\n' })
    expect(await blobsBelow('azureml-datasets/flat_one/')).toEqual({})
    expect(post.log).toContain('"flat/" also holds 1 file of before')
  })

  test('that is empty is treated as any', async () => {
    const { job } = await runJob('void', 'mkdir folder')
    expect(errorOf(await job.post())).toContain('[output-empty]')
    await expectNothingLeft(job)
  })
})

describe('what tidies up', () => {
  test('cannot reach what is published: neither RUNNER_TEMP, nor the folders around the mount', async () => {
    const { job, folder } = await runJob('safe', 'echo x >f; echo y >g')
    const beside = path.join(job.runner.folders.temp, '..')
    // The runner empties this folder without looking for mounts.
    await job.runner.run(`rm -rf ${job.runner.folders.temp}/*`)
    expect((await job.publish()).exitCode).toBe(0)
    await job.runner.run(`rm -rf ${path.dirname(folder)} ${beside}/_azureml-outputs ${job.runner.folders.temp}/*`)
    expect(await contentOf('safe')).toEqual({ f: 'x\n', g: 'y\n' })
    await job.post()
    expect(await contentOf('safe')).toEqual({ f: 'x\n', g: 'y\n' })
  })

  test('before it is published, takes what it deletes out of the version, and nothing else from the store', async () => {
    await world.upload({ 'neighbour/f': 'stays' })
    const { job, folder } = await runJob('emptied', 'echo x >f')
    await vi.waitFor(async () => expect(await blobsBelow('azureml-datasets/emptied/')).not.toEqual({}), 10_000)
    await job.runner.run(`rm -rf ${path.dirname(folder)} || true`) // a mount itself is busy
    expect(errorOf(await job.post())).toContain('[output-empty]')
    expect(await blobsBelow('azureml-datasets/emptied/')).toEqual({})
    expect(await blobsBelow('neighbour/')).toEqual({ f: 'stays' })
  })
})

describe('when something goes wrong', () => {
  test('an upload that fails for good fails the post step, names the files, keeps them, and registers nothing', async () => {
    const { job } = await runJob('refused', 'mkdir d; echo precious >d/f; echo fine >g')
    world.emulator.intercept.blob = ({ operation, path: place }) =>
      operation === 'Put Blob' && place.endsWith('/d/f')
        ? { status: 403, headers: { 'x-ms-error-code': 'AuthorizationFailure' } }
        : undefined
    const post = await job.post()
    expect(post.exitCode).toBe(1)
    const errors = post.annotations.filter(({ level }) => level === 'error').map(({ message }) => message)
    expect(errors[0]).toMatch(/refused: "d\/f" .*403/)
    expect(errors[1]).toMatch(/1 file of output "refused" could not be sent.*"d\/f".*\[upload-incomplete\]/)
    const [kept] = /\S+\/unsent(?= )/.exec(errors[1] ?? '') ?? []
    expect(filesBelow(kept ?? '')).toEqual(['refused/d/f'])
    expect(await readFile(path.join(kept ?? '', 'refused/d/f'), 'utf8')).toBe('precious\n')
    expect(versionsOf('refused')).toEqual([])
    world.emulator.intercept.blob = undefined
    expect(await blobsBelow('azureml-datasets/refused/')).toEqual({})
    expect(await mountsOf(job)).toEqual([])
  })

  test('a link that leads out is told, and nothing is registered', async () => {
    const { job } = await runJob('outside', 'echo x >f; ln -s /etc/passwd bad')
    const post = await job.post()
    const errors = post.annotations.filter(({ level }) => level === 'error').map(({ message }) => message)
    expect(errors.at(-1)).toMatch(/"bad" is a link that leads out of the folder.*\[unsafe-output\]/)
    expect(versionsOf('outside')).toEqual([])
    expect(await blobsBelow('azureml-datasets/outside/')).toEqual({})
  })

  test('a daemon that was killed costs what was written, and that is told', async () => {
    const { job } = await runJob('lost', 'echo x >f')
    await vi.waitFor(async () => expect(await blobsBelow('azureml-datasets/lost/')).not.toEqual({}), 10_000)
    const [pid] = await job.runner.leftovers()
    process.kill(pid ?? 0, 'SIGKILL')
    await vi.waitFor(async () => expect(await job.runner.leftovers()).toEqual([]))
    const post = await job.post()
    expect(errorOf(post)).toMatch(/what was written to .* is lost, and nothing is registered.*\[mount-lost\]/)
    expect(versionsOf('lost')).toEqual([])
    expect(await blobsBelow('azureml-datasets/lost/')).toEqual({})
    await expectNothingLeft(job)
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s while what is left is sent registers nothing, and leaves no blob',
    async (signal) => {
      const job = await world.job()
      const main = job.start({ 'output-datasets': '{name: stopped, use-mounting: true}' })
      expect((await main.completed).exitCode).toBe(0)
      await job.runner.run('for i in $(seq 20); do echo $i >"$AZURE_ML_OUTPUT_stopped/f$i"; done')
      const arrived = Promise.withResolvers<void>()
      world.emulator.intercept.blob = async ({ operation }) => {
        if (operation !== 'Put Blob') return undefined
        arrived.resolve()
        await sleep(1000)
        return undefined
      }
      const post = job.runner.startPost(main, { jobStatus: 'success' })
      await arrived.promise
      post.signal(signal)
      expect((await post.completed).exitCode).toBe(1)
      expect(versionsOf('stopped')).toEqual([])
      world.emulator.intercept.blob = undefined
      expect(await blobsBelow('azureml-datasets/stopped/')).toEqual({})
      await expectNothingLeft(job)
    },
  )

  test('a main step that is killed leaves nothing', async () => {
    const job = await world.job()
    const step = job.start({ 'output-datasets': '{name: killed, use-mounting: true}' })
    await vi.waitFor(async () => expect(await mountsOf(job)).toHaveLength(1), 10_000)
    step.signal('SIGKILL')
    await step.completed
    await job.runner.runPosts({ jobStatus: 'failure' })
    await vi.waitFor(async () => expect(await job.runner.leftovers()).toEqual([]), 5000)
    await expectNothingLeft(job)
  })
})
