import { askingArm } from './arm-refusals.ts'
import { type Workspace, workspaceId } from './workspace.ts'

/** What the run history knows of a job, and Resource Manager does not. */
export interface RunDetails {
  /** Signed addresses of the log files by their names: `user_logs/std_log.txt`. They hold secrets. */
  readonly logFiles: Readonly<Record<string, string>>
  /** Why it failed; undefined where it did not, or nobody says. */
  readonly error: { readonly code: string; readonly message: string } | undefined
  readonly warnings: readonly string[]
}

/**
 * `GET {api}/history/v1.0{workspace}/runs/{job}/details`, where `{api}` is what the workspace's `discoveryUrl` names. It takes the token of
 * Resource Manager (azure-ai-ml).
 */
export async function readRunDetails(workspace: Workspace, api: string, job: string): Promise<RunDetails> {
  return askingArm(`Reading the run of job "${job}"`, async () => {
    const answer = (await getJson(
      workspace,
      `${api}/history/v1.0${workspaceId(workspace.name)}/runs/${job}/details`,
      true,
    )) as RestDetails
    const { code, message } = answer.error?.error ?? {}
    const logFiles = answer.logFiles ?? {}
    for (const url of Object.values(logFiles)) maskSignature(workspace, url)
    return {
      logFiles,
      error: message === undefined ? undefined : { code: code ?? '', message },
      warnings: (answer.warnings ?? []).flatMap(({ message: text }) => text ?? []),
    }
  })
}

interface RestDetails {
  readonly logFiles?: Record<string, string> | null
  readonly error?: { readonly error?: { readonly code?: string; readonly message?: string } } | null
  readonly warnings?: readonly { readonly message?: string }[] | null
}

/** Where the data plane of the workspace is: `GET {discoveryUrl}` → `api`; without a discovery URL, the address of its region. */
export async function findApi(workspace: Workspace): Promise<string> {
  const { client, name, cloud } = workspace
  const found = await askingArm(`Reading workspace "${name.workspace}"`, () =>
    client.workspaces.get(name.resourceGroup, name.workspace),
  )
  if (!found.discoveryUrl)
    return `https://${found.location}.api.${cloud.name === 'public' ? 'azureml.ms' : new URL(cloud.studioUrl).host}`
  const answer = (await askingArm('Finding the run history', () =>
    getJson(workspace, found.discoveryUrl ?? '', false),
  )) as { api?: string } | undefined
  return answer?.api ?? new URL(found.discoveryUrl).origin
}

async function getJson({ client }: Workspace, url: string, withToken: boolean): Promise<unknown> {
  const { createPipelineRequest, createDefaultHttpClient } = await import('@azure/core-rest-pipeline')
  const request = createPipelineRequest({ url, method: 'GET' })
  const response = withToken ? await client.sendRequest(request) : await createDefaultHttpClient().sendRequest(request)
  if (response.status < 300) return JSON.parse(response.bodyAsText ?? 'null')
  const { RestError } = await import('@azure/core-rest-pipeline')
  throw new RestError(response.bodyAsText ?? '', { statusCode: response.status, request, response })
}

/** The signature in an address, as it stands there and decoded. */
function maskSignature({ log }: Workspace, url: string): void {
  const signature = URL.canParse(url) ? new URL(url).searchParams.get('sig') : null
  if (signature) for (const form of [signature, encodeURIComponent(signature)]) log.mask(form)
}
