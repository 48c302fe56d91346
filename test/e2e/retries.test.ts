import { expect, test } from 'vitest'
import { type EmulatorRequest, storageError } from '../../emulator/index.ts'
import { errorOf, useWorld, warningsOf } from './world.ts'

const world = useWorld()

/** Refuses the first requests of each of these operations as a busy account does. */
function busy(operations: readonly string[], times: number, retryAfter = '1') {
  const refused = new Map<string, number>()
  world.emulator.intercept.blob = ({ operation }) => {
    const count = refused.get(operation) ?? 0
    if (!operations.includes(operation) || count === times) return undefined
    refused.set(operation, count + 1)
    const { headers, ...error } = storageError(503, 'ServerBusy', 'The server is busy.')
    return { ...error, headers: { ...headers, 'retry-after': retryAfter } }
  }
}
const gets = ({ operation }: EmulatorRequest) => operation === 'Get Blob'

test('an account that is busy is told, not failed: listing and reading go on when it lets them', async () => {
  await world.upload({ 'busy/a': 'a', 'busy/b': 'b', 'busy/c': 'c' })
  busy(['List Blobs', 'Get Blob'], 2)
  const job = await world.job()
  const main = await job.main({ 'input-datasets': 'busy' })
  expect(main.exitCode, main.log).toBe(0)
  expect(main.log).toMatch(
    /^Storage account "azuremlemulator" asks us to slow down \(503 ServerBusy\); trying again in 1 s\.$/m,
  )
  expect(main.log).toContain('complete and verified')
  expect(warningsOf(main)).toEqual([])
  expect(world.emulator.requests.filter(gets)).toHaveLength(5)
})

test('writing too: each file is there once, and one version is registered', async () => {
  const job = await world.job()
  const main = await job.main({ 'output-datasets': 'written_busily' })
  await job.write(`${main.outputs['output-0']}/f`, 'content')
  busy(['Put Blob', 'List Blobs'], 2, '0')
  const post = await job.post()
  expect(post.exitCode, post.log).toBe(0)
  expect(post.log).toContain('asks us to slow down')
  expect(world.emulator.dataAssets.versions('written_busily').map(({ version }) => version)).toEqual(['1'])
})

test('an account that stays busy is an error in the end', async () => {
  await world.upload({ 'exhausted/f': 'x' })
  busy(['Get Blob'], Number.POSITIVE_INFINITY, '0')
  const job = await world.job()
  expect(errorOf(await job.main({ 'input-datasets': 'exhausted' }))).toMatch(/"f" of exhausted:1.*503 ServerBusy/)
  expect(world.emulator.requests.filter(gets)).toHaveLength(15)
})
