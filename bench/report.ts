import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { markdownTable } from 'markdown-table'
import { type Bar, type Row, titleOf } from './rows.ts'
import type { Runs } from './run-row.ts'
import type { Tool } from './tools.ts'

/** A row, and what came of it. */
export interface Result {
  readonly row: Row
  readonly runs: readonly Runs[]
  /** Seconds that the server alone needs, where that is known. */
  readonly limit: number | undefined
}

export interface Report {
  readonly results: readonly Result[]
  readonly tools: readonly Tool[]
  readonly skipped: readonly string[]
  readonly rounds: number
}

const megabyte = 1024 * 1024

/** Everything as Markdown: which machine, who was compared, the table of the bars, the details, what was skipped. */
export function render({ results, tools, skipped, rounds }: Report): string {
  const gigabytes = Math.round(os.totalmem() / megabyte / 1024)
  return [
    `Measured ${new Date().toISOString().slice(0, 10)} on ${os.cpus().length} cores (${os.cpus()[0]?.model}), ${gigabytes} GB, Linux ${os.release()}, Node ${process.version}. Clients and server share the cores. Medians of ${rounds} rounds, all tools in turn; in brackets the fastest and the slowest.`,
    bars(results, tools),
    details(results),
    `**Tools.** ${tools.map(({ name, about }) => `*${name}*: ${about}.`).join(' ')}`,
    `**Skipped.** ${skipped.length === 0 ? 'Nothing.' : `${skipped.join('; ')}.`}`,
  ].join('\n\n')
}

function bars(results: readonly Result[], tools: readonly Tool[]): string {
  const names = tools.map(({ name }) => name)
  const lines = results.map(({ row, runs, limit }) => [
    titleOf(row),
    ...names.map((name) => wall(runs.find(({ tool }) => tool === name))),
    limit === undefined ? '–' : `${limit.toFixed(2)} s`,
    row.bars.map((bar) => verdict(bar, runs)).join('; ') || '–',
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
  const lines = results.flatMap(({ row, runs }) =>
    runs.map((run) =>
      run.failure
        ? [titleOf(row), run.tool, `failed: ${run.failure.replaceAll('|', '¦')}`, '', '', '']
        : [
            titleOf(row),
            run.tool,
            `${median(run).toFixed(2)} s`,
            `${middle(run.rounds.map((round) => round.cpuSeconds)).toFixed(1)} s`,
            `${Math.round(middle(run.rounds.map((round) => round.peakBytes)) / megabyte)} MB`,
            run.requestsPerFile < 0.01 ? run.requestsPerFile.toExponential(1) : run.requestsPerFile.toFixed(2),
          ],
    ),
  )
  return markdownTable([['work', 'tool', 'wall', 'CPU', 'peak memory', 'requests a file'], ...lines])
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

const marks = ['<!-- bench: begin -->', '<!-- bench: end -->'] as const

/** Puts the report between its marks in docs/performance.md. */
export function writeReport(text: string): void {
  const file = path.resolve(import.meta.dirname, '../docs/performance.md')
  const page = readFileSync(file, 'utf8')
  const [before = '', rest = ''] = page.split(marks[0])
  const [, after = ''] = rest.split(marks[1])
  writeFileSync(file, `${before}${marks[0]}\n\n${text}\n\n${marks[1]}${after}`)
}
