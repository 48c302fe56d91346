import { type Finding, signOf } from './findings.ts'
import { boundedTable, sentence } from './markdown.ts'
import { writeSummary } from './summary.ts'

/** The most bytes of the table, and of a cell in it. */
const room = { table: 50_000, cell: 2000 }

/** Adds what the doctor found to the job summary. */
export async function writeCheckSummary(findings: readonly Finding[]): Promise<void> {
  const rows = findings.map((finding) => () => {
    const { subject, says, fix } = finding
    const found = fix === undefined ? says : `${says}. Fix: ${fix}`
    return [signOf(finding), sentence(subject, room.cell), sentence(found, room.cell)]
  })
  const table = boundedTable({ head: ['', 'Check', 'Found'], rows, noun: 'check' }, room.table)
  await writeSummary(`### AzureML datasets: check of the setup\n\n${table}`)
}
