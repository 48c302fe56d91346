import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRunner, type Runner, type RunnerOptions, type Step } from '../../emulator/runner.ts'
import { hasProc } from '../platform.ts'

const core = `import * as core from ${JSON.stringify(import.meta.resolve('@actions/core'))}\n`

let repository: string
let runners: Runner[]

beforeEach(({ skip }) => skip(!hasProc, 'this runner is that of Linux: bash, signals, /proc'))

beforeEach(async () => {
  repository = await realpath(await mkdtemp(path.join(os.tmpdir(), 'action-')))
  runners = []
})

afterEach(async () => {
  for (const runner of runners) await runner.dispose()
  await rm(repository, { recursive: true, force: true })
})

async function newRunner(options: Partial<RunnerOptions> = {}): Promise<Runner> {
  const runner = await createRunner({ actionFolder: repository, ...options })
  runners.push(runner)
  return runner
}

interface ActionSource {
  readonly main?: string
  readonly post?: string
  readonly inputs?: Record<string, object>
  readonly postIf?: string
  readonly folder?: string
}

/** Writes a JavaScript action; its scripts are modules. */
async function writeAction({ main = '', post, inputs = {}, postIf, folder = '.' }: ActionSource): Promise<void> {
  const runs = {
    using: 'node24',
    main: 'main.mjs',
    ...(post && { post: 'post.mjs' }),
    ...(postIf && { 'post-if': postIf }),
  }
  const target = path.join(repository, folder)
  await mkdir(target, { recursive: true })
  await writeFile(path.join(target, 'action.yml'), JSON.stringify({ name: 'test', inputs, runs }))
  await writeFile(path.join(target, 'main.mjs'), main)
  await writeFile(path.join(target, 'post.mjs'), post ?? '')
}

/** Runs the main part of an action that consists of this script. */
async function runMain(main: string, options: Partial<RunnerOptions> = {}) {
  await writeAction({ main })
  return (await newRunner(options)).start('.').completed
}

/** The script says `ready` when it has come so far; only then may it be signalled. */
async function ready(runner: Runner): Promise<void> {
  while (!existsSync(path.join(runner.folders.checkout, 'ready'))) await sleep(10)
}

const sayReady = `import { writeFileSync } from 'node:fs'\nwriteFileSync('ready', '')\n`
const print = (value: string) => `console.log(JSON.stringify(${value}))`

/** What a workflow writes as `${{ text }}`. */
const expression = (text: string) => `\${{ ${text} }}`

function printed(raw: string) {
  return JSON.parse(raw)
}

describe('what a step finds', () => {
  test('the folders and variables of a runner', async () => {
    await writeAction({ main: print('{ cwd: process.cwd(), exec: process.execPath, env: process.env }') })
    const runner = await newRunner({ github: { repository: 'org/data', ref: 'refs/pull/7/merge', runId: 42 } })
    const { cwd, exec, env } = printed((await runner.start('.').completed).raw)
    expect(exec).toBe(process.execPath)
    expect(cwd).toBe(env.GITHUB_WORKSPACE)
    expect(cwd).toBe(path.join(env.RUNNER_WORKSPACE, 'data'))
    expect(path.basename(env.RUNNER_TEMP)).toBe('_temp')
    expect(env).toMatchObject({
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'org/data',
      GITHUB_REPOSITORY_OWNER: 'org',
      GITHUB_REF_NAME: '7/merge',
      GITHUB_RUN_ID: '42',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_ACTION: '__your-org_azureml-datasets',
    })
    expect(path.dirname(env.GITHUB_OUTPUT)).toBe(path.join(env.RUNNER_TEMP, '_runner_file_commands'))
  })

  test('nothing of our own environment, but what the job adds', async () => {
    process.env.AZURE_CLIENT_ID = 'of this machine'
    const { raw } = await runMain(print('process.env'), { environment: { EXTRA: 'yes' } })
    delete process.env.AZURE_CLIENT_ID
    const env = printed(raw)
    expect(env.AZURE_CLIENT_ID).toBeUndefined()
    expect(env.HOME).not.toBe(os.homedir())
    expect(env.EXTRA).toBe('yes')
  })

  test('the event as a file', async () => {
    await writeAction({ main: print('process.env.GITHUB_EVENT_PATH') })
    const runner = await newRunner({ github: { event: { pull_request: { number: 7 } } } })
    const { raw } = await runner.start('.').completed
    expect(JSON.parse(await readFile(printed(raw), 'utf8'))).toEqual({ pull_request: { number: 7 } })
  })

  test('actions in subfolders, whose scripts lie elsewhere', async () => {
    await writeAction({ main: 'console.log("shared")' })
    await writeAction({ folder: 'publish' })
    await writeFile(path.join(repository, 'publish/action.yml'), 'runs: { using: node24, main: ../main.mjs }')
    const { raw } = await (await newRunner()).start('publish').completed
    expect(raw).toBe('shared\n')
  })
})

