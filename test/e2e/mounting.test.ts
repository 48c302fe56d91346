import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { StepResult } from '../../emulator/runner.ts'
import { ourMounts } from '../../src/mount/mount-table.ts'
import { noMounts } from '../mount/kernel.ts'
import { errorOf, filesBelow, type Job, useWorld, warningsOf } from './world.ts'

const world = useWorld()
const mounted = { 'use-mounting': 'true' }
const files = { 'scans/a.txt': 'alpha', 'scans/deep/b.txt': 'beta', 'scans/empty': '' }
const read = (file: string) => readFile(file, 'utf8')
const inputOf = (step: StepResult, name = 'scans') => JSON.parse(step.outputs.datasets ?? '').inputs[name]
const mountsOf = async ({ runner }: Job) =>
  (await ourMounts()).filter((folder) => folder.startsWith(runner.folders.root))

/** Stages the dataset `scans`, mounted. */
async function mountScans(
  job: Job,
  inputs: Record<string, string> = {},
): Promise<{ step: StepResult; folder: string }> {
  const step = await job.main({ 'input-datasets': 'scans', ...mounted, ...inputs })
  expect(step.exitCode, step.log).toBe(0)
  return { step, folder: step.outputs['input-0'] ?? '' }
}

/** No mount, no process and no folder of ours is left. (Processes: the world looks for them after each test.) */
async function expectNothingLeft(job: Job): Promise<void> {
  expect(await mountsOf(job)).toEqual([])
  const staged = path.join(job.runner.folders.temp, 'azureml-datasets')
  const left = await readdir(staged, { recursive: true }).catch(() => [])
  // What was downloaded, and outputs, stay until the runner empties this folder.
  expect(left.filter((name) => name.includes('scans'))).toEqual([])
  expect(await readdir(path.join(job.runner.folders.temp, '..', '_azureml-datasets')).catch(() => [])).toEqual([])
}

describe('mounted inputs', () => {
  beforeEach((context) => {
    if (noMounts) context.skip(noMounts)
  })

  test('are there for later steps, and gone after the post step', async () => {
    await world.upload(files)
    const job = await world.job()
    const { step, folder } = await mountScans(job)
    expect(inputOf(step)).toMatchObject({ staged: 'mounted', path: folder, files: 3, bytes: 9 })
    expect(step.env.AZURE_ML_INPUT_scans).toBe(folder)
    const shown = await job.runner.run('cd "$AZURE_ML_INPUT_scans" && find . -type f | sort | xargs cat && ls')
    expect(shown.log).toContain('alphabeta')
    expect((await job.post()).exitCode).toBe(0)
    await expectNothingLeft(job)
  })

  test('are what `auto` makes of inputs, each in its place', async () => {
    await world.upload({ ...files, 'tables/t.csv': 'x,y', 'one/file.bin': 'one' })
    const job = await world.job()
    const step = await job.main({
      'input-datasets':
        '[scans, {name: tables, target-folder: data/tables}, {name: one, use-mounting: false}, {name: again, path: one, include: "*.bin"}]',
      'use-mounting': 'auto',
    })
    expect(step.exitCode, step.log).toBe(0)
    const staged = ['scans', 'tables', 'one', 'again'].map((name) => inputOf(step, name).staged)
    expect(staged).toEqual(['mounted', 'mounted', 'downloaded', 'mounted'])
    expect(await read(path.join(job.runner.folders.checkout, 'data/tables/t.csv'))).toBe('x,y')
    expect(await read(path.join(step.outputs['input-3'] ?? '', 'file.bin'))).toBe('one')
    expect((await job.post()).exitCode).toBe(0)
    expect(await mountsOf(job)).toEqual([])
    expect(await readdir(path.join(job.runner.folders.checkout, 'data'))).toEqual([])
  })

  test('that are one file are that file', async () => {
    await world.upload({ 'single/model.bin': 'weights', 'single/other.bin': 'no' })
    world.emulator.dataAssets.add('model', '1', {
      dataType: 'uri_file',
      dataUri: 'azureml://datastores/workspaceblobstore/paths/single/model.bin',
    })
    const job = await world.job()
    const step = await job.main({ 'input-datasets': 'model', ...mounted })
    expect(step.exitCode, step.log).toBe(0)
    expect(await read(step.outputs['input-0'] ?? '')).toBe('weights')
    await job.post()
  })

  test('go to the place of an earlier download by download, and not by mount', async () => {
    await world.upload(files)
    const job = await world.job()
    const place = '{name: scans, target-folder: data}'
    await job.main({ 'input-datasets': place })
    const again = await job.main({ 'input-datasets': place, 'use-mounting': 'auto' })
    expect(inputOf(again).staged).toBe('downloaded')
    expect(again.log).toMatch(/downloaded, not mounted: an earlier download lies in/)
    const forced = await job.main({ 'input-datasets': place, ...mounted })
    expect(errorOf(forced)).toMatch(/cannot be mounted.*an earlier download lies in.*\[cannot-mount\]/)
  })

  test('are not mounted where nothing is moved', async () => {
    await world.upload(files)
    const job = await world.job()
    const step = await job.main({ 'input-datasets': 'scans', ...mounted, 'resolve-only': 'true' })
    expect(inputOf(step).staged).toBe('none')
    expect(await mountsOf(job)).toEqual([])
  })

  test('refuse names that cannot be files before anything is mounted', async () => {
    await world.upload({ 'odd/b//x': 'no', 'odd/a': 'yes' })
    const job = await world.job()
    const step = await job.main({ 'input-datasets': 'odd', ...mounted })
    expect(errorOf(step)).toContain('[unsafe-names]')
    await expectNothingLeft(job)
  })

  test('keep secrets to the pipe: neither arguments nor environment of the daemon have any', async () => {
    await world.upload(files)
    const job = await world.job()
    await mountScans(job)
    const [pid] = await job.runner.leftovers()
    for (const what of ['cmdline', 'environ']) {
      const text = await read(`/proc/${pid}/${what}`)
      for (const secret of [...world.emulator.secrets, job.runner.github.token]) expect(text).not.toContain(secret)
    }
    await job.post()
  })
})

