import { messageOf, quoted, UserError } from '../report/index.ts'
import { clockError, describeSkew } from './clock.ts'
import { foreignAnswer, unreachable } from './unreachable.ts'
import { ForeignAnswer, LongWait, type Sightings } from './watch.ts'

/** Its name, as users read it. */
export const entra = 'Microsoft Entra'

/** What is known about a sign-in that Entra refused. */
export interface EntraRefusal {
  readonly clientId?: string
  readonly tenantId?: string
  /** Whether `clientId` is that of a managed identity. */
  readonly isManaged?: boolean
  /** Audience that a federated credential has to have. */
  readonly audience?: string
  /** `sub` of the id token that was presented. */
  subject?: string | undefined
  /** What came over the wire; absent where the library does not let us watch. */
  readonly seen?: Sightings
}

/** How to mend what Entra refuses, by its AADSTS code (learn.microsoft.com, "Microsoft Entra authentication error codes"). */
const remedies: Record<string, (refusal: EntraRefusal) => string> = {
  AADSTS70021: federatedSubject,
  AADSTS700211: federatedSubject,
  AADSTS700212: federatedSubject,
  AADSTS700213: federatedSubject,
  AADSTS700024: outsideItsTime,
  AADSTS500133: outsideItsTime,
  AADSTS700016: ({ clientId, tenantId }) =>
    `There is no application ${clientId} in tenant ${tenantId}. Compare client-id and tenant-id with the application's overview page.`,
  AADSTS90002: ({ tenantId }) =>
    `There is no tenant ${tenantId}. Compare tenant-id, and cloud if it is not the public one.`,
  endpoints_resolution_error: ({ tenantId }) =>
    `There is no tenant ${tenantId}. Compare tenant-id, and cloud if it is not the public one.`,
  AADSTS7000215: ({ clientId }) =>
    `What was given is not a secret of application ${clientId}: it is the secret's value that is asked for, not its id.`,
  AADSTS7000222: ({ clientId }) =>
    `The client secret of application ${clientId} has expired. Make a new one, or use OIDC.`,
}

/** Refusals that may come of a wrong clock. */
const timeCodes = ['AADSTS700024', 'AADSTS500133']

function outsideItsTime({ seen }: EntraRefusal): string {
  const isRight = seen?.skew !== undefined && describeSkew(seen.skew) === undefined
  return isRight
    ? 'The id token was outside its time, though the clock of this runner is right: the request was held up for minutes. Run again.'
    : 'The id token is outside its time: the clock of the runner is wrong, or the request was held up for minutes.'
}

function federatedSubject({ clientId, audience = '', subject = 'unknown' }: EntraRefusal): string {
  return (
    `Application ${clientId} has no federated credential for this job, whose subject is ${quoted(subject)}. Add one: ` +
    `az ad app federated-credential create --id ${clientId} --parameters ` +
    `'{"name":"github","issuer":"https://token.actions.githubusercontent.com","subject":${quoted(subject)},"audiences":[${quoted(audience)}]}'`
  )
}

/** What `@azure/identity` throws where a sign-in fails, besides UserErrors of our own callbacks. */
const libraryErrors = ['AuthenticationError', 'AuthenticationRequiredError', 'CredentialUnavailableError']

/** Turns what `@azure/identity` throws into an instruction. Errors that are not Entra's come back as they are. */
export function explainEntraRefusal(error: unknown, refusal: EntraRefusal): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error
  return explainSighting(refusal.seen, error) ?? explainAnswer(error, refusal)
}

/** What the library keeps to itself: that nobody answered, somebody else did, or Entra is too busy. */
function explainSighting({ trouble, status = 0 }: Sightings = {}, error: Error): UserError | undefined {
  const options = { cause: error }
  if (trouble instanceof ForeignAnswer) {
    const text = `The sign-in failed: ${foreignAnswer(entra, trouble.status)}`
    return new UserError('azure-unreachable', text, options)
  }
  if (trouble instanceof LongWait || status === 429) {
    const pause = trouble instanceof LongWait ? ` and asks for a pause of ${trouble.wait}` : ''
    const text = `The sign-in failed: ${entra} gets too many requests${pause}. Run again later.`
    return new UserError('throttled', text, options)
  }
  if (trouble instanceof Error && trouble.name === 'RestError') {
    const { code = '' } = trouble as { code?: string }
    const text = `The sign-in failed: ${unreachable(entra, code)} If authority-host is given, check it too.`
    return new UserError('azure-unreachable', text, options)
  }
  if (status < 500) return undefined
  const text = `The sign-in failed: ${entra} answered ${status}, several times. Run again later, and look at https://status.azure.com.`
  return new UserError('azure-refused', text, options)
}

function explainAnswer(error: Error, refusal: EntraRefusal): unknown {
  const text = messageOf(error)
  // MSAL's own code, where the tenant's configuration could not be read: it keeps what Entra said to itself.
  const code = /AADSTS\d+|endpoints_resolution_error/.exec(text)?.[0]
  const wrongClock =
    code && timeCodes.includes(code)
      ? clockError(`${entra} refused the sign-in (${code}).`, refusal.seen?.skew, error)
      : undefined
  if (wrongClock) return wrongClock
  const remedy = code ? remedies[code]?.({ clientId: 'unknown', tenantId: 'unknown', ...refusal }) : undefined
  if (remedy)
    return new UserError('sign-in-refused', `${entra} refused the sign-in (${code}). ${remedy}`, { cause: error })
  if (refusal.isManaged) {
    const message = `The managed identity ${refusal.clientId} gave no token: is it assigned to this runner? To sign in by OIDC, give tenant-id as well. (${summary(text)})`
    return new UserError('sign-in-refused', message, { cause: error })
  }
  if (code || libraryErrors.includes(error.name)) {
    // Before its code, the library writes numbers and a time.
    const said = code ? text.slice(text.indexOf(code)) : text
    return new UserError('sign-in-refused', `The sign-in failed: ${summary(said)}`, { cause: error })
  }
  return error
}

/** Entra's texts go on with trace ids and stack traces over many lines; the first says what happened. */
function summary(text: string): string {
  return quoted(text.split(/\r?\n| Trace ID:| - Correlation ID:/, 1)[0]?.slice(0, 500) ?? '').slice(1, -1)
}
