import { readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { EmulatorRequest } from '../../emulator/index.ts'
import { errorOf, filesBelow, type Job, useWorld } from './world.ts'

const world = useWorld()
const fifty = Object.fromEntries(
  Array.from({ length: 50 }, (_, index) => [`held/d${index % 5}/${index}`, `content ${index}`]),
)
const sessionsOf = ({ runner }: Job) => filesBelow(path.join(runner.folders.temp, '..', '_azureml-datasets'))

/** Holds the nth request that matches, and all after it, for ever; resolves when that one has arrived. */
function holdFrom(nth: number, matches: (request: EmulatorRequest) => boolean): Promise<void> {
  const { promise: arrived, resolve } = Promise.withResolvers<void>()
  let count = 0
  world.emulator.intercept.blob = (request) => {
    if (!matches(request)) return undefined
    count += 1
    if (count < nth) return undefined
    resolve()
    return new Promise(() => {})
  }
  return arrived
}
const gets = ({ operation }: EmulatorRequest) => operation === 'Get Blob'
const puts = ({ operation }: EmulatorRequest) => operation.startsWith('Put B')

describe('main', () => {
  test('SIGINT during a download ends it at once, and leaves no folder, no session and nothing for the post step', async () => {
    await world.upload(fifty)
    const job = await world.job()
    const arrived = holdFrom(20, gets)
    const step = job.start({ 'input-datasets': 'held', 'output-datasets': 'never_made', concurrency: '4' })
    await arrived
    const sent = performance.now()
    step.signal('SIGINT')
    const result = await step.completed
    expect(performance.now() - sent).toBeLessThan(5000)
    expect(errorOf(result)).toContain('Cancelled: the runner sent SIGINT')
    expect(result.outputs).toEqual({})
    expect(filesBelow(path.join(job.runner.folders.temp, 'azureml-datasets'))).toEqual([])
    expect(sessionsOf(job)).toEqual([])
    expect((await job.post('cancelled')).exitCode).toBe(0)
    expect(world.emulator.dataAssets.names()).not.toContain('never_made')
  })

  test.each(['arm', 'entra', 'oidc'] as const)(
    'SIGINT while %s does not answer ends it within seconds',
    async (service) => {
      const arrived = Promise.withResolvers<void>()
      world.emulator.intercept[service] = () => {
        arrived.resolve()
        return new Promise(() => {})
      }
      const job = await world.job()
      const step = job.start({ 'input-datasets': 'held', 'output-datasets': 'never_made' })
      await arrived.promise
      const sent = performance.now()
      step.signal('SIGINT')
      expect(errorOf(await step.completed)).toContain('Cancelled')
      expect(performance.now() - sent).toBeLessThan(7000)
      expect((await job.post('cancelled')).exitCode).toBe(0)
      expect(sessionsOf(job)).toEqual([])
    },
  )

  test('a target-folder whose download was interrupted is not there, and the next run goes on where it was', async () => {
    await world.upload(fifty)
    const job = await world.job()
    const inputs = { 'input-datasets': '{name: held, target-folder: data}', concurrency: '2' }
    const folder = path.join(job.runner.folders.checkout, 'data')
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const arrived = holdFrom(20, gets)
      const step = job.start(inputs)
      await arrived
      step.signal(signal)
      await step.completed
      expect(filesBelow(folder)).toEqual([])
      await job.runner.runPosts({ jobStatus: 'cancelled' })
      expect(filesBelow(folder)).toEqual([])
    }
    world.emulator.intercept.blob = undefined
    world.emulator.requests.length = 0
    const result = await job.main(inputs)
    expect(result.exitCode, result.log).toBe(0)
    expect(filesBelow(folder)).toHaveLength(50)
    const fetched = world.emulator.requests.filter(gets).length
    expect(fetched, 'what two interrupted runs had fetched is used').toBeLessThan(20)
    expect(fetched).toBeGreaterThan(0)
  })

  test('after a main step that was killed, the post step removes what it had begun and publishes nothing', async () => {
    await world.upload(fifty)
    const job = await world.job()
    const arrived = holdFrom(10, gets)
    const step = job.start({ 'input-datasets': 'held', 'output-datasets': 'killed' })
    await arrived
    step.signal('SIGKILL')
    await step.completed
    expect(sessionsOf(job)).toHaveLength(1)
    world.emulator.requests.length = 0
    const post = await job.post('success')
    expect(post.exitCode, post.log).toBe(0)
    expect(post.log).toContain('did not get to its end')
    expect(filesBelow(path.join(job.runner.folders.temp, 'azureml-datasets'))).toEqual([])
    expect(sessionsOf(job)).toEqual([])
    expect(world.emulator.requests).toEqual([])
  })

  test('after a main step that failed, the post step has nothing to do', async () => {
    const job = await world.job()
    errorOf(await job.main({ 'input-datasets': 'nowhere', 'output-datasets': 'made' }))
    const post = await job.post()
    expect([post.exitCode, post.log]).toEqual([0, 'Post job cleanup.'])
  })

  test('in a job container no signal arrives: the post step ends a main step that still runs', async () => {
    await world.upload(fifty)
    const job = await world.job()
    const arrived = holdFrom(10, gets)
    const step = job.start({ 'input-datasets': 'held' })
    await arrived
    await step.abandon()
    const pid = step.pid ?? 0
    expect(() => process.kill(pid, 0)).not.toThrow()
    const post = await job.post('cancelled')
    expect(post.exitCode, post.log).toBe(0)
    await sleep(100)
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    expect(sessionsOf(job)).toEqual([])
  })

  test('what a job left that never got to its post step is cleared by the next', async () => {
    await world.upload(fifty)
    const job = await world.job()
    const arrived = holdFrom(10, gets)
    const step = job.start({ 'input-datasets': 'held' })
    await arrived
    step.signal('SIGKILL')
    await step.completed
    expect(sessionsOf(job)).toHaveLength(1)
    world.emulator.intercept.blob = undefined
    // The next job of the same runner has another tracking id and the same folders.
    const next = await job.runner.run(`node "${path.resolve('dist/main.js')}" || true`, {
      RUNNER_TRACKING_ID: 'github_another-job',
      'INPUT_INPUT-DATASETS': 'held',
    })
    expect(next.log).toMatch(/Cleared what the dead session \S+ left behind/)
    expect(sessionsOf(job)).toEqual([])
    expect(filesBelow(path.join(job.runner.folders.temp, 'azureml-datasets'))).toEqual([])
  })
})

