import { names } from '../names.ts'
import { notFound } from './errors.ts'
import { type Workspace, workspaceId } from './workspace.ts'

/** A job that has run: its name and where each of its outputs lies. */
export interface Job {
  readonly name: string
  readonly outputs: Readonly<Record<string, string>>
}

/** The answer to `GET {workspace}/jobs/{name}`: a completed command job. */
export function jobResource(workspace: Workspace, name: string): unknown {
  const job = workspace.jobs.get(name)
  if (!job) throw notFound(`Could not find job: ${name}.`)
  const artifacts = `azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.${name}`
  const outputs = Object.entries({ default: artifacts, ...job.outputs }).map(([output, uri]) => [
    output,
    jobOutput(uri),
  ])
  return {
    id: `${workspaceId}/jobs/${name}`,
    name,
    type: 'Microsoft.MachineLearningServices/workspaces/jobs',
    properties: {
      jobType: 'Command',
      status: 'Completed',
      displayName: name,
      experimentName: 'Default',
      description: null,
      tags: {},
      properties: {},
      isArchived: false,
      inputs: {},
      outputs: Object.fromEntries(outputs),
      services: { Studio: studio(name) },
    },
    systemData: null,
  }
}

const jobOutput = (uri: string) => ({ description: null, uri, mode: 'ReadWriteMount', jobOutputType: 'uri_folder' })

function studio(name: string): unknown {
  const { subscriptionId, resourceGroup, workspace } = names
  const scope = `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${workspace}`
  return { jobServiceType: 'Studio', endpoint: `https://ml.azure.com/runs/${name}?wsid=${scope}`, properties: null }
}
