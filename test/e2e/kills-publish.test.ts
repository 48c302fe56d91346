import { cpSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { eachKill, endAsPlanned, expectNothingLost, filesOf, measured, sessionsOf, versionWatch } from './kills.ts'
import { type Job, useWorld } from './world.ts'

const world = useWorld()
const files = filesOf('made', 18)
const inputs = { 'output-datasets': 'one\ntwo', concurrency: '3' }

/** A main step that opened two outputs, and a job that has written them. */
async function openOutputs(job: Job): Promise<void> {
  const { outputs, exitCode, log } = await job.main(inputs)
  expect(exitCode, log).toBe(0)
  const [folder = '', other = ''] = [outputs['output-0'], outputs['output-1']]
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
    await writeFile(path.join(folder, file), content)
  }
  cpSync(folder, other, { recursive: true })
}

test('whenever publish/ is killed: versions are complete, and the next one publishes', {
  timeout: 600_000,
}, async () => {
  const job = await world.job()
  const watches = [versionWatch(world, 'one'), versionWatch(world, 'two')]
  const countVersions = () => Promise.all(watches.map((count) => count(files)))
  await openOutputs(job)
  const normal = await measured(world, () => job.publish())
  await job.post('success')
  let before = await countVersions()
  let killsOfSession = 0
  let hit = 0
  let rounds = 0
  await openOutputs(job)
  await eachKill(1, async (kill, index) => {
    rounds += 1
    killsOfSession += 1
    const result = await endAsPlanned(world, kill, job.runner.start('publish', { with: {} }), normal)
    if (result.exitCode !== 0) hit += 1
    await expectNothingLost(world, job)
    await countVersions()
    if (index % 3 < 2) return
    await measured(world, () => job.publish())
    const after = await countVersions()
    for (const [output, count] of after.entries()) {
      // One that was killed between registering and noting it is followed by a second version, complete as well.
      const made = count - (before[output] ?? 0)
      expect(made).toBeGreaterThanOrEqual(1)
      expect(made).toBeLessThanOrEqual(1 + killsOfSession)
    }
    const post = await job.post('success')
    expect(post.exitCode, post.log).toBe(0)
    expect(sessionsOf(job)).toEqual([])
    expect(await countVersions(), 'what publish/ has published, the post step does not').toEqual(after)
    before = after
    killsOfSession = 0
    await openOutputs(job)
  })
  expect(hit, 'steps that were still running').toBeGreaterThanOrEqual(rounds / 2)
})
