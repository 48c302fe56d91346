import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StepResult } from '../../emulator/runner.ts'
import { manifestText } from '../transfer/helpers.ts'
import { errorOf, filesBelow, type Job, useWorld, warningsOf } from './world.ts'

const world = useWorld()
const injection = 'x\n::error::injected\r##[error]injected\u0085::set-output name=a::b'

/** Nothing of a step became a command of the runner besides what the action itself said. */
function expectNoInjection(step: StepResult): void {
  expect(step.annotations.filter(({ message }) => message.startsWith('injected'))).toEqual([])
  expect(step.outputs.a).toBeUndefined()
}

function sessionFileOf(job: Job): string {
  const sessions = path.join(job.runner.folders.temp, '..', '_azureml-datasets')
  return path.join(sessions, readdirSync(sessions)[0] ?? '', 'session.json')
}

describe('foreign text', () => {
  test.each([
    ['arm', { status: 400, body: { error: { code: 'Odd', message: injection } } }],
    ['arm', { status: 404, body: { error: { code: 'ResourceNotFound', message: injection } } }],
    ['arm', { status: 403, body: { error: { code: 'AuthorizationFailed', message: injection } } }],
    ['arm', { status: 500, body: injection }],
    ['entra', { status: 400, body: { error: 'invalid_client', error_description: `AADSTS1: ${injection}` } }],
    ['oidc', { status: 403, body: injection }],
    ['blob', { status: 403, headers: { 'x-ms-error-code': '::error::injected' }, body: injection }],
    ['blob', { status: 400, body: `<Error><Code>${injection}</Code><Message>${injection}</Message></Error>` }],
  ] as const)('of %s in an answer such as %j stays in the one line of the error', async (service, answer) => {
    await world.upload({ 'spoken/f': 'x' })
    world.emulator.intercept[service] = () => answer
    const step = await (await world.job()).main({ 'input-datasets': 'spoken' })
    errorOf(step)
    expectNoInjection(step)
  })

  test('in the tag of a dataset stays in the warning about it', async () => {
    await world.upload({ 'tagged/f': 'x' })
    const dataUri = 'azureml://datastores/workspaceblobstore/paths/tagged/'
    world.emulator.dataAssets.add('tagged', '1', { dataUri, tags: { fingerprint: injection } })
    const step = await (await world.job()).main({ 'input-datasets': 'tagged' })
    expect(step.exitCode, step.log).toBe(0)
    expect(warningsOf(step)).toHaveLength(1)
    expectNoInjection(step)
  })

  test('in the name of a version, which may be any text, stays in the log', async () => {
    await world.upload({ 'odd_version/f': 'x' })
    const dataUri = 'azureml://datastores/workspaceblobstore/paths/odd_version/'
    world.emulator.intercept.arm = ({ path: place }) => {
      const version = { name: injection, properties: { dataType: 'uri_folder', dataUri, isArchived: false } }
      if (place.endsWith('/data/odd_version/versions')) return { status: 200, body: { value: [version] } }
      if (place.endsWith('/data/odd_version'))
        return { status: 200, body: { properties: { dataType: 'uri_folder', latestVersion: injection } } }
      return place.includes('/data/odd_version/versions/') ? { status: 200, body: version } : undefined
    }
    const step = await (await world.job()).main({ 'input-datasets': 'odd_version' })
    expect(step.exitCode, step.log).toBe(0)
    expectNoInjection(step)
    expect(step.outputs['input-0-version']).toBe(injection)
    expect(step.summary).not.toContain('\n::error')
  })
})