describe('inputs', () => {
  const printInputs = print(
    `Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('INPUT_')))`,
  )

  test('hyphens stay, spaces become underscores, and every declared input has a variable', async () => {
    await writeAction({
      main: printInputs,
      inputs: { 'client-id': {}, 'two words': { default: 'x' }, n: { default: 7 } },
    })
    const { raw } = await (await newRunner()).start('.', { with: { 'client-id': 'abc' } }).completed
    expect(printed(raw)).toEqual({ 'INPUT_CLIENT-ID': 'abc', INPUT_TWO_WORDS: 'x', INPUT_N: '7' })
  })

  test('an empty input is given, names match in any case', async () => {
    await writeAction({ main: printInputs, inputs: { a: { default: 'x' }, b: { default: 'y' } } })
    const { raw } = await (await newRunner()).start('.', { with: { a: '', B: 'z' } }).completed
    expect(printed(raw)).toEqual({ INPUT_A: '', INPUT_B: 'z' })
  })

  test('unknown and deprecated ones are told', async () => {
    await writeAction({ main: printInputs, inputs: { old: { deprecationMessage: 'use new' } } })
    const { log, annotations } = await (await newRunner()).start('.', { with: { old: '1', typo: '2' } }).completed
    expect(annotations.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      "warning: Input 'old' has been deprecated with message: use new",
      "warning: Unexpected input(s) 'typo', valid inputs are ['old']",
    ])
    expect(log).toContain('"INPUT_TYPO":"2"')
  })

  test('expressions in defaults', async () => {
    const inputs = { token: { default: expression('github.token') }, m: { default: expression('toJSON(matrix)') } }
    await writeAction({ main: printInputs, inputs })
    const one = await newRunner()
    expect(printed((await one.start('.').completed).raw)).toEqual({ INPUT_TOKEN: one.github.token, INPUT_M: 'null' })
    const legs = await newRunner({ matrix: { leg: 1 } })
    expect(printed((await legs.start('.').completed).raw).INPUT_M).toBe('{\n  "leg": 1\n}')
  })

  test('an expression that this runner does not know is an error', async () => {
    await writeAction({ inputs: { a: { default: expression('secrets.KEY') } } })
    const runner = await newRunner()
    expect(() => runner.start('.')).toThrow(`cannot evaluate ${expression('secrets.KEY')}`)
  })
})

