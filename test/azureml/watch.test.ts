import { expect, test } from 'vitest'
import { ForeignAnswer, LongWait, type Sightings, watchPolicy } from '../../src/azureml/watch.ts'
import { recordingLog } from '../report/helpers.ts'

const minute = 60_000
type Policy = ReturnType<typeof watchPolicy>
type Sent = Parameters<Policy['sendRequest']>

/** Sends one request through the watch, as often as there are answers: as the retries of a client do. */
async function watched(...answers: readonly ({ status: number; headers?: Record<string, string> } | Error)[]) {
  const log = recordingLog()
  const seen: Sightings = {}
  const policy = watchPolicy('The service', minute, log, seen)
  const request = {} as Sent[0]
  let thrown: unknown
  for (const answer of answers) {
    const next = (async () => {
      if (answer instanceof Error) throw answer
      return { status: answer.status, headers: new Map(Object.entries(answer.headers ?? {})) }
    }) as unknown as Sent[1]
    thrown = await policy.sendRequest(request, next).then(
      () => undefined,
      (error: unknown) => error,
    )
  }
  return { lines: log.lines, seen, thrown }
}

const broken = (code: string) => Object.assign(new Error('words'), { name: 'RestError', code })
const soon = (milliseconds: number) => new Date(Date.now() + milliseconds).toUTCString()

test.each([
  [{ status: 200 }, []],
  [{ status: 404 }, []],
  [{ status: 429, headers: { 'retry-after': '12' } }, ['info: The service asks us to wait 12 s (429); trying again.']],
  [{ status: 503, headers: { 'retry-after': '1' } }, ['info: The service asks us to wait 1 s (503); trying again.']],
  [
    { status: 429, headers: { 'x-ms-retry-after-ms': '1500' } },
    ['info: The service asks us to wait 2 s (429); trying again.'],
  ],
  [{ status: 503 }, ['info: The service answered 503; trying again.']],
  [{ status: 500 }, ['info: The service answered 500; trying again.']],
  // These the client does not try again.
  [{ status: 429 }, []],
  [{ status: 501 }, []],
  [broken('ECONNRESET'), ['info: The service cannot be reached (ECONNRESET); trying again.']],
  [broken('SELF_SIGNED_CERT_IN_CHAIN'), []],
])('%j is told as %j', async (answer, lines) => {
  expect((await watched(answer)).lines).toEqual(lines)
})

test('each wait is told once, and none after the last try', async () => {
  const busy = { status: 429, headers: { 'retry-after': '3' } }
  const { lines, thrown } = await watched(busy, busy, busy, busy)
  expect(lines).toHaveLength(3)
  expect(thrown).toBeUndefined()
})

test('a date to wait for is a wait', async () => {
  expect((await watched({ status: 429, headers: { 'retry-after': soon(30_000) } })).lines.join()).toMatch(
    /wait (29|30) s \(429\)/,
  )
})

test.each([
  ['7200', '2 hours'],
  ['600', '10 minutes'],
  [soon(4 * 3600_000), '4 hours'],
])('a wait of %s is refused, and not begun', async (after, wait) => {
  const { lines, thrown } = await watched({ status: 429, headers: { 'retry-after': after } })
  expect(lines).toEqual([])
  expect(thrown).toBeInstanceOf(LongWait)
  expect((thrown as LongWait).wait).toBe(wait)
})

test.each([200, 302, 403, 404])('a web page with status %i is no answer', async (status) => {
  const { thrown, seen } = await watched({ status, headers: { 'content-type': 'text/html; charset=utf-8' } })
  expect(thrown).toBeInstanceOf(ForeignAnswer)
  expect([(thrown as ForeignAnswer).status, seen.trouble]).toEqual([status, thrown])
})

test('a page of a gateway in trouble is tried again, and is no answer in the end', async () => {
  const page = { status: 502, headers: { 'content-type': 'text/html' } }
  expect((await watched(page)).thrown).toBeUndefined()
  expect((await watched(page, page, page, page)).thrown).toBeInstanceOf(ForeignAnswer)
})

test('what was seen last is kept: clock, status, trouble; a good answer ends the trouble', async () => {
  const reset = broken('ECONNRESET')
  expect((await watched(reset)).seen).toEqual({ trouble: reset, status: 0 })
  const { seen } = await watched(reset, { status: 401, headers: { date: soon(-20 * minute) } })
  expect(seen).toMatchObject({ status: 401, trouble: undefined })
  expect(Math.round((seen.skew ?? 0) / minute)).toBe(20)
})
