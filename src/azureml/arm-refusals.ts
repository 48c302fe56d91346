import { type ErrorCode, messageOf, quoted, UserError } from '../report/index.ts'
import { clockError, clockSkew } from './clock.ts'
import { foreignAnswer, unreachable } from './unreachable.ts'
import { ForeignAnswer, LongWait } from './watch.ts'

/** Its name, as users read it. */
export const resourceManager = 'Azure Resource Manager'

/** What a failed call to Azure Resource Manager told. */
export interface ArmFailure {
  readonly status: number
  /** `error.code` of the envelope; AzureML says `UserError` for nearly everything. */
  readonly code: string
  readonly message: string
  /** How far our clock is ahead, in milliseconds; undefined where the answer does not tell. */
  readonly skew: number | undefined
}

/** The failure in what the ARM client threw, or undefined where it is something else (network, sign-in, a bug). */
export function armFailure(error: unknown): ArmFailure | undefined {
  if (!(error instanceof Error) || error.name !== 'RestError' || !('statusCode' in error)) return undefined
  const { statusCode, code, response } = error as {
    statusCode?: number
    code?: string
    response?: { headers: { get(name: string): string | undefined } }
  }
  if (!statusCode) return undefined
  const skew = clockSkew(response?.headers.get('date'))
  return { status: statusCode, code: code ?? '', message: messageOf(error), skew }
}

/** Runs a call to ARM; what it answers for missing things, missing rights and missing workspaces becomes an instruction. */
export async function askingArm<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw explainArmFailure(what, error)
  }
}

/** The same, for things that may be missing: a 404 of the thing itself gives undefined. */
export async function findingInArm<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    const failure = armFailure(error)
    if (failure?.status === 404 && !isMissingParent(failure)) return undefined
    throw explainArmFailure(what, error)
  }
}

/** ARM's own answers for a subscription, group or workspace that is not there; AzureML's for its own things is `UserError`. */
const missingParentCodes = [
  'SubscriptionNotFound',
  'ResourceGroupNotFound',
  'ResourceNotFound',
  'ParentResourceNotFound',
]

function isMissingParent(failure: ArmFailure): boolean {
  return missingParentCodes.includes(failure.code)
}

/**
 * Whether a 400 or 409 is Resource Manager's own, and so about the subscription or a lock; AzureML's are about the thing itself.
 * Codes: learn.microsoft.com, "Resolve common Azure deployment errors".
 */
export function isManagersOwn({ code }: ArmFailure): boolean {
  return [
    'InvalidApiVersionParameter',
    'InvalidSubscriptionId',
    'MissingSubscriptionRegistration',
    'NoRegisteredProviderFound',
    'ReadOnlyDisabledSubscription',
    'ScopeLocked',
  ].includes(code)
}

function explainArmFailure(what: string, error: unknown): unknown {
  const failure = armFailure(error)
  if (!failure) return explainNoAnswer(what, error)
  const options = { cause: error }
  if (isForeign(failure)) {
    return new UserError('azure-unreachable', `${what}: ${foreignAnswer(resourceManager, failure.status)}`, options)
  }
  if (failure.status === 401) {
    const refusal = `${what}: Azure did not accept our token (${failure.code || failure.status}).`
    const wrongClock = clockError(refusal, failure.skew, error)
    if (wrongClock) return wrongClock
  }
  const [code, text] = verdictByCode(failure) ?? verdictByStatus(failure)
  return new UserError(code, `${what}: ${text}`, options)
}

/** A page where there should be JSON: the service answers with nothing else, or with nothing. */
function isForeign({ status, code, message }: ArmFailure): boolean {
  return code === 'PARSE_ERROR' || status === 407 || message.trimStart().startsWith('<')
}

type Verdict = readonly [ErrorCode, string]

