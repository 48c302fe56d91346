import { BlobError, type ContainerLocation } from '../blobs/index.ts'
import { messageOf, quoted, UserError } from '../report/index.ts'
import { type Access, isClockTrouble, verdictOn } from './storage-verdicts.ts'
import { foreignAnswer, unreachable } from './unreachable.ts'

/** A way to open a container that was refused. */
export interface Refusal {
  /** `the datastore's account key`, `our own token`. */
  readonly label: string
  readonly error: unknown
  readonly access: Access
}

/** One error for all attempts to open a container: what was tried, what each got, and what to do. */
export async function explainStorageRefusals(
  location: ContainerLocation,
  refusals: readonly Refusal[],
): Promise<unknown> {
  const tried = refusals.map(({ label, error }) => `with ${label}: ${reason(error)}`).join('; ')
  // A wrong clock spoils whatever is signed, though a later attempt may have got further and failed of something else.
  const deciding = refusals.find(({ error }) => isClockTrouble(error)) ?? refusals.at(-1)
  if (!deciding) return new Error(`${describe(location)}: nothing was tried`)
  const { code, advice } = await verdictOn(deciding.error, deciding.access)
  const text = `${describe(location)} cannot be opened. Tried ${tried}. ${advice}`.trimEnd()
  return new UserError(code, text, { cause: deciding.error })
}

/**
 * The same for what fails later, when the container is open: the first file that was refused, and what to do. What is no failure of storage
 * comes back as it is.
 */
export async function explainStorageFailure(error: unknown, label: string, access: Access): Promise<unknown> {
  if (!(error instanceof BlobError)) return error
  const { status, operation } = error
  if (isForeign(error) || (status !== 401 && status !== 403)) return explainStorageTrouble(error, access.location)
  const { code, advice } = await verdictOn(error, access)
  return new UserError(
    code,
    `${describe(access.location)} refuses to ${shown(operation)} with ${label}: ${reason(error)}. ${advice}`,
    { cause: error },
  )
}

/** What is no refusal of credentials: a missing container, a broken network, an account that is too busy. */
export function explainStorageTrouble(error: unknown, { accountName, containerName }: ContainerLocation): unknown {
  if (!(error instanceof BlobError)) return error
  const { status, code, operation } = error
  const options = { cause: error }
  const account = `Storage account "${accountName}"`
  if (isForeign(error))
    return new UserError('storage-unreachable', foreignAnswer(`storage account "${accountName}"`, status), options)
  if (code === 'CutShort') {
    const text = `The connection to storage account "${accountName}" broke (${code}). Run again; if it stays, check the network of the runner.`
    return new UserError('connection-lost', text, options)
  }
  if (status === 0) return new UserError('storage-unreachable', unreachable(account, code), options)
  if (status === 404) {
    const text = `Container "${containerName}" does not exist in storage account "${accountName}". The datastore points at nothing: create the container, or mend the datastore.`
    return new UserError('container-not-found', text, options)
  }
  const answered = `${account}, container "${containerName}" did not ${shown(operation)}: ${reason(error)}.`
  return status === 429 || status === 503
    ? new UserError(
        'throttled',
        `${answered} The account is too busy, also after several tries: run again later.`,
        options,
      )
    : new UserError('storage-refused', `${answered} Run again; if it stays, look at the account's health.`, options)
}

/** The service names its code with every refusal; without one, something before it refused. */
function isForeign({ status, code }: BlobError): boolean {
  return status !== 0 && (code === '' || status < 400)
}

/** `list its files`, `read "folder/file"`: foreign text in quotes. */
function shown(operation: string): string {
  const [verb = '', ...name] = operation.split(' ')
  return verb === 'list' ? 'list its files' : `${verb} ${quoted(name.join(' '))}`
}

function reason(error: unknown): string {
  return error instanceof BlobError ? `${error.status} ${error.code}`.trim() : messageOf(error).replace(/\.$/, '')
}

function describe({ accountName, containerName }: ContainerLocation): string {
  return `Storage account "${accountName}", container "${containerName}"`
}
