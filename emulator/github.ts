import { randomBytes, randomUUID } from 'node:crypto'
import express, { type Request, type Router } from 'express'
import { type CryptoKey, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { repository } from './names.ts'
import { answer } from './traffic.ts'

/** What GitHub says about the job that asks for an id token. Change it to be another branch, a fork, another repository. */
export interface GitHubJob {
  subject: string
  /** Seconds that an id token is valid; negative makes one that has expired already. */
  tokenLifetime: number
}

export interface GitHub {
  readonly job: GitHubJob
  readonly issuer: string
  readonly publicKey: CryptoKey
  /** The runner's ACTIONS_ID_TOKEN_REQUEST_TOKEN. */
  readonly requestToken: string
  readonly router: Router
}

export const issuer = 'https://token.actions.githubusercontent.com'
/** Where a runner finds the endpoint. There is a query as on a real runner, so that clients append theirs with `&`. */
export const idTokenPath = '/_github/token?api-version=2.0'
/** A real request token lives as long as a job on a hosted runner may take. */
const requestTokenLifetime = 6 * 3600
const idTokenLifetime = 300

/**
 * GitHub's side of `permissions: id-token: write`: the endpoint that a runner calls with its request token, as
 * `GET {ACTIONS_ID_TOKEN_REQUEST_URL}&audience=…`, to be given a token that Entra trusts.
 */
export async function startGitHub(secrets: Set<string>): Promise<GitHub> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const sign = (claims: JWTPayload) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'github' }).sign(privateKey)
  const now = seconds()
  const requestToken = await sign({ iss: issuer, iat: now, exp: now + requestTokenLifetime, nonce: nonce() })
  secrets.add(requestToken)
  const { owner, name, branch } = repository
  const job: GitHubJob = { subject: `repo:${owner}/${name}:ref:${branch}`, tokenLifetime: idTokenLifetime }
  const router = express.Router()
  router.get(new URL(idTokenPath, 'https://localhost').pathname, async (request, response) => {
    if (request.get('authorization') !== `Bearer ${requestToken}`) {
      return answer(response, { status: 401, body: { message: 'The request token is missing or not valid' } })
    }
    const value = await sign(idTokenClaims(job, audienceOf(request)))
    secrets.add(value)
    answer(response, { status: 200, body: { count: value.length, value } })
  })
  return { job, issuer, publicKey, requestToken, router }
}

function idTokenClaims(job: GitHubJob, audience: string): JWTPayload {
  const { owner, name, branch } = repository
  const expires = seconds() + job.tokenLifetime
  return {
    iss: issuer,
    aud: audience,
    sub: job.subject,
    jti: randomUUID(),
    iat: expires - idTokenLifetime,
    nbf: expires - idTokenLifetime - 300,
    exp: expires,
    repository: `${owner}/${name}`,
    repository_owner: owner,
    ref: branch,
    ref_type: 'branch',
    event_name: 'push',
    runner_environment: 'self-hosted',
  }
}

/** GitHub's own default audience is the owner's page. */
function audienceOf(request: Request): string {
  const { audience } = request.query
  return typeof audience === 'string' && audience !== '' ? audience : `https://github.com/${repository.owner}`
}

const seconds = () => Math.floor(Date.now() / 1000)
const nonce = () => randomBytes(16).toString('hex')