describe('secrets', () => {
  const azureCli = `#!/bin/sh
printf '%s\\n' "$*" >> "$HOME/az-arguments"
exit 1
`

  test('are in no argument of a process, neither ours nor one that we start', async () => {
    await world.upload({ 'argued/f': 'x' })
    const { clientSecret } = world.emulator
    const job = await world.job({ secrets: [clientSecret] })
    const arrived = Promise.withResolvers<void>()
    world.emulator.intercept.blob = ({ operation }) => {
      if (operation !== 'Get Blob') return undefined
      arrived.resolve()
      return new Promise(() => {})
    }
    const step = job.start({ 'input-datasets': 'argued', 'client-secret': clientSecret })
    await arrived.promise
    const commandLine = readFileSync(`/proc/${step.pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
    expect(commandLine).toEqual([process.execPath, path.resolve('dist/main.js')])
    step.signal('SIGINT')
    await step.completed
  })

  test('are not told to the Azure CLI, which is asked for a token and nothing else', async () => {
    const job = await world.job({
      environment: { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' },
    })
    await job.write(`${job.runner.folders.home}/bin/az`, azureCli)
    await job.runner.run('chmod +x "$HOME/bin/az"; echo "$HOME/bin" >> "$GITHUB_PATH"')
    await job.main({ 'input-datasets': 'argued', 'client-id': '', 'tenant-id': '' })
    const calls = readFileSync(path.join(job.runner.folders.home, 'az-arguments'), 'utf8').trim().split('\n')
    expect(calls).toEqual([`account get-access-token --output json --resource ${world.emulator.url}`])
  })

  test('are not in the session, which is for its owner only; ids are in no output', async () => {
    await world.upload({ 'private/f': 'x' })
    const { clientSecret, subscriptionId } = world.emulator
    const job = await world.job({ secrets: [clientSecret] })
    const inputs = { 'input-datasets': 'private', 'output-datasets': 'private_out', 'client-secret': clientSecret }
    const main = await job.main(inputs)
    expect(main.exitCode, main.log).toBe(0)
    const file = sessionFileOf(job)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700)
    const session = readFileSync(file, 'utf8')
    expect(world.emulator.secrets.filter((secret) => session.includes(secret))).toEqual([])
    expect(JSON.stringify(main.outputs)).not.toContain(subscriptionId)
    await job.post('failure')
    expect(existsSync(path.dirname(file))).toBe(false)
  })
})

describe('tokens', () => {
  test('id tokens are asked for with the audience of Entra, and for nobody else', async () => {
    await world.upload({ 'audience/f': 'x' })
    const main = await (await world.job()).main({ 'input-datasets': 'audience' })
    expect(main.exitCode, main.log).toBe(0)
    const audiences = world.emulator.requests
      .filter(({ service }) => service === 'oidc')
      .map(({ query }) => query.audience)
    expect(new Set(audiences)).toEqual(new Set(['api://AzureADTokenExchange']))
  })

  test('each service gets a token of its own: the emulator, as Azure, takes no other', async () => {
    await world.upload({ 'scoped/f': 'x' }, 'identity-based')
    const main = await (await world.job()).main({ 'input-datasets': '{name: scoped, datastore: identity_based}' })
    expect(main.exitCode, main.log).toBe(0)
    const answered = world.emulator.requests.filter(
      ({ credential, status = 0 }) => credential === 'Bearer' && status < 300,
    )
    expect(new Set(answered.map(({ service }) => service))).toEqual(new Set(['arm', 'blob', 'oidc']))
  })
})

describe('files that somebody forged', () => {
  test('a session that asks for something else to be removed removes nothing of it', async () => {
    const job = await world.job()
    const main = await job.main({ 'output-datasets': 'never_published' })
    expect(main.exitCode, main.log).toBe(0)
    await job.write(`${job.runner.folders.checkout}/precious/file`, 'precious')
    const paths = ['precious', '..', '../..'].map((place) => path.resolve(job.runner.folders.checkout, place))
    const file = sessionFileOf(job)
    const session = JSON.parse(readFileSync(file, 'utf8'))
    const undo = [...paths, `${job.runner.folders.temp}/azureml-datasets/../..`].map((place) => ({
      kind: 'remove-folder',
      path: place,
    }))
    await job.write(file, JSON.stringify({ ...session, state: 'opening', undo }))
    expect((await job.post()).exitCode).toBe(0)
    expect(filesBelow(job.runner.folders.checkout)).toContain('precious/file')
  })

  test('a list of our files that names others removes nothing outside the folder', async () => {
    await world.upload({ 'listed/f': 'x' })
    const job = await world.job()
    const { checkout } = job.runner.folders
    await job.write(`${checkout}/precious`, 'precious')
    await job.write(`${checkout}/data/here`, 'old')
    const names = ['../precious', 'x/../../precious', path.join(checkout, 'precious')].sort()
    await job.write(`${checkout}/.data.azureml-datasets.json`, manifestText(names.map((name) => [name, '0x1'])))
    const main = await job.main({ 'input-datasets': '{name: listed, target-folder: data}' })
    expect(main.exitCode, main.log).toBe(0)
    expect(readFileSync(path.join(checkout, 'precious'), 'utf8')).toBe('precious')
  })

  test('a link in the checkout is not followed: neither as target-folder nor inside it', async () => {
    await world.upload({ 'linked/sub/f': 'x' })
    const job = await world.job()
    const { checkout, home } = job.runner.folders
    await job.write(`${home}/precious/f`, 'precious')
    await job.runner.run('ln -s "$HOME/precious" data; mkdir inner; ln -s "$HOME/precious" inner/sub')
    const asked = (folder: string) => job.main({ 'input-datasets': `{name: linked, target-folder: ${folder}}` })
    expect(errorOf(await asked('data'))).toContain('is a symbolic link')
    expect(errorOf(await asked('inner'))).toContain('[target-not-ours]')
    await job.write(`${checkout}/.inner.azureml-datasets.json`, manifestText([['sub/f', '0x1']]))
    expect(errorOf(await asked('inner'))).toContain('[target-not-ours]')
    expect(readFileSync(path.join(home, 'precious', 'f'), 'utf8')).toBe('precious')
  })
})
