import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { GitHubContext, StepResult } from '../../emulator/runner.ts'
import { check as checkIn, inState, lineOf, linesOf, missingIn, shownIn } from './doctor-lines.ts'
import { errorOf, type Inputs, useWorld } from './world.ts'

const world = useWorld()
const forkEnvironment = { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }
const check = (inputs: Inputs = {}, github: Partial<GitHubContext> = {}): Promise<StepResult> =>
  checkIn(world, inputs, github)

describe('storage', () => {
  test('whose keys are disabled is opened by our own token, which is told', async () => {
    world.emulator.storage.keyAccess = false
    const result = await check()
    expect(result.exitCode, result.log).toBe(0)
    expect(inState(result, 'warning')).toEqual(['read blobs'])
    expect(lineOf(result, 'read blobs').says).toMatch(
      /our own token\. Refused before: .*KeyBasedAuthenticationNotPermitted/,
    )
  })

  test('whose keys are disabled, and no role on the blobs', async () => {
    Object.assign(world.emulator.storage, { keyAccess: false, bearerAccess: 'none' })
    const result = await check()
    expect(missingIn(result)).toEqual(['read blobs'])
    expect(lineOf(result, 'read blobs').says).toMatch(/Tried with .*account key.*our own token.*storage-role-missing/)
    expect(inState(result, 'skipped')).toEqual(['write blobs'])
  })

  test('behind a firewall', async () => {
    world.emulator.storage.firewall = true
    const result = await check({ 'input-datasets': 'walled' })
    expect(missingIn(result)).toEqual(['read blobs'])
    expect(lineOf(result, 'read blobs').says).toMatch(/firewall keeps this runner out.*\[storage-firewall\]/)
    expect(lineOf(result, 'input walled')).toMatchObject({ state: 'skipped', says: 'needs read blobs' })
  })

  test('that may not be written to: missing for outputs, else a warning', async () => {
    world.emulator.storage.bearerAccess = 'read'
    const store = { 'default-datastore': 'identity_based' }
    const result = await check({ ...store, 'output-datasets': 'refused_out' })
    expect(missingIn(result)).toEqual(['write blobs'])
    expect(lineOf(result, 'write blobs').says).toMatch(
      /403 AuthorizationPermissionMismatch.*"Storage Blob Data Contributor"/,
    )
    expect(inState(await check(store), 'warning')).toEqual(['write blobs'])
  })

  test('with a SAS that only reads is written to by our own token', async () => {
    const sasToken = world.emulator.issueSas('read-sas', { permissions: 'rl' })
    await world.emulator.addDatastore({ name: 'read_sas', credentials: { credentialsType: 'Sas', sasToken } })
    const result = await check({ 'default-datastore': 'read_sas' })
    expect(result.exitCode, result.log).toBe(0)
    expect(lineOf(result, 'read blobs').says).toContain("with the datastore's SAS")
    expect(lineOf(result, 'write blobs').says).toContain('with our own token')
  })

  test('of a datastore that does not exist, and of a kind that is not supported', async () => {
    const unknown = await check({ 'default-datastore': 'workspace_blobstore', 'input-datasets': 'any' })
    expect(missingIn(unknown)).toEqual(['datastore'])
    expect(lineOf(unknown, 'datastore').says).toContain('Did you mean "workspaceblobstore"?')
    await world.emulator.addDatastore({ name: 'file_share', datastoreType: 'AzureFile' })
    expect(lineOf(await check({ 'default-datastore': 'file_share' }), 'datastore').says).toContain('of kind AzureFile')
  })
})