describe('post', () => {
  async function jobWithOutput(name: string): Promise<Job> {
    const job = await world.job()
    const main = await job.main({ 'output-datasets': name, concurrency: '4' })
    expect(main.exitCode, main.log).toBe(0)
    await job.runner.run(`for i in $(seq 40); do echo $i > "${main.outputs['output-0']}/$i"; done`)
    return job
  }

  test('SIGINT during the upload registers nothing', async () => {
    const job = await world.job()
    const main = job.start({ 'output-datasets': 'cut_short', concurrency: '4' })
    const { outputs } = await main.completed
    await job.runner.run(`for i in $(seq 40); do echo $i > "${outputs['output-0']}/$i"; done`)
    const arrived = holdFrom(10, puts)
    const post = job.runner.startPost(main)
    await arrived
    post.signal('SIGINT')
    expect(errorOf(await post.completed)).toContain('Cancelled')
    expect(world.emulator.dataAssets.names()).not.toContain('cut_short')
    expect(sessionsOf(job)).toEqual([])
  })

  test('SIGINT during publish/ registers nothing, and a cancelled job does not either', async () => {
    const job = await jobWithOutput('cut_publish')
    const arrived = holdFrom(10, puts)
    const step = job.runner.start('publish', { with: {} })
    await arrived
    const cancelled = await step.cancel()
    expect(cancelled.exitCode).toBe(1)
    world.emulator.intercept.blob = undefined
    expect((await job.post('cancelled')).exitCode).toBe(0)
    expect(world.emulator.dataAssets.names()).not.toContain('cut_publish')
  })

  test('a publish/ step that was killed can be followed by another, in a folder of its own', async () => {
    const job = await jobWithOutput('second_try')
    const arrived = holdFrom(10, puts)
    const step = job.runner.start('publish', { with: {} })
    await arrived
    step.signal('SIGKILL')
    await step.completed
    world.emulator.intercept.blob = undefined
    const published = await job.publish()
    expect(published.exitCode, published.log).toBe(0)
    const [version] = world.emulator.dataAssets.versions('second_try')
    const prefix = /\/paths\/(.*)$/.exec(version?.dataUri ?? '')?.[1] ?? ''
    let files = 0
    for await (const _ of world.emulator.container().listBlobsFlat({ prefix })) files += 1
    expect(files).toBe(40)
  })
})

test('nothing of the action is left in the system’s temporary folder', async () => {
  await world.upload({ 'tidy/f': 'x' })
  const job = await world.job()
  const before = readdirSync(path.join(job.runner.folders.root)).sort()
  expect((await job.main({ 'input-datasets': 'tidy' })).exitCode).toBe(0)
  expect((await job.post()).exitCode).toBe(0)
  expect(readdirSync(path.join(job.runner.folders.root)).sort()).toEqual(before)
  expect(sessionsOf(job)).toEqual([])
})