describe('the files through which a step talks back', () => {
  test('outputs, state, variables, path and summary, as @actions/core writes them', async () => {
    await writeAction({
      main: `${core}
        core.setOutput('lines', 'a\\nb\\r\\nc=d<<e\\n')
        core.saveState('session', '/s')
        core.exportVariable('EXPORTED', 'one\\ntwo')
        core.addPath('/first'); core.addPath('/second'); core.addPath('/first')
        await core.summary.addRaw('# Done').write()`,
    })
    const runner = await newRunner()
    const result = await runner.start('.').completed
    expect(result).toMatchObject({
      outcome: 'success',
      exitCode: 0,
      outputs: { lines: 'a\nb\r\nc=d<<e\n' },
      state: { session: '/s' },
      env: { EXPORTED: 'one\ntwo' },
      summary: '# Done',
    })
    const { raw } = await runner.run('echo "$EXPORTED"; echo $PATH')
    expect(raw).toMatch(/^one\ntwo\n\/first:\/second:/)
  })

  test.each([
    ['name=a=b\n\nempty=\n', { name: 'a=b', empty: '' }],
    ['a<<E\nE\nb<<=\nx\n=\n', { a: '', b: 'x' }],
    ['a<<E\r\none\r\ntwo\r\nE\r\n', { a: 'one\r\ntwo' }],
    ['a<<E\nE \n E\nE', { a: 'E \n E' }],
  ])('pairs: %j', async (text, outputs) => {
    const write = `import fs from 'node:fs'\nfs.writeFileSync(process.env.GITHUB_OUTPUT, ${JSON.stringify(text)})`
    expect(await runMain(write)).toMatchObject({ outcome: 'success', outputs })
  })

  test.each([
    ['nothing', "Invalid format 'nothing'"],
    ['a<<\nx', 'delimiter must not be empty'],
    ['<<E\nx\nE', 'Name must not be empty'],
    ['a<<E\nx\n', "Matching delimiter not found 'E'"],
  ])('a malformed file fails the step: %j', async (text, message) => {
    const write = `import fs from 'node:fs'\nfs.writeFileSync(process.env.GITHUB_STATE, ${JSON.stringify(`before=1\n${text}`)})`
    const { exitCode, outcome, state, annotations } = await runMain(write)
    expect({ exitCode, outcome, state }).toEqual({ exitCode: 0, outcome: 'failure', state: { before: '1' } })
    expect(annotations[0]?.message).toBe("Unable to process file command 'state' successfully.")
    expect(annotations[1]?.message).toContain(message)
  })

  test('NODE_OPTIONS cannot be exported, nor can what the runner sets itself be changed', async () => {
    await writeAction({
      main: `${core} core.exportVariable('NODE_OPTIONS', '--x'); core.exportVariable('GITHUB_SHA', 'forged')`,
    })
    const runner = await newRunner()
    const { annotations, env } = await runner.start('.').completed
    expect(annotations[0]?.message).toContain("Can't store NODE_OPTIONS")
    expect(env).toEqual({ GITHUB_SHA: 'forged' })
    expect((await runner.run('echo $GITHUB_SHA')).raw.trim()).toBe(runner.github.sha)
  })

  test('a summary over 1 MiB is dropped with an error, and the step stays green', async () => {
    const { outcome, summary, annotations } = await runMain(
      `import fs from 'node:fs'\nfs.writeFileSync(process.env.GITHUB_STEP_SUMMARY, 'x'.repeat(1024 * 1024 + 1))`,
    )
    expect({ outcome, summary }).toEqual({ outcome: 'success', summary: '' })
    expect(annotations).toMatchObject([{ level: 'error', message: expect.stringContaining('up to a size of 1024k') }])
  })

  test('a step that deletes its files wrote nothing', async () => {
    const remove = `import fs from 'node:fs'\nfs.rmSync(process.env.RUNNER_TEMP, { recursive: true })`
    expect(await runMain(remove)).toMatchObject({ outcome: 'success', outputs: {} })
  })
})

