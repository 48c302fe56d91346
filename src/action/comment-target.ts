import { createHash } from 'node:crypto'
import * as core from '@actions/core'
import { actionLog as log } from './action-log.ts'

/** The comment that a step keeps up to date. The main step chooses it, and hands it on to the steps after it. */
export interface CommentTarget {
  readonly pullRequest: number
  /** First line of the comment, by which it is found again. */
  readonly marker: string
  /** Tells people which of several comments this is: `data / transform / step, {"os":"ubuntu"}`. */
  readonly label: string
}

/** The comment of this step on the pull request that started the run; undefined where no pull request did. */
export async function chooseComment(): Promise<CommentTarget | undefined> {
  const pullRequest = await pullRequestOfRun()
  if (pullRequest === undefined) {
    log.info(`There is no comment, as the event "${process.env.GITHUB_EVENT_NAME}" is not that of a pull request.`)
    return undefined
  }
  const { GITHUB_WORKFLOW = '', GITHUB_JOB = '', GITHUB_ACTION = '' } = process.env
  const place = {
    workflow: GITHUB_WORKFLOW,
    job: GITHUB_JOB,
    step: GITHUB_ACTION,
    matrix: matrixOf(core.getInput('matrix')),
  }
  return { pullRequest, marker: markerOf(place), label: labelOf(place) }
}

/** The number of the pull request that started the run; undefined where none did. */
export async function pullRequestOfRun(): Promise<number | undefined> {
  const { context } = await import('@actions/github')
  const number: unknown = context.payload.pull_request?.number
  return typeof number === 'number' ? number : undefined
}

interface Place {
  readonly workflow: string
  readonly job: string
  readonly step: string
  /** Undefined for a job without one. */
  readonly matrix: unknown
}

/** Encoded, so that no name can end the comment of HTML, or be read as another place. */
export function markerOf({ workflow, job, step, matrix }: Place): string {
  const hash = createHash('sha256').update(canonicalJson(matrix)).digest('hex').slice(0, 12)
  const parts = [workflow, job, hash, step].map((part) => encodeURIComponent(part.toWellFormed()))
  return `<!-- azureml-datasets: ${parts.join('/')} -->`
}

function labelOf({ workflow, job, step, matrix }: Place): string {
  const names = [workflow, job, step].join(' / ')
  return matrix === undefined ? names : `${names}, ${canonicalJson(matrix)}`
}

/** The input `matrix` holds JSON; `null` where the job has no matrix. */
function matrixOf(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined
  } catch {
    return text === '' ? undefined : text
  }
}

/** JSON that is the same for the same values, in whatever order their keys come. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
