import type { Request, Router } from 'express'
import { answer } from '../traffic.ts'
import { findVersion } from './data-assets.ts'
import { assetResource, isInView, selectVersions, versionResource } from './data-list.ts'
import { putVersion } from './data-put.ts'
import { listAnswer, page, pageSize, queryReader } from './paging.ts'
import { root, type Workspace, workspaceId } from './workspace.ts'

const largestPage = 20

/** Data assets: `GET {workspace}/data[/{name}[/versions[/{version}]]]`, and PUT of a version. */
export function dataRoutes(router: Router, { url, data }: Workspace): void {
  router.route(`${root}/data`).get((request, response) => {
    const query = queryReader(request)
    const inView = isInView(false, query('listViewType')) ? [...data.assets.keys()].sort() : []
    answer(
      response,
      listAnswer(url, request, page(inView, query('$skip'), largestPage), (name) => assetResource(data, name)),
    )
  })
  router.route(`${root}/data/:name`).get((request, response) => {
    answer(response, { status: 200, body: assetResource(data, request.params.name) })
  })
  router.route(`${root}/data/:name/versions`).get((request, response) => {
    const query = queryReader(request)
    const versions = selectVersions(data, request.params.name, query)
    const found = page(versions, query('$skip'), pageSize(query('$top'), '$top', largestPage))
    answer(response, listAnswer(url, request, found, versionResource))
  })
  versionRoutes(router, { url, data })
}

function versionRoutes(router: Router, { url, data }: Pick<Workspace, 'url' | 'data'>): void {
  const path = `${root}/data/:name/versions/:version`
  router.route(path).get((request, response) => {
    const { name, version } = request.params
    answer(response, { status: 200, body: versionResource(findVersion(data, name, version)) })
  })
  router.route(path).put((request, response) => {
    const { name, version } = request.params
    const { created } = putVersion(data, name, version, request.body)
    const location = `${url}${workspaceId}/data/${name}/versions/${version}?api-version=${apiVersion(request)}`
    const body = versionResource(findVersion(data, name, version))
    answer(response, created ? { status: 201, headers: { location }, body } : { status: 200, body })
  })
}

const apiVersion = (request: Request) => queryReader(request)('api-version')