describe('workflow commands', () => {
  const say = (...lines: string[]) => `process.stdout.write(${JSON.stringify(`${lines.join('\n')}\n`)})`

  test('annotations with properties, unescaped', async () => {
    const { annotations, log } = await runMain(
      `${core} core.error('50%25\\r\\nnext', { file: 'a,b:c.ts', startLine: 7, title: 'T' }); core.notice('n')`,
    )
    expect(annotations).toEqual([
      { level: 'error', message: '50%25\r\nnext', properties: { title: 'T', file: 'a,b:c.ts', line: '7' } },
      { level: 'notice', message: 'n', properties: {} },
    ])
    expect(log).toContain('Error: 50%25\nnext\nNotice: n')
  })

  test('debug messages are in the log only when debugging', async () => {
    const quiet = await runMain(say('::debug::details'))
    expect(quiet.annotations).toEqual([{ level: 'debug', message: 'details', properties: {} }])
    expect(quiet.log).not.toContain('details')
    expect((await runMain(say('::debug::details'), { environment: { RUNNER_DEBUG: '1' } })).log).toContain(
      'Debug: details',
    )
  })

  test('groups', async () => {
    const { log } = await runMain(say('::group::Title', 'inside', '::endgroup::', 'outside'))
    expect(log).toContain('▼ Title\n  inside\noutside')
  })

  test('leading space, capitals and the old form anywhere in a line are commands too', async () => {
    const { annotations } = await runMain(say(' ::Error::1', 'text ##[warning]2', '##[error file=x;line=3]4%5D'))
    expect(annotations).toEqual([
      { level: 'error', message: '1', properties: {} },
      { level: 'warning', message: '2', properties: {} },
      { level: 'error', message: '4]', properties: { file: 'x', line: '3' } },
    ])
  })

  test('a carriage return starts a line, on standard error as well', async () => {
    const { annotations } = await runMain(
      `process.stderr.write('name\\r::error::hidden\\r\\nlast ::error::no command')`,
    )
    expect(annotations.map(({ message }) => message)).toEqual(['hidden'])
  })

  test.each([
    '::set-output name=a::b',
    '::save-state name=a::b',
    '::set-env name=a::b',
    '::add-path::/x',
    '::echo::on',
    '::unknown::x',
    'text ##[add-matcher]x',
  ])('foreign text shows as injected: %s', async (line) => {
    const { annotations, log, outputs, state, env } = await runMain(say(line))
    expect(annotations).toEqual([{ level: 'injected', message: line, properties: {} }])
    expect(log).toContain(line)
    expect({ outputs, state, env }).toEqual({ outputs: {}, state: {}, env: {} })
  })

  test('between stop-commands and its token nothing is a command', async () => {
    const { annotations, log } = await runMain(
      say('::stop-commands::tok', '::error::1', '::set-output name=a::b', '##[warning]2', '::tok::', '::notice::3'),
    )
    expect(annotations).toEqual([{ level: 'notice', message: '3', properties: {} }])
    expect(log).toContain('::error::1\n::set-output name=a::b\n##[warning]2\n::tok::\nNotice: 3')
  })

  test.each(['', 'error', 'pause-logging'])('a bad stop token is refused: %j', async (token) => {
    const { annotations } = await runMain(say(`::stop-commands::${token}`, '::notice::still read'))
    expect(annotations.map(({ level }) => level)).toEqual(['error', 'notice'])
  })

  test('ten annotations of a kind are kept, each cut; the log has all', async () => {
    const { annotations, log } = await runMain(
      say(...Array.from({ length: 12 }, (_, n) => `::warning::${n}${'x'.repeat(5000)}`)),
    )
    expect(annotations.map(({ message }) => message.length)).toEqual(Array(10).fill(4096))
    expect(log.match(/^Warning: \d+x{5000}$/gm)).toHaveLength(12)
  })
})

describe('secrets', () => {
  const secret = 'p"a&s s<w>ord/+=='

  test('are masked everywhere from add-mask on, in all their forms', async () => {
    const lines: string[] = []
    const { log, raw, annotations, summary } = await runMain(
      `${core} const secret = ${JSON.stringify(secret)}
      core.setSecret(secret)
      console.log('plain ' + secret + secret)
      for (const before of ['', 'a', 'ab']) console.log('base64 ' + Buffer.from(before + secret).toString('base64'))
      console.log('uri ' + encodeURIComponent(secret))
      console.log('json ' + JSON.stringify({ secret }))
      core.error(secret, { title: secret })
      await core.summary.addRaw('key ' + secret).write()`,
      { onLine: (line) => lines.push(line) },
    )
    expect(raw).toContain(`plain ${secret}`)
    expect(lines.join('\n')).toBe(log)
    const said = log.split('\n').filter((line) => /^(plain|uri|json|Error)/.test(line))
    expect(said).toEqual(['plain ***', 'uri ***', 'json {"secret":"***"}', 'Error: ***'])
    // What stands before the secret shows, and up to two bytes of it, which share a character with that.
    expect(log.match(/(?<=base64 ).*/g)).toEqual([
      '***',
      expect.stringMatching(/^.{4}\*{3}$/),
      expect.stringMatching(/^.{4}\*{3}$/),
    ])
    expect(annotations).toEqual([{ level: 'error', message: '***', properties: { title: '***' } }])
    expect(summary).toBe('key ***')
  })

  test('each line of a secret is one', async () => {
    const { log } = await runMain(
      `${core} core.setSecret('first line\\n\\n  second\\r\\n'); console.log('x second x first line')`,
    )
    expect(log).toContain('x *** x ***')
  })

  test('secrets that overlap leave nothing between them', async () => {
    const { log } = await runMain(
      `${core} core.setSecret('abcabc'); core.setSecret('cdef'); console.log('-abcabcabcdef-')`,
    )
    expect(log).toContain('-***-')
  })

  test('those of the workflow, and the job token, are masked before the step starts', async () => {
    await writeAction({ inputs: { key: {}, token: { default: expression('github.token') } } })
    const runner = await newRunner({ secrets: ['hunter22'] })
    const { log } = await runner.start('.', { with: { key: 'hunter22' } }).completed
    expect(log).toBe('▼ Run your-org/azureml-datasets@v1\n  with:\n    key: ***\n    token: ***')
  })
})

