import { performance } from 'node:perf_hooks'
import { describe, expect, test } from 'vitest'
import type { Intercept, RecordedRequest } from '../../emulator/index.ts'
import type { Step } from '../../emulator/runner.ts'
import { sessionsOf } from './kills.ts'
import { errorOf, type Job, useWorld } from './world.ts'

const world = useWorld()
const arm = 'Microsoft.MachineLearningServices/workspaces'

interface Phase {
  readonly service: RecordedRequest['service']
  readonly operation: string
  /** How many such requests are let through. */
  readonly after?: number
}

/** Holds a request, and all like it, for ever; resolves when it has arrived. */
function hold({ service, operation, after = 0 }: Phase): Promise<void> {
  const { promise: arrived, resolve } = Promise.withResolvers<void>()
  let seen = 0
  const holds: Intercept = (request) => {
    if (!request.operation.startsWith(operation)) return undefined
    seen += 1
    if (seen <= after) return undefined
    resolve()
    return new Promise(() => {})
  }
  world.emulator.intercept[service] = holds
  return arrived
}

/** The runner waits 7.5 s between SIGINT and SIGTERM; we promise 5. */
async function interrupted(step: Step, arrived: Promise<void>): Promise<void> {
  await Promise.race([arrived, step.completed.then(({ log }) => expect.fail(`It ended before: ${log}`))])
  const sent = performance.now()
  step.signal('SIGINT')
  expect(errorOf(await step.completed)).toContain('Cancelled: the runner sent SIGINT')
  expect(performance.now() - sent).toBeLessThan(5000)
}

describe('SIGINT ends a main step within five seconds while', () => {
  test.each<[string, Phase]>([
    ['GitHub gives no id token', { service: 'oidc', operation: 'token' }],
    ['Entra gives no token', { service: 'entra', operation: 'token' }],
    ['the versions are read', { service: 'arm', operation: `${arm}/data/versions/read` }],
    ['the datastore is read', { service: 'arm', operation: `${arm}/datastores/read` }],
    ['its secrets are read', { service: 'arm', operation: `${arm}/datastores/listsecrets` }],
    ['the container is opened', { service: 'blob', operation: 'List Blobs' }],
    ['the folder is listed', { service: 'blob', operation: 'List Blobs', after: 1 }],
    ['version 1 is registered', { service: 'arm', operation: `${arm}/data/versions/write` }],
    ['a file is read', { service: 'blob', operation: 'Get Blob' }],
  ])('%s', async (what, phase) => {
    const name = `phase_${what.replaceAll(/\W/g, '_')}`
    await world.upload({ [`${name}/f`]: 'x' })
    const job = await world.job()
    const arrived = hold(phase)
    await interrupted(job.start({ 'input-datasets': name, 'output-datasets': 'never' }), arrived)
    expect((await job.post('cancelled')).exitCode).toBe(0)
    expect(sessionsOf(job)).toEqual([])
  })
})

describe('SIGINT ends publish/ within five seconds while', () => {
  async function written(): Promise<Job> {
    const job = await world.job()
    const main = await job.main({ 'output-datasets': 'held' })
    await job.write(`${main.outputs['output-0']}/f`, 'x')
    return job
  }

  test.each<[string, Phase]>([
    ['GitHub gives no id token', { service: 'oidc', operation: 'token' }],
    ['the container is opened', { service: 'blob', operation: 'List Blobs' }],
    ['a file is written', { service: 'blob', operation: 'Put Blob' }],
    ['the upload is compared', { service: 'blob', operation: 'List Blobs', after: 1 }],
    ['the next number is asked for', { service: 'arm', operation: `${arm}/data/read` }],
    ['the version is registered', { service: 'arm', operation: `${arm}/data/versions/write` }],
  ])('%s, and nothing is registered', async (_what, phase) => {
    const job = await written()
    const arrived = hold(phase)
    await interrupted(job.runner.start('publish', { with: {} }), arrived)
    expect(world.emulator.dataAssets.names()).not.toContain('held')
  })

  test('the version is read back: it is registered, whole, and the log says that it may be', async () => {
    const job = await written()
    const arrived = hold({ service: 'arm', operation: `${arm}/data/versions/read` })
    const step = job.runner.start('publish', { with: {} })
    await interrupted(step, arrived)
    expect(world.emulator.dataAssets.versions('held')).toHaveLength(1)
    expect((await step.completed).log).toContain('version 1 of "held" was being registered')
  })
})
