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

const anything = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('', '..', '../../x', '/'))
const oneOf = (...values: unknown[]) => fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, anything)
/** What a job, or a broken disk, could leave where a session was. */
const session = fc.record(
  {
    schema: oneOf(1),
    id: oneOf('mine', '..', '.', '', '../..', 'mine/../..', '/', '__proto__'),
    job: oneOf('this-job', 'other-job'),
    main: oneOf({ pid: 4_194_303, started: '1' }, { pid: 'self', started: '1' }, { pid: -1, started: '' }, { pid: 1 }),
    state: oneOf('opening', 'ready'),
    inputs: oneOf([]),
    outputs: oneOf([], [null], [{}]),
    undo: oneOf(
      [],
      [{ kind: 'remove-folder', path: '..' }],
      [{ kind: 'remove-folder', path: '/' }],
      [{ kind: 'remove-folder', path: 'STAGING/../../x' }],
      [{ kind: 'remove-folder', path: 'STAGING/mine' }],
      [null],
      [{ path: 5 }],
    ),
  },
  { requiredKeys: [] },
)
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
