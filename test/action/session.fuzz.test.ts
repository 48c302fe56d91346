import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  loadSession,
  removeSession,
  sessionFolder,
  stagingRoot,
  sweepDeadSessions,
  undo,
} from '../../src/action/session.ts'
import { UserError } from '../../src/report/index.ts'
import { fuzzSettings } from '../fuzz.ts'
import { hashOfTree, plantSentinels } from '../sentinels.ts'
import { useRunner } from './helpers.ts'

const runner = useRunner()

const anything = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('', '..', '../../x'))
const oneOf = (...values: unknown[]) => fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...values) }, anything)
/** What a job, or a broken disk, could leave where a session was. */
/** Nothing outside the test's own folder: should it be removed after all, the test fails and nothing else is lost. */
const removals = [
  'STAGING/mine',
  'STAGING',
  'STAGING/',
  'STAGING/..',
  'STAGING/../x',
  'STAGING/../../etc',
  'STAGING/mine/../..',
]
const undoOf = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.array(
      fc.constantFrom(...removals).map((path) => ({ kind: 'remove-folder', path })),
      { maxLength: 2 },
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom([null], [{ path: 5 }], [{}], {}, 'x', null) },
)
/** What a job, or a broken disk, could leave where a session was. */
const session = fc.record({
  schema: oneOf(1),
  id: oneOf('mine', 'mine', 'mine', '..', '.', '', '../..', 'mine/../..', '__proto__'),
  job: oneOf('this-job', 'other-job'),
  main: oneOf(
    { pid: 4_194_303, started: '1' },
    { pid: 4_194_303, started: '' },
    { pid: 'self', started: '1' },
    { pid: -1, started: '' },
  ),
  state: oneOf('opening', 'ready'),
  inputs: oneOf([]),
  outputs: oneOf([], [], [null], [{}]),
  undo: undoOf,
})
const text = fc.oneof(
  { weight: 5, arbitrary: session.map((value) => JSON.stringify(value)) },
  fc.json(),
  fc.string(),
  fc.constant('['.repeat(100_000)),
)

test('whatever is in a session: it is one, or a UserError, and only what is ours is ever removed', {
  timeout: 600_000,
}, async () => {
  await mkdir(join(stagingRoot(), 'mine'), { recursive: true })
  plantSentinels(join(runner.temp, 'target'))
  await fc.assert(
    fc.asyncProperty(text, async (content) => {
      const folder = sessionFolder('mine')
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'session.json'), content.replaceAll('STAGING', stagingRoot()))
      const isOurs = (file: string) => file === '_azureml-datasets' || file === 'temp/azureml-datasets'
      const before = hashOfTree(runner.root, isOurs)
      const loaded = await loadSession(folder).catch((error) => {
        if (!(error instanceof UserError)) throw error
      })
      await sweepDeadSessions()
      if (loaded) {
        await undo(loaded)
        await removeSession(loaded)
        expect(existsSync(folder)).toBe(false)
      }
      expect(hashOfTree(runner.root, isOurs)).toBe(before)
      expect(existsSync(stagingRoot())).toBe(true)
      await rm(folder, { recursive: true, force: true })
    }),
    fuzzSettings(200),
  )
})
