import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../../emulator/index.ts'
import { cloudOf, foreseeRefusal, openWorkspace } from '../../src/azureml/index.ts'
import { allowsAction, type Permission } from '../../src/azureml/permissions.ts'
import { credential, trust } from '../emulator/clients.ts'
import { refusalOf, silentLog } from '../report/helpers.ts'

const ml = 'Microsoft.MachineLearningServices/workspaces'
const write = `${ml}/data/versions/write`
const role = (actions: string[], notActions: string[] = []): Permission => ({ actions, notActions })

describe('an action is allowed', () => {
  test.each([
    ['by its name', [role([write])]],
    ['in any case', [role([write.toUpperCase()])]],
    ['to who may do everything', [role(['*'])]],
    ['by a star at the end', [role([`${ml}/data/*`])]],
    ['by a star in the middle, over several segments', [role([`${ml}/*/write`])]],
    ['by several stars', [role(['Microsoft.*/*/versions/*'])]],
    ['by a star that stands for nothing', [role([`${write}*`, '*x'])]],
    ['where something else is taken back', [role(['*'], [`${ml}/data/*/delete`])]],
    ['by one role, though another takes it back', [role(['*'], [write]), role([`${ml}/*`])]],
  ])('%s', (_what, permissions) => {
    expect(allowsAction(permissions, write)).toBe(true)
  })

  test.each([
    ['by no role at all', []],
    ['by a role that reads', [role(['*/read'])]],
    ['by what only begins like it', [role([`${ml}/data/versions/writ`, `${ml}/data`])]],
    ['by stars whose texts would overlap', [role([`${ml}/data/versions*versions/write`])]],
    ['by stars in another order', [role(['*write*versions*'])]],
    ['where it is taken back by name', [role(['*'], [write.toLowerCase()])]],
    ['where it is taken back by a star', [role(['*'], [`${ml}/*/write`])]],
    ['by a dot that is no letter', [role(['MicrosoftxMachineLearningServices/*'])]],
  ])('but not %s', (_what, permissions) => {
    expect(allowsAction(permissions, write)).toBe(false)
  })
})

describe('a refusal is foreseen', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await startEmulator()
    trust(emulator)
  })
  afterAll(() => emulator.stop())
  afterEach(() => {
    emulator.denied.clear()
    emulator.intercept.arm = undefined
  })
  const foresee = async () => {
    const { subscriptionId, resourceGroup, workspace, url } = emulator
    const identity = { credential: credential(emulator), description: 'the secret' }
    const name = { subscriptionId, resourceGroup, workspace }
    const { signal } = new AbortController()
    return foreseeRefusal(
      await openWorkspace(name, cloudOf('public', url, url), identity, signal, silentLog),
      'Registering',
      write,
    )
  }
  const answering = (status: number, body: unknown) => {
    emulator.intercept.arm = ({ path }) => (path.endsWith('/permissions') ? { status, body } : undefined)
  }

  test('in none that is allowed', async () => {
    expect(await foresee()).toBeUndefined()
  })

  test('in the words of Resource Manager, with the line that assigns the role', async () => {
    emulator.denied.add(write)
    const { code, message } = await refusalOf(async () => {
      throw await foresee()
    })
    expect(code).toBe('azure-role-missing')
    expect(message).toContain(
      `Registering: The client '${emulator.clientId}' with object id '${emulator.objectId}' does not`,
    )
    expect(message).toMatch(
      /az role assignment create --assignee \S+ --role "AzureML Data Scientist" --scope \/sub\S+$/,
    )
  })

  test('on every page', async () => {
    const next = `${emulator.url}/subscriptions/${emulator.subscriptionId}/more?api-version=2022-04-01`
    emulator.intercept.arm = ({ path }) =>
      path.endsWith('/more')
        ? { status: 200, body: { value: [role([write])] } }
        : { status: 200, body: { value: [], nextLink: next } }
    expect(await foresee()).toBeUndefined()
  })

  test('not where Azure does not tell', async () => {
    emulator.denied.add('Microsoft.Authorization/permissions/read')
    expect((await refusalOf(foresee)).message).toContain('Reading our own permissions')
    emulator.denied.clear()
    answering(404, '<html>nothing</html>')
    expect((await refusalOf(foresee)).message).toContain('answered in its place (404)')
    answering(200, { value: [{ actions: 'all' }] })
    await expect(foresee()).rejects.toThrow('Expected Array')
  })
})
