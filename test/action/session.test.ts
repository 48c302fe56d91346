import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { endProcess, isRunning, type ProcessIdentity, thisProcess } from '../../src/action/processes.ts'
import {
  loadSession,
  newSessionId,
  openSession,
  removeSession,
  type Session,
  sessionFolder,
  stagingRoot,
  sweepDeadSessions,
  undo,
  updateSession,
} from '../../src/action/session.ts'
import { hasProc, isPosix } from '../platform.ts'
import { refusalOf } from '../report/helpers.ts'
import { stagedInput, useRunner } from './helpers.ts'

const runner = useRunner()
const policy = { uploadOutputs: 'on-success', ifNoFilesFound: 'error', concurrency: 4 } as const
const fileOf = ({ id }: Session) => join(sessionFolder(id), 'session.json')
const nobody: ProcessIdentity = { pid: 2 ** 22 - 1, started: '1' }

/** A process of ours that sleeps for a minute, and how to know it again. */
async function sleeper(): Promise<ProcessIdentity> {
  const { pid = 0 } = spawn('sleep', ['60'], { stdio: 'ignore' })
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
  return { pid, started: fields[19] ?? '' }
}

describe('a session', () => {
  test('is a folder beside RUNNER_TEMP', async () => {
    const session = await openSession(newSessionId(), policy)
    expect(session).toMatchObject({ schema: 1, job: 'this-job', state: 'opening', policy, main: { pid: process.pid } })
    expect(session.id).toMatch(/^77-2-[0-9a-f]{8}$/)
    expect(sessionFolder(session.id)).toBe(join(runner.root, '_azureml-datasets', session.id))
  })

  test('has modes that let nobody else in', async ({ skip }) => {
    skip(!isPosix, 'Windows has no modes')
    const session = await openSession(newSessionId(), policy)
    expect((await stat(sessionFolder(session.id))).mode & 0o777).toBe(0o700)
    expect((await stat(fileOf(session))).mode & 0o777).toBe(0o600)
  })

  test('is read back as it was written, with each change', async () => {
    const opened = await openSession(newSessionId(), policy)
    expect(await loadSession(sessionFolder(opened.id))).toEqual(opened)
    const ready = await updateSession(opened, { state: 'ready', inputs: [stagedInput()] })
    expect(await loadSession(sessionFolder(opened.id))).toEqual(ready)
    expect(await readdir(sessionFolder(opened.id))).toEqual(['session.json'])
  })

  test('keeps its last whole state where a write is cut short', async () => {
    const opened = await openSession(newSessionId(), policy)
    await writeFile(`${fileOf(opened)}.new`, '{"schema":1,"id":')
    expect(await loadSession(sessionFolder(opened.id))).toEqual(opened)
    await updateSession(opened, { state: 'ready' })
    expect((await loadSession(sessionFolder(opened.id)))?.state).toBe('ready')
  })

  test('that is not there is none', async () => {
    expect(await loadSession(join(runner.root, 'nowhere'))).toBeUndefined()
    const session = await openSession(newSessionId(), policy)
    await removeSession(session)
    await removeSession(session)
    expect(await loadSession(sessionFolder(session.id))).toBeUndefined()
  })

  test.each(['{"schema":2}', '{}', 'null', '{"schema":1,'])('that reads %s is none of this version', async (text) => {
    const session = await openSession(newSessionId(), policy)
    await writeFile(fileOf(session), text)
    expect((await refusalOf(() => loadSession(sessionFolder(session.id)))).code).toBe('session-unknown')
  })

  test('undoes what was begun, whether or not it was', async () => {
    const begun = join(stagingRoot(), 'begun')
    await mkdir(join(begun, 'deep'), { recursive: true })
    const session = await openSession(newSessionId(), policy)
    const kind = 'remove-folder'
    await undo({
      ...session,
      undo: [
        { kind, path: join(stagingRoot(), 'never') },
        { kind, path: begun },
      ],
    })
    expect(existsSync(begun)).toBe(false)
  })

  test('undoes nothing elsewhere: the file of a session is one that the job could write', async () => {
    const session = await openSession(newSessionId(), policy)
    for (const path of [runner.temp, stagingRoot(), join(stagingRoot(), '..', 'mine')]) {
      await mkdir(path, { recursive: true })
      await undo({ ...session, undo: [{ kind: 'remove-folder', path }] })
      expect(existsSync(path)).toBe(true)
    }
  })
})

