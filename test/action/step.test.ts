import type { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runStep } from '../../src/action/step.ts'
import { Cancelled, UserError } from '../../src/report/index.ts'

/** What a step listens to; its listeners stay, as a process runs one step. */
const events: EventEmitter = process
const listeners = ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection'].map((name) => ({
  name,
  before: events.listeners(name),
}))
let printed: string[] = []

beforeEach(() => {
  printed = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text))
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
  for (const { name, before } of listeners) {
    for (const listener of events.listeners(name))
      if (!before.includes(listener)) events.off(name, listener as () => void)
  }
})

/** The annotation of a step that throws, as the runner gets it. */
async function errorOf(thrown: unknown): Promise<string> {
  await runStep(() => Promise.reject(thrown))
  expect(process.exitCode).toBe(1)
  const errors = printed
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('::error'))
  expect(errors).toHaveLength(1)
  return errors[0] ?? ''
}

describe('a step that fails', () => {
  test('says what the user can mend, with its code', async () => {
    expect(await errorOf(new UserError('bad-input', 'Mend it.'))).toBe(
      '::error::Mend it. [bad-input] docs/troubleshooting.md#bad-input',
    )
  })

  test('says it in one line', async () => {
    const error = await errorOf(new UserError('bad-input', 'One\r\n  two\nthree'))
    expect(error).toMatch(/^::error::One two three \[bad-input\]/)
  })

  test('names the page of the version that runs', async () => {
    vi.stubEnv('GITHUB_SERVER_URL', 'https://github.example')
    vi.stubEnv('GITHUB_ACTION_REPOSITORY', 'your-org/azureml-datasets')
    vi.stubEnv('GITHUB_ACTION_REF', 'v1')
    expect(await errorOf(new UserError('bad-input', 'Mend it.'))).toBe(
      '::error::Mend it. [bad-input] https://github.example/your-org/azureml-datasets/blob/v1/docs/troubleshooting.md#bad-input',
    )
    vi.unstubAllEnvs()
  })

  test('because of a bug says so, without the stack', async () => {
    const error = await errorOf(new TypeError('x is not a function\n    at y'))
    expect(error).toMatch(
      /^::error::This is a bug in the action.*x is not a function.*\[bug\] docs\/troubleshooting\.md#bug$/,
    )
    expect(error).not.toContain('step.test.ts')
  })

  test('because the machine refuses says what and where', async () => {
    const refused = Object.assign(new Error("EACCES: permission denied, mkdir '/data/x'"), {
      code: 'EACCES',
      syscall: 'mkdir',
    })
    expect(await errorOf(refused)).toMatch(
      /^::error::The system of the runner refused: EACCES: permission denied, mkdir '\/data\/x'\. .*\[system-refused\] docs\/troubleshooting\.md#system-refused$/,
    )
  })

  test.each(['uncaughtException', 'unhandledRejection'] as const)('because of an %s says so too', async (event) => {
    const others = process.listeners(event as 'uncaughtException') // Vitest's own
    process.removeAllListeners(event)
    await runStep(async () => {
      process.emit(event as 'uncaughtException', new TypeError('from within a library'))
      await new Promise(() => {})
    })
    process.removeAllListeners(event)
    for (const other of others) process.on(event, other)
    expect(printed.join('')).toMatch(/^::error::This is a bug in the action.*from within a library/m)
  })

  test.each(['text', undefined, { code: 7 }])('with %j thrown still says something', async (thrown) => {
    expect(await errorOf(thrown)).toContain('This is a bug')
  })

  test('tells the detail to those who debug, with its cause', async () => {
    await errorOf(new UserError('bad-input', 'Mend it.', { cause: new Error('deep inside') }))
    const debug = printed.filter((line) => line.startsWith('::debug'))
    expect(debug.join('')).toContain('deep inside')
  })
})

describe('a step that is told to stop', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('by %s says so, whatever its work throws then', async (name) => {
    await runStep(async (signal) => {
      setTimeout(() => process.emit(name), 1)
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      expect(signal.reason).toBeInstanceOf(Cancelled)
      throw new Error('torn down')
    })
    expect(process.exitCode).toBe(1)
    expect(printed.join('')).toContain(`::error::Cancelled: the runner sent ${name}.`)
    expect(printed.join('')).not.toContain('::error::torn down')
  })
})

test('a step that works is silent and green', async () => {
  await runStep(async () => {})
  expect([printed, process.exitCode]).toEqual([[], undefined])
})
