import type { AccessToken } from '@azure/core-auth'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cloudOf, MissingCredentials, signIn } from '../../src/azureml/index.ts'
import { recordingLog, refusalOf, silentLog } from '../report/helpers.ts'

interface Made {
  readonly kind: string
  readonly options: readonly unknown[]
  /** Scopes of the tokens that were asked for. */
  readonly asked: string[]
}

const library = vi.hoisted(() => ({
  made: [] as Made[],
  /** What each kind of credential answers; those that are not here are not available. */
  answers: new Map<string, (scopes: string) => Promise<AccessToken>>(),
}))

// Every credential of the library writes down how it was made, and answers as the test says.
vi.mock('@azure/identity', () => {
  const standIn = (kind: string) =>
    class {
      readonly made: Made
      constructor(...options: unknown[]) {
        this.made = { kind, options, asked: [] }
        library.made.push(this.made)
      }
      async getToken(scopes: string) {
        this.made.asked.push(scopes)
        const answer = library.answers.get(kind)
        if (answer) return answer(scopes)
        throw Object.assign(new Error(`${kind} is not available.\nMore words.`), { name: 'CredentialUnavailableError' })
      }
    }
  const kinds = [
    'ClientSecretCredential',
    'ClientAssertionCredential',
    'ManagedIdentityCredential',
    'EnvironmentCredential',
    'WorkloadIdentityCredential',
    'AzureCliCredential',
  ]
  return Object.fromEntries(kinds.map((kind) => [kind, standIn(kind)]))
})

const nothing = { clientId: '', tenantId: '', clientSecret: '' }
const app = { clientId: 'client', tenantId: 'tenant', clientSecret: '' }
const cloud = cloudOf('public')
const minutes = (count: number) => count * 60_000
const tokenFor = (lifetime: number) => async (scope: string) => ({
  token: `${scope} ${Date.now()}`,
  expiresOnTimestamp: Date.now() + lifetime,
})
const idToken = async (audience: string) =>
  `e30.${Buffer.from(JSON.stringify({ sub: 'repo:o/r', aud: audience })).toString('base64url')}.x`
const kinds = () => library.made.map(({ kind }) => kind)

/** What the first credential does before each request to Entra. */
function presentIdToken(): Promise<string> {
  const give = library.made[0]?.options[2]
  if (typeof give !== 'function') throw new Error('The credential was made without a source of id tokens.')
  return give()
}

