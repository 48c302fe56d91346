import type { Router } from 'express'
import { answer } from '../traffic.ts'
import { datastoreResource, datastoreSecrets, findDatastore, selectDatastores } from './datastores.ts'
import { listAnswer, page, pageSize, queryReader } from './paging.ts'
import { root, type Workspace } from './workspace.ts'

const largestPage = 30

/** `GET {workspace}/datastores`, `GET …/{name}` and `POST …/{name}/listSecrets`. */
export function datastoreRoutes(router: Router, { url, datastores }: Workspace): void {
  router.route(`${root}/datastores`).get((request, response) => {
    const query = queryReader(request)
    const size = pageSize(query('count'), 'count', largestPage)
    const found = page(selectDatastores(datastores, query), query('$skip'), size)
    answer(response, listAnswer(url, request, found, datastoreResource))
  })
  router.route(`${root}/datastores/:name`).get((request, response) => {
    answer(response, { status: 200, body: datastoreResource(findDatastore(datastores, request.params.name)) })
  })
  router.route(`${root}/datastores/:name/listSecrets`).post((request, response) => {
    const told = datastoreSecrets(findDatastore(datastores, request.params.name))
    answer(response, { status: 200, headers: { 'cache-control': 'no-store' }, body: told })
  })
}
