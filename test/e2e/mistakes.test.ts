import { describe, expect, test } from 'vitest'
import { errorOf, useWorld } from './world.ts'

const world = useWorld()

/** What a user reads for wrong inputs. None of them may cost a request. */
describe('inputs that make no sense', () => {
  test.each([
    ['nothing to do', {}, /Neither input-datasets nor output-datasets names a dataset/],
    [
      'broken YAML, with its line',
      { 'input-datasets': '- name: a\n  path: [x' },
      /input-datasets, line 2.*\[bad-yaml\]/,
    ],
    [
      'an unknown key',
      { 'input-datasets': '{name: a, use-mountin: auto}' },
      /no key "use-mountin"\. Did you mean "use-mounting"\?/,
    ],
    ['a key of the other direction', { 'output-datasets': '{name: a, local-folder: x}' }, /no key "local-folder"/],
    [
      'a key in two spellings',
      { 'input-datasets': '{name: a, use-mounting: auto, use_mounting: auto}' },
      /given twice, in two spellings/,
    ],
    ['a mapping without name', { 'input-datasets': '- {version: 3}' }, /dataset 1: the key "name" is missing/],
    [
      'a name that AzureML refuses',
      { 'input-datasets': 'my.folder' },
      /"my\.folder" cannot be the name of a dataset.*as "path"/,
    ],
    ['an unknown label', { 'input-datasets': 'a@newest' }, /"latest" is the only label/],
    ['two versions', { 'input-datasets': '{name: a:1, version: 2}' }, /two versions, 1 and 2/],
    ['a version for an output', { 'output-datasets': 'a:3' }, /The version of an output is the next free one/],
    ['the same data-name twice', { 'input-datasets': 'a-b\nA_B' }, /"a_b", "A_B" are the same data-name/],
    ['a data-name that no variable can have', { 'input-datasets': '{name: a, data-name: 1x}' }, /no digit first/],
    ['a path that leads out', { 'input-datasets': '{name: a, path: ../x}' }, /without "\." and "\.\."/],
    ['a sample that is none', { 'input-datasets': '{name: a, sample: many}' }, /neither a number of files \(200\)/],
    ['a reserved tag', { 'output-datasets': '{name: a, tags: {sha: x}}' }, /the tag "sha" is set by the action itself/],
    [
      'an unknown choice',
      { 'input-datasets': 'a', 'upload-outputs': 'sometimes' },
      /upload-outputs: "sometimes" is not possible; use one of on-success, always, never/,
    ],
    [
      'a concurrency that is none',
      { 'input-datasets': 'a', concurrency: '0' },
      /concurrency: "0" is not a whole number/,
    ],
  ])('%s', async (_what, inputs, text) => {
    const job = await world.job()
    expect(errorOf(await job.main({ ...inputs }))).toMatch(text)
    expect(world.emulator.requests).toEqual([])
    expect((await job.post()).exitCode).toBe(0)
  })

  test('an input that mounts nowhere by itself downloads, though the action says true', async () => {
    await world.upload({ 'asked/f': 'x' })
    const job = await world.job()
    const main = await job.main({ 'input-datasets': '{name: asked, use-mounting: false}', 'use-mounting': 'true' })
    expect(main.exitCode, main.log).toBe(0)
    expect(main.log).toContain('complete and verified')
  })
})

describe('refusals of Azure', () => {
  test('a role that is missing: the action, the scope and the line that assigns it', async () => {
    world.emulator.denied.add('Microsoft.MachineLearningServices/workspaces/data/versions/read')
    const job = await world.job()
    const message = errorOf(await job.main({ 'input-datasets': 'x' }))
    expect(message).toMatch(
      /does not have authorization to perform action.*az role assignment create --assignee \S+ --role "AzureML Data Scientist" --scope \/subscriptions\/\S+\/workspaces\/\S+ \[azure-role-missing\] \S+$/,
    )
  })

  test('no right to register: told by the post step, after the upload, and nothing is registered', async () => {
    world.emulator.denied.add('Microsoft.MachineLearningServices/workspaces/data/versions/write')
    const job = await world.job()
    const main = await job.main({ 'output-datasets': 'forbidden' })
    await job.write(`${main.outputs['output-0']}/f`, 'x')
    expect(errorOf(await job.post())).toMatch(/azure-role-missing/)
    expect(world.emulator.dataAssets.names()).not.toContain('forbidden')
  })

  test('throttling is waited for, as the service asks', async () => {
    await world.upload({ 'busy/f': 'x' })
    let refusals = 0
    world.emulator.intercept.arm = () => {
      refusals += 1
      return refusals > 2
        ? undefined
        : {
            status: 429,
            headers: { 'retry-after': '1' },
            body: { error: { code: 'TooManyRequests', message: 'slow down' } },
          }
    }
    const begun = performance.now()
    const main = await (await world.job()).main({ 'input-datasets': 'busy' })
    expect(main.exitCode, main.log).toBe(0)
    expect(performance.now() - begun).toBeGreaterThan(2000)
  })

  test('an answer that nobody expects is one line, without XML or stack', async () => {
    world.emulator.intercept.arm = () => ({
      status: 418,
      headers: { 'content-type': 'text/html' },
      body: '<html>\n::error::teapot</html>',
    })
    const step = await (await world.job()).main({ 'input-datasets': 'x' })
    expect(errorOf(step)).toMatch(/Something on the way to Azure Resource Manager answered in its place \(418\)/)
    expect(step.annotations.filter(({ level }) => level === 'injected')).toEqual([])
  })
})
