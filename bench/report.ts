import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { markdownTable } from 'markdown-table'
import type { Bar } from './rows.ts'
import type { Runs } from './run-row.ts'

/** A row, and what came of it. */
export interface Result {
  readonly title: string
  readonly bars: readonly Bar[]
  readonly runs: readonly Runs[]
  /** Seconds that the server alone needs, where that is known. */
  readonly limit: number | undefined
}

export interface Report {
  readonly results: readonly Result[]
  /** In this order; who did nothing is left out. */
  readonly tools: readonly { readonly name: string; readonly about: string }[]
  readonly skipped: readonly string[]
  readonly rounds: number
}

const megabyte = 1024 * 1024

/** Everything as Markdown: which machine, who was compared, the table of the bars, the details, what was skipped. */
export function render({ results, tools: all, skipped, rounds }: Report): string {
  const tools = all.filter(({ name }) => results.some(({ runs }) => runs.some(({ tool }) => tool === name)))
  return [
    `${machine(rounds)} In brackets the fastest and the slowest.`,
    table(results, [...new Set(tools.map(({ name }) => name))]),
    details(results),
    `**Tools.** ${tools.map(({ name, about }) => `*${name}*: ${about}.`).join(' ')}`,
    `**Skipped.** ${skipped.length === 0 ? 'Nothing.' : `${skipped.join('; ')}.`}`,
  ].join('\n\n')
}

/** Where and how it was measured. */
export function machine(rounds: number): string {
  const gigabytes = Math.round(os.totalmem() / megabyte / 1024)
  return `Measured ${new Date().toISOString().slice(0, 10)} on ${os.cpus().length} cores (${os.cpus()[0]?.model}), ${gigabytes} GB, Linux ${os.release()}, Node ${process.version}. Clients and server share the cores. Medians of ${rounds} rounds, all tools in turn.`
}

function table(results: readonly Result[], names: readonly string[]): string {
  const lines = results.map(({ title, bars, runs, limit }) => [
    title,
    ...names.map((name) => wall(runs.find(({ tool }) => tool === name))),
    limit === undefined ? '–' : `${limit.toFixed(2)} s`,
    bars.map((bar) => verdict(bar, runs)).join('; ') || '–',
  ])
  return markdownTable([['work', ...names, 'server alone', 'bar'], ...lines])
}

function wall(runs: Runs | undefined): string {
  if (!runs) return '–'
  if (runs.failure) return 'failed'
  const seconds = runs.rounds.map((round) => round.seconds).sort((a, b) => a - b)
  return `${median(runs).toFixed(2)} s (${seconds[0]?.toFixed(2)}–${seconds.at(-1)?.toFixed(2)})`
}

function median({ rounds }: Runs): number {
  const sorted = rounds.map((round) => round.seconds).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** `2.1 × azcopy ≥ 1.5: ok`. A bar with several tools is about the fastest of them. */
function verdict({ ratio, than }: Bar, runs: readonly Runs[]): string {
  const mine = runs.find(({ tool }) => tool === 'ours')
  const [fastest] = runs
    .filter(({ tool, failure }) => than.includes(tool) && !failure)
    .sort((a, b) => median(a) - median(b))
  if (!mine || mine.failure || !fastest) return `≥ ${ratio} × ${than.join(', ')}: nothing to compare with`
  const reached = median(fastest) / median(mine)
  return `${reached.toFixed(2)} × ${fastest.tool} ≥ ${ratio}: ${reached >= ratio ? 'ok' : '**missed**'}`
}

function details(results: readonly Result[]): string {
  const lines = results.flatMap(({ title, runs }) =>
    runs.map((run) =>
      run.failure
        ? [title, run.tool, `failed: ${run.failure.replaceAll('|', '¦')}`, '', '', '', '']
        : [
            title,
            run.tool,
            `${median(run).toFixed(2)} s`,
            `${middle(run.rounds.map((round) => round.cpuSeconds)).toFixed(1)} s`,
            `${Math.round(middle(run.rounds.map((round) => round.peakBytes)) / megabyte)} MB`,
            run.requestsPerFile < 0.01 ? run.requestsPerFile.toExponential(1) : run.requestsPerFile.toFixed(2),
            run.notes ?? '',
          ],
    ),
  )
  return markdownTable([['work', 'tool', 'wall', 'CPU', 'peak memory', 'requests a file', 'the last round'], ...lines])
}

export function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Puts a report between the marks of that name in docs/performance.md. */
export function writeBetween(name: string, text: string): void {
  const marks = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`] as const
  const file = path.resolve(import.meta.dirname, '../docs/performance.md')
  const page = readFileSync(file, 'utf8')
  const [before = '', rest = ''] = page.split(marks[0])
  const [, after = ''] = rest.split(marks[1])
  writeFileSync(file, `${before}${marks[0]}\n\n${text}\n\n${marks[1]}${after}`)
}
