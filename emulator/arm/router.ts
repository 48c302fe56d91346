import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import type { TokenIssuer } from '../entra/tokens.ts'
import { answer } from '../traffic.ts'
import { assetRoutes } from './asset-routes.ts'
import type { JobRunner } from './command-jobs.ts'
import { dataRoutes } from './data-routes.ts'
import { datastoreRoutes } from './datastore-routes.ts'
import { ArmRefusal, managerError } from './errors.ts'
import { gate } from './gate.ts'
import { commonHeaders } from './headers.ts'
import { jobRoutes } from './job-routes.ts'
import { permissionRoutes } from './permissions.ts'
import { parseResourcePath } from './resource.ts'
import { root, type Workspace, workspaceResource } from './workspace.ts'

/** Resource Manager with one workspace in it. Express matches paths in any case, as Resource Manager does. */
export function armRouter(workspace: Workspace, tokens: TokenIssuer, runner: JobRunner): Router {
  const router = express.Router()
  router.use(commonHeaders())
  router.use(gate(workspace, tokens))
  router
    .route(root)
    .get((_request, response) => answer(response, { status: 200, body: workspaceResource(workspace.url) }))
  datastoreRoutes(router, workspace)
  dataRoutes(router, workspace)
  permissionRoutes(router, workspace)
  assetRoutes(router, workspace, runner)
  jobRoutes(router, workspace, runner)
  for (const path of known) router.all(path, wrongMethod)
  router.use(nothingHere)
  router.use(refuse)
  return router
}

const known = [
  '',
  '/datastores{/:name}',
  '/datastores/:name/listSecrets',
  '/data{/:name}',
  '/jobs{/:name}',
  '/jobs/:name/cancel',
]
  .concat('/computes{/:name}', '/codes/:name/versions/:version', '/environments/:name/versions{/:version}')
  .concat('/data/:name/versions{/:version}', '/providers/Microsoft.Authorization/permissions')
  .map((path) => `${root}${path}`)

function wrongMethod(request: Request): never {
  const message = `The requested resource does not support http method '${request.method}'.`
  throw managerError(405, 'MethodNotAllowed', message)
}

function nothingHere(request: Request): never {
  const { segments } = parseResourcePath(request.path)
  if (segments.length === 0) throw managerError(404, 'NotFound', 'The emulator has nothing but its workspace.')
  const types = segments.filter((_, index) => index % 2 === 0).join('/')
  const message =
    `The resource type '${types}' could not be found in the namespace 'Microsoft.MachineLearningServices' for api version ` +
    `'${String(request.query['api-version'])}'. (The emulator has workspaces, datastores, data, codes, environments, computes and jobs.)`
  throw managerError(404, 'InvalidResourceType', message)
}

function refuse(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (error instanceof ArmRefusal) answer(response, { status: error.status, headers: error.headers, body: error.body })
  else next(error)
}
