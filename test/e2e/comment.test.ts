import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type GitHubApi, startGitHubApi } from '../../emulator/github-api.ts'
import type { RunnerOptions, StepResult } from '../../emulator/runner.ts'
import { lineOf } from './doctor-lines.ts'
import { errorOf, type Job, useWorld } from './world.ts'

const world = useWorld()
let api: GitHubApi
beforeAll(async () => {
  api = await startGitHubApi()
})
afterAll(() => api.stop())
beforeEach(async () => {
  api.comments.length = 0
  api.requests.length = 0
  api.intercept = undefined
  await world.upload({ 'source/a/f': 'x', 'source/b/g': 'yy' })
})

const commented = { 'input-datasets': 'source', 'pull-request-comment': 'true' }

/** A job that pull request 7 started. */
function pullRequestJob(options: Partial<RunnerOptions> = {}): Promise<Job> {
  const github = {
    eventName: 'pull_request',
    event: { pull_request: { number: 7 } },
    apiUrl: api.url,
    ...options.github,
  }
  return world.job({ ...options, github })
}

const notices = (result: StepResult) => result.annotations.filter(({ level }) => level === 'notice')
const ours = () => api.comments.filter(({ author }) => author === 'github-actions[bot]')
const bodies = () => ours().map(({ body }) => body)

