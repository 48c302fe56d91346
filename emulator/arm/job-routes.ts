import type { Router } from 'express'
import { answer } from '../traffic.ts'
import { commandJobResource, type JobRunner } from './command-jobs.ts'
import { jobResource } from './jobs.ts'
import { listAnswer, page, queryReader } from './paging.ts'
import { root, type Workspace, workspaceId } from './workspace.ts'

const largestPage = 10

/** `GET {workspace}/jobs`, `GET` and `PUT {workspace}/jobs/{name}`, `POST …/cancel`. */
export function jobRoutes(router: Router, workspace: Workspace, runner: JobRunner): void {
  const { url } = workspace
  router.route(`${root}/jobs`).get((request, response) => {
    const query = queryReader(request)
    const [key = '', value] = query('tag').split('=', 2)
    const tagged = [...runner.jobs.values()].filter(({ asked }) => {
      const tags = (asked.tags ?? {}) as Record<string, string>
      return key === '' || (value === undefined ? key in tags : tags[key] === value)
    })
    answer(response, listAnswer(url, request, page(tagged, query('$skip'), largestPage), commandJobResource))
  })
  router
    .route(`${root}/jobs/:name`)
    .get((request, response) => {
      const job = runner.jobs.get(request.params.name)
      answer(response, {
        status: 200,
        body: job ? commandJobResource(job) : jobResource(workspace, request.params.name),
      })
    })
    .put((request, response) => {
      const { name } = request.params
      const { job, created } = runner.put(name, request.body?.properties)
      const headers = { location: `${url}${workspaceId}/jobs/${name}` }
      answer(response, { status: created ? 201 : 200, headers, body: commandJobResource(job) })
    })
  router.route(`${root}/jobs/:name/cancel`).post((request, response) => {
    runner.cancel(request.params.name)
    answer(response, {
      status: 202,
      headers: { location: `${url}${workspaceId}/jobs/${request.params.name}`, 'retry-after': '1' },
    })
  })
}
