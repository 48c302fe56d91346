import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { Step } from '../../emulator/runner.ts'
import {
  eachKill,
  endAsPlanned,
  expectNothingLost,
  filesOf,
  measured,
  type Normal,
  sessionsOf,
  versionWatch,
} from './kills.ts'
import { filesBelow, type Job, useWorld } from './world.ts'

const world = useWorld()
const files = filesOf('made', 20)

/** A main step that opened an output, and a job that has written it. */
async function writtenOutput(job: Job): Promise<Step> {
  const main = job.start({ 'output-datasets': 'made', concurrency: '3' })
  const { outputs, exitCode, log } = await main.completed
  expect(exitCode, log).toBe(0)
  for (const [file, content] of Object.entries(files)) {
    const place = path.join(outputs['output-0'] ?? '', file)
    await mkdir(path.dirname(place), { recursive: true })
    await writeFile(place, content)
  }
  return main
}

async function wholePost(job: Job): Promise<Normal> {
  const main = await writtenOutput(job)
  return measured(world, () => job.runner.startPost(main, { jobStatus: 'success' }).completed)
}

/** The next job of the same runner has another tracking id and the same folders. */
async function nextJobSweeps({ runner }: Job): Promise<void> {
  const program = path.resolve('dist/main.js')
  await runner.run(`node "${program}" || true`, {
    RUNNER_TRACKING_ID: 'github_another-job',
    'INPUT_INPUT-DATASETS': 'whatever',
  })
}

test('whenever post is killed: versions are complete, and the next job clears what is left', {
  timeout: 600_000,
}, async () => {
  const job = await world.job()
  const countVersions = versionWatch(world, 'made')
  const normal = await wholePost(job)
  let hit = 0
  let rounds = 0
  await eachKill(2, async (kill, index) => {
    rounds += 1
    const main = await writtenOutput(job)
    const before = await countVersions(files)
    const post = job.runner.startPost(main, { jobStatus: 'success' })
    const result = await endAsPlanned(world, kill, post, normal)
    if (result.exitCode !== 0) hit += 1
    await expectNothingLost(world, job)
    const after = await countVersions(files)
    expect(after - before, 'versions that one post step made').toBeLessThanOrEqual(1)
    if (result.exitCode === 0) expect(after - before).toBe(1)
    if (result.exitCode !== null) expect(sessionsOf(job), 'sessions that a step left which could tidy up').toEqual([])
    const [left] = sessionsOf(job)
    if (left !== undefined) {
      await nextJobSweeps(job)
      expect(sessionsOf(job)).toEqual([])
      expect(filesBelow(path.join(job.runner.folders.temp, 'azureml-datasets', left))).toEqual([])
    }
    if (index % 8 < 7) return
    await wholePost(job)
    expect(await countVersions(files)).toBe(after + 1)
  })
  expect(hit, 'steps that were still running').toBeGreaterThanOrEqual(rounds / 2)
})
