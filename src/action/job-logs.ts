import { randomBytes } from 'node:crypto'
import * as core from '@actions/core'
import type { LogOutput } from '../jobs/index.ts'

/** How many of the last lines are shown once more when a job fails. */
const mostKept = 50

/**
 * Shows the logs of a job in groups of the step's log, between marks that take the power from commands in them: for as long as lines are written,
 * and no longer, since between two looks secrets are masked by commands of ours.
 */
export function showJobLogs(): LogOutput & { readonly lastLines: readonly string[] } {
  const lastLines: string[] = []
  return {
    lastLines,
    begin: (name) => core.startGroup(`Log of the job: ${name}`),
    lines: (texts) => {
      const mark = `job-log-${randomBytes(12).toString('hex')}`
      process.stdout.write(`::stop-commands::${mark}\n${texts.join('\n')}\n::${mark}::\n`)
      lastLines.push(...texts.slice(-mostKept))
      lastLines.splice(0, lastLines.length - mostKept)
    },
    end: () => core.endGroup(),
  }
}
