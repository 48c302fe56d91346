import type { TokenCredential } from '@azure/core-auth'
import type * as IdentityLibrary from '@azure/identity'
import { type Log, messageOf, quoted, UserError } from '../report/index.ts'
import type { Cloud } from './cloud.ts'
import { type EntraRefusal, entra } from './entra-refusals.ts'
import { explaining } from './explaining-credential.ts'
import { claimsOf } from './jwt.ts'
import { retryOptions, type Sightings, watchPolicy } from './watch.ts'

/** What the user gave to sign in with. Empty strings mean: not given. */
export interface SignInSettings {
  readonly clientId: string
  readonly tenantId: string
  readonly clientSecret: string
}

/** Asks GitHub for a fresh id token; undefined where the job may not have one (`permissions: id-token: write`, forks). */
export type IdTokenSource = ((audience: string) => Promise<string>) | undefined

/** Who we are towards Azure. */
export interface Identity {
  readonly credential: TokenCredential
  /** For the log: `OIDC, application 1234…`. */
  readonly description: string
}

/** No credentials were given or found. What `on-missing-credentials: skip` forgives; a refused sign-in is not this. */
export class MissingCredentials extends UserError {}

/**
 * Signs in. Credentials that are given are final; with none, the environment, a managed identity and the Azure CLI are tried in turn.
 * A management token is got at once, so that a failure to sign in shows here and not in the middle of the work.
 * @throws MissingCredentials, or UserError with what Entra refused
 */
export async function signIn(
  settings: SignInSettings,
  cloud: Cloud,
  idToken: IdTokenSource,
  log: Log,
): Promise<Identity> {
  if (settings.clientSecret) log.mask(settings.clientSecret)
  const library = await import('@azure/identity')
  const identity = givenIdentity(library, settings, cloud, idToken, log) ?? (await foundIdentity(library, cloud, log))
  await within(
    60_000,
    identity.credential.getToken(cloud.scopes.management),
    `Signing in with ${identity.description}: `,
  )
  log.info(`Signed in to Azure with ${identity.description}.`)
  return identity
}

/** The identity that the inputs name, or undefined where they name none. */
function givenIdentity(
  library: typeof IdentityLibrary,
  settings: SignInSettings,
  cloud: Cloud,
  idToken: IdTokenSource,
  log: Log,
): Identity | undefined {
  const { clientId, tenantId, clientSecret } = settings
  requirePlainIds({ 'client-id': clientId, 'tenant-id': tenantId })
  if (clientSecret) {
    requireInputs({ 'client-id': clientId, 'tenant-id': tenantId }, 'client-secret')
    const seen: Sightings = {}
    const credential = new library.ClientSecretCredential(
      tenantId,
      clientId,
      clientSecret,
      entraOptions(cloud, log, seen),
    )
    return {
      credential: explaining(credential, { clientId, tenantId, seen }),
      description: `the client secret of application ${clientId}`,
    }
  }
  if (clientId && tenantId) return federatedIdentity(library, clientId, tenantId, cloud, idToken, log)
  if (tenantId) requireInputs({ 'client-id': clientId }, 'tenant-id')
  if (!clientId) return undefined
  const credential = new library.ManagedIdentityCredential({ clientId })
  return {
    credential: explaining(credential, { clientId, isManaged: true }),
    description: `the managed identity ${clientId}`,
  }
}

/** OIDC: every request to Entra carries an id token that GitHub made for it, so nothing expires while the job runs. */
function federatedIdentity(
  library: typeof IdentityLibrary,
  clientId: string,
  tenantId: string,
  cloud: Cloud,
  idToken: IdTokenSource,
  log: Log,
): Identity {
  if (!idToken) {
    throw new MissingCredentials(
      'no-id-token',
      'GitHub gives this job no id token, so it cannot sign in to Azure by OIDC. Add "permissions: id-token: write" to the job. ' +
        'Runs from forks and from Dependabot never get one: set "on-missing-credentials: skip" to let them pass without data.',
    )
  }
  const seen: Sightings = {}
  const context: EntraRefusal = { clientId, tenantId, audience: cloud.federationAudience, seen }
  const assertion = async () => {
    const token = await idToken(cloud.federationAudience)
    const { sub } = claimsOf(token) // who GitHub says that we are; not a secret
    context.subject = sub === undefined ? undefined : String(sub)
    return token
  }
  const credential = new library.ClientAssertionCredential(
    tenantId,
    clientId,
    assertion,
    entraOptions(cloud, log, seen),
  )
  return { credential: explaining(credential, context), description: `OIDC as application ${clientId}` }
}

