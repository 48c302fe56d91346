import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/index.ts'
import { createRunner, type Runner, type RunnerOptions, type Step, type StepResult } from '../../emulator/runner.ts'
import { unmountLeftovers } from '../../src/mount/index.ts'
import { ourMounts } from '../../src/mount/mount-table.ts'

const repository = path.resolve(import.meta.dirname, '../..')

export type Inputs = Record<string, string>
type JobOptions = Partial<RunnerOptions>

/** A workspace for the tests of a file, and jobs in it: the built bundle, started as the runner starts it. */
export interface World {
  readonly emulator: Emulator
  /** Begins a job. It is checked for secrets and left-over processes, and removed, when the test ends. */
  job(options?: JobOptions): Promise<Job>
  /** Fills a folder of the default datastore's container. */
  upload(files: Readonly<Record<string, string>>, container?: string): Promise<void>
}

export interface Job {
  readonly runner: Runner
  /** Starts the action, with the inputs that reach the emulator besides these. */
  start(inputs: Inputs): Step
  /** The same, and waits for its end. */
  main(inputs: Inputs): Promise<StepResult>
  /** `uses: …/publish@v1` */
  publish(inputs?: Inputs): Promise<StepResult>
  /** The post steps of all main steps so far. */
  post(status?: 'success' | 'failure' | 'cancelled'): Promise<StepResult>
  /** Writes a file below a folder of the job. */
  write(file: string, content: string): Promise<void>
}

/** Starts an emulator before the tests of a file and stops it after them. */
export function useWorld(options: EmulatorOptions = {}): World {
  let emulator: Emulator | undefined
  const jobs: { runner: Runner; results: StepResult[] }[] = []
  const current = () => {
    if (!emulator) throw new Error('The emulator is not running: use the world in tests only.')
    return emulator
  }
  beforeAll(async () => {
    emulator = await startEmulator(options)
  })
  afterAll(() => emulator?.stop())
  beforeEach(() => reset(current()))
  afterEach(async () => {
    for (const { runner, results } of jobs.splice(0)) {
      const left = await runner.leftovers()
      await unmountWhatIsLeft(runner, left)
      try {
        const secrets = [...current().secrets, runner.github.token]
        for (const result of results) expectNoSecrets(secrets, result)
        expectNoSecretsInFiles(secrets, runner.folders.root)
        expect(left, 'processes left behind').toEqual([])
      } finally {
        await runner.dispose()
      }
    }
  })
  return {
    get emulator() {
      return current()
    },
    job: async (jobOptions = {}) => {
      const environment = { ...current().environment, ...jobOptions.environment }
      const runner = await createRunner({ actionFolder: repository, ...jobOptions, environment })
      const results: StepResult[] = []
      jobs.push({ runner, results })
      return createJob(current(), runner, results)
    },
    upload: async (files, container) => {
      const client = current().container(container)
      for (const [name, content] of Object.entries(files)) {
        await client.getBlockBlobClient(name).upload(content, Buffer.byteLength(content))
      }
    },
  }
}

function createJob(emulator: Emulator, runner: Runner, results: StepResult[]): Job {
  const finished = async (step: Step) => {
    const result = await step.completed
    results.push(result)
    return result
  }
  const start = (inputs: Inputs) => {
    // Where nothing else is said, inputs are downloaded: mounting, and what `auto` decides, has tests of its own.
    const step = runner.start('.', { id: 'data', with: { ...emulator.inputs, 'use-mounting': 'false', ...inputs } })
    void finished(step)
    return step
  }
  return {
    runner,
    start,
    main: (inputs) => start(inputs).completed,
    publish: (inputs = {}) => finished(runner.start('publish', { id: 'published', with: inputs })),
    post: async (status) => {
      const posts = await runner.runPosts(status ? { jobStatus: status } : {})
      results.push(...posts)
      const [first] = posts
      if (!first) throw new Error('There was no post step to run.')
      return first
    },
    write: async (file, content) => {
      const { exitCode } = await runner.run(`mkdir -p "$(dirname "$FILE")" && printf %s "$CONTENT" > "$FILE"`, {
        FILE: file,
        CONTENT: content,
      })
      expect(exitCode).toBe(0)
    },
  }
}

function reset(emulator: Emulator): void {
  emulator.requests.length = 0
  for (const service of ['arm', 'entra', 'oidc', 'blob'] as const) emulator.intercept[service] = undefined
  emulator.denied.clear()
  emulator.storage.denied.clear()
  Object.assign(emulator.storage, { keyAccess: true, bearerAccess: 'write', firewall: false })
}

/** What a failed test left mounted is served from here: to read it in this process would be to wait for oneself. */
async function unmountWhatIsLeft({ folders }: Runner, pids: readonly number[]): Promise<void> {
  const mounts = (await ourMounts()).filter((folder) => folder.startsWith(folders.root))
  if (mounts.length === 0) return
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  await unmountLeftovers(mounts)
}

/** Whatever a step shows or hands on: the masked log, outputs, state, variables, summary; and what it prints besides masks. */
function expectNoSecrets(secrets: readonly string[], result: StepResult): void {
  const printed = result.raw
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n')
  const shown = JSON.stringify([printed, result.log, result.outputs, result.state, result.env, result.summary])
  for (const secret of secrets) {
    if (shown.includes(secret))
      throw new Error(`A secret of ${secret.length} characters was shown: ${secret.slice(0, 6)}…`)
  }
}

/** No file below the folder holds one of the secrets. */
export function expectNoSecretsInFiles(secrets: readonly string[], folder: string): void {
  // A name that is not UTF-8 cannot be read by its text.
  for (const file of filesBelow(folder).filter((name) => !name.includes('\ufffd'))) {
    const content = readFileSync(path.join(folder, file), 'utf8')
    const secret = secrets.find((candidate) => content.includes(candidate))
    if (secret) throw new Error(`A secret of ${secret.length} characters is in the file ${file}`)
  }
}

/** Paths of all files below a folder, sorted, links not followed; empty where there is no such folder. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries
    .flatMap((entry) => {
      if (entry.isDirectory()) return filesBelow(path.join(folder, entry.name)).map((file) => `${entry.name}/${file}`)
      return entry.isFile() ? [entry.name] : []
    })
    .sort()
}

/** The one error that a user reads of a failed step. */
export function errorOf(result: StepResult): string {
  const errors = result.annotations.filter(({ level }) => level === 'error')
  expect(errors.map(({ message }) => message)).toHaveLength(1)
  expect(result.exitCode).toBe(1)
  const message = errors[0]?.message ?? ''
  expect(message, 'an error is one line, and no riddle').not.toMatch(/\n|undefined|\[object|<\?xml|\bat .*:\d+:\d+/)
  return message
}

/** The warnings that a user reads of a step. */
export function warningsOf(result: StepResult): string[] {
  return result.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)
}