describe('a mounted file that changes', () => {
  beforeEach((context) => {
    if (noMounts) context.skip(noMounts)
  })

  test('gives an input/output error, fails the post step, and keeps the outputs from being published', async () => {
    await world.upload(files)
    const job = await world.job()
    const { folder } = await mountScans(job, { 'output-datasets': 'made' })
    await job.write(path.join(job.runner.environment.AZURE_ML_OUTPUT_made ?? '', 'x'), 'x')
    await world.upload({ 'scans/a.txt': 'ALPHA' })
    const failed = await job.runner.run(`cat ${folder}/deep/b.txt; cat ${folder}/a.txt`)
    expect(failed.log).toContain('beta')
    expect(failed.log).toContain('a.txt: Input/output error')
    expect(failed.log).not.toContain('ALPHA')
    const post = await job.post('success')
    expect(post.exitCode).toBe(1)
    const errors = post.annotations.filter(({ level }) => level === 'error').map(({ message }) => message)
    expect(errors[0]).toContain('scans:1: "a.txt" changed while the job read from it.')
    expect(errors.at(-1)).toMatch(/"a.txt".*\[changed-while-reading\]/)
    expect(post.log).toContain('has changed since it was listed')
    expect(world.emulator.dataAssets.versions('made')).toEqual([])
    await expectNothingLeft(job)
  })

  test('that nobody reads does no harm', async () => {
    await world.upload(files)
    const job = await world.job()
    await mountScans(job)
    await world.upload({ 'scans/a.txt': 'ALPHA' })
    expect((await job.post()).exitCode).toBe(0)
  })
})

describe('a daemon that is killed', () => {
  beforeEach((context) => {
    if (noMounts) context.skip(noMounts)
  })

  async function killDaemon(job: Job): Promise<void> {
    const [pid] = await job.runner.leftovers()
    process.kill(pid ?? 0, 'SIGKILL')
    await vi.waitFor(async () => expect(await job.runner.leftovers()).toEqual([]))
  }

  test('is told by the next step of this action, and by the post step, which clears its mount', async () => {
    await world.upload({ ...files, 'other/x': 'x' })
    const job = await world.job()
    const { folder } = await mountScans(job)
    await killDaemon(job)
    const shown = await job.runner.run(`cat ${folder}/a.txt || true`)
    // The second where the kernel is about to end the connection.
    expect(shown.log).toMatch(/Transport endpoint is not connected|Software caused connection abort/)
    const next = await job.main({ 'input-datasets': 'other' })
    expect(next.exitCode, next.log).toBe(0)
    expect(warningsOf(next).join()).toMatch(
      /process that served the mounted datasets has ended, so that what lies in .* could not be read/,
    )
    const posts = await job.runner.runPosts()
    const codes = posts.map(({ exitCode }) => exitCode)
    expect(codes).toEqual([0, 1])
    expect(posts[1]?.log).toContain('[mount-lost]')
    await expectNothingLeft(job)
  })

  test('keeps outputs from being published by publish/', async () => {
    await world.upload(files)
    const job = await world.job()
    await mountScans(job, { 'output-datasets': 'made' })
    await job.write(path.join(job.runner.environment.AZURE_ML_OUTPUT_made ?? '', 'x'), 'x')
    await killDaemon(job)
    expect(errorOf(await job.publish())).toContain('[mount-lost]')
    expect(world.emulator.dataAssets.versions('made')).toEqual([])
    await job.post('failure')
    await expectNothingLeft(job)
  })
})