describe('how a step ends', () => {
  test('a non-zero exit code fails the job', async () => {
    await writeAction({ main: 'process.exit(3)' })
    const runner = await newRunner()
    expect(runner.jobStatus).toBe('success')
    expect(await runner.start('.').completed).toMatchObject({ exitCode: 3, signal: null, outcome: 'failure' })
    expect(runner.jobStatus).toBe('failure')
  })

  test('what a killed process wrote is read all the same', async () => {
    await writeAction({
      main: `${core} core.saveState('a', '1'); core.setOutput('b', '2'); setInterval(() => {}, 1e6); ${sayReady}`,
    })
    const runner = await newRunner()
    const step = runner.start('.')
    await ready(runner)
    step.signal('SIGKILL')
    expect(await step.completed).toMatchObject({
      signal: 'SIGKILL',
      outcome: 'failure',
      state: { a: '1' },
      outputs: { b: '2' },
    })
  })

  test('a signal reaches the node process, not its children', async () => {
    await writeAction({
      main: `import { spawn } from 'node:child_process'
        const child = spawn('sleep', ['60'], { stdio: 'ignore' })
        process.on('SIGINT', () => { console.log('child', child.exitCode, child.signalCode); child.kill(); process.exit(1) })
        ${sayReady}`,
    })
    const runner = await newRunner()
    const step = runner.start('.')
    await ready(runner)
    step.signal('SIGINT')
    expect((await step.completed).raw).toBe('child null null\n')
  })

  test('cancel: SIGINT, 7.5 s, SIGTERM, 2.5 s, SIGKILL', async () => {
    await writeAction({
      main: `for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => console.log(name))
        setInterval(() => {}, 1e6)
        ${sayReady}`,
    })
    const runner = await newRunner()
    const step = runner.start('.')
    await ready(runner)
    const start = Date.now()
    const { raw, signal, outcome } = await step.cancel()
    expect({ raw, signal, outcome }).toEqual({ raw: 'SIGINT\nSIGTERM\n', signal: 'SIGKILL', outcome: 'cancelled' })
    expect(Date.now() - start).toBeGreaterThanOrEqual(10_000)
    expect(runner.jobStatus).toBe('cancelled')
  })

  test('a step that obeys SIGINT is cancelled at once, and the job stays so', async () => {
    await writeAction({ main: `process.on('SIGINT', () => process.exit(0)); setInterval(() => {}, 1e6); ${sayReady}` })
    const runner = await newRunner()
    const step = runner.start('.')
    await ready(runner)
    expect(await step.cancel()).toMatchObject({ exitCode: 0, outcome: 'cancelled' })
    await runner.run('false')
    expect(runner.jobStatus).toBe('cancelled')
  })

  test('an abandoned step lives on', async () => {
    await writeAction({
      main: `${core} core.saveState('a', '1'); setInterval(() => {}, 1e6); ${sayReady}`,
      post: print('process.env.STATE_a'),
    })
    const runner = await newRunner()
    const step = runner.start('.')
    await ready(runner)
    expect(await step.abandon()).toMatchObject({ signal: 'SIGKILL', outcome: 'cancelled' })
    expect(await runner.leftovers()).toEqual([step.pid])
    expect(printed((await runner.startPost(step).completed).raw)).toBe('1')
  })

  test('a process that holds the streams open does not hold the job', { timeout: 20_000 }, async () => {
    await writeAction({
      main: `import { spawn } from 'node:child_process'
        spawn('sleep', ['60'], { stdio: 'inherit', detached: true }).unref()`,
    })
    const runner = await newRunner()
    expect(await runner.start('.').completed).toMatchObject({ outcome: 'success' })
    expect(await runner.leftovers()).toHaveLength(1)
  })

  test.skipIf(process.platform !== 'linux')('a value that Linux cannot pass on stops the next step', async () => {
    await writeAction({
      main: `${core} core.saveState('fits', 'x'.repeat(131_060)); core.exportVariable('BIG', 'x'.repeat(131_072))`,
    })
    const runner = await newRunner()
    expect(await runner.start('.').completed).toMatchObject({ outcome: 'success' })
    const next = await runner.run('true')
    expect(next).toMatchObject({ exitCode: null, outcome: 'failure' })
    expect(next.annotations[0]?.message).toContain('E2BIG')
  })
})

