import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import {
  contentOf,
  eachKill,
  endAsPlanned,
  expectNothingLost,
  expectWhole,
  type Files,
  filesOf,
  measured,
  sessionsOf,
  versionWatch,
} from './kills.ts'
import { filesBelow, type Job, useWorld } from './world.ts'

const world = useWorld()
const inputs = {
  'input-datasets': '- first\n- {name: second, target-folder: data}',
  'output-datasets': 'made',
  'if-no-files-found': 'ignore',
  concurrency: '3',
}
const first = filesOf('first', 25)
const wholeEvery = 8
const target = ({ runner }: Job) => path.join(runner.folders.checkout, 'data')

async function writeDataset(name: string, files: Files, before: Files = {}): Promise<void> {
  for (const file of Object.keys(before))
    if (!(file in files)) await world.emulator.container().deleteBlob(`${name}/${file}`)
  await world.upload(Object.fromEntries(Object.entries(files).map(([file, content]) => [`${name}/${file}`, content])))
}

/** Wherever a folder of an input is, it is whole. */
function expectWholeInputs(job: Job, second: readonly Files[]): void {
  const staging = path.join(job.runner.folders.temp, 'azureml-datasets')
  for (const session of filesBelow(staging).length > 0 ? readdirSync(staging) : [])
    expectWhole(path.join(staging, session, 'inputs', 'first'), [first])
  expectWhole(target(job), second)
}

/** A step that nobody disturbs works, whatever the ones before it left, and publishes. */
async function wholeRound(job: Job, second: Files): Promise<void> {
  const main = await job.main(inputs)
  expect(main.exitCode, main.log).toBe(0)
  expect(contentOf(main.outputs['input-0'] ?? '')).toEqual(first)
  expect(contentOf(target(job))).toEqual(second)
  await job.write(path.join(main.outputs['output-0'] ?? '', 'f'), 'made')
  const post = await job.post('success')
  expect(post.exitCode, post.log).toBe(0)
}

test('whenever main is killed: no half folder, no session, and the next one works', { timeout: 600_000 }, async () => {
  const job = await world.job()
  const generations: Files[] = [filesOf('0', 25)]
  const current = () => generations.at(-1) ?? {}
  const nextGeneration = async () => {
    generations.push(filesOf(String(generations.length), 25 - (generations.length % 3)))
    await writeDataset('second', current(), generations.at(-2))
  }
  await writeDataset('first', first)
  await writeDataset('second', current())
  const countVersions = versionWatch(world, 'made')
  await wholeRound(job, current())
  await nextGeneration()
  const normal = await measured(world, () => job.main(inputs))
  await job.post('success')
  let published = 1
  let hit = 0
  let rounds = 0
  await eachKill(0, async (kill, index) => {
    rounds += 1
    if (index % 3 > 0) await nextGeneration()
    const result = await endAsPlanned(world, kill, job.start(inputs), normal)
    if (result.exitCode !== 0) hit += 1
    expectWholeInputs(job, generations)
    await expectNothingLost(world, job)
    const post = await job.post((['success', 'failure', 'cancelled'] as const)[index % 3])
    expect(post.exitCode, post.log).toBe(0)
    expectWholeInputs(job, generations)
    expect(sessionsOf(job)).toEqual([])
    if (index % wholeEvery === wholeEvery - 1) {
      await wholeRound(job, current())
      published += 1
    }
    expect(await countVersions({ f: 'made' })).toBe(published)
    expect(world.emulator.dataAssets.versions('first')).toHaveLength(1)
  })
  expect(hit, 'steps that were still running').toBeGreaterThanOrEqual(rounds / 2)
})
