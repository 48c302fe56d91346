import { type Finding, signOf } from './findings.ts'
import { cell, table, write } from './summary.ts'

/** Adds what the doctor found to the job summary. */
export async function writeCheckSummary(findings: readonly Finding[]): Promise<void> {
  const rows = findings.map((finding) => {
    const { subject, says, fix } = finding
    return [signOf(finding), cell(subject), cell(fix === undefined ? says : `${says}. Fix: ${fix}`)]
  })
  await write('AzureML datasets: check of the setup', [table(['', 'Check', 'Found'], rows)])
}
