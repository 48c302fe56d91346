import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { StepResult } from '../../emulator/runner.ts'
import { check as checkIn, inState, lineOf, linesOf, missingIn, shownIn } from './doctor-lines.ts'
import { type Inputs, type Job, useWorld } from './world.ts'

const world = useWorld()
const provider = 'Microsoft.MachineLearningServices/workspaces'
const forkEnvironment = { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }
const check = (inputs: Inputs = {}): Promise<StepResult> => checkIn(world, inputs)

/** All blobs and versions, and all files and folders of the runner; but not the files by which the runner talks with a step. */
async function everything(job: Job): Promise<unknown> {
  const blobs: string[] = []
  for await (const { name, properties } of world.emulator.container().listBlobsFlat())
    blobs.push(name + properties.etag)
  const versions = world.emulator.dataAssets.names().map((name) => [name, world.emulator.dataAssets.versions(name)])
  const entries = readdirSync(job.runner.folders.root, { recursive: true }).map(String)
  return { blobs, versions, files: entries.filter((entry) => !entry.includes('_runner_file_commands')).sort() }
}

describe('all well', () => {
  test('each thing has its line, in the log and in the summary, and the step is green', async () => {
    await world.upload({ 'whole/a': 'x', 'whole/b': 'yz' })
    const result = await check({ 'input-datasets': 'whole', 'output-datasets': 'whole_out' })
    expect(result.exitCode, result.log).toBe(0)
    expect(linesOf(result).map(({ subject, state }) => `${state} ${subject}`)).toEqual([
      ...['info runner', 'ok event', 'ok disk', 'info mounting', 'ok clock', 'ok id token', 'ok sign-in'],
      ...['ok management token', 'ok storage token', 'ok ml token', 'ok workspace', 'ok read datasets'],
      ...['ok datastore', 'ok credentials', 'ok read blobs', 'ok input whole', 'ok register versions'],
      ...['ok write blobs', 'ok output whole_out'],
    ])
    expect(result.log).toContain('All 17 checks passed.')
    expect(shownIn(result)).toEqual([])
    expect(lineOf(result, 'id token').says).toContain('"repo:octo-org/octo-repo:ref:refs/heads/main"')
    expect(lineOf(result, 'management token').says).toContain(world.emulator.objectId)
    expect(lineOf(result, 'read blobs').says).toContain("with the datastore's account key")
    for (const { subject } of linesOf(result)) expect(result.summary).toContain(`| ${subject.replace('_', '_')} |`)
  })

  test('without datasets, the default datastore is examined', async () => {
    const result = await check()
    expect(result.exitCode, result.log).toBe(0)
    expect(lineOf(result, 'datastore').says).toContain('"workspaceblobstore"')
    expect(lineOf(result, 'write blobs').state).toBe('ok')
    const other = await check({ 'default-datastore': 'identity_based' })
    expect(lineOf(other, 'datastore').says).toContain('"identity_based"')
    expect(lineOf(other, 'credentials')).toMatchObject({
      state: 'info',
      says: expect.stringContaining('no credentials'),
    })
  })

  test('nothing is made, written or handed on, and nothing is left for the post step', async () => {
    await world.upload({ 'still/a': 'x' })
    world.emulator.dataAssets.add('still_there', '1', {
      dataUri: 'azureml://datastores/workspaceblobstore/paths/still/',
    })
    const job = await world.job()
    const before = await everything(job)
    const result = await job.main({
      check: 'true',
      'input-datasets': 'still\nstill_there',
      'output-datasets':
        '[{name: still_out, path: still_out/, target-folder: out}, {name: new_out, target-folder: deep/new}]',
    })
    expect(result.exitCode, result.log).toBe(0)
    expect(await everything(job)).toEqual(before)
    expect([result.outputs, result.env, result.state]).toEqual([{}, {}, {}])
    const written = world.emulator.requests.filter(({ method }) => method !== 'GET')
    expect(new Set(written.map(({ operation, status }) => `${operation} ${status}`))).toEqual(
      new Set(['token 200', `${provider}/datastores/listsecrets/action 200`, 'Put Blob 412']),
    )
    const post = await job.post()
    expect([post.exitCode, await everything(job)]).toEqual([0, before])
  })

  test('one datastore is examined once, by whatever name it is asked for', async () => {
    await world.upload({ 'shared/a': 'x' })
    const inputs = '[shared, {name: shared_two, path: shared, datastore: workspaceblobstore}]'
    const result = await check({ 'input-datasets': inputs, 'output-datasets': 'one\ntwo' })
    expect(result.exitCode, result.log).toBe(0)
    for (const subject of ['datastore', 'credentials', 'read blobs', 'write blobs']) lineOf(result, subject)
  })
})