/** Milliseconds, so that three waits in a row end before the patience of {@link signIn}. */
const longestWait = 15_000

/**
 * How the sign-in library reaches Entra, and tells what it sees there. Entra's list of clouds does not hold private ones, so that discovery
 * is switched off for them.
 */
export function entraOptions({ authorityHost, isPrivate }: Cloud, log: Log, seen: Sightings) {
  const policy = watchPolicy(entra, longestWait, log, seen)
  return {
    authorityHost,
    disableInstanceDiscovery: isPrivate,
    retryOptions,
    additionalPolicies: [{ policy, position: 'perRetry' as const }],
  }
}

/** The first of the machine's own identities that gives a token. */
async function foundIdentity(library: typeof IdentityLibrary, cloud: Cloud, log: Log): Promise<Identity> {
  const misses: string[] = []
  for (const { description, credential, patience, seen } of machineIdentities(library, cloud, log)) {
    try {
      const kept = explaining(credential, { ...contextOfEnvironment(), seen })
      await within(patience, kept.getToken(cloud.scopes.management))
      return { credential: kept, description }
    } catch (error) {
      // Variables that are set and refused are the error; variables that are not set are a reason to go on.
      if (description === environmentVariables && !isUnavailable(error)) throw error
      misses.push(`${description} (${firstLine(messageOf(error))})`)
    }
  }
  throw new MissingCredentials(
    'no-credentials',
    `There is nothing to sign in to Azure with. Give client-id and tenant-id, and the job "permissions: id-token: write". Also tried: ${misses.join('; ')}.`,
  )
}

const environmentVariables = 'the environment variables AZURE_…'

/** Who the environment says that we are, for the errors. */
function contextOfEnvironment(): EntraRefusal {
  const { AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId } = process.env
  return { ...(clientId ? { clientId } : {}), ...(tenantId ? { tenantId } : {}) }
}

interface MachineIdentity {
  readonly description: string
  readonly credential: TokenCredential
  /** Milliseconds. */
  readonly patience: number
  readonly seen: Sightings
}

function machineIdentities(library: typeof IdentityLibrary, cloud: Cloud, log: Log): MachineIdentity[] {
  const environment: Sightings = {}
  const workload: Sightings = {}
  const federated = process.env.AZURE_FEDERATED_TOKEN_FILE
    ? [
        {
          description: 'workload identity',
          credential: new library.WorkloadIdentityCredential(entraOptions(cloud, log, workload)),
          patience: 30_000,
          seen: workload,
        },
      ]
    : []
  return [
    {
      description: environmentVariables,
      credential: new library.EnvironmentCredential(entraOptions(cloud, log, environment)),
      patience: 30_000,
      seen: environment,
    },
    ...federated,
    // Off Azure nothing answers at the metadata address, so that a longer wait would be felt by everyone.
    {
      description: 'the managed identity',
      credential: new library.ManagedIdentityCredential(),
      patience: 1000,
      seen: {},
    },
    { description: 'the Azure CLI', credential: new library.AzureCliCredential(), patience: 30_000, seen: {} },
  ]
}

async function within<T>(milliseconds: number, work: Promise<T>, what = ''): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new UserError('sign-in-refused', `${what}no answer within ${milliseconds / 1000} s`)),
      milliseconds,
    )
  })
  try {
    return await Promise.race([work, timeout])
  } finally {
    clearTimeout(timer)
  }
}

function requireInputs(inputs: Record<string, string>, because: string): void {
  const missing = Object.keys(inputs).filter((name) => !inputs[name])
  if (missing.length === 0) return
  throw new UserError('bad-input', `${because} is given, but not ${missing.join(' and ')}. Give them together.`)
}

/** Ids are GUIDs or, for a tenant, a domain. Others are refused by the library in words that nobody understands. */
function requirePlainIds(inputs: Record<string, string>): void {
  for (const [name, value] of Object.entries(inputs)) {
    if (!/^[\w.-]*$/.test(value))
      throw new UserError('bad-input', `${name}: ${quoted(value)} is not an id: it has characters that no id has.`)
  }
}

/** The library also calls a credential unavailable when Entra does not answer; that has a code of its own by now. */
function isUnavailable(error: unknown): boolean {
  if (!(error instanceof UserError) || error.code !== 'sign-in-refused') return false
  return error.cause instanceof Error && error.cause.name === 'CredentialUnavailableError'
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 200) ?? ''
}
