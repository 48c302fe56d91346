import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { noMounts } from '../mount/kernel.ts'
import { errorOf, filesBelow, useWorld } from './world.ts'

/** In this world an access token lasts six seconds, and is refused after that; a download takes longer. */
const world = useWorld({ tokenLifetime: 6 })

test('7. Signed in for as long as the job: tokens are renewed for every scope, in the middle of a step and after it', async () => {
  const datastore = 'identity_based' // its blobs are read and written with our own token
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  await world.upload(Object.fromEntries(names.map((name) => [`promise_7/${name}`, name])), 'identity-based')
  world.emulator.intercept.blob = async ({ operation }) => {
    if (operation === 'Get Blob') await sleep(1300)
    return undefined
  }
  const job = await world.job()
  const main = await job.main({
    'input-datasets': 'promise_7',
    'output-datasets': 'promise_7_out',
    'default-datastore': datastore,
    concurrency: '1',
  })
  expect(main.exitCode, main.log).toBe(0)
  expect(filesBelow(main.outputs['input-0'] ?? '')).toEqual(names)
  await job.write(path.join(main.outputs['output-0'] ?? '', 'f'), 'x')
  await sleep(6500)
  const post = await job.post()
  expect(post.exitCode, post.log).toBe(0)
  expect(world.emulator.dataAssets.names()).toContain('promise_7_out')
  const tokens = world.emulator.requests.filter(({ service, method }) => service === 'entra' && method === 'POST')
  expect(tokens.length, 'tokens were asked for again and again').toBeGreaterThan(4)
})

test('a token that cannot be renewed in the middle of the work is told as what Entra says', async () => {
  await world.upload({ 'unsigned/a': 'x', 'unsigned/b': 'y' }, 'identity-based')
  world.emulator.intercept.blob = async ({ operation }) => {
    if (operation !== 'Get Blob') return undefined
    world.emulator.intercept.entra = () => ({
      status: 401,
      body: { error: 'invalid_client', error_description: 'AADSTS7000222: The provided keys are expired.' },
    })
    await sleep(6500) // until the token is over
    return undefined
  }
  const job = await world.job()
  const inputs = { 'input-datasets': 'unsigned', 'default-datastore': 'identity_based', concurrency: '1' }
  expect(errorOf(await job.main(inputs))).toMatch(/AADSTS7000222.*\[sign-in-refused\]/)
})

test('a mount signs in for itself, and anew for as long as the job reads from it', async (context) => {
  if (noMounts) context.skip(noMounts)
  await world.upload({ 'mounted/a': 'alpha', 'mounted/b': 'beta' }, 'identity-based')
  const job = await world.job()
  const inputs = { 'input-datasets': 'mounted', 'default-datastore': 'identity_based', 'use-mounting': 'true' }
  const main = await job.main(inputs)
  expect(main.exitCode, main.log).toBe(0)
  const read = async (name: string) => (await job.runner.run(`cat "$AZURE_ML_INPUT_mounted/${name}"`)).log
  expect(await read('a')).toContain('alpha')
  await sleep(6500)
  expect(await read('b')).toContain('beta')
  expect((await job.post()).exitCode).toBe(0)
})

test('a job is followed for longer than a token lasts', async () => {
  const job = await world.job()
  const step = await job.main({
    ...{ 'submit-to-azureml': 'true', compute: 'cpu-cluster', environment: 'azureml:env:1' },
    command: 'for i in 1 2 3 4 5; do echo "look $i"; sleep 2; done',
  })
  expect(step.exitCode, step.log).toBe(0)
  expect(step.log.match(/look \d$/gm)).toHaveLength(5)
  expect((await job.post()).exitCode).toBe(0)
})