describe('the comment on a pull request', () => {
  test('is one, from the main step to the post step, in this run and the next', async () => {
    api.comment(7, 'octocat', 'Nice!')
    for (const version of ['1', '2']) {
      const job = await pullRequestJob()
      const main = await job.main({ ...commented, 'output-datasets': 'made' })
      expect(main.exitCode, main.log).toBe(0)
      expect(bodies()).toHaveLength(1)
      expect(bodies()[0]).toMatch(
        /^<!-- azureml-datasets: data\/transform\/[0-9a-f]{12}\/data -->\n\n### AzureML datasets\n/,
      )
      expect(bodies()[0]).toMatch(/\| `source` \| 1 \| downloaded.*\n\nOpened for output: `made`\n/)

      await job.write(path.join(main.outputs['output-0'] ?? '', `f${version}`), 'content')
      const post = await job.post()
      expect(post.log).toContain('Updated the comment on pull request #7.')
      expect(bodies()).toHaveLength(1)
      expect(bodies()[0]).toContain('| `source` | 1 |')
      expect(bodies()[0]).toContain(`| \`made\` | ${version} | 1 | 7 B |`)
      expect(bodies()[0]).toContain(`/actions/runs/${job.runner.github.runId}/attempts/1`)
      expect([...notices(main), ...notices(post)]).toEqual([])
    }
    expect(bodies()[0]).toContain('| `made:2` | version 1 | 1 file, 7 B | 1 file, 7 B | – | ±0 B |')
    expect(bodies()[0]).not.toContain(world.emulator.subscriptionId)
    expect(api.comments[0]?.body).toBe('Nice!')
  })

  test('is updated by publish/ too, and the post step then leaves it alone', async () => {
    const job = await pullRequestJob()
    const main = await job.main({ ...commented, 'output-datasets': 'early' })
    await job.write(path.join(main.outputs['output-0'] ?? '', 'f'), 'x')
    expect((await job.publish()).exitCode).toBe(0)
    const [body] = bodies()
    expect(body).toContain('| `early` | 1 | 1 |')
    api.requests.length = 0
    await job.post()
    expect(api.requests).toEqual([])
    expect(bodies()).toEqual([body])
  })

  test('is found on a later page, and somebody else’s with our marker is left alone', async () => {
    await (await pullRequestJob()).main(commented)
    const [own] = api.comments.splice(0)
    const marker = own?.body.split('\n')[0] ?? ''
    for (const author of ['mallory', 'github-actions', 'dependabot[bot]']) api.comment(7, author, `${marker}\n\nmine`)
    for (let index = 0; index < 120; index += 1) api.comment(7, 'octocat', `comment ${index}`)
    api.comments.push({ id: 5000, pullRequest: 7, author: 'github-actions[bot]', body: own?.body ?? '' })
    const job = await pullRequestJob()
    expect((await job.main(commented)).log).toContain('Updated the comment')
    expect(api.comments.slice(0, 3).map(({ body }) => body)).toEqual(Array(3).fill(`${marker}\n\nmine`))
    expect(bodies()).toHaveLength(1)
    expect(bodies()[0]).toContain(`runs/${job.runner.github.runId}/`)
  })

  test('is one for each leg of a matrix, whatever the order of its keys, and for each step', async () => {
    for (const matrix of [
      { os: 'linux', n: 1 },
      { os: 'linux', n: 2 },
      { n: 1, os: 'linux' },
    ])
      await (await pullRequestJob({ matrix })).main(commented)
    expect(bodies()).toHaveLength(2)
    expect(bodies()[1]).toContain('{"n":2,"os":"linux"}')
    const job = await pullRequestJob({ matrix: { os: 'linux', n: 1 } })
    const other = job.runner.start('.', {
      id: 'other',
      with: { ...world.emulator.inputs, 'use-mounting': 'false', ...commented },
    })
    expect((await other.completed).exitCode).toBe(0)
    expect(bodies()).toHaveLength(3)
  })

  test('cannot be ended or led astray by the name of a workflow', async () => {
    const job = await pullRequestJob({ github: { workflow: 'a --> <b> @octocat #1 `' } })
    await job.main(commented)
    const [first = '', ...rest] = (bodies()[0] ?? '').split('\n')
    expect(first).toMatch(/^<!-- azureml-datasets: [^<>]* -->$/)
    expect(rest.join('\n')).not.toMatch(/-->|<b>|@octocat/)
  })

  test('of a step that failed shows the one error line', async () => {
    const job = await pullRequestJob()
    const message = errorOf(await job.main({ ...commented, 'input-datasets': 'source\nnowhere' }))
    expect(message).toContain('[dataset-not-found]')
    expect(bodies()[0]).toMatch(/> \[!CAUTION\]\n> There is no dataset "nowhere".*\[`dataset-not-found`\]\(https:/)
    expect(bodies()[0]).toMatch(/\| `source` \| 1 \| not staged.*\n\| `nowhere` \| – \| not reached \|/)
  })

  test('of a job that failed says that nothing was published, and of a step that was killed that it did not end', async () => {
    const job = await pullRequestJob()
    const main = await job.main({ ...commented, 'output-datasets': 'unmade' })
    await job.write(path.join(main.outputs['output-0'] ?? '', 'f'), 'x')
    await job.post('failure')
    expect(bodies()[0]).toContain('Not published, as the job was not successful: unmade.')
    expect(bodies()[0]).toContain('Opened for output: `unmade`')

    const arrived = Promise.withResolvers<void>()
    world.emulator.intercept.blob = () => {
      arrived.resolve()
      return new Promise(() => {})
    }
    const killed = await pullRequestJob()
    const step = killed.start(commented)
    await arrived.promise
    step.signal('SIGKILL')
    await step.completed
    await killed.post('failure')
    expect(bodies()).toHaveLength(1)
    expect(bodies()[0]).toContain('did not get to its end')
  })
})

describe('a comment that cannot be written fails nothing:', () => {
  const rateLimit = { 'x-ratelimit-remaining': '0', 'retry-after': '3600' }

  test.each([
    ['a fork, whose token only reads', 403, {}, 'Resource not accessible by integration', 'pull-requests: write'],
    ['a pull request that the token may not see', 404, {}, 'Not Found', 'pull-requests: write'],
    ['too many requests', 429, rateLimit, 'API rate limit exceeded', 'API rate limit exceeded'],
    ['trouble of GitHub', 502, {}, 'Server Error', 'Server Error'],
  ])('%s is one notice', async (_what, status, headers, said, told) => {
    api.intercept = ({ path: place }) =>
      place === '/graphql' ? undefined : { status, headers, body: { message: said } }
    const job = await pullRequestJob()
    const main = await job.main({ ...commented, 'output-datasets': 'unseen' })
    expect(main.exitCode, main.log).toBe(0)
    expect(notices(main).map(({ message }) => message)).toEqual([expect.stringContaining(told)])
    expect(api.requests.filter(({ path: place }) => place !== '/graphql')).toHaveLength(1)
    const post = await job.post('failure')
    expect(post.exitCode).toBe(0)
    expect(notices(post)).toHaveLength(status === 403 || status === 404 ? 0 : 1)
    expect(main.summary).toContain('| `source` |')
  })

  test('an API that does not answer is waited for no longer than ten seconds', async () => {
    api.intercept = () => new Promise(() => {})
    const main = await (await pullRequestJob()).main(commented)
    expect(main.exitCode, main.log).toBe(0)
    expect(notices(main)).toHaveLength(1)
  })

  test('an API that cannot be reached, and a token that was not given', async () => {
    const nowhere = await (await pullRequestJob({ github: { apiUrl: 'http://localhost:9' } })).main(commented)
    expect([nowhere.exitCode, notices(nowhere).length]).toEqual([0, 1])
    const main = await (await pullRequestJob()).main({ ...commented, 'github-token': '' })
    expect(notices(main)[0]?.message).toContain('the input github-token is empty')
  })
})

test('on other events there is no comment, and a line says why', async () => {
  const job = await world.job({ github: { apiUrl: api.url } })
  const main = await job.main(commented)
  expect(main.log).toContain('There is no comment, as the event "push" is not that of a pull request.')
  expect(notices(main)).toEqual([])
  expect(api.requests).toEqual([])
})

test('without the input, GitHub is asked nothing', async () => {
  const main = await (await pullRequestJob()).main({ 'input-datasets': 'source' })
  expect(main.exitCode).toBe(0)
  expect(api.requests).toEqual([])
})

test('the token is in nothing that a step shows or leaves', async () => {
  const token = 'ghp_a_token_that_somebody_made'
  const job = await pullRequestJob({ secrets: [token] })
  const main = await job.main({ ...commented, 'github-token': token, 'output-datasets': 'unseen' })
  const shown = JSON.stringify([main.log, main.outputs, main.state, main.env, main.summary, api.comments])
  expect(shown).not.toContain(token)
  const session = await job.runner.run('cat "$AZUREML_DATASETS_SESSION/session.json"')
  expect(session.raw).toContain('"pullRequest": 7')
  expect(session.raw).not.toContain(token)
})

describe('the doctor asks GitHub whether it may comment, and writes nothing', () => {
  const asked = { ...commented, check: 'true' }

  test('where it may', async () => {
    const job = await pullRequestJob()
    const result = await job.main(asked)
    expect(lineOf(result, 'comment')).toMatchObject({ state: 'ok', says: 'may be written on pull request #7' })
    expect(api.requests).toEqual([{ method: 'POST', path: expect.stringMatching(/\/issues\/7\/comments$/) }])
    expect(api.comments).toEqual([])
  })

  test('where it may not', async () => {
    api.intercept = () => ({ status: 403, body: { message: 'Resource not accessible by integration' } })
    const job = await pullRequestJob()
    const { state, says } = lineOf(await job.main(asked), 'comment')
    expect(state).toBe('warning')
    expect(says).toMatch(/^may not be written on pull request #7 \(403\)\n {4}fix: .*pull-requests: write/)
  })

  test('where GitHub is in trouble', async () => {
    api.intercept = () => ({ status: 500, body: { message: 'Oops' } })
    const job = await pullRequestJob()
    expect(lineOf(await job.main(asked), 'comment').state).toBe('unknown')
  })

  test('where no pull request is', async () => {
    const job = await world.job({ github: { apiUrl: api.url } })
    expect(lineOf(await job.main(asked), 'comment').state).toBe('info')
    expect(api.requests).toEqual([])
  })
})
