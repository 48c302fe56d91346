import { quoted } from '../report/index.ts'
import { openGitHub } from './comment.ts'
import { pullRequestOfRun } from './comment-target.ts'
import type { Found } from './findings.ts'

/**
 * Whether the token may comment on the pull request. A comment without a text is never made: GitHub refuses it as invalid (422) where we may
 * comment, and as forbidden (403, 404) where not. A comment that cannot be written fails no step, so that nothing here is worse than a warning.
 */
export async function checkComment(): Promise<Found> {
  const pullRequest = await pullRequestOfRun()
  if (pullRequest === undefined)
    return { state: 'info', says: `none on the event ${quoted(process.env.GITHUB_EVENT_NAME ?? '')}` }
  try {
    const { octokit, repo, request } = await openGitHub()
    await octokit.rest.issues.createComment({ ...repo, issue_number: pullRequest, body: '', request })
    return { state: 'unknown', says: 'GitHub took a comment without a text' }
  } catch (error) {
    return judge(error, pullRequest)
  }
}

function judge(error: unknown, pullRequest: number): Found {
  const status = error instanceof Error && 'status' in error ? error.status : undefined
  if (status === 422) return { state: 'ok', says: `may be written on pull request #${pullRequest}` }
  if (status !== 403 && status !== 404)
    return { state: 'unknown', says: 'GitHub did not tell whether it may be written' }
  return {
    state: 'warning',
    says: `may not be written on pull request #${pullRequest} (${status})`,
    fix: 'give the job "permissions: pull-requests: write"; runs from forks and of Dependabot may not comment',
  }
}
