import {
  askClockSkew,
  type Cloud,
  claimsOf,
  describeSkew,
  type Identity,
  MissingCredentials,
  readLocation,
} from '../azureml/index.ts'
import type { DatasetContext } from '../datasets/index.ts'
import { quoted, UserError } from '../report/index.ts'
import { actionLog as log } from './action-log.ts'
import { connect, decideConnection, identify } from './connection.ts'
import { type Found, failed } from './findings.ts'
import type { ActionInputs } from './inputs.ts'
import { idTokenSource } from './oidc.ts'
import { checkoutFolder } from './places.ts'

/** The clock of this machine against Azure's: one that is wrong makes sign-ins and signatures fail, with misleading errors. */
export async function checkClock(cloud: Cloud, signal: AbortSignal): Promise<Found> {
  const skew = await askClockSkew(cloud, signal)
  if (skew === undefined) return { state: 'unknown', says: 'Azure did not tell the time' }
  const wrong = describeSkew(skew)
  if (wrong === undefined) return { state: 'ok', says: "within five minutes of Azure's" }
  return {
    state: 'missing',
    says: `the clock of this runner is ${wrong}: Azure takes neither its tokens nor its signatures`,
    fix: 'set the clock of the machine, and let it be kept by NTP (timedatectl set-ntp true)',
  }
}

/** Whether an id token of GitHub is what the inputs sign in with. */
export function signsInByOidc({ signIn: { clientId, tenantId, clientSecret } }: ActionInputs): boolean {
  return clientId !== '' && tenantId !== '' && clientSecret === ''
}

/** Who GitHub says that this job is. Where it does not say, that is the error of the sign-in. */
export async function checkIdToken({ federationAudience }: Cloud): Promise<Found> {
  const ask = idTokenSource()
  if (!ask) return { state: 'info', says: 'GitHub gives this job none (permissions: id-token: write)' }
  const { sub } = claimsOf(await ask(federationAudience))
  return { state: 'ok', says: `subject ${quoted(String(sub))}, audience ${quoted(federationAudience)}` }
}

/** Signs in as the real step does. */
export async function checkSignIn({ signIn, onMissingCredentials, ...inputs }: ActionInputs): Promise<Found<Identity>> {
  try {
    const identity = await identify({ ...inputs, ...signIn }, signIn.clientSecret, { ...log, info: log.debug })
    return { state: 'ok', says: identity.description, value: identity }
  } catch (error) {
    const isForgiven = error instanceof MissingCredentials && onMissingCredentials === 'skip'
    if (!isForgiven) throw error
    const { says } = failed(error)
    return { state: 'warning', says: `on-missing-credentials: skip lets the step pass without data. ${says}` }
  }
}

/** A token for one service. Without one for storage or ml, all that does not need it goes on. */
export async function checkToken(
  { credential }: Identity,
  { scopes }: Cloud,
  service: keyof Cloud['scopes'],
  signal: AbortSignal,
): Promise<Found> {
  try {
    const token = await credential.getToken(scopes[service], { abortSignal: signal })
    const { oid } = claimsOf(token?.token ?? '')
    const who = service === 'management' && oid !== undefined ? `, for object id ${quoted(String(oid))}` : ''
    return { state: 'ok', says: `for ${scopes[service]}${who}` }
  } catch (error) {
    return failed(error, service === 'management' ? 'missing' : 'warning')
  }
}

/** Opens the workspace. Who may not read it may all the same be allowed to use its data, so that this alone ends nothing. */
export async function checkWorkspace(
  inputs: ActionInputs,
  identity: Identity,
  signal: AbortSignal,
): Promise<Found<DatasetContext>> {
  const connection = await decideConnection(inputs, checkoutFolder())
  const context = await connect(connection, identity, signal, log)
  const { workspace, resourceGroup } = connection.workspace
  try {
    const location = await readLocation(context.workspace)
    const says = `${quoted(workspace)} in ${quoted(resourceGroup)} (${quoted(location)})`
    return { state: 'ok', says, value: context }
  } catch (error) {
    const mayNotRead = error instanceof UserError && error.code === 'azure-role-missing'
    if (mayNotRead) return { ...failed(error, 'warning'), value: context }
    throw error
  }
}