describe('the post step', () => {
  test('gets the state, the inputs evaluated again, and the live status of the job', async () => {
    let folder = 'before'
    await writeAction({
      main: `${core} core.saveState('Session', '/s')`,
      post: print('[process.env.STATE_Session, process.env.INPUT_FOLDER, process.env["INPUT_JOB-STATUS"]]'),
      inputs: { folder: {}, 'job-status': { default: expression('job.status') } },
    })
    const runner = await newRunner()
    await runner.start('.', { with: { folder: () => folder } }).completed
    folder = 'after'
    await runner.run('exit 1')
    const [post] = await runner.runPosts()
    expect(printed(post?.raw ?? '')).toEqual(['/s', 'after', 'failure'])
    expect(post?.log).toMatch(/^Post job cleanup\./)
  })

  test('last step first, even for a step that crashed; a failing post is seen by the next', async () => {
    await writeAction({
      main: 'if (process.env.INPUT_N === "2") throw new Error("crash")',
      post: 'console.log(process.env.INPUT_N, process.env.INPUT_S); if (process.env.INPUT_N === "3") process.exit(1)',
      inputs: { n: {}, s: { default: expression('job.status') } },
    })
    await writeAction({ folder: 'publish' })
    const runner = await newRunner()
    for (const n of ['1', '3']) await runner.start('.', { with: { n } }).completed
    await runner.start('publish').completed
    expect((await runner.runPosts()).map(({ raw }) => raw)).toEqual(['3 success\n', '1 failure\n'])
    expect(await runner.runPosts()).toEqual([])
    await runner.start('.', { with: { n: '2' } }).completed
    expect((await runner.runPosts()).map(({ raw }) => raw)).toEqual(['2 failure\n'])
  })

  test('its outputs are thrown away', async () => {
    await writeAction({ post: `${core} core.setOutput('version', '2')` })
    const runner = await newRunner()
    const step: Step = runner.start('.')
    await step.completed
    expect(await runner.startPost(step, { jobStatus: 'cancelled' }).completed).toMatchObject({
      outcome: 'success',
      outputs: {},
    })
  })

  test('post-if', async () => {
    await writeAction({ post: 'console.log("post")', postIf: 'success()' })
    const runner = await newRunner()
    await runner.start('.').completed
    expect(await runner.runPosts({ jobStatus: 'failure' })).toEqual([])
    expect(await runner.runPosts()).toHaveLength(1)
  })

  test('a step without a post part has none', async () => {
    await writeAction({})
    const runner = await newRunner()
    const step = runner.start('.')
    await step.completed
    expect(() => runner.startPost(step)).toThrow('no post part')
  })
})

describe('run: steps', () => {
  test('bash in the checkout, stopping at the first failure', async () => {
    const runner = await newRunner()
    const result = await runner.run('pwd\necho $MINE\nfalse\necho not reached', { MINE: 'x' })
    expect(result).toMatchObject({ exitCode: 1, outcome: 'failure', raw: `${runner.folders.checkout}\nx\n` })
  })

  test('can set outputs and export variables', async () => {
    const runner = await newRunner()
    const { outputs } = await runner.run('echo a=1 >> $GITHUB_OUTPUT; echo B=2 >> $GITHUB_ENV')
    expect(outputs).toEqual({ a: '1' })
    expect(runner.environment).toEqual({ B: '2' })
  })
})

describe('the end of the job', () => {
  test('what is left behind is found, killed and removed', async () => {
    await writeAction({
      main: `import { spawn } from 'node:child_process'
        spawn('sleep', ['60'], { stdio: 'ignore', detached: true }).unref()`,
    })
    const runner = await newRunner()
    await runner.start('.').completed
    const [pid = 0] = await runner.leftovers()
    expect(pid).toBeGreaterThan(0)
    await runner.dispose()
    expect(await runner.leftovers()).toEqual([])
    expect(existsSync(runner.folders.root)).toBe(false)
  })

  test('two jobs share nothing', async () => {
    const [one, two] = [await newRunner(), await newRunner()]
    await one.run('echo A=1 >> $GITHUB_ENV; touch here')
    expect(two.environment).toEqual({})
    expect(await readdir(two.folders.checkout)).toEqual([])
    expect(one.github.runId).not.toBe(two.github.runId)
  })
})
