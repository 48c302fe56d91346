import type { Router } from 'express'
import { names } from '../names.ts'
import { answer } from '../traffic.ts'
import type { JobRunner } from './command-jobs.ts'
import { badRequest, conflict, notFound } from './errors.ts'
import { root, type Workspace, workspaceId } from './workspace.ts'

/** Code, environments and computes, as far as jobs need them: versions can be made once and looked up, computes are there or not. */
export function assetRoutes(router: Router, { codes, environments }: Workspace, runner: JobRunner): void {
  router
    .route(`${root}/codes/:name/versions/:version`)
    .get((request, response) => {
      const { name, version } = request.params
      const codeUri = codes.get(keyOf(name, version))
      if (codeUri === undefined) throw notFound(`Could not find code: ${name}, version: ${version}.`)
      answer(response, { status: 200, body: resource('codes', name, version, { codeUri }) })
    })
    .put((request, response) => {
      const { name, version } = request.params
      const codeUri: unknown = request.body?.properties?.codeUri
      if (typeof codeUri !== 'string' || !codeUri.startsWith('https://'))
        throw badRequest('The property codeUri is required.')
      const known = codes.get(keyOf(name, version))
      if (known !== undefined && known !== codeUri) throw conflict('Asset paths cannot be updated.')
      codes.set(keyOf(name, version), codeUri)
      answer(response, { status: known === undefined ? 201 : 200, body: resource('codes', name, version, { codeUri }) })
    })
  router.route(`${root}/computes`).get((_request, response) => {
    answer(response, { status: 200, body: { value: [...runner.computes].map(computeResource) } })
  })
  router.route(`${root}/computes/:name`).get((request, response) => {
    const { name } = request.params
    // As the service does it: without a word (facts, 8.2).
    if (!runner.computes.has(name)) answer(response, { status: 404, headers: { 'x-ms-response-type': 'standard' } })
    else answer(response, { status: 200, body: computeResource(name) })
  })
  router.route(`${root}/environments/:name/versions`).get((request, response) => {
    const { name } = request.params
    const versions = environments.get(name)
    if (!versions) throw notFound(`Could not find environment: ${name}.`)
    const value = versions.toReversed().map((version) => resource('environments', name, version, {}))
    answer(response, { status: 200, body: { value } })
  })
  router.route(`${root}/environments/:name/versions/:version`).put((request, response) => {
    const { name, version } = request.params
    const { image, build } = request.body?.properties ?? {}
    if ((image === undefined) === (build === undefined))
      throw badRequest('An environment has either an image or a build context.')
    const versions = environments.get(name) ?? []
    const created = !versions.includes(version)
    if (created) environments.set(name, [...versions, version])
    answer(response, {
      status: created ? 201 : 200,
      body: resource('environments', name, version, request.body.properties),
    })
  })
}

const keyOf = (name: string, version: string) => `${name}/versions/${version}`.toLowerCase()

function resource(kind: 'codes' | 'environments', name: string, version: string, properties: object): unknown {
  return {
    id: `${workspaceId}/${kind}/${name}/versions/${version}`,
    name: version,
    type: `Microsoft.MachineLearningServices/workspaces/${kind}/versions`,
    properties: { isAnonymous: true, isArchived: false, tags: {}, properties: {}, ...properties },
  }
}

function computeResource(name: string): unknown {
  const properties = { computeType: 'AmlCompute', provisioningState: 'Succeeded', properties: {} }
  return {
    id: `${workspaceId}/computes/${name}`,
    name,
    type: 'Microsoft.MachineLearningServices/workspaces/computes',
    location: names.location,
    properties,
  }
}
