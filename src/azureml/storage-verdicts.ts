import type { TokenCredential } from '@azure/core-auth'
import { BlobError, type ContainerCredential, type ContainerLocation } from '../blobs/index.ts'
import { type ErrorCode, quoted, UserError } from '../report/index.ts'
import { clockAdvice, clockSkew, describeSkew } from './clock.ts'
import { claimsOf } from './jwt.ts'
import { type RunnerAddress, runnerAddress } from './runner-address.ts'
import type { Purpose } from './storage-access.ts'
import type { Workspace } from './workspace.ts'

/** How a container was, or was to be, opened. */
export interface Access {
  readonly workspace: Workspace
  readonly location: ContainerLocation
  readonly purpose: Purpose
  /** Undefined where there was none to be had. */
  readonly credential: ContainerCredential | undefined
}

/** What a refusal means, and what to do about it. */
export interface Verdict {
  readonly code: ErrorCode
  readonly advice: string
}

/**
 * Judges a refusal by the service's code. Codes: learn.microsoft.com, "Common REST API error codes", "Azure Blob Storage error codes" and
 * "Shared access signature error codes".
 */
export async function verdictOn(error: unknown, access: Access): Promise<Verdict> {
  if (error instanceof UserError) return { code: error.code, advice: '' } // an instruction already
  switch (error instanceof BlobError ? error.code : '') {
    case 'AuthorizationPermissionMismatch':
      return access.credential?.kind === 'sas' ? narrowSas(access) : missingRole(access)
    case 'AuthorizationFailure':
      return firewall(access.location, await runnerAddress())
    case 'AuthorizationProtocolMismatch':
    case 'AuthorizationResourceTypeMismatch':
    case 'AuthorizationServiceMismatch':
      return narrowSas(access)
    case 'AuthorizationSourceIPMismatch':
      return { code: 'storage-firewall', advice: `The SAS allows other addresses than this runner's. ${renewal}` }
    case 'KeyBasedAuthenticationNotPermitted':
      return {
        code: 'storage-keys-disabled',
        advice: `The account forbids keys and SAS. Give our identity the role "${roleFor(access)}": ${await assignment(access)}`,
      }
    case 'AuthenticationFailed':
    case 'InvalidAuthenticationInfo':
      return unauthenticated(error as BlobError, access)
    default:
      return {
        code: 'storage-refused',
        advice: `Give the identity the role "${roleFor(access)}" (${await assignment(access)}), or renew the credentials of the datastore.`,
      }
  }
}

/** Codes that a wrong clock may be behind. */
const outsideItsTime = ['AuthenticationFailed', 'InvalidAuthenticationInfo']

const renewal = 'Store new credentials in the datastore, or none, so that our own token is used.'

/** Credentials that are outside their time, or are not those of the account. */
async function unauthenticated({ date }: BlobError, access: Access): Promise<Verdict> {
  const { credential } = access
  const expiry = credential?.kind === 'sas' ? new URLSearchParams(credential.sas).get('se') : null
  // Their clock decides: ours may be what is wrong.
  if (expiry && Date.parse(expiry) <= (Date.parse(date ?? '') || Date.now()))
    return { code: 'sas-expired', advice: `The SAS expired on ${quoted(expiry)}. ${renewal}` }
  const clock = clockAdvice(clockSkew(date))
  if (clock) return { code: 'clock-skew', advice: clock }
  const advice =
    credential?.kind === 'token'
      ? 'The account does not accept the token: check that it belongs to the tenant that we signed in to.'
      : `The key was rotated, or the SAS revoked. ${renewal}`
  return { code: 'storage-refused', advice }
}

/** Whether something signed was refused by a service whose clock is not ours. */
export function isClockTrouble(error: unknown): boolean {
  if (error instanceof UserError) return error.code === 'clock-skew'
  return (
    error instanceof BlobError &&
    outsideItsTime.includes(error.code) &&
    describeSkew(clockSkew(error.date)) !== undefined
  )
}

async function missingRole(access: Access): Promise<Verdict> {
  return {
    code: 'storage-role-missing',
    advice: `The identity lacks the role "${roleFor(access)}" on the storage account. Assign it: ${await assignment(access)}`,
  }
}

function narrowSas({ purpose }: Access): Verdict {
  return {
    code: 'storage-refused',
    advice: `The SAS does not allow this: it needs the permissions ${purpose === 'write' ? 'racwl' : 'rl'} on the container and its blobs. ${renewal}`,
  }
}

function firewall({ accountName }: ContainerLocation, runner: RunnerAddress | undefined): Verdict {
  const address = runner?.isPublic ? runner.address : '<its public address>'
  return {
    code: 'storage-firewall',
    advice:
      `The account's firewall keeps this runner out${whereFrom(runner)}; this is about the network, not about roles. ` +
      `Let it in: az storage account network-rule add --account-name ${accountName} --ip-address ${address}. ` +
      "Rules by address do not apply to runners in the account's own region, and GitHub's own runners have another address each time: there, use a runner inside the account's network.",
  }
}

function whereFrom(runner: RunnerAddress | undefined): string {
  if (!runner) return ''
  return runner.isPublic
    ? ` (${runner.address})`
    : ` (${runner.address} inside its own network; its public address could not be found out)`
}

function roleFor({ purpose }: Access): string {
  return purpose === 'write' ? 'Storage Blob Data Contributor' : 'Storage Blob Data Reader'
}

/** The line that assigns the role on the storage account to whom the token is of. */
async function assignment(access: Access): Promise<string> {
  const scope = `"$(az storage account show --name ${access.location.accountName} --query id --output tsv)"`
  return `az role assignment create --assignee ${await assigneeOf(access)} --role "${roleFor(access)}" --scope ${scope}`
}

/** The object id, else the client id, that a token names; our own where a key or SAS was used. */
async function assigneeOf({ credential, workspace }: Access): Promise<string> {
  const principal: TokenCredential = credential?.kind === 'token' ? credential.token : workspace.identity.credential
  const token = await principal.getToken(workspace.cloud.scopes.storage).catch(() => null)
  const { oid, appid } = claimsOf(token?.token ?? '')
  return [oid, appid].map(String).find((id) => /^[0-9a-f-]{36}$/i.test(id)) ?? '<client-id>'
}