describe('the sign-in', () => {
  test('without id-token permission: the line to add; what needs Azure is skipped, the rest is told', async () => {
    const job = await world.job({ environment: forkEnvironment })
    const result = await job.main({ check: 'true', 'input-datasets': 'any', 'output-datasets': 'some' })
    expect(missingIn(result)).toEqual(['sign-in'])
    expect(lineOf(result, 'sign-in').says).toMatch(/"permissions: id-token: write".*\[no-id-token\]/)
    expect(inState(result, 'ok')).toEqual(['event', 'disk', 'clock'])
    expect(inState(result, 'skipped')).toEqual([
      ...['management token', 'storage token', 'ml token', 'workspace', 'read datasets', 'datastore'],
      ...['input any', 'register versions', 'output some'],
    ])
  })

  test('a fork that may go without data is told so, and is green', async () => {
    const job = await world.job({ environment: forkEnvironment })
    const nothing = { workspace: '', 'resource-group': '', 'subscription-id': '', 'client-id': '', 'tenant-id': '' }
    for (const variables of [{}, nothing]) {
      const inputs = { ...variables, check: 'true', 'input-datasets': 'any', 'on-missing-credentials': 'skip' }
      const result = await job.main(inputs)
      expect([result.exitCode, result.outputs], result.log).toEqual([0, {}])
      expect(lineOf(result, 'sign-in')).toMatchObject({ state: 'warning', says: expect.stringContaining('skip lets') })
      expect(result.log).toMatch(
        /No check failed: 2 of 11 passed, 1 with a warning, 8 skipped|No check failed: 2 of \d+/,
      )
    }
  })

  test('a subject that nobody trusts: the real one, and the line that adds it', async () => {
    const { githubJob } = world.emulator
    const { subject } = githubJob
    githubJob.subject = 'repo:octo-org/octo-repo:pull_request'
    try {
      const result = await check()
      expect(missingIn(result)).toEqual(['sign-in'])
      expect(lineOf(result, 'id token').says).toContain('"repo:octo-org/octo-repo:pull_request"')
      expect(lineOf(result, 'sign-in').says).toMatch(/az ad app federated-credential create .*:pull_request/)
    } finally {
      githubJob.subject = subject
    }
  })

  test('a token for storage or ml that cannot be had is a warning: not every step needs it', async () => {
    let tokens = 0
    world.emulator.intercept.entra = ({ operation }) => {
      if (operation !== 'token') return undefined
      tokens += 1
      return tokens > 1
        ? { status: 400, body: { error: 'invalid_scope', error_description: 'AADSTS70011: No.' } }
        : undefined
    }
    const result = await check()
    expect(result.exitCode, result.log).toBe(0)
    expect(inState(result, 'warning')).toEqual(['storage token', 'ml token'])
    expect(result.log).toContain('No check failed: 12 of 14 passed, 2 with a warning.')
  })

  test('a client secret needs no id token', async () => {
    const { clientSecret } = world.emulator
    const job = await world.job({ environment: forkEnvironment, secrets: [clientSecret] })
    const result = await job.main({ check: 'true', 'client-secret': clientSecret })
    expect(result.exitCode, result.log).toBe(0)
    expect(linesOf(result).map(({ subject }) => subject)).not.toContain('id token')
  })

  test('a clock that is wrong is told before anything else of Azure, with the fix', async () => {
    const date = new Date(Date.now() + 23 * 60_000).toUTCString()
    world.emulator.intercept.arm = ({ credential }) =>
      credential === 'None' ? { status: 401, headers: { date }, body: {} } : undefined
    const result = await check()
    expect(missingIn(result)).toEqual(['clock'])
    expect(lineOf(result, 'clock').says).toMatch(/is 23 minutes behind.*\n {4}fix: set the clock/)
  })
})

