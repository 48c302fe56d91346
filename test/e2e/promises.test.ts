import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { errorOf, filesBelow, useWorld, warningsOf } from './world.ts'

/** The promises of the README, by name, as far as they are built. The seventh is in token-renewal.test.ts; the sixth, speed, will be measured by the bench. */
const world = useWorld()

test('1. Drop a folder, name it, done', async () => {
  await world.upload({ 'promise_1/scan.dcm': 'pixels' })
  const main = await (await world.job()).main({ 'input-datasets': 'promise_1' })
  expect(main.exitCode, main.log).toBe(0)
  expect(await readFile(path.join(main.outputs['input-0'] ?? '', 'scan.dcm'), 'utf8')).toBe('pixels')
  expect(world.emulator.dataAssets.versions('promise_1').map(({ version }) => version)).toEqual(['1'])
})

test('2. Nothing to install: the step runs with an empty PATH', async () => {
  await world.upload({ 'promise_2/f': 'x' })
  const job = await world.job({ environment: { PATH: '/nonexistent' } })
  const main = await job.main({ 'input-datasets': 'promise_2' })
  expect(main.exitCode, main.log).toBe(0)
})

test('3. One snapshot: every read carries the ETag of the listing', async () => {
  await world.upload({ 'promise_3/a': 'a', 'promise_3/b': 'b' })
  const main = await (await world.job()).main({ 'input-datasets': 'promise_3' })
  expect(main.exitCode, main.log).toBe(0)
  const reads = world.emulator.requests.filter(({ operation }) => operation === 'Get Blob')
  expect(reads).toHaveLength(2)
  for (const { headers } of reads) expect(headers['if-match']).toMatch(/^"0x[0-9A-F]+"$/)
})

test('4. A version that we publish never changes; a live folder that does is a warning with both fingerprints', async () => {
  const job = await world.job()
  for (const content of ['one', 'two']) {
    const main = await job.main({ 'output-datasets': 'promise_4' })
    await job.write(path.join(main.outputs['output-0'] ?? '', 'f'), content)
    expect((await job.post()).exitCode).toBe(0)
  }
  const [one, two] = world.emulator.dataAssets.versions('promise_4')
  expect(one?.dataUri).not.toBe(two?.dataUri)
  const main = await job.main({ 'input-datasets': 'promise_4:1' })
  expect(await readFile(path.join(main.outputs['input-0'] ?? '', 'f'), 'utf8')).toBe('one')
  expect(warningsOf(main)).toEqual([])

  await world.upload({ 'promise_4_live/f': 'then' })
  await job.main({ 'input-datasets': 'promise_4_live' })
  await world.upload({ 'promise_4_live/f': 'now' })
  expect(warningsOf(await job.main({ 'input-datasets': 'promise_4_live' })).join()).toMatch(
    /Fingerprint then \w{64}, now \w{64}/,
  )
})

test('5. All or an error: an upload that loses a byte on the way is refused by the service, and nothing is registered', async () => {
  const job = await world.job()
  const main = await job.main({ 'output-datasets': 'promise_5' })
  await job.write(path.join(main.outputs['output-0'] ?? '', 'f'), 'x')
  let md5: unknown
  world.emulator.intercept.blob = ({ operation, headers }) => {
    if (operation !== 'Put Blob') return undefined
    md5 = headers['content-md5']
    return {
      status: 400,
      headers: { 'x-ms-error-code': 'Md5Mismatch', 'content-type': 'application/xml' },
      body: '<Error><Code>Md5Mismatch</Code></Error>',
    }
  }
  expect(errorOf(await job.post())).toContain('Md5Mismatch')
  expect(md5, 'MD5 of the content, which the service checks').toBe('ndTkYSaMgDT1yFZOFVxnpg==')
  expect(world.emulator.dataAssets.names()).not.toContain('promise_5')
})

test('8. Cancel means cancel: no half-made version, no half-full folder', async () => {
  await world.upload({ 'promise_8/a': 'a', 'promise_8/b': 'b' })
  const job = await world.job()
  const held = Promise.withResolvers<void>()
  world.emulator.intercept.blob = ({ operation, path: place }) => {
    if (operation !== 'Get Blob' || !place.endsWith('/b')) return undefined
    held.resolve()
    return new Promise(() => {})
  }
  const step = job.start({
    'input-datasets': '{name: promise_8, target-folder: data}',
    'output-datasets': 'promise_8_out',
  })
  await held.promise
  expect((await step.cancel()).exitCode).toBe(1)
  expect(filesBelow(path.join(job.runner.folders.checkout, 'data'))).toEqual([])
  expect((await job.post('cancelled')).exitCode).toBe(0)
  expect(world.emulator.dataAssets.names()).not.toContain('promise_8_out')
})

test('9. The same script everywhere: it reads the variables that an AzureML job sets', async () => {
  await world.upload({ 'promise_9/f': 'hello' })
  const job = await world.job()
  await job.main({ 'input-datasets': 'promise_9', 'output-datasets': 'promise_9_out' })
  const script = await job.runner.run('tr a-z A-Z < "$AZURE_ML_INPUT_promise_9/f" > "$AZURE_ML_OUTPUT_promise_9_out/f"')
  expect(script.exitCode, script.log).toBe(0)
  expect((await job.post()).exitCode).toBe(0)
  const staged = await job.main({ 'input-datasets': 'promise_9_out' })
  expect(await readFile(path.join(staged.outputs['input-0'] ?? '', 'f'), 'utf8')).toBe('HELLO')
})
