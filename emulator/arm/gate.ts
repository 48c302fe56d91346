import type { Request, RequestHandler } from 'express'
import type { AccessToken, TokenIssuer } from '../entra/tokens.ts'
import { names } from '../names.ts'
import { type ArmRefusal, managerError } from './errors.ts'
import { queryReader } from './paging.ts'
import { armAction, isAboutPermissions, parseResourcePath } from './resource.ts'
import type { Workspace } from './workspace.ts'

const apiVersions = [
  ...['2022-05-01', '2022-10-01', '2023-04-01', '2023-10-01', '2024-04-01', '2024-10-01', '2025-06-01'],
  ...['2022-12-01-preview', '2023-02-01-preview', '2023-04-01-preview', '2023-06-01-preview', '2023-08-01-preview'],
  ...['2024-01-01-preview', '2024-04-01-preview', '2024-07-01-preview', '2024-10-01-preview', '2025-01-01-preview'],
]

const permissionApiVersions = ['2015-07-01', '2018-01-01-preview', '2018-07-01', '2022-04-01']

/** What Resource Manager checks before AzureML sees a request: sign-in, api-version, existence, role. */
export function gate(workspace: Workspace, tokens: TokenIssuer): RequestHandler {
  return (request, _response, next) => {
    const token = authenticate(workspace, tokens, request)
    checkApiVersion(request)
    checkScope(request)
    checkRole(workspace, token, request)
    checkWorkspace(request)
    next()
  }
}

function authenticate(workspace: Workspace, tokens: TokenIssuer, request: Request): AccessToken {
  const header = request.get('authorization')
  if (!header)
    throw unauthorized('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.")
  const token = tokens.find(header.replace(/^Bearer +/i, ''))
  if (!token) throw unauthorized('InvalidAuthenticationToken', 'The access token is invalid.')
  const allowed = [workspace.url, 'https://management.core.windows.net', 'https://management.azure.com']
  if (!allowed.includes(token.audience)) {
    const text = `The access token has been obtained for wrong audience or resource '${token.audience}'. It should exactly match with`
    throw unauthorized(
      'InvalidAuthenticationTokenAudience',
      `${text} one of the allowed audiences '${allowed.join("', '")}'.`,
    )
  }
  if (token.expiresAt.getTime() <= Date.now()) {
    const text = `The access token expiry UTC time '${utc(token.expiresAt)}' is earlier than current UTC time '${utc(new Date())}'.`
    throw unauthorized('ExpiredAuthenticationToken', text)
  }
  return token
}

function unauthorized(code: string, message: string): ArmRefusal {
  const authority = `https://login.microsoftonline.com/${names.tenantId}`
  const challenge = `Bearer authorization_uri="${authority}", error="invalid_token", error_description="${message}"`
  return managerError(401, code, message, { 'www-authenticate': challenge })
}

const utc = (date: Date) => date.toISOString().replace('T', ' ').replace(/\..*/, '')

function checkApiVersion(request: Request): void {
  const supported = isAboutPermissions(request.path) ? permissionApiVersions : apiVersions
  const version = queryReader(request)('api-version')
  if (version === '') {
    const message = 'The api-version query parameter (?api-version=) is required for all requests.'
    throw managerError(400, 'MissingApiVersionParameter', message)
  }
  if (!/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(version)) {
    const message = `The api-version '${version}' is invalid. The supported versions are '${supported.join(',')}'.`
    throw managerError(400, 'InvalidApiVersionParameter', message)
  }
  if (!supported.includes(version)) {
    const message = `No registered resource provider found for location '${names.location}' and API version '${version}' for type `
    const others = `'workspaces'. The supported api-versions are '${supported.join(', ')}'.`
    throw managerError(400, 'NoRegisteredProviderFound', message + others)
  }
}

function checkScope(request: Request): void {
  const { subscriptionId, resourceGroup } = parseResourcePath(request.path)
  if (!isSame(subscriptionId, names.subscriptionId)) {
    throw managerError(404, 'SubscriptionNotFound', `The subscription '${subscriptionId ?? ''}' could not be found.`)
  }
  if (resourceGroup !== undefined && !isSame(resourceGroup, names.resourceGroup)) {
    throw managerError(404, 'ResourceGroupNotFound', `Resource group '${resourceGroup}' could not be found.`)
  }
}

function checkRole(workspace: Workspace, token: AccessToken, request: Request): void {
  const action = armAction(request.method, request.path)
  const denied = [...workspace.denied].some((one) => one.toLowerCase() === action.toLowerCase())
  if (!denied) return
  const { clientId, objectId } = token.application
  const scope = request.path.replace(/\/listsecrets$/i, '')
  throw managerError(
    403,
    'AuthorizationFailed',
    `The client '${clientId}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope ` +
      `'${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  )
}

function checkWorkspace(request: Request): void {
  const [type, name] = parseResourcePath(request.path).segments
  if (type?.toLowerCase() !== 'workspaces' || name === undefined || isSame(name, names.workspace)) return
  throw managerError(
    404,
    'ResourceNotFound',
    `The Resource 'Microsoft.MachineLearningServices/workspaces/${name}' under resource group '${names.resourceGroup}' was not ` +
      'found. For more details please go to https://aka.ms/ARMResourceNotFoundFix',
  )
}

const isSame = (a: string | undefined, b: string) => a?.toLowerCase() === b.toLowerCase()
