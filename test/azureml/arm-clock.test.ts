import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../../emulator/index.ts'
import { askClockSkew, cloudOf } from '../../src/azureml/index.ts'
import { trust } from '../emulator/clients.ts'
import { refusalOf } from '../report/helpers.ts'

const { signal } = new AbortController()
let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator()
  trust(emulator)
})
afterAll(() => emulator.stop())
afterEach(() => {
  emulator.intercept.arm = undefined
})
const ask = () => askClockSkew(cloudOf('public', emulator.url, emulator.url), signal)

test('the clock of Azure is asked for without a token', async () => {
  expect(Math.abs((await ask()) ?? Number.NaN)).toBeLessThan(60_000)
  expect(emulator.requests.at(-1)).toMatchObject({ service: 'arm', method: 'GET', status: 401, credential: 'None' })
})

test('a clock that is wrong is noticed', async () => {
  const date = new Date(Date.now() + 3600_000).toUTCString()
  emulator.intercept.arm = () => ({ status: 401, headers: { date } })
  expect(Math.round(((await ask()) ?? 0) / 60_000)).toBe(-60)
})

test('an answer without a time tells nothing', async () => {
  emulator.intercept.arm = () => ({ status: 401, headers: { date: 'yesterday' } })
  expect(await ask()).toBeUndefined()
})

test('where nothing answers, that is told', async () => {
  const { code } = await refusalOf(() => askClockSkew(cloudOf('public', 'https://127.0.0.1:9'), signal))
  expect(code).toBe('azure-unreachable')
})
