import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { type Measured, measure } from './measure.ts'
import type { Row } from './rows.ts'
import type { BenchServer } from './server.ts'
import type { Tool, Work } from './tools.ts'

/** What a tool took for a row, in each round. */
export interface Runs {
  readonly tool: string
  readonly rounds: readonly Measured[]
  readonly requestsPerFile: number
  /** What else is to be known of the last round. */
  readonly notes?: string
  /** Why there are no rounds. */
  readonly failure: string | undefined
}

/** Where a row runs. */
export interface Stage {
  readonly server: BenchServer
  /** Lets every client trust the server. */
  readonly environment: Readonly<Record<string, string>>
  /** What the server serves. */
  readonly root: string
  /** An empty folder on the row's disk. */
  readonly place: string
}

/**
 * Runs a row: all tools in turn, then all again, so that what else the machine does hits all alike. Each round begins with another tool: the first
 * to use memory that the machine had given back waits for it.
 */
export async function runRow(row: Row, tools: readonly Tool[], stage: Stage, rounds: number): Promise<Runs[]> {
  const runs = tools.map((tool) => ({
    tool: tool.name,
    rounds: [] as Measured[],
    requestsPerFile: 0,
    failure: undefined as string | undefined,
  }))
  for (let round = 0; round < rounds; round += 1) {
    for (const turn of tools.keys()) {
      const index = (turn + round) % tools.length
      const [tool, run] = [tools[index], runs[index]]
      if (!tool || !run) continue
      // A second run finds what its own first run left, and nothing else.
      const place = row.kind === 'second run' ? path.join(stage.place, String(index)) : stage.place
      const work = workOf(row, { ...stage, place }, `up-${round}-${index}`)
      const command = tool.command(work)
      if (run.failure || !command || row.without?.includes(tool.name)) continue
      try {
        if (row.kind !== 'second run') empty(work)
        else if (round === 0) await measure(command, { ...tool.environment, ...stage.environment })
        const before = stage.server.requests()
        run.rounds.push(await measure(command, { ...tool.environment, ...stage.environment }))
        run.requestsPerFile = (stage.server.requests() - before) / row.dataset.files
        if (work.kind === 'download') checkFolder(row, stage, work.place, round === 0)
      } catch (error) {
        run.failure = String(error).trim().split('\n').slice(-3).join(' ').slice(-300)
      }
    }
  }
  return runs.filter((run) => run.rounds.length > 0 || run.failure)
}

function workOf({ kind, dataset, scheme, latency }: Row, { server, root, place }: Stage, fresh: string): Work {
  const shared = { scheme, url: server.urlOf(scheme, latency), isLarge: dataset.size > 1024 * 1024 }
  if (kind === 'upload') return { ...shared, kind, folder: fresh, place: path.join(root, 'account/box', dataset.name) }
  return {
    ...shared,
    kind: kind === 'second run' ? 'download' : kind,
    folder: dataset.name,
    place: path.join(place, 'data'),
  }
}

function empty({ kind, place }: Work): void {
  if (kind !== 'download') return
  for (const entry of readdirSync(path.dirname(place)))
    rmSync(path.join(path.dirname(place), entry), { recursive: true })
}

/** @throws Error where not all files are there with their sizes or, if asked for, with their content */
function checkFolder({ dataset }: Row, { root }: Stage, place: string, byContent: boolean): void {
  const files = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const wrong = files.filter(({ parentPath, name }) => statSync(path.join(parentPath, name)).size !== dataset.size)
  if (files.length !== dataset.files || wrong.length > 0)
    throw new Error(`${files.length} of ${dataset.files} files are there, ${wrong.length} of another size`)
  if (!byContent) return
  const md5 = (file: string) => createHash('md5').update(readFileSync(file)).digest('hex')
  for (const { parentPath, name } of files) {
    if (md5(path.join(parentPath, name)) !== md5(path.join(root, 'account/box', dataset.name, name)))
      throw new Error(`${name} has another content`)
  }
}
