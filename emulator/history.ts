import express, { type Router } from 'express'
import { type JobRunner, runDetails } from './arm/command-jobs.ts'
import { ArmRefusal } from './arm/errors.ts'
import { answer } from './traffic.ts'

/** The data plane of AzureML: where it is (`/discovery`), and the run history (`/history/v1.0/…/runs/{job}/details`). */
export function historyRouter(url: string, runner: JobRunner): Router {
  const router = express.Router()
  router.get('/discovery', (_request, response) => answer(response, { status: 200, body: { api: url, history: url } }))
  router.get(/^\/history\/v1\.0\/.*\/runs\/([^/]+)\/details$/, async (request, response) => {
    if (!request.get('authorization'))
      return answer(response, { status: 401, body: { error: { code: 'UserError', message: 'No token.' } } })
    try {
      answer(response, { status: 200, body: await runDetails(runner, request.params[0] ?? '') })
    } catch (error) {
      if (!(error instanceof ArmRefusal)) throw error
      answer(response, { status: error.status, body: error.body })
    }
  })
  return router
}
