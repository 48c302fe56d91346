import type { ContainerCredential } from '../blobs/index.ts'
import { messageOf, quoted, UserError } from '../report/index.ts'
import type { Datastore, DatastoreCredentials } from './datastores.ts'
import { principalCredential } from './sent-credential.ts'
import type { Purpose } from './storage-access.ts'
import type { Workspace } from './workspace.ts'

/** One way to open a container; making the credential may itself fail, which is a reason to try the next. */
export interface Attempt {
  readonly label: string
  readonly credential: () => Promise<ContainerCredential>
}

/** Gives the secret of a datastore, masked. */
export type SecretSource = (workspace: Workspace, datastore: string) => Promise<string>

/** The credential that a datastore keeps; undefined for identity-based datastores, and for certificates, which cannot be used here. */
export function storedCredential(
  workspace: Workspace,
  { name, credentials, location }: Datastore,
  purpose: Purpose,
  secretOf: SecretSource,
): Attempt | undefined {
  const secret = () => secretOf(workspace, name)
  // Unlike a key, which only signs, a SAS and a token are sent as they are.
  const secretForHttps = async () => {
    if (location.url.startsWith('https:')) return secret()
    throw new UserError('storage-refused', `datastore "${name}" is http, over which only an account key is used`)
  }
  switch (credentials.kind) {
    case 'AccountKey':
      return {
        label: "the datastore's account key",
        credential: async () => ({ kind: 'account-key', accountKey: await secret() }),
      }
    case 'Sas':
      return {
        label: "the datastore's SAS",
        credential: async () => ({ kind: 'sas', sas: checkedSas(name, await secretForHttps(), purpose) }),
      }
    case 'ServicePrincipal':
      return {
        label: "the datastore's service principal",
        credential: async () => servicePrincipal(workspace, name, credentials, await secretForHttps()),
      }
    default:
      return undefined
  }
}

/** A SAS tells itself when it ends and what it allows: no request is needed to know that it will be refused. */
function checkedSas(datastore: string, sas: string, purpose: Purpose): string {
  const fields = new URLSearchParams(sas)
  const expiry = fields.get('se')
  if (expiry && Date.parse(expiry) < Date.now()) {
    throw new UserError('sas-expired', `the SAS of datastore "${datastore}" expired on ${quoted(expiry)}`)
  }
  if (purpose === 'write' && !/[wc]/.test(fields.get('sp') ?? 'w')) {
    throw new UserError('sas-read-only', `the SAS of datastore "${datastore}" gives no right to write`)
  }
  return sas
}

async function servicePrincipal(
  { cloud, log }: Workspace,
  datastore: string,
  { tenantId, clientId, authorityUrl }: DatastoreCredentials & { kind: 'ServicePrincipal' },
  clientSecret: string,
): Promise<ContainerCredential> {
  const authorityHost = authorityUrl && URL.canParse(authorityUrl) ? new URL(authorityUrl).origin : cloud.authorityHost
  const token = await principalCredential({ tenantId, clientId, clientSecret, authorityHost }, cloud, log)
  try {
    await token.getToken(cloud.scopes.storage)
  } catch (error) {
    const message = `the service principal ${quoted(clientId)} of datastore "${datastore}" cannot sign in: ${firstLine(messageOf(error))}`
    throw new UserError('sign-in-refused', message, { cause: error })
  }
  return { kind: 'token', token }
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? ''
}
