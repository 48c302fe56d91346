import { request } from 'node:https'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Emulator, type FaultyResponse, startEmulator, throttling } from '../../emulator/index.ts'
import { blob, machineLearning, trust } from './clients.ts'

let emulator: Emulator
const text = '0123456789'.repeat(5000)

beforeAll(async () => {
  emulator = await startEmulator()
  trust(emulator)
  await emulator.container('box').create()
  await emulator.container('box').getBlockBlobClient('f').upload(text, text.length)
})
afterAll(() => emulator.stop())
afterEach(() => {
  emulator.intercept.blob = undefined
  emulator.intercept.arm = undefined
  emulator.storage.denied.clear()
})

const path = () => `/${emulator.storage.accountName}/box/f?${emulator.issueSas('box')}`

/** Reads the blob with a fault, and tells what came: the promised length, the body, and how it ended. */
function read(fault: FaultyResponse, whenQuiet?: () => void): Promise<{ promised: number; body: string; end: string }> {
  emulator.intercept.blob = () => fault
  const { hostname, port } = new URL(emulator.storage.url)
  return new Promise((resolve, reject) => {
    const message = request({ hostname, port, path: path(), agent: false }, (response) => {
      const chunks: Buffer[] = []
      let length = 0
      const ended = (end: string) =>
        resolve({
          promised: Number(response.headers['content-length']),
          body: Buffer.concat(chunks).toString(),
          end,
        })
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        length += chunk.length
        if ('stall' in fault && length === fault.stall) {
          whenQuiet?.()
          message.destroy()
        }
      })
      response.on('end', () => ended('complete')).on('error', (error: NodeJS.ErrnoException) => ended(error.code ?? ''))
    })
    message.on('error', reject).end()
  })
}

describe('a blob that comes back', () => {
  test.each([{ cut: 12_345 }, { truncate: 12_345 }, { cut: 0 }, { truncate: 0 }])('%j', async (fault) => {
    const { promised, body, end } = await read(fault)
    const [count] = Object.values(fault)
    expect([promised, body === text.slice(0, count), end]).toEqual([text.length, true, 'ECONNRESET'])
  })

  test('stalled brings so many bytes, and the client ends it', async () => {
    let quiet = false
    const { body, end } = await read({ stall: 777 }, () => {
      quiet = true
    })
    expect([body, quiet, end]).toEqual([text.slice(0, 777), true, 'ECONNRESET'])
  })

  test('corrupt is as long as it should be, and another', async () => {
    const { body, end } = await read({ corrupt: true })
    expect([body.slice(1) === text.slice(1), body[0], end]).toEqual([true, '1', 'complete'])
  })
})

test('an operation is denied with the code of one’s choice, and others are not', async () => {
  emulator.storage.denied.set('Get Blob', 'AuthorizationFailure')
  const answer = await blob(emulator, path())
  expect([answer.status, answer.headers['x-ms-error-code']]).toEqual([403, 'AuthorizationFailure'])
  expect((await blob(emulator, path(), { method: 'HEAD' })).status).toBe(200)
})

test('throttling is what the SDK waits for', async () => {
  let asked = 0
  emulator.intercept.arm = () => {
    asked += 1
    return asked > 1 ? undefined : throttling(0)
  }
  await machineLearning(emulator).workspaces.get(emulator.resourceGroup, emulator.workspace)
  expect(asked).toBe(2)
})
