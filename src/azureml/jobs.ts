import { createPipelineRequest, type HttpMethods, RestError } from '@azure/core-rest-pipeline'
import { askingArm, findingInArm } from './arm-refusals.ts'
import { type Workspace, workspaceId } from './workspace.ts'

/**
 * The version of the interface that jobs are written with. The typed client (2022-10-01) drops `uri` and `mode` of inputs and outputs, and knows
 * neither queues nor named outputs; this is the version with which the Python SDK submits.
 */
const jobsApiVersion = '2023-04-01-preview'

/** Milliseconds: a step that is told to stop has few. */
const cancelPatience = 4000

/** A job as the workspace knows it. */
export interface JobState {
  readonly name: string
  /** `NotStarted`, `Queued`, `Running`, `Completed`, `Failed`, `Canceled`, … */
  readonly status: string
  readonly displayName: string
  readonly tags: Readonly<Record<string, string>>
  readonly properties: Readonly<Record<string, string>>
  /** Its page in the AzureML studio. */
  readonly studioUrl: string
  readonly outputs: Readonly<Record<string, string>>
}

/** `PUT {workspace}/jobs/{name}`. Sent again, it is the same job. @throws UserError with what AzureML says */
export async function putJob(
  workspace: Workspace,
  name: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<JobState> {
  return askingArm(`Submitting job "${name}"`, async () =>
    toState(await send(workspace, 'PUT', `/jobs/${name}`, body, headers)),
  )
}

/** `GET {workspace}/jobs/{name}`; undefined where there is no such job. */
export async function findJob(workspace: Workspace, name: string): Promise<JobState | undefined> {
  return findingInArm(`Reading job "${name}"`, async () =>
    toState(await send(workspace, 'GET', `/jobs/${encodeURIComponent(name)}`)),
  )
}

/** `POST {workspace}/jobs/{name}/cancel`. It is sent also when the step was told to stop, and not waited for: the job's status tells. */
export async function cancelJob(workspace: Workspace, name: string): Promise<void> {
  const signal = AbortSignal.timeout(cancelPatience)
  await askingArm(`Cancelling job "${name}"`, () =>
    send(workspace, 'POST', `/jobs/${name}/cancel`, undefined, {}, signal),
  )
}

/** `GET {workspace}/jobs?tag={tag}`: jobs that have a tag. */
export async function listJobs(workspace: Workspace, tag: string): Promise<JobState[]> {
  return askingArm('Listing the jobs of the workspace', async () => {
    const jobs: JobState[] = []
    let next: string | undefined = `/jobs?tag=${encodeURIComponent(tag)}`
    while (next !== undefined) {
      const page = (await send(workspace, 'GET', next)) as { value?: RestJobState[]; nextLink?: string }
      jobs.push(...(page.value ?? []).map(toState))
      next = page.nextLink || undefined
    }
    return jobs
  })
}

/** What AzureML answers of a job, as far as it is used here. */
interface RestJobState {
  readonly name?: string
  readonly properties?: {
    readonly status?: string
    readonly displayName?: string | null
    readonly tags?: Record<string, string> | null
    readonly properties?: Record<string, string> | null
    readonly services?: Record<string, { endpoint?: string | null } | null> | null
    readonly outputs?: Record<string, { uri?: string | null } | null> | null
  }
}

function toState(answer: unknown): JobState {
  const { name = '', properties = {} } = answer as RestJobState
  const outputs = Object.entries(properties.outputs ?? {}).flatMap(([output, value]) =>
    value?.uri ? [[output, value.uri]] : [],
  )
  return {
    name,
    status: properties.status ?? 'Unknown',
    displayName: properties.displayName ?? '',
    tags: properties.tags ?? {},
    properties: properties.properties ?? {},
    studioUrl: properties.services?.Studio?.endpoint ?? '',
    outputs: Object.fromEntries(outputs),
  }
}

/**
 * Sends a request through the client's own pipeline: signed in, watched and retried as all others, but with the body as it is.
 * @param path below the workspace, or a whole URL that the service gave
 * @throws RestError for every status that is not good, as the typed client does
 */
async function send(
  { client, cloud, name }: Workspace,
  method: HttpMethods,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<unknown> {
  const url = new URL(path.startsWith('https:') ? path : `${cloud.resourceManagerUrl}${workspaceId(name)}${path}`)
  if (!url.searchParams.has('api-version')) url.searchParams.set('api-version', jobsApiVersion)
  const request = createPipelineRequest({ url: url.href, method, ...(body ? { body: JSON.stringify(body) } : {}) })
  if (signal) request.abortSignal = signal
  request.headers.set('accept', 'application/json')
  if (body) request.headers.set('content-type', 'application/json')
  for (const [header, value] of Object.entries(headers)) request.headers.set(header, value)
  const response = await client.sendRequest(request)
  const { status, bodyAsText } = response
  const answer = parsed(bodyAsText)
  if (status < 300) return answer
  const { code, message } = (answer as { error?: { code?: string; message?: string } } | undefined)?.error ?? {}
  throw new RestError(message ?? bodyAsText ?? '', { statusCode: status, request, response, ...(code ? { code } : {}) })
}

function parsed(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
