import type { RestErrorConstructor } from '@azure/core-rest-pipeline'
import * as v from 'valibot'
import type { UserError } from '../report/index.ts'
import { askingArm } from './arm-refusals.ts'
import { claimsOf } from './jwt.ts'
import { type Workspace, workspaceId } from './workspace.ts'

/** What one role gives, and what it takes back from that: `*` stands for any text, slashes too, and case does not count. */
export interface Permission {
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
}

const permissionList = v.object({
  value: v.array(v.object({ actions: v.array(v.string()), notActions: v.array(v.string()) })),
  nextLink: v.nullish(v.string()),
})
const errorBody = v.object({ error: v.object({ code: v.string(), message: v.string() }) })

/** Whether any of the roles allows an action: what one takes back, another may give. */
export function allowsAction(permissions: readonly Permission[], action: string): boolean {
  const isAmong = (patterns: readonly string[]) => patterns.some((pattern) => matchesAction(pattern, action))
  return permissions.some(({ actions, notActions }) => isAmong(actions) && !isAmong(notActions))
}

/** Each part between two stars is looked for behind the one before: no pattern, whatever it is, takes long. */
function matchesAction(pattern: string, action: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*')
  const text = action.toLowerCase()
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let end = first.length
  for (const part of rest) {
    const found = text.indexOf(part, end)
    if (found < 0) return false
    end = found + part.length
  }
  return text.length - last.length >= end && text.endsWith(last)
}

/**
 * The error that an action on the workspace would end with, found out without doing it; undefined where it is allowed. Deny assignments are
 * not looked at.
 * @throws UserError where Azure does not tell our permissions
 */
export async function foreseeRefusal(
  workspace: Workspace,
  what: string,
  action: string,
): Promise<UserError | undefined> {
  if (allowsAction(await readPermissions(workspace), action)) return undefined
  const { RestError } = await import('@azure/core-rest-pipeline')
  const { appid = 'unknown', oid = 'unknown' } = await ourClaims(workspace)
  // As Resource Manager itself would say it, so that it is explained as if it had.
  const message =
    `The client '${appid}' with object id '${oid}' does not have authorization to perform action '${action}' ` +
    `over scope '${workspaceId(workspace.name)}'.`
  const refused = askingArm(what, () =>
    Promise.reject(new RestError(message, { statusCode: 403, code: 'AuthorizationFailed' })),
  )
  return refused.catch((error: UserError) => error)
}

/** `GET {workspace}/providers/Microsoft.Authorization/permissions`: "all permissions the caller has for a resource". */
async function readPermissions({ client, cloud, name }: Workspace): Promise<Permission[]> {
  const { createPipelineRequest, RestError } = await import('@azure/core-rest-pipeline')
  const path = workspaceId(name).split('/').map(encodeURIComponent).join('/')
  const first = `${cloud.resourceManagerUrl}${path}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`
  return askingArm('Reading our own permissions on the workspace', async () => {
    const permissions: Permission[] = []
    for (let url: string | null | undefined = first; url; ) {
      const { status, bodyAsText } = await client.sendRequest(createPipelineRequest({ url }))
      if (status !== 200) throw toRestError(RestError, status, bodyAsText)
      const page = v.parse(permissionList, JSON.parse(bodyAsText ?? ''))
      permissions.push(...page.value)
      url = page.nextLink
    }
    return permissions
  })
}

/** A bare request does not throw for what the service refuses, as those of the typed client do. */
function toRestError(RestError: RestErrorConstructor, statusCode: number, body: string | null | undefined): Error {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), errorBody), body)
  const { code, message } = parsed.success ? parsed.output.error : { code: '', message: '' }
  return new RestError(message, { statusCode, ...(code ? { code } : {}) })
}

/** Who our management token says that we are. */
async function ourClaims({ identity, cloud }: Workspace): Promise<Readonly<Record<string, unknown>>> {
  const token = await identity.credential.getToken(cloud.scopes.management)
  return claimsOf(token?.token ?? '')
}
