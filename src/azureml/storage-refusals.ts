import { BlobError, type ContainerLocation } from '../blobs/index.ts'
import { type ErrorCode, messageOf, UserError } from '../report/index.ts'
import type { Purpose } from './storage-access.ts'

/** A way to open a container that was refused. */
export interface Refusal {
  /** `the datastore's account key`, `our own token`. */
  readonly label: string
  readonly error: unknown
}

/** One error for all attempts: what was tried, what each got, and what to do about the last one. */
export function explainStorageRefusals(
  location: ContainerLocation,
  refusals: readonly Refusal[],
  purpose: Purpose,
): UserError {
  const last = refusals.at(-1)
  const tried = refusals.map(({ label, error }) => `with ${label}: ${reason(error)}`).join('; ')
  return new UserError(
    refusalCode(last?.error),
    `Storage account "${location.accountName}", container "${location.containerName}" cannot be opened. Tried ${tried}. ${remedy(last?.error, location, purpose)}`,
    { cause: last?.error },
  )
}

/** The same for a single operation that was refused later, when the container was open already. */
export function explainStorageRefusal(location: ContainerLocation, error: unknown, purpose: Purpose): unknown {
  if (!(error instanceof BlobError) || (error.status !== 401 && error.status !== 403)) return error
  const { accountName, containerName } = location
  return new UserError(
    refusalCode(error),
    `Storage account "${accountName}", container "${containerName}" refuses to ${purpose}: ${reason(error)}. ${remedy(error, location, purpose)}`,
    { cause: error },
  )
}

function reason(error: unknown): string {
  return error instanceof BlobError ? `${error.status} ${error.code}`.trim() : messageOf(error)
}

function refusalCode(error: unknown): ErrorCode {
  if (!(error instanceof BlobError)) return 'storage-refused'
  const codes: Record<string, ErrorCode> = {
    AuthorizationPermissionMismatch: 'storage-role-missing',
    AuthorizationFailure: 'storage-firewall',
    KeyBasedAuthenticationNotPermitted: 'storage-keys-disabled',
  }
  return codes[error.code] ?? 'storage-refused'
}

/** Codes: learn.microsoft.com, "Common REST API error codes" and "Azure Blob Storage error codes". */
function remedy(error: unknown, { accountName }: ContainerLocation, purpose: Purpose): string {
  const role = purpose === 'write' ? 'Storage Blob Data Contributor' : 'Storage Blob Data Reader'
  const assign = `az role assignment create --assignee <client-id> --role "${role}" --scope $(az storage account show --name ${accountName} --query id --output tsv)`
  switch (error instanceof BlobError ? error.code : '') {
    case 'AuthorizationPermissionMismatch':
      return `The identity lacks the role "${role}". Assign it: ${assign}`
    case 'AuthorizationFailure':
      return (
        "The account's firewall keeps this runner out; this is about the network, not about roles. Allow the runner's network or use a runner inside it. " +
        "Rules by IP address do not apply to runners in the account's own region."
      )
    case 'KeyBasedAuthenticationNotPermitted':
      return `The account forbids keys and SAS. Give the identity the role "${role}": ${assign}`
    default:
      return `Give the identity the role "${role}" (${assign}), or renew the credentials of the datastore.`
  }
}