describe('datasets', () => {
  test('that exist, that would be made, and that cannot be: each has its line', async () => {
    await world.upload({ 'there/a': 'x', 'there/b.csv': 'x', 'new_one/a': 'x' })
    world.emulator.dataAssets.add('there', '3', { dataUri: 'azureml://datastores/workspaceblobstore/paths/there/' })
    const inputs = [
      "- {name: there, include: '*.csv'}",
      '- new_one',
      '- new_onne',
      "- {name: 'there:9', data-name: ninth}",
      "- {name: there, data-name: none, include: '*.png'}",
    ].join('\n')
    const result = await check({ 'input-datasets': inputs })
    const said = linesOf(result).filter(({ subject }) => subject.startsWith('input '))
    expect(said.map(({ state }) => state)).toEqual(['ok', 'ok', 'missing', 'missing', 'missing'])
    expect(said[0]?.says).toBe('there:3: 1 file of 2 files, 1 B')
    expect(said[1]?.says).toBe('does not exist yet, and would be made of folder "new_one/": 1 file, 1 B')
    expect(said[2]?.says).toContain('Nearest: "new_one"')
    expect(said[3]?.says).toContain('has no version 9. There are: "3"')
    expect(said[4]?.says).toContain('leave none')
    expect(world.emulator.dataAssets.names()).not.toContain('new_one')
  })

  test('of very many files are not listed to their end', async () => {
    const page = Array.from(
      { length: 5000 },
      (_, index) => `<Blob><Name>many/${index}</Name><Properties>
      <Last-Modified>Mon, 05 Jan 2026 10:00:00 GMT</Last-Modified><Etag>0x1</Etag><Content-Length>1</Content-Length>
      </Properties></Blob>`,
    ).join('')
    const body = `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="c"><Blobs>${page}</Blobs><NextMarker>more</NextMarker></EnumerationResults>`
    world.emulator.intercept.blob = ({ query }) =>
      query.prefix === 'many/' ? { status: 200, headers: { 'content-type': 'application/xml' }, body } : undefined
    const result = await check({ 'input-datasets': 'many' })
    expect(result.exitCode, result.log).toBe(0)
    expect(lineOf(result, 'input many').says).toContain('5,000 files or more')
    expect(world.emulator.requests.filter(({ query }) => query.prefix === 'many/')).toHaveLength(2)
  })

  test('to be published: the next version, and a folder that is taken', async () => {
    await world.upload({ 'taken/a': 'x' })
    world.emulator.dataAssets.add('grown', '6', { dataUri: 'azureml://datastores/workspaceblobstore/paths/taken/' })
    const free = await check({ 'output-datasets': 'grown' })
    expect(lineOf(free, 'output grown').says).toBe('would become grown:7, in a folder of its own')
    const taken = await check({ 'output-datasets': '{name: grown, path: taken}' })
    expect(missingIn(taken)).toEqual(['output grown'])
    expect(lineOf(taken, 'output grown').says).toMatch(/holds files already.*"grown:6".*\[destination-not-empty\]/)
    const replaced = await check({ 'output-datasets': '{name: grown, path: taken, overwrite-existing: true}' })
    expect(lineOf(replaced, 'output grown')).toMatchObject({
      state: 'warning',
      says: expect.stringContaining('will change'),
    })
    expect(shownIn(replaced)).toEqual([])
  })

  test('in a local-folder that exists need no Azure', async () => {
    const job = await world.job({ environment: forkEnvironment })
    await job.write('samples/a', 'x')
    const result = await job.main({ check: 'true', 'input-datasets': '{name: any, local-folder: samples}' })
    expect(result.exitCode, result.log).toBe(0)
    expect(lineOf(result, 'input any').says).toContain('is used where it lies')
    expect(world.emulator.requests).toEqual([])
  })

  test('in a target-folder: its room, or what is wrong with it', async () => {
    await world.upload({ 'placed/a': 'x' })
    const job = await world.job()
    await job.write('full/a', 'somebody else')
    const inputs = '[{name: placed, target-folder: data}, {name: placed, data-name: b, target-folder: full}]'
    const outputs = '[{name: placed_out, target-folder: data/inside}, {name: p, target-folder: .}]'
    const result = await job.main({ check: 'true', 'input-datasets': inputs, 'output-datasets': outputs })
    const said = linesOf(result).filter(({ subject }) => subject === 'target-folder')
    expect(said.map(({ state }) => state)).toEqual(['ok', 'missing', 'missing', 'missing'])
    expect(said[0]?.says).toMatch(new RegExp(`free at "${path.join(job.runner.folders.checkout, 'data')}"`))
    expect(said[1]?.says).toContain('[target-not-ours]')
    expect(said[2]?.says).toContain('one lies in the other')
    expect(said[3]?.says).toContain('is the checkout')
    expect(errorOf(result)).toMatch(/^3 of \d+ checks failed: target-folder\. /)
  })
})

describe('events', () => {
  test('on which nothing may be published: told, and the rest is looked at', async () => {
    const result = await check({ 'output-datasets': 'events_out' }, { eventName: 'pull_request_target' })
    expect(missingIn(result)).toEqual(['event'])
    expect(lineOf(result, 'event').says).toContain('[untrusted-event]')
    expect(lineOf(result, 'output events_out').state).toBe('ok')
  })

  test('on a pull request, publishing is a warning; without outputs it is nothing', async () => {
    const pullRequest = { eventName: 'pull_request', event: { pull_request: { number: 7 } } }
    expect(inState(await check({ 'output-datasets': 'events_out' }, pullRequest), 'warning')).toEqual(['event'])
    expect(lineOf(await check({}, pullRequest), 'event').state).toBe('info')
  })
})

test.each(['arm', 'entra', 'oidc', 'blob'] as const)('SIGINT while %s does not answer ends all', async (service) => {
  const arrived = Promise.withResolvers<void>()
  world.emulator.intercept[service] = () => {
    arrived.resolve()
    return new Promise<never>(() => {})
  }
  const step = (await world.job()).start({ check: 'true', 'input-datasets': 'any' })
  await arrived.promise
  step.signal('SIGINT')
  const result = await step.completed
  expect(errorOf(result)).toContain('Cancelled: the runner sent SIGINT')
  expect(inState(result, 'missing')).toEqual([])
  expect(result.summary, 'no table of half the checks').not.toContain('| Check')
})