describe('a mount that is in use', () => {
  beforeEach((context) => {
    if (noMounts) context.skip(noMounts)
  })

  test('is told with who uses it, and goes away all the same', async () => {
    await world.upload(files)
    const job = await world.job()
    const { folder } = await mountScans(job)
    // By its own `cd`: `cwd` would be entered by this process's fork, which waits for it.
    const holder = spawn('bash', ['-c', 'cd "$0" && echo in && exec sleep 60', folder], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    onTestFinished(() => void holder.kill('SIGKILL'))
    await once(holder.stdout, 'data')
    const post = await job.post()
    expect(post.exitCode, post.log).toBe(0)
    expect(warningsOf(post).join()).toMatch(/was still used by "(sleep|bash) \(\d+\)" when it was unmounted/)
    expect(await mountsOf(job)).toEqual([])
  })
})

describe('a main step that is killed', () => {
  beforeEach((context) => {
    if (noMounts) context.skip(noMounts)
  })

  test.each([10, 200, 300, 400, 500, 700])(
    '%d ms after its beginning leaves nothing behind the post step',
    async (milliseconds) => {
      await world.upload(files)
      const job = await world.job()
      const step = job.start({ 'input-datasets': 'scans', ...mounted })
      await sleep(milliseconds)
      step.signal('SIGKILL')
      await step.completed
      await job.runner.runPosts({ jobStatus: 'failure' })
      await vi.waitFor(async () => expect(await job.runner.leftovers()).toEqual([]), 5000)
      await expectNothingLeft(job)
    },
  )
})

describe('where mounting is not possible', () => {
  beforeEach((context) => {
    if (noMounts) context.skip(noMounts)
    if (process.getuid?.() !== 0) context.skip('taking rights away needs root')
  })

  /** A namespace of mounts, as a job container is; gives the command that runs others in it. */
  async function namespace(script: string): Promise<string[]> {
    const command = ['-m', '--propagation', 'private', 'sh', '-c', `${script} && echo in && exec sleep 60`]
    const holder = spawn('unshare', command, { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void holder.kill('SIGKILL'))
    await once(holder.stdout, 'data')
    return ['nsenter', `--mount=/proc/${holder.pid}/ns/mnt`, '--wd=.']
  }
  const ownDevices = 'mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/urandom c 1 9'
  const places: Record<string, [() => string[] | Promise<string[]>, RegExp]> = {
    'without /dev/fuse': [
      () => namespace(ownDevices),
      /there is no \/dev\/fuse.*--device \/dev\/fuse --cap-add SYS_ADMIN/,
    ],
    'without CAP_SYS_ADMIN': [
      () => ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin'],
      /CAP_SYS_ADMIN is missing.*--cap-add SYS_ADMIN/,
    ],
    'with something else at /dev/fuse': [() => namespace('mount --bind /dev/null /dev/fuse'), /mount ended with/],
  }

  test.each(Object.entries(places))(
    '%s: `auto` downloads, `true` says what is missing',
    async (_where, [within, reason]) => {
      await world.upload(files)
      const job = await world.job({ within: await within() })
      const auto = await job.main({ 'input-datasets': 'scans', 'use-mounting': 'auto' })
      expect(auto.exitCode, auto.log).toBe(0)
      expect(inputOf(auto).staged).toBe('downloaded')
      expect(auto.log).toMatch(reason)
      expect(filesBelow(auto.outputs['input-0'] ?? '')).toEqual(['a.txt', 'deep/b.txt', 'empty'])
      const forced = await job.main({ 'input-datasets': 'scans', ...mounted })
      expect(errorOf(forced)).toMatch(/\[cannot-mount\]/)
      expect(errorOf(forced)).toMatch(reason)
      expect(await mountsOf(job)).toEqual([])
    },
  )

  test('a user without sudo downloads', async () => {
    await world.upload(files)
    const nobody = 65_534
    const job = await world.job({ within: ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] })
    const umask = process.umask(0) // so that it can write to what the runner makes
    onTestFinished(() => void process.umask(umask))
    const authority = world.emulator.environment.NODE_EXTRA_CA_CERTS ?? ''
    await promisify(execFile)('chmod', ['a+rx', path.dirname(authority), authority])
    await promisify(execFile)('chown', ['-R', `${nobody}:${nobody}`, job.runner.folders.root])
    const step = await job.main({ 'input-datasets': 'scans', 'use-mounting': 'auto' })
    expect(step.exitCode, step.log).toBe(0)
    expect(inputOf(step).staged).toBe('downloaded')
    // On some machines only root may open the device in the first place.
    expect(step.log).toMatch(/we are not root, and sudo does not mount|no \/dev\/fuse that we may open/)
  })

  test('mounts of a private namespace are those of its steps alone, and end with the post step', async () => {
    await world.upload(files)
    const job = await world.job({ within: await namespace('true') })
    const { folder } = await mountScans(job)
    expect((await job.runner.run(`cat ${folder}/a.txt`)).log).toContain('alpha')
    expect(await readdir(folder)).toEqual([])
    const post = await job.post()
    expect(post.exitCode, post.log).toBe(0)
    expect((await job.runner.run(`ls -d ${folder} || true`)).log).toContain('No such file')
  })
})
