import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UserError } from '../../src/report/index.ts'
import { type LinksOut, listLocalFiles, uploadFiles } from '../../src/transfer/index.ts'
import { type MemoryContainer, memoryContainer } from '../blobs/memory-container.ts'
import { fuzzSettings } from '../fuzz.ts'
import { hostileName } from '../hostile-names.ts'
import { silentLog } from '../report/helpers.ts'

/** Something that a job leaves in its output folder. */
const entry = fc.record({
  kind: fc.constantFrom('file', 'file', 'file', 'folder', 'bytes', 'link in', 'link out', 'link up', 'link to nowhere'),
  name: hostileName,
})

test('whatever a job leaves in its folder: uploaded as it is, or refused', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { maxLength: 6 }),
      fc.constantFrom<LinksOut>('refuse', 'follow'),
      async (entries, linksOut) => {
        const root = await realpath(await mkdtemp(join(tmpdir(), 'fuzz-')))
        try {
          const folder = join(root, 'out')
          await mkdir(folder)
          await writeFile(join(root, 'secret'), 'outside')
          const written = new Map<string, string>()
          for (const one of entries) await leave(folder, one, written)
          await uploaded(folder, linksOut, written)
        } finally {
          await rm(root, { recursive: true, force: true })
        }
      },
    ),
    fuzzSettings(150),
  )
})

/** Puts an entry into a folder, as far as a file system takes it, and notes plain files with their content. */
async function leave(
  folder: string,
  { kind, name }: { kind: string; name: string },
  written: Map<string, string>,
): Promise<void> {
  const place = join(folder, name)
  if (!place.startsWith(`${folder}/`)) return
  const acts: Record<string, () => Promise<unknown>> = {
    file: async () => {
      await writeFile(place, `content of ${name}`, { flag: 'wx' })
      written.set(place.slice(folder.length + 1).toWellFormed(), `content of ${name}`.toWellFormed())
    },
    folder: () => mkdir(place),
    bytes: () => writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe])]), 'x'),
    'link in': () => symlink(folder, place),
    'link out': () => symlink(join(folder, '..', 'secret'), place),
    'link up': () => symlink('..', place),
    'link to nowhere': () => symlink('/no/such/place', place),
  }
  // What the file system refuses is not there.
  await mkdir(dirname(place), { recursive: true }).catch(() => undefined)
  await acts[kind]?.().catch(() => undefined)
}

async function uploaded(folder: string, linksOut: LinksOut, written: ReadonlyMap<string, string>): Promise<void> {
  const container = memoryContainer({ 'p/other': 'of others', out: 'of others' })
  const before = new Map(container.blobs)
  const prefix = 'p/out/'
  try {
    const files = await listLocalFiles(folder, linksOut)
    const signal = new AbortController().signal
    await uploadFiles({
      container,
      prefix,
      root: folder,
      files,
      replace: false,
      label: 'o',
      concurrency: 4,
      signal,
      log: silentLog,
    })
    for (const { path } of files)
      expect(contentIn(container, prefix + path)).toBe(await readFile(join(folder, path), 'utf8'))
    for (const [path, content] of written) expect(contentIn(container, prefix + path)).toBe(content)
    expect(container.blobs.size).toBe(before.size + files.length)
    if (linksOut === 'refuse')
      expect(files.map(({ path }) => contentIn(container, prefix + path))).not.toContain('outside')
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    expect(error.message).not.toMatch(/[\r\n]/)
    expect(container.blobs, 'refused before the first byte').toEqual(before)
  }
}

function contentIn({ blobs }: MemoryContainer, name: string): string | undefined {
  return blobs.get(name)?.content.toString()
}