function verdictByCode(failure: ArmFailure): Verdict | undefined {
  const said = excerpt(failure.message) || noReason
  switch (failure.code) {
    case 'SubscriptionNotFound':
    case 'InvalidSubscriptionId':
      return ['subscription-not-found', `${said} Check subscription-id, and that the identity has a role in it.`]
    case 'AuthorizationFailed':
      return ['azure-role-missing', missingRole(failure)]
    case 'LinkedAuthorizationFailed':
      return ['azure-role-missing', missingLinkedRole(failure)]
    case 'InvalidAuthenticationTokenTenant':
      return ['sign-in-refused', `${said} The subscription belongs to another tenant: check tenant-id.`]
    case 'MissingSubscriptionRegistration':
      return ['azure-refused', `${said} Run: az provider register --namespace Microsoft.MachineLearningServices`]
  }
  return isMissingParent(failure)
    ? ['workspace-not-found', `${said} Check workspace, resource-group and subscription-id.`]
    : undefined
}

function verdictByStatus({ status, code, message }: ArmFailure): Verdict {
  const said = excerpt(message) || noReason
  const answered = `Azure answered ${[status, code].filter(Boolean).join(' ')}: ${said}`
  switch (status) {
    case 401:
      return ['sign-in-refused', `Azure did not accept our token: ${said}`]
    case 403:
      return [
        'azure-refused',
        `${answered} If the workspace has private endpoints only, use a runner in their network; if a role is missing, "AzureML Data Scientist" on the workspace is enough.`,
      ]
    case 429:
      return ['throttled', `${resourceManager} gets too many requests in this subscription (429). Run again later.`]
    default:
      return [
        'azure-refused',
        status >= 500
          ? `${answered} Several tries brought the same: run again later, and look at https://status.azure.com.`
          : answered,
      ]
  }
}

/** No answer came, or none that counts. */
function explainNoAnswer(what: string, error: unknown): unknown {
  const options = { cause: error }
  if (error instanceof ForeignAnswer)
    return new UserError('azure-unreachable', `${what}: ${foreignAnswer(resourceManager, error.status)}`, options)
  if (error instanceof LongWait) {
    return new UserError(
      'throttled',
      `${what}: ${resourceManager} asks for a pause of ${error.wait}, which is too long to wait for. Too many requests were made in this subscription: run again after that.`,
      options,
    )
  }
  if (!(error instanceof Error) || error.name !== 'RestError') return error
  const { code = '' } = error as { code?: string }
  const text = `${what}: ${unreachable(resourceManager, code)} If resource-manager-url is given, check it too.`
  return new UserError('azure-unreachable', text, options)
}

/** ARM names the identity, the action and the scope in its 403; from them comes the line that mends it. */
function missingRole({ message }: ArmFailure): string {
  const objectId = idIn(message)
  const scope = /over scope '([^']+)'/.exec(message)?.[1]
  const workspaceScope = scope && /^.*\/workspaces\/[^/]+/.exec(scope)?.[0]
  const said = excerpt(message) || noReason
  if (!objectId || !scope)
    return `${said} The identity lacks a role here; "AzureML Data Scientist" on the workspace is enough.`
  return `${said} Assign a role: ${assignment(objectId, '"AzureML Data Scientist"', workspaceScope ?? scope)}`
}

/** The role on the workspace is there; it is missing on something that the request touches besides. */
function missingLinkedRole({ message }: ArmFailure): string {
  const objectId = idIn(message)
  const [, action, scope] = /perform action\(s\) '([^']+)' on the linked scope\(s\) '([^']+)'/.exec(message) ?? []
  const said = excerpt(message) || noReason
  if (!objectId || !action || !scope)
    return `${said} The identity needs a role on what the workspace is linked to, too.`
  return `${said} Assign a role that holds this action, there: ${assignment(objectId, `"<role with ${excerpt(action)}>"`, scope)}`
}

function idIn(message: string): string | undefined {
  return /object id '([\w-]+)'/.exec(message)?.[1]
}

function assignment(objectId: string, role: string, scope: string): string {
  return `az role assignment create --assignee ${objectId} --role ${role} --scope ${excerpt(scope)}`
}

const noReason = 'no reason was given.'

/** What a service said, on one line and of bearable length. */
function excerpt(text: string): string {
  return quoted(text.slice(0, 800)).slice(1, -1)
}
