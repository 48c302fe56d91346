import * as core from '@actions/core'
import { formatSeconds, messageOf } from '../report/index.ts'
import { actionLog } from './action-log.ts'
import { boundedTable, code, link, sentence } from './markdown.ts'
import type { StepReport } from './step-report.ts'
import { changedFoldersTable, changesTable, inputsTable, openedLine, outputsTable } from './summary-tables.ts'

/** The most bytes of each part, so that a whole report has less than 60,000: the runner refuses more than 1 MiB a step, a comment 65,536 characters. */
const room = {
  failure: 5000,
  note: 700,
  notes: 3,
  warning: 800,
  warnings: 6,
  inputs: 20_000,
  outputs: 9000,
  changes: 6000,
}

/** Where a report is shown. In a comment nothing is masked by the runner, so it holds no ids of Azure: no links to the studio, no GUIDs. */
export type Place = 'summary' | 'comment'

/** The report as Markdown of at most 60,000 bytes; empty where there is nothing to tell. */
export function renderReport(report: StepReport, place: Place): string {
  const { notes, warnings, outputs } = report
  const parts = [
    failureBox(report),
    ...bounded(notes, room.notes, 'notes').map((note) => sentence(note, room.note)),
    boundedTable(inputsTable(report, place), room.inputs),
    openedLine(outputs),
    boundedTable(outputsTable(outputs, place), room.outputs),
    boundedTable(changesTable(outputs), room.changes),
    changedFoldersTable(outputs, room.changes),
    bounded(warnings, room.warnings, 'warnings')
      .map((warning) => `- ⚠️ ${sentence(warning, room.warning)}`)
      .join('\n'),
  ].filter((part) => part !== '')
  if (parts.length === 0) return ''
  const markdown = [`### ${report.title}`, ...parts, `<sub>${timeSpent(report)}</sub>`].join('\n\n')
  return place === 'comment' ? withoutIds(markdown) : markdown
}

/** `Took 12.3 s: sign in 1.2 s (10 %), download 11.1 s (90 %)` */
export function timeSpent({ phases }: StepReport): string {
  const total = phases.reduce((sum, { seconds }) => sum + seconds, 0)
  const worthwhile = phases.filter(({ seconds }) => seconds >= 0.05)
  const shares = worthwhile.map(
    ({ name, seconds }) => `${name} ${formatSeconds(seconds)} (${Math.round((100 * seconds) / total)} %)`,
  )
  return `Took ${formatSeconds(total)}${shares.length > 0 ? `: ${shares.join(', ')}` : ''}`
}

/** Adds Markdown to the job summary. One that cannot be written is no reason to fail a step that has done its work. */
export async function writeSummary(markdown: string): Promise<void> {
  try {
    await core.summary.addRaw(`${markdown}\n\n`).write()
  } catch (error) {
    actionLog.info(`The job summary could not be written: ${messageOf(error)}`)
  }
}

/** `explainFailure` puts the code and the address of its explanation last. */
function failureBox({ failure }: StepReport): string {
  if (!failure) return ''
  const [, message = failure.message, name = '', url = ''] =
    /^(.*) \[([a-z0-9-]+)\] (\S+)$/s.exec(failure.message) ?? []
  const explanation = name === '' ? '' : ` ${link(code(name), url)}`
  return `> [!${failure.isCancelled ? 'WARNING' : 'CAUTION'}]\n> ${sentence(message, room.failure)}${explanation}`
}

function bounded(texts: readonly string[], most: number, noun: string): readonly string[] {
  if (texts.length <= most) return texts
  return [...texts.slice(0, most), `${(texts.length - most).toLocaleString('en-US')} more ${noun} are in the log.`]
}

function withoutIds(markdown: string): string {
  return markdown.replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '•••')
}
