import * as core from '@actions/core'
import { detailOf, messageOf } from '../report/index.ts'
import { actionLog as log } from './action-log.ts'
import type { CommentTarget } from './comment-target.ts'
import { code, link } from './markdown.ts'
import type { StepReport } from './step-report.ts'
import { renderReport } from './summary.ts'

type Octokit = ReturnType<typeof import('@actions/github')['getOctokit']>

/** Milliseconds: a comment is worth so much of the job's time. */
const patience = 10_000

/** GitHub's API, as the owner of the input `github-token`. */
interface GitHub {
  readonly octokit: Octokit
  /** Whose comments; part of every request. */
  readonly repo: { readonly owner: string; readonly repo: string }
  /** Ends all requests when the time is over. */
  readonly request: { readonly signal: AbortSignal }
}

/**
 * Writes the report into the one comment of its step, or updates it. A comment that cannot be written fails nothing: there is one notice.
 */
export async function keepComment(report: StepReport): Promise<void> {
  if (!report.comment) return
  const body = commentBody(report, report.comment)
  try {
    await writeComment(report.comment, body)
  } catch (error) {
    log.debug(`The comment: ${detailOf(error)}`)
    explainRefusal(error, report)
  }
}

/** The comment as it should be: the marker, the report of all steps so far, and where it comes from. */
export function commentBody(report: StepReport, { marker, label }: CommentTarget): string {
  const { inputs = [], warnings = [] } = report.earlier ?? {}
  const whole = {
    ...report,
    title: 'AzureML datasets',
    inputs: [...inputs, ...report.inputs],
    warnings: [...warnings, ...report.warnings],
  }
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID = '', GITHUB_RUN_ATTEMPT = '1' } = process.env
  const url = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}/attempts/${GITHUB_RUN_ATTEMPT}`
  const origin = `<sub>${code(label, 200)}, ${link(`run ${GITHUB_RUN_ID}, attempt ${GITHUB_RUN_ATTEMPT}`, url)}</sub>`
  return [marker, renderReport(whole, 'comment'), origin].join('\n\n')
}

async function writeComment({ pullRequest, marker }: CommentTarget, body: string): Promise<void> {
  const github = await openGitHub()
  const { octokit, repo, request } = github
  const own = await findOwnComment(github, pullRequest, marker)
  if (own?.body === body) return
  if (own) await octokit.rest.issues.updateComment({ ...repo, comment_id: own.databaseId, body, request })
  else await octokit.rest.issues.createComment({ ...repo, issue_number: pullRequest, body, request })
  log.info(`${own ? 'Updated' : 'Wrote'} the comment on pull request #${pullRequest}.`)
}

/** @throws Error where the input `github-token` is empty */
export async function openGitHub(): Promise<GitHub> {
  const token = core.getInput('github-token')
  if (token === '') throw new Error('the input github-token is empty')
  core.setSecret(token)
  const { context, getOctokit } = await import('@actions/github')
  return { octokit: getOctokit(token), repo: context.repo, request: { signal: AbortSignal.timeout(patience) } }
}

/** GitHub's REST API does not tell a job's token who it is; GraphQL does, with the comments at once. */
const query = `query ($owner: String!, $repo: String!, $pullRequest: Int!, $after: String) {
  viewer { login }
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $pullRequest) {
      comments(first: 100, after: $after) {
        nodes { databaseId body author { __typename login } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`

interface Comment {
  readonly databaseId: number
  readonly body: string
  /** Null for users who are no more. */
  readonly author: { readonly __typename: string; readonly login: string } | null
}

interface Page {
  readonly viewer: { readonly login: string }
  readonly repository: {
    readonly pullRequest: {
      readonly comments: {
        readonly nodes: readonly Comment[]
        readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
      }
    }
  }
}

/** The comment that begins with the marker and is by the owner of the token: anybody can post the marker. */
async function findOwnComment(
  { octokit, repo, request }: GitHub,
  pullRequest: number,
  marker: string,
): Promise<Comment | undefined> {
  for (let after: string | null = null; ; ) {
    const page: Page = await octokit.graphql(query, { ...repo, pullRequest, after, request })
    const { nodes, pageInfo } = page.repository.pullRequest.comments
    const own = nodes.find(({ author, body }) => isBy(page.viewer.login, author) && body.startsWith(marker))
    if (own || !pageInfo.hasNextPage) return own
    after = pageInfo.endCursor
  }
}

/** As an author, a bot has no `[bot]` behind its name, and a user may have the same name. */
function isBy(login: string, author: Comment['author']): boolean {
  const isBot = login.endsWith('[bot]')
  return author?.login === login.replace(/\[bot\]$/, '') && (author.__typename === 'Bot') === isBot
}

function explainRefusal(error: unknown, { comment, earlier }: StepReport): void {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 0
  const isForbidden = status === 403 || status === 404
  const remedy = isForbidden
    ? ' Give the job "permissions: pull-requests: write"; runs from forks and of Dependabot may not comment.'
    : ''
  const said = messageOf(error).replace(/\s+/g, ' ').slice(0, 300)
  const message = `The comment on pull request #${comment?.pullRequest} could not be written: ${said}.${remedy} The job summary has the same.`
  // What the token may not do it may not do in the steps after the first either, which has said so.
  if (isForbidden && earlier) log.info(message)
  else log.notice(message)
}