beforeEach(() => {
  library.made.length = 0
  library.answers.clear()
  for (const kind of ['ClientSecretCredential', 'ClientAssertionCredential'])
    library.answers.set(kind, tokenFor(minutes(60)))
  vi.stubEnv('AZURE_FEDERATED_TOKEN_FILE', '')
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

describe('what is given decides who signs in:', () => {
  test('a secret, masked before it is used', async () => {
    const log = recordingLog()
    const { description } = await signIn({ ...app, clientSecret: 'hush' }, cloud, idToken, log)
    expect(library.made[0]).toMatchObject({ kind: 'ClientSecretCredential', options: ['tenant', 'client', 'hush', {}] })
    expect(log.lines).toEqual(['mask: hush', `info: Signed in to Azure with ${description}.`])
    expect(description).toBe('the client secret of application client')
  })

  test('client-id and tenant-id: OIDC, with a fresh id token for the cloud’s audience each time', async () => {
    const government = cloudOf('usgovernment')
    const audiences: string[] = []
    await signIn(app, government, async (audience) => `token ${audiences.push(audience)}`, silentLog)
    const [made] = library.made
    expect(made).toMatchObject({
      kind: 'ClientAssertionCredential',
      options: ['tenant', 'client', expect.any(Function), { authorityHost: 'https://login.microsoftonline.us' }],
    })
    expect([await presentIdToken(), await presentIdToken()]).toEqual(['token 1', 'token 2'])
    expect(audiences).toEqual(['api://AzureADTokenExchangeUSGov', 'api://AzureADTokenExchangeUSGov'])
  })

  test('client-id alone: the managed identity of that id', async () => {
    library.answers.set('ManagedIdentityCredential', tokenFor(minutes(60)))
    const { description } = await signIn({ ...nothing, clientId: 'client' }, cloud, undefined, silentLog)
    expect(library.made).toMatchObject([{ kind: 'ManagedIdentityCredential', options: [{ clientId: 'client' }] }])
    expect(description).toBe('the managed identity client')
  })

  test('a private cloud is not looked up in Entra’s list', async () => {
    await signIn({ ...app, clientSecret: 'x' }, cloudOf('public', '', 'https://entra.example'), undefined, silentLog)
    expect(library.made[0]?.options[3]).toMatchObject({
      authorityHost: 'https://entra.example',
      disableInstanceDiscovery: true,
    })
  })

  test('one management token is asked for at once', async () => {
    await signIn(app, cloud, idToken, silentLog)
    expect(library.made[0]?.asked).toEqual(['https://management.azure.com/.default'])
  })
})

describe('what is given in part is an error:', () => {
  test.each([
    [{ ...nothing, clientSecret: 'x' }, 'client-secret is given, but not client-id and tenant-id'],
    [{ ...app, clientId: '', clientSecret: 'x' }, 'client-secret is given, but not client-id'],
    [{ ...app, tenantId: '', clientSecret: 'x' }, 'client-secret is given, but not tenant-id'],
    [{ ...nothing, tenantId: 'tenant' }, 'tenant-id is given, but not client-id'],
  ])('%j', async (settings, text) => {
    const error = await refusalOf(() => signIn(settings, cloud, idToken, silentLog))
    expect(error.message).toContain(text)
    expect(error).not.toBeInstanceOf(MissingCredentials)
    expect(library.made).toEqual([])
  })
})

describe('without an id token', () => {
  test('OIDC is not possible, which `on-missing-credentials: skip` forgives', async () => {
    const error = await refusalOf(() => signIn(app, cloud, undefined, silentLog))
    expect(error).toBeInstanceOf(MissingCredentials)
    expect(error.message).toContain('"permissions: id-token: write"')
  })

  test('a refused sign-in is not forgiven, and nothing else is tried', async () => {
    library.answers.set('ClientAssertionCredential', () =>
      Promise.reject(Object.assign(new Error('AADSTS700016: No such application.'), { name: 'AuthenticationError' })),
    )
    const error = await refusalOf(() => signIn(app, cloud, idToken, silentLog))
    expect(error).not.toBeInstanceOf(MissingCredentials)
    expect(kinds()).toEqual(['ClientAssertionCredential'])
  })

  test('a subject that does not match is told as it was presented', async () => {
    library.answers.set('ClientAssertionCredential', async () => {
      await presentIdToken()
      throw Object.assign(new Error('AADSTS700213: No match.'), { name: 'AuthenticationError' })
    })
    const { message } = await refusalOf(() => signIn(app, cloudOf('china'), idToken, silentLog))
    expect(message).toContain('"subject":"repo:o/r","audiences":["api://AzureADTokenExchangeChina"]')
  })
})

describe('with nothing given', () => {
  test.each(['EnvironmentCredential', 'ManagedIdentityCredential', 'AzureCliCredential'])(
    'the machine’s own identities are tried up to %s',
    async (kind) => {
      library.answers.set(kind, tokenFor(minutes(60)))
      await signIn(nothing, cloud, idToken, silentLog)
      const asked = library.made.filter(({ asked }) => asked.length > 0).map((made) => made.kind)
      expect(asked.at(-1)).toBe(kind)
    },
  )

  test('workload identity is tried where its file is named', async () => {
    vi.stubEnv('AZURE_FEDERATED_TOKEN_FILE', '/var/token')
    library.answers.set('WorkloadIdentityCredential', tokenFor(minutes(60)))
    expect((await signIn(nothing, cloud, undefined, silentLog)).description).toBe('workload identity')
  })

  test('and nothing found it says what was tried, one line each', async () => {
    const error = await refusalOf(() => signIn(nothing, cloud, undefined, silentLog))
    expect(error).toBeInstanceOf(MissingCredentials)
    expect(error.code).toBe('no-credentials')
    for (const kind of ['EnvironmentCredential', 'ManagedIdentityCredential', 'AzureCliCredential'])
      expect(error.message).toContain(`${kind} is not available.`)
    expect(error.message).not.toContain('More words')
  })

  test('variables that are set and refused are the error', async () => {
    library.answers.set('EnvironmentCredential', () =>
      Promise.reject(
        Object.assign(new Error('AADSTS7000215: Invalid client secret.'), { name: 'AuthenticationError' }),
      ),
    )
    const error = await refusalOf(() => signIn(nothing, cloud, undefined, silentLog))
    expect(error).not.toBeInstanceOf(MissingCredentials)
    expect(error.message).toContain('AADSTS7000215')
  })

  test('the managed identity is waited for one second', async () => {
    vi.useFakeTimers()
    library.answers.set('ManagedIdentityCredential', () => new Promise(() => {}))
    library.answers.set('AzureCliCredential', tokenFor(minutes(60)))
    const signing = signIn(nothing, cloud, undefined, silentLog)
    await vi.advanceTimersByTimeAsync(1000)
    expect((await signing).description).toBe('the Azure CLI')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('tokens', () => {
  const management = 'https://management.azure.com/.default'
  const storage = 'https://storage.azure.com/.default'
  const signedIn = async (lifetime: number) => {
    vi.useFakeTimers()
    library.answers.set('ClientAssertionCredential', tokenFor(lifetime))
    const { credential } = await signIn(app, cloud, idToken, silentLog)
    const asked = library.made[0]?.asked ?? []
    return { credential, asked }
  }

  test('are kept for each scope', async () => {
    const { credential, asked } = await signedIn(minutes(60))
    for (const scope of [management, storage, management, storage]) {
      const token = await credential.getToken(scope)
      expect(token?.token).toContain(scope)
    }
    expect(asked).toEqual([management, storage])
  })

  test('are kept until five minutes before they end, and then renewed', async () => {
    const { credential, asked } = await signedIn(minutes(60))
    vi.advanceTimersByTime(minutes(55) - 1)
    await credential.getToken(management)
    expect(asked).toHaveLength(1)
    vi.advanceTimersByTime(1)
    await credential.getToken(management)
    await credential.getToken(management)
    expect(asked).toHaveLength(2)
  })

  test('that live shorter than that are asked for each time', async () => {
    const { credential, asked } = await signedIn(minutes(4))
    await credential.getToken(management)
    await credential.getToken(management)
    expect(asked).toHaveLength(3)
  })

  test('with claims that a service challenged us for are never taken from what is kept', async () => {
    const { credential, asked } = await signedIn(minutes(60))
    await credential.getToken(management, { claims: '{}' })
    expect(asked).toHaveLength(2)
  })

  test('that cannot be renewed are used as long as they are good, and asked for again after some seconds', async () => {
    const { credential, asked } = await signedIn(minutes(60))
    const first = await credential.getToken(management)
    library.answers.set('ClientAssertionCredential', () => Promise.reject(new Error('AADSTS90033: Later.')))
    vi.advanceTimersByTime(minutes(56))
    for (let time = 0; time < 20; time += 1) {
      expect(await credential.getToken(management)).toBe(first)
      vi.advanceTimersByTime(1000)
    }
    expect(asked).toHaveLength(3)
    vi.advanceTimersByTime(minutes(4))
    expect((await refusalOf(() => credential.getToken(management))).message).toContain('AADSTS90033')
  })

  test('that are refused later read as instructions too', async () => {
    const { credential } = await signedIn(minutes(60))
    library.answers.set('ClientAssertionCredential', () =>
      Promise.reject(Object.assign(new Error('AADSTS700024: Too late.'), { name: 'AuthenticationError' })),
    )
    expect((await refusalOf(() => credential.getToken(storage))).message).toContain('the clock of the runner is wrong')
  })
})