describe('sweeping', () => {
  /** A session of another job, with a folder that it had begun to fill. */
  async function sessionOf(main: ProcessIdentity, job = 'other-job') {
    const opened = await openSession(newSessionId(), policy)
    const path = join(stagingRoot(), opened.id)
    await mkdir(path, { recursive: true })
    return { path, session: await updateSession(opened, { main, job, undo: [{ kind: 'remove-folder', path }] }) }
  }

  test('clears sessions of other jobs whose process is gone, with what they had begun', async () => {
    const { session, path } = await sessionOf(nobody)
    expect(await sweepDeadSessions()).toEqual([session.id])
    expect([existsSync(path), existsSync(sessionFolder(session.id))]).toEqual([false, false])
  })

  test('leaves sessions of this job, though their steps have ended', async () => {
    const { session, path } = await sessionOf(nobody, 'this-job')
    expect(await sweepDeadSessions()).toEqual([])
    expect([existsSync(path), existsSync(sessionFolder(session.id))]).toEqual([true, true])
  })

  test('leaves sessions of other jobs that still run', async ({ skip }) => {
    skip(!hasProc, 'without /proc nobody can tell whether they do')
    const main = await sleeper()
    const { session } = await sessionOf(main)
    expect(await sweepDeadSessions()).toEqual([])
    expect(existsSync(sessionFolder(session.id))).toBe(true)
    await endProcess(main)
    expect(await sweepDeadSessions()).toEqual([session.id])
  })

  test('tells jobs apart by run, attempt and job, where there is no tracking id', async () => {
    vi.stubEnv('RUNNER_TRACKING_ID', '')
    vi.stubEnv('GITHUB_JOB', 'train')
    await sessionOf(nobody, '77.2.train')
    const other = await sessionOf(nobody, '77.1.train')
    expect(await sweepDeadSessions()).toEqual([other.session.id])
  })

  test.each([
    ['cannot be read', 'broken'],
    ['is of another version of this action', '{"schema":2}'],
    ['would lead elsewhere when it is removed', undefined],
    ['is not there', ''],
  ])('clears after a day what has a session that %s', async (_what, text) => {
    const { session, path } = await sessionOf(nobody)
    const folder = sessionFolder(session.id)
    await writeFile(fileOf(session), text ?? JSON.stringify({ ...session, id: `${session.id}/..` }))
    if (text === '') await rm(fileOf(session))
    expect(await sweepDeadSessions()).toEqual([])
    const almost = Date.now() / 1000 - 23 * 3600
    await utimes(folder, almost, almost)
    expect(await sweepDeadSessions()).toEqual([])
    await utimes(folder, almost - 2 * 3600, almost - 2 * 3600)
    expect(await sweepDeadSessions()).toEqual([session.id])
    expect([existsSync(folder), existsSync(path)]).toEqual([false, true])
  })

  test('goes on where one session cannot be cleared', async () => {
    const stuck = await sessionOf(nobody)
    await updateSession(stuck.session, { undo: [{ kind: 'remove-folder', path: `${stagingRoot()}/x\0y` }] })
    const dead = await sessionOf(nobody)
    expect(await sweepDeadSessions()).toEqual([dead.session.id])
  })

  test('is not disturbed by files of others, broken sessions, or no folder at all', async () => {
    expect(await sweepDeadSessions()).toEqual([])
    const { session } = await sessionOf(nobody)
    await writeFile(fileOf(session), 'broken')
    await writeFile(join(runner.root, '_azureml-datasets', 'a-file'), 'x')
    await mkdir(join(runner.root, '_azureml-datasets', 'empty'))
    const dead = await sessionOf(nobody)
    expect(await sweepDeadSessions()).toContain(dead.session.id)
  })
})

describe('a process', () => {
  test('is known by its number and when it began', async ({ skip }) => {
    skip(!hasProc, 'without /proc nobody can tell')
    const identity = await sleeper()
    expect(await isRunning(identity)).toBe(true)
    expect(await isRunning({ ...identity, started: '1' })).toBe(false)
    expect(await isRunning({ ...identity, started: '' })).toBe(false)
    expect(await isRunning(nobody)).toBe(false)
    await endProcess({ ...identity, started: '1' })
    expect(await isRunning(identity), 'another one of that number is left alone').toBe(true)
    await endProcess(identity)
    expect(await isRunning(identity)).toBe(false)
  })

  test('does not end itself', async () => {
    expect(await isRunning(await thisProcess())).toBe(false)
    await endProcess(await thisProcess())
  })
})

test('a variable that a runner always sets is missing elsewhere, and that is told', async () => {
  expect(stagingRoot()).toBe(join(runner.temp, 'azureml-datasets'))
  vi.stubEnv('RUNNER_TEMP', '')
  expect((await refusalOf(() => stagingRoot())).message).toContain('has to be started by a runner')
})
