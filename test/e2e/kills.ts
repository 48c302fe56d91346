import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Intercept } from '../../emulator/index.ts'
import type { Step, StepResult } from '../../emulator/runner.ts'
import { expectNoSecretsInFiles, filesBelow, type Job, type World } from './world.ts'

/** All rounds of all files; each of the three files takes a third. */
const kills = Number(process.env.KILLS ?? 100)
const seed = Number(process.env.KILLS_SEED ?? 20_261_122)

/** When and how a step is ended. `cancel` is what the runner does: SIGINT, later SIGTERM, later SIGKILL. */
interface Kill {
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL' | 'cancel'
  readonly moment: Moment
}

type Moment =
  | { readonly kind: 'percent of the time' | 'percent of the requests'; readonly percent: number }
  | { readonly kind: 'requests before the last'; readonly count: number }
  | { readonly kind: 'milliseconds after the start'; readonly count: number }

/** All numbers alike: by itself fast-check prefers those at the ends. */
const number = (min: number, max: number) => fc.noBias(fc.integer({ min, max }))
const percent = number(1, 100)
const moment: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('percent of the time'), percent }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('percent of the requests'), percent }) },
  // Registering and reading back are few requests, and much depends on them.
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('requests before the last'), count: number(0, 6) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('milliseconds after the start'), count: number(0, 150) }) },
)
const kill: fc.Arbitrary<Kill> = fc.record({
  signal: fc.constantFrom('SIGINT', 'SIGTERM', 'SIGKILL', 'SIGKILL', 'cancel'),
  moment,
})

/** How long a step takes that nobody disturbs, and what it asks for. */
export interface Normal {
  readonly milliseconds: number
  readonly requests: number
}

/** Waits for a step that nobody disturbs, and measures it. */
export async function measured({ emulator }: World, step: () => Promise<StepResult>): Promise<Normal> {
  const [start, before] = [performance.now(), emulator.requests.length]
  const { exitCode, log } = await step()
  expect(exitCode, log).toBe(0)
  return { milliseconds: performance.now() - start, requests: emulator.requests.length - before }
}

/**
 * Does a round for each kill of this file's third, with its own order: the same for the same seed. A round that fails says how to have it again.
 */
export async function eachKill(third: 0 | 1 | 2, round: (kill: Kill, index: number) => Promise<void>): Promise<void> {
  const rounds = Math.floor((kills + 2 - third) / 3)
  const planned = fc.sample(kill, { seed: seed + third, numRuns: rounds })
  for (const [index, one] of planned.entries()) {
    try {
      await round(one, index)
    } catch (error) {
      const what = `round ${index + 1} of ${rounds}, ${one.signal}, ${Object.values(one.moment).toReversed().join(' ')}`
      const again = `KILLS_SEED=${seed} KILLS=${kills}`
      throw new Error(`${again}: ${what}: ${error instanceof Error ? error.message : error}`, { cause: error })
    }
  }
}

/** Ends a step as planned, and waits for its end; a step that is faster than the plan ends by itself. */
export async function endAsPlanned(
  { emulator }: World,
  { signal, moment }: Kill,
  step: Step,
  normal: Normal,
): Promise<StepResult> {
  const ended = new AbortController()
  const send = (): unknown => (signal === 'cancel' ? step.cancel() : step.signal(signal))
  const after = (milliseconds: number) =>
    sleep(milliseconds, undefined, { signal: ended.signal }).then(
      () => void send(),
      () => {},
    )
  if (moment.kind === 'percent of the time') after((moment.percent / 100) * normal.milliseconds)
  else if (moment.kind === 'milliseconds after the start') after(moment.count)
  else onRequest(emulator.intercept, nthRequest(moment, normal), send)
  const result = await step.completed
  ended.abort()
  for (const service of services) emulator.intercept[service] = undefined
  if (signal !== 'SIGKILL') expect(result.signal, 'it ended when it was asked to').not.toBe('SIGKILL')
  return result
}

function nthRequest(moment: Moment, { requests }: Normal): number {
  return 'percent' in moment ? Math.ceil((moment.percent / 100) * requests) : requests - moment.count
}

const services = ['arm', 'entra', 'oidc', 'blob'] as const

/** The nth request, to whatever service, is let through, and something else is done at the same time. */
function onRequest(intercept: World['emulator']['intercept'], nth: number, act: () => unknown): void {
  let count = 0
  const watch: Intercept = () => {
    count += 1
    if (count === nth) act()
    return undefined
  }
  for (const service of services) intercept[service] = watch
}

export type Files = Readonly<Record<string, string>>

/** Files of a dataset, each round's different from the others'. */
export function filesOf(generation: string, count: number): Files {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `d${index % 3}/${index}.txt`,
      `${generation} ${index} `.repeat(index),
    ]),
  )
}

/** Every file below a folder with its content. */
export function contentOf(folder: string): Files {
  return Object.fromEntries(filesBelow(folder).map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]))
}

/** A folder that is there is complete: it holds all files of one of the generations, and nothing else. */
export function expectWhole(folder: string, generations: readonly Files[]): void {
  if (existsSync(folder)) expect(generations, `half of ${folder}`).toContainEqual(contentOf(folder))
}

/** What has to hold whenever a step has ended, however it did: its processes are gone and no secret is on the disk. */
export async function expectNothingLost({ emulator }: World, { runner }: Job): Promise<void> {
  expect(await runner.leftovers(), 'processes left behind').toEqual([])
  expectNoSecretsInFiles(emulator.secrets, runner.folders.root)
}

/** Folders of sessions, also those without a file in them. */
export function sessionsOf({ runner }: Job): string[] {
  const root = path.join(runner.folders.temp, '..', '_azureml-datasets')
  return existsSync(root) ? readdirSync(root) : []
}

/**
 * Watches the versions of a dataset: each must be complete when it is seen first, which is as soon as it is registered. Gives how many there
 * are, with numbers from 1 on.
 */
export function versionWatch(world: World, name: string): (expected: Files) => Promise<number> {
  const fingerprints = new Map<string, string>()
  let seen = 0
  return async (expected) => {
    const versions = world.emulator.dataAssets.versions(name)
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => String(index + 1)))
    for (const { dataUri, tags } of versions.slice(seen)) {
      const content = await blobsBelow(world, dataUri)
      expect(content, `${name}:${seen + 1} is complete`).toEqual(expected)
      const key = JSON.stringify(expected)
      const known = fingerprints.get(key) ?? String(tags.fingerprint)
      expect(tags.fingerprint, `fingerprint of ${name}:${seen + 1}`).toBe(known)
      fingerprints.set(key, known)
      seen += 1
    }
    return seen
  }
}

async function blobsBelow(world: World, dataUri: string): Promise<Files> {
  const prefix = /\/paths\/(.*)$/.exec(dataUri)?.[1] ?? 'nowhere'
  const container = world.emulator.container()
  const files: Record<string, string> = {}
  for await (const { name } of container.listBlobsFlat({ prefix }))
    files[name.slice(prefix.length)] = (await container.getBlobClient(name).downloadToBuffer()).toString()
  return files
}
