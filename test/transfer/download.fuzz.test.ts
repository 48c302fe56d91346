import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Cancelled, UserError } from '../../src/report/index.ts'
import { manifestPath, partialPath } from '../../src/transfer/manifest.ts'
import { type MemoryContainer, memoryContainer } from '../blobs/memory-container.ts'
import { fuzzSettings } from '../fuzz.ts'
import { hostileName } from '../hostile-names.ts'
import { hashOfTree, plantSentinels } from '../sentinels.ts'
import { manifestText, stage, treeOf } from './helpers.ts'

type Files = Readonly<Record<string, string>>

/** Something of others that lies where we work. `inPlace` stands for a file in the target itself. */
const disturbance = fc.oneof(
  fc.record({ kind: fc.constant('file in the target'), name: hostileName }),
  fc.record({ kind: fc.constant('link in the target'), name: hostileName }),
  fc.record({
    kind: fc.constantFrom(
      'hidden folder is a link',
      'hidden folder is a file',
      'manifest is a folder',
      'new manifest is a folder',
      'new manifest is a link',
    ),
    name: fc.constant(''),
  }),
  fc.record({ kind: fc.constant('manifest'), name: hostileName, json: fc.json({ maxDepth: 3 }) }),
  fc.record({ kind: fc.constant('no manifest'), name: fc.constant('') }),
)

const run = fc.record({
  names: fc.uniqueArray(hostileName, { maxLength: 5 }),
  /** Reads after which the step is told to stop. */
  interruptedAfter: fc.option(fc.nat({ max: 4 }), { nil: undefined, freq: 4 }),
  disturbances: fc.array(disturbance, { maxLength: 2 }),
})

test('whatever the names and whatever lies there: all of the dataset or none of it, and nothing else', {
  timeout: 600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 3 }), async (runs) => {
      const root = await realpath(await mkdtemp(join(tmpdir(), 'fuzz-')))
      try {
        const target = join(root, 'parent', 'data')
        await mkdir(dirname(target))
        plantSentinels(target)
        const container = memoryContainer()
        for (const [index, one] of runs.entries()) await oneRun(root, target, container, one, index)
      } finally {
        await rm(root, { recursive: true, force: true })
      }
    }),
    fuzzSettings(100),
  )
})

async function oneRun(
  root: string,
  target: string,
  container: MemoryContainer,
  { names, interruptedAfter, disturbances }: typeof run extends fc.Arbitrary<infer T> ? T : never,
  index: number,
): Promise<void> {
  container.blobs.clear()
  const files: Files = Object.fromEntries(names.map((name) => [name, `content ${index} of ${name}`]))
  for (const [name, content] of Object.entries(files)) container.store(`d/${name}`, content)
  for (const one of disturbances) await disturb(target, one)
  const before = await contentOf(target)
  const hidden = await contentOf(partialPath(target))
  const around = hashAround(root, target)
  const stop = new AbortController()
  container.reads.length = 0
  container.beforeRead = () => {
    if (container.reads.length - 1 === interruptedAfter) stop.abort(new Cancelled('stop'))
  }
  const failure = await stage(container, target, { signal: stop.signal }).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(hashAround(root, target), 'what lies around').toBe(around)
  const after = await contentOf(target)
  if (failure === undefined) {
    expect(after, 'what was staged').toMatchObject(files)
    const ours = new Set(names)
    const others = Object.entries(after).filter(([name]) => !ours.has(name))
    // What the list beside the folder does not name, perhaps as somebody changed the list, counts as of others.
    for (const [name, content] of others) expect([before[name], hidden[name]], name).toContain(content)
    return
  }
  if (!(failure instanceof UserError) && failure !== stop.signal.reason) throw failure
  expect(String(failure)).not.toMatch(/[\r\n]/)
  // Either nothing was begun, or what is there was moved aside to go on from.
  expect([before, {}]).toContainEqual(after)
}

async function disturb(target: string, one: { kind: string; name: string; json?: string }): Promise<void> {
  const outside = join(dirname(target), 'evil')
  const acts: Record<string, () => Promise<unknown>> = {
    'file in the target': async () => {
      await mkdir(dirname(join(target, one.name)), { recursive: true })
      if (join(target, one.name).startsWith(`${target}/`))
        await writeFile(join(target, one.name), 'of others', { flag: 'wx' })
    },
    'link in the target': async () => {
      if (!join(target, one.name).startsWith(`${target}/`)) return
      await mkdir(dirname(join(target, one.name)), { recursive: true })
      await symlink(dirname(outside), join(target, one.name))
    },
    'hidden folder is a link': () => symlink(join(dirname(target), 'etc'), partialPath(target)),
    'hidden folder is a file': () => writeFile(partialPath(target), 'of others', { flag: 'wx' }),
    'manifest is a folder': async () => {
      await rm(manifestPath(target), { force: true })
      await mkdir(join(manifestPath(target), 'sub'), { recursive: true })
    },
    'new manifest is a folder': () => mkdir(join(`${manifestPath(target)}.new`, 'sub'), { recursive: true }),
    'new manifest is a link': () => symlink(outside, `${manifestPath(target)}.new`),
    manifest: async () => {
      const named = ['../evil', '/evil', 'a\0b', one.name].sort().map((name) => [name, '0x1'])
      const entries = [...named, JSON.parse(one.json ?? '{}')]
      await writeFile(manifestPath(target), manifestText(entries, one.name.length % 2 === 0))
    },
    'no manifest': () => rm(manifestPath(target), { force: true }),
  }
  // What cannot be there is no disturbance.
  await acts[one.kind]?.().catch(() => undefined)
}

function hashAround(root: string, target: string): string {
  const ours = [target, partialPath(target), manifestPath(target), `${manifestPath(target)}.new`]
  return hashOfTree(root, (file) => ours.includes(join(root, file)))
}

async function contentOf(folder: string): Promise<Files> {
  const paths = (await treeOf(folder)) ?? []
  const contents = await Promise.all(paths.map((path) => readFile(join(folder, path), 'utf8').catch(() => 'no file')))
  return Object.fromEntries(paths.map((path, index) => [path, contents[index] ?? '']))
}