describe('the workspace', () => {
  test.each([
    [{ workspace: 'nope' }, /workspace-not-found/],
    [{ 'subscription-id': '00000000-0000-4000-8000-000000000000' }, /subscription-not-found/],
    [{ workspace: '', 'resource-group': '' }, /Missing: workspace, resource-group.*no-workspace/],
  ])('%j is told, and what needs it is skipped', async (inputs, text) => {
    const result = await check(inputs)
    expect(missingIn(result)).toEqual(['workspace'])
    expect(lineOf(result, 'workspace').says).toMatch(text)
    expect(inState(result, 'skipped')).toEqual(['read datasets', 'datastore', 'register versions'])
  })

  test('is shown as text, whatever the answer holds', async () => {
    const body = { location: 'here\n::error::fake\n##[error]fake | <b>', properties: {} }
    world.emulator.intercept.arm = ({ operation }) =>
      operation === `${provider}/read` ? { status: 200, body } : undefined
    const result = await check()
    expect([result.exitCode, shownIn(result)], result.log).toEqual([0, []])
    expect(lineOf(result, 'workspace').says).toContain('("here\\n::error::fake\\n## [error]fake | <b>")')
    expect(result.summary).not.toContain('<b>')
  })

  test('that may not be read by itself ends nothing', async () => {
    world.emulator.denied.add(`${provider}/read`)
    const result = await check()
    expect(result.exitCode, result.log).toBe(0)
    expect(inState(result, 'warning')).toEqual(['workspace'])
  })
})

describe('a role that is missing', () => {
  const input = { 'input-datasets': 'roles', 'output-datasets': 'roles_out' }
  const role =
    /az role assignment create --assignee \S+ --role "AzureML Data Scientist" --scope \S+ \[azure-role-missing\]/

  test.each([
    ['data/versions/read', ['read datasets'], ['input roles']],
    ['data/versions/write', ['register versions'], []],
    ['datastores/read', ['datastore'], ['credentials', 'read blobs', 'input roles', 'write blobs', 'output roles_out']],
  ])('%s', async (action, missing, skipped) => {
    await world.upload({ 'roles/a': 'x' })
    world.emulator.denied.add(`${provider}/${action}`)
    const result = await check(input)
    expect(missingIn(result)).toEqual(missing)
    expect(inState(result, 'skipped')).toEqual(skipped)
    expect(lineOf(result, missing[0] ?? '').says).toMatch(role)
  })

  test('datastores/listSecrets: our own token does, and both are told', async () => {
    await world.upload({ 'roles/a': 'x' })
    world.emulator.denied.add(`${provider}/datastores/listSecrets/action`)
    const result = await check(input)
    expect(result.exitCode, result.log).toBe(0)
    expect(inState(result, 'warning')).toEqual(['credentials', 'read blobs'])
    expect(lineOf(result, 'credentials').says).toMatch(role)
    expect(lineOf(result, 'read blobs').says).toMatch(
      /with our own token\. Refused before: .*account key \(see credentials\)/,
    )
  })

  test('the right to register counts only where something would be registered', async () => {
    world.emulator.denied.add(`${provider}/data/versions/write`)
    world.emulator.dataAssets.add('known', '1', { dataUri: 'azureml://datastores/workspaceblobstore/paths/roles/' })
    await world.upload({ 'roles/a': 'x' })
    const staged = await check({ 'input-datasets': 'known' })
    expect([staged.exitCode, inState(staged, 'warning')], staged.log).toEqual([0, ['register versions']])
    expect(missingIn(await check({ 'input-datasets': 'roles' }))).toEqual(['register versions'])
    expect(missingIn(await check())).toEqual(['register versions'])
  })

  test('where Azure does not tell our rights, that is unknown and no failure', async () => {
    world.emulator.denied.add('Microsoft.Authorization/permissions/read')
    const result = await check()
    expect(result.exitCode, result.log).toBe(0)
    expect(inState(result, 'unknown')).toEqual(['register versions'])
    expect(result.log).toMatch(/No check failed: \d+ of \d+ passed, 1 not known\./)
  })
})
