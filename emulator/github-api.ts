import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Request, type Response } from 'express'

/** A comment of a pull request. */
export interface PullRequestComment {
  readonly id: number
  readonly pullRequest: number
  /** As REST names it: `github-actions[bot]`, `octocat`. */
  readonly author: string
  body: string
}

export interface GitHubApiRequest {
  readonly method: string
  readonly path: string
}

/** Answers in place of the API; held for as long as its promise takes. */
export type GitHubApiAnswer = {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body: unknown
}

/** GitHub's API as far as comments on pull requests need it. */
export interface GitHubApi {
  /** What GITHUB_API_URL says. */
  readonly url: string
  /** Oldest first. */
  readonly comments: PullRequestComment[]
  readonly requests: GitHubApiRequest[]
  /** Stands before every request; undefined lets it pass. */
  intercept:
    | ((request: GitHubApiRequest) => Promise<GitHubApiAnswer | undefined> | GitHubApiAnswer | undefined)
    | undefined
  /** Posts a comment as somebody. */
  comment(pullRequest: number, author: string, body: string): PullRequestComment
  stop(): Promise<void>
}

/** The token of a job belongs to this bot. */
const bot = 'github-actions[bot]'
const mostPerPage = 100
const longestBody = 65_536

/** Starts it on this machine. Every token is taken for that of a job with `pull-requests: write`. */
export async function startGitHubApi(): Promise<GitHubApi> {
  const app = express()
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const api: GitHubApi = {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    comments: [],
    requests: [],
    intercept: undefined,
    comment: (pullRequest, author, body) => {
      const made = { id: 1000 + api.comments.length, pullRequest, author, body }
      api.comments.push(made)
      return made
    },
    stop: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
  app.use(express.json({ limit: '1mb' }))
  app.use(async (request, response, next) => {
    const { method, path } = request
    api.requests.push({ method, path })
    const canned = await api.intercept?.({ method, path })
    if (canned) response.status(canned.status).set(canned.headers).json(canned.body)
    else if (!/^(token|bearer) .+/i.test(request.get('authorization') ?? '')) refuse(response, 401, 'Bad credentials')
    else next()
  })
  app.post('/graphql', (request, response) => void response.json({ data: answerQuery(api, request) }))
  app.post('/repos/:owner/:repo/issues/:number/comments', (request, response) => createComment(api, request, response))
  app.patch('/repos/:owner/:repo/issues/comments/:id', (request, response) => updateComment(api, request, response))
  app.use((_request, response) => refuse(response, 404, 'Not Found'))
  return api
}

/** The one query that the action asks: who has the token, and a page of comments. In GraphQL, bots have no `[bot]` behind their names. */
function answerQuery({ comments }: GitHubApi, { body }: Request) {
  const { pullRequest, after } = body.variables
  const all = comments.filter((comment) => comment.pullRequest === pullRequest)
  const start = after === null ? 0 : Number(after)
  const end = Math.min(start + mostPerPage, all.length)
  const nodes = all.slice(start, end).map(({ id, body, author }) => ({
    databaseId: id,
    body,
    author: { __typename: author.endsWith('[bot]') ? 'Bot' : 'User', login: author.replace('[bot]', '') },
  }))
  const pageInfo = { hasNextPage: end < all.length, endCursor: String(end) }
  return { viewer: { login: bot }, repository: { pullRequest: { comments: { nodes, pageInfo } } } }
}

function createComment(api: GitHubApi, request: Request, response: Response) {
  if (!isBody(request.body?.body)) return refuse(response, 422, 'Validation Failed')
  return response.status(201).json(api.comment(Number(request.params.number), bot, request.body.body))
}

function updateComment(api: GitHubApi, request: Request, response: Response) {
  const comment = api.comments.find(({ id }) => id === Number(request.params.id))
  if (!comment) return refuse(response, 404, 'Not Found')
  if (!isBody(request.body?.body)) return refuse(response, 422, 'Validation Failed')
  comment.body = request.body.body
  return response.json(comment)
}

function isBody(body: unknown): body is string {
  return typeof body === 'string' && body !== '' && body.length <= longestBody
}

function refuse(response: Response, status: number, message: string) {
  return response.status(status).json({ message, documentation_url: 'https://docs.github.com/rest' })
}
