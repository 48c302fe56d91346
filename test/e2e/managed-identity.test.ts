import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { credential, trust } from '../emulator/clients.ts'
import { errorOf, useWorld } from './world.ts'

const world = useWorld()
const asked: URLSearchParams[] = []
let metadata: Server

/** The metadata service of an Azure machine, which gives out tokens of the emulator's Entra. */
beforeAll(async () => {
  trust(world.emulator)
  metadata = createServer(async (request: IncomingMessage, response) => {
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams
    if (request.headers.metadata !== 'true') {
      response.writeHead(400).end('{"error":"invalid_request"}')
      return
    }
    asked.push(query)
    const { token, expiresOnTimestamp } = await credential(world.emulator).getToken(`${query.get('resource')}/.default`)
    const body = {
      access_token: token,
      expires_on: String(Math.floor(expiresOnTimestamp / 1000)),
      resource: query.get('resource'),
      token_type: 'Bearer',
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(metadata, 'listening')
})
afterAll(() => metadata.close())

/** Where `@azure/identity` looks for the metadata service, instead of its address on Azure. */
const environment = () => ({
  ACTIONS_ID_TOKEN_REQUEST_URL: '',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: '',
  AZURE_POD_IDENTITY_AUTHORITY_HOST: `http://127.0.0.1:${(metadata.address() as AddressInfo).port}`,
})

test('client-id alone is a user-assigned managed identity', async () => {
  await world.upload({ 'managed/f': 'x' })
  const job = await world.job({ environment: environment() })
  const main = await job.main({ 'input-datasets': 'managed', 'tenant-id': '' })
  expect(main.exitCode, main.log).toBe(0)
  expect(main.log).toContain(`Signed in to Azure with the managed identity ${world.emulator.clientId}`)
  expect(asked.at(-1)?.get('client_id')).toBe(world.emulator.clientId)
})

test('with no credentials at all, the identity of the machine is found', async () => {
  await world.upload({ 'managed/f': 'x' })
  asked.length = 0
  const job = await world.job({ environment: environment() })
  const main = await job.main({
    'input-datasets': '{name: managed, datastore: workspaceblobstore}',
    'client-id': '',
    'tenant-id': '',
  })
  expect(main.exitCode, main.log).toBe(0)
  expect(main.log).toContain('Signed in to Azure with the managed identity.')
  expect(asked[0]?.has('client_id')).toBe(false)
})

test('a managed identity that does not answer is given up after a second', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  try {
    const host = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const job = await world.job({ environment: { ...environment(), AZURE_POD_IDENTITY_AUTHORITY_HOST: host } })
    const begun = performance.now()
    const message = errorOf(await job.main({ 'input-datasets': 'managed', 'client-id': '', 'tenant-id': '' }))
    expect(message).toContain('the managed identity (no answer within 1 s)')
    expect(performance.now() - begun).toBeLessThan(8000)
  } finally {
    silent.closeAllConnections()
    silent.close()
  }
})
