import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { packBlobs } from '../../src/blobs/index.ts'
import { type MemoryBlob, type MemoryContainer, memoryContainer } from '../blobs/memory-container.ts'
import { patternAt } from './pattern.ts'

/** Pages as long as those of the service. */
const pageLength = 5000
const runFile = promisify(execFile)

/** Whether there is a program of that name that runs. */
export async function hasProgram(name: string): Promise<boolean> {
  return runFile(name, ['--version']).then(
    () => true,
    () => false,
  )
}

/** A word of a script, as it is. */
export const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** Runs a script of bash in a folder; gives what it prints, its complaints too. It fails where the script does. */
export async function runIn(folder: string, script: string): Promise<string> {
  // Not by `cwd`: Node waits for the new process to enter that folder, and we may be the one to answer it.
  const options = { env: { ...process.env, LC_ALL: 'C.UTF-8', HERE: folder }, maxBuffer: 2 ** 26, timeout: 60_000 }
  const lines = [
    'exec 2>&1',
    'cd "$HERE"',
    'export OUT=$(mktemp -d)',
    `trap 'chmod -R u+w "$OUT"; rm -rf "$OUT"' EXIT`,
    script,
  ]
  const run = runFile('bash', ['-euo', 'pipefail', '-c', lines.join('\n')], options)
  return run.then(
    ({ stdout }) => stdout,
    (error) => Promise.reject(new Error(`${script}\nended with ${error.code ?? error.signal}: ${error.stdout}`)),
  )
}

/** What lies in a folder on the disk, below `d/`. */
export async function containerOf(folder: string): Promise<MemoryContainer> {
  const container = withLongPages(memoryContainer())
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const place = join(entry.parentPath, entry.name)
    if (entry.isFile()) container.store(`d/${relative(folder, place)}`, await readFile(place))
  }
  return container
}

function withLongPages(container: MemoryContainer): MemoryContainer {
  const { listPage } = container
  container.listPage = (request) => listPage({ ...request, most: pageLength })
  return container
}

/** The same files in a container, below `d/`, and in a folder on the disk, where nobody may write them either. */
export async function twinsOf(files: Readonly<Record<string, string | Buffer>>) {
  const container = withLongPages(memoryContainer())
  for (const [path, content] of Object.entries(files)) container.store(`d/${path}`, content)
  const disk = await realpath(await mkdtemp(join(tmpdir(), 'disk-')))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(disk, dirname(path)), { recursive: true })
    await writeFile(join(disk, path), content)
  }
  const time = (container.blobs.values().next().value?.lastModified ?? 0) / 1000
  for (const entry of await readdir(disk, { recursive: true, withFileTypes: true })) {
    const place = join(entry.parentPath, entry.name)
    await chmod(place, entry.isDirectory() ? 0o555 : 0o444)
    await utimes(place, time, time)
  }
  await chmod(disk, 0o555)
  await utimes(disk, time, time)
  const remove = async () => {
    await runFile('chmod', ['-R', 'u+w', disk])
    await rm(disk, { recursive: true })
  }
  return { container, disk, remove }
}

/** A container of files with a pattern, of these sizes, however large they are: what is read of them is made then. */
export function patternContainer(sizes: Readonly<Record<string, number>>): MemoryContainer {
  const container = memoryContainer()
  const content = Buffer.alloc(0)
  for (const [name, size] of Object.entries(sizes)) {
    const blob: MemoryBlob = { name, size, etag: '0x1', md5: undefined, lastModified: 0, tier: 'Hot', content }
    container.blobs.set(name, blob)
  }
  const entries = [...container.blobs.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  container.listPage = async ({ prefix }) => ({
    blobs: packBlobs(entries.filter(({ name }) => name.startsWith(prefix))),
    folders: [],
    marker: undefined,
  })
  container.read = async (request) => {
    const { name, offset, length, signal, onBytes } = request
    container.reads.push(name)
    await container.beforeRead(request)
    signal.throwIfAborted()
    for (let done = 0; done < length; done += piece)
      onBytes(patternAt(name, offset + done, Math.min(piece, length - done)))
  }
  return container
}

/** Bytes that come at a time: as many as from a socket of TLS, and no divisor of anything. */
const piece = 16_380
