import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Measured, measure } from './measure.ts'
import { orKilled, unmount, untilItAnswers, usageOf } from './run-mounted.ts'
import type { Runs, Stage } from './run-row.ts'
import { disk, type WrittenRow } from './written-rows.ts'

/** What a script writes through, or to. */
export interface WriteTool {
  readonly name: string
  /** Version and flags. */
  readonly about: string
  /** @param folders where the output is, and where its files may lie meanwhile; both are on the disk */
  run(row: WrittenRow, folders: Folders, stage: Stage): Promise<Written>
}

interface Folders {
  readonly place: string
  readonly cache: string
}

/** What the script took, and what it took until all was in the store. */
interface Written {
  readonly script: Measured
  readonly published: Measured
  readonly notes: string
}

const here = import.meta.dirname
/** Milliseconds until a mount answers, and until all is in the store. */
const patience = { start: 15_000, all: 600_000 } as const
const pollInterval = 20

const writer = ({ dataset: { files, size }, pause }: WrittenRow, place: string) =>
  measure([process.execPath, path.join(here, 'writer.js'), place, ...[files, size, pause].map(String)], {})

const ours: WriteTool = {
  name: 'ours',
  about: 'this repository',
  run: (row, { place, cache }, stage) => {
    const url = stage.server.urlOf(row.scheme, row.latency)
    const command = [process.execPath, path.join(here, 'write-client.js'), url, row.dataset.name, place, cache]
    return throughMount(row, place, command, stage, async (child) => {
      const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
      child.kill('SIGUSR2')
      for await (const line of lines) {
        if (line === `sealed ${row.dataset.files}`) return
        throw new Error(line)
      }
    })
  },
}

const rcloneFlags = [
  ...['--vfs-cache-mode', 'writes', '--vfs-write-back', '0s', '--transfers', '32', '--dir-cache-time', '1h'],
  ...['--azureblob-upload-concurrency', '16', '--azureblob-chunk-size', '8M', '--no-modtime', '--buffer-size', '0'],
]
const control = '127.0.0.1:28572'

function rclone(version: string): WriteTool {
  return {
    name: 'rclone',
    about: `${version} mount ${rcloneFlags.join(' ')}`,
    run: (row, { place, cache }, stage) => {
      const url = stage.server.urlOf(row.scheme, row.latency)
      const remote = `:azureblob,sas_url="${url}?sv=2023-11-03&sig=AAAA":box/${row.dataset.name}`
      const flags = ['--config', '/dev/null', '--log-level', 'ERROR', '--cache-dir', cache]
      const remoteControl = ['--rc', '--rc-no-auth', '--rc-addr', control]
      const command = ['rclone', 'mount', remote, place, ...flags, ...remoteControl, ...rcloneFlags]
      return throughMount(row, place, command, stage, async () => {
        for (;;) {
          const { diskCache } = JSON.parse(
            execFileSync('rclone', ['rc', '--rc-addr', control, 'vfs/stats'], { stdio: 'pipe' }).toString(),
          )
          if (diskCache.erroredFiles > 0) throw new Error(`${diskCache.erroredFiles} files failed`)
          if (diskCache.uploadsInProgress + diskCache.uploadsQueued === 0) return
          await sleep(pollInterval)
        }
      })
    },
  }
}

const onDisk: WriteTool = {
  ...disk,
  run: async (row, { place }, { server, environment }) => {
    const script = await writer(row, place)
    const url = server.urlOf(row.scheme, row.latency)
    const command = [process.execPath, path.join(here, 'client.js'), 'upload', url, row.dataset.name, place]
    const upload = await measure(command, environment)
    const published = {
      ...upload,
      seconds: script.seconds + upload.seconds,
      cpuSeconds: script.cpuSeconds + upload.cpuSeconds,
    }
    return { script, published, notes: `the upload alone ${upload.seconds.toFixed(2)} s` }
  },
}

/** All that are on this machine. */
export function writeTools(): WriteTool[] {
  try {
    const [version = ''] = execFileSync('rclone', ['version'], { stdio: 'pipe' }).toString().split('\n')
    return [ours, onDisk, rclone(version)]
  } catch {
    return [ours, onDisk]
  }
}

/** @param publish resolves when all that was written is in the store */
async function throughMount(
  row: WrittenRow,
  place: string,
  [program = '', ...args]: readonly string[],
  { environment }: Stage,
  publish: (child: ChildProcess) => Promise<void>,
): Promise<Written> {
  const { dev } = await stat(place)
  const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await orKilled(child, patience.start, untilItAnswers(child, place, dev))
    const start = performance.now()
    const script = await orKilled(child, patience.all, writer(row, place))
    await orKilled(child, patience.all, publish(child))
    const seconds = (performance.now() - start) / 1000
    const mount = usageOf(child.pid ?? 0)
    const published = { ...mount, seconds, cpuSeconds: mount.cpuSeconds + script.cpuSeconds, output: '' }
    return {
      script,
      published,
      notes: `CPU of the mount ${mount.cpuSeconds.toFixed(1)} s`,
    }
  } finally {
    await unmount(child, place)
  }
}

/** Runs a row as other rows are run: all tools in turn. Gives what the scripts took, and what it took until all was in the store. */
export async function runWrittenRow(
  row: WrittenRow,
  tools: readonly WriteTool[],
  stage: Stage,
  rounds: number,
): Promise<{ readonly script: Runs[]; readonly published: Runs[] }> {
  const runs = tools.map(({ name }) => ({
    name,
    script: [] as Measured[],
    published: [] as Measured[],
    ...{ requests: 0, notes: '', failure: undefined as string | undefined },
  }))
  for (let round = 0; round < rounds; round += 1) {
    for (const turn of tools.keys()) {
      const index = (turn + round) % tools.length
      const [tool, run] = [tools[index], runs[index]]
      if (!tool || !run || run.failure) continue
      const folders = { place: path.join(stage.place, 'place'), cache: path.join(stage.place, 'cache') }
      rmSync(stage.place, { recursive: true, force: true })
      for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true })
      execFileSync('sync') // what one leaves to be written to the disk must not hold up the next
      try {
        const before = stage.server.requests()
        const { script, published, notes } = await tool.run(row, folders, stage)
        run.script.push(script)
        run.published.push(published)
        run.requests = (stage.server.requests() - before) / row.dataset.files
        run.notes = notes
      } catch (error) {
        run.failure = String(error).trim().split('\n').slice(-3).join(' ').slice(-300)
      }
    }
  }
  const part = (which: 'script' | 'published') =>
    runs.map(({ name, requests, notes, failure, ...rounds }) => ({
      ...{ tool: name, rounds: rounds[which], requestsPerFile: which === 'script' ? 0 : requests },
      ...{ notes: which === 'script' ? '' : notes, failure },
    }))
  return { script: part('script'), published: part('published') }
}
