import { messageOf, quoted, UserError } from '../report/index.ts'

/** What a failed call to Azure Resource Manager told. */
export interface ArmFailure {
  readonly status: number
  /** `error.code` of the envelope; AzureML says `UserError` for nearly everything. */
  readonly code: string
  readonly message: string
}

/** The failure in what the ARM client threw, or undefined where it is something else (network, sign-in, a bug). */
export function armFailure(error: unknown): ArmFailure | undefined {
  if (!(error instanceof Error) || error.name !== 'RestError' || !('statusCode' in error)) return undefined
  const { statusCode, code } = error as { statusCode?: number; code?: string }
  return statusCode ? { status: statusCode, code: code ?? '', message: messageOf(error) } : undefined
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

function explainArmFailure(what: string, error: unknown): unknown {
  const failure = armFailure(error)
  if (!failure) return explainBrokenConnection(what, error)
  const said = quoted(failure.message || failure.code || `status ${failure.status}`).slice(1, -1)
  const options = { cause: error }
  if (failure.code === 'SubscriptionNotFound') {
    return new UserError(
      'subscription-not-found',
      `${what}: ${said} Check subscription-id, and that the identity has a role in it.`,
      options,
    )
  }
  if (isMissingParent(failure)) {
    return new UserError(
      'workspace-not-found',
      `${what}: ${said} Check workspace, resource-group and subscription-id.`,
      options,
    )
  }
  if (failure.status === 403) return new UserError('azure-role-missing', `${what}: ${missingRole(failure)}`, options)
  if (failure.status === 401) {
    return new UserError('sign-in-refused', `${what}: Azure did not accept our token: ${said}`, options)
  }
  if (failure.status === 429) {
    return new UserError(
      'throttled',
      `${what}: Azure Resource Manager still throttles this subscription after several tries. Run again later.`,
      options,
    )
  }
  return new UserError(
    'azure-refused',
    `${what}: Azure answered ${[failure.status, failure.code].filter(Boolean).join(' ')}: ${said}`,
    options,
  )
}

/** The client throws an error without a status where no answer came. */
function explainBrokenConnection(what: string, error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'RestError') return error
  const { code = 'no answer' } = error as { code?: string }
  return new UserError(
    'azure-unreachable',
    `${what}: Azure Resource Manager cannot be reached (${code}). Check the network of the runner, its proxy (HTTPS_PROXY), and resource-manager-url if it is given.`,
    { cause: error },
  )
}

/** ARM names the identity, the action and the scope in its 403; from them comes the line that mends it. */
function missingRole({ message }: ArmFailure): string {
  const objectId = /object id '([^']+)'/.exec(message)?.[1]
  const scope = /over scope '([^']+)'/.exec(message)?.[1]
  const workspaceScope = scope && /^.*\/workspaces\/[^/]+/.exec(scope)?.[0]
  const said = quoted(message).slice(1, -1) || 'Azure refused without a reason.'
  if (!objectId || !scope)
    return `${said} The identity lacks a role here; "AzureML Data Scientist" on the workspace is enough.`
  return `${said} Assign a role: az role assignment create --assignee ${objectId} --role "AzureML Data Scientist" --scope ${workspaceScope ?? scope}`
}
