import { actionLog } from './action-log.ts'
import { keepComment } from './comment.ts'
import type { Session } from './session.ts'
import { type Draft, failureOf, startDraft } from './step-report.ts'
import { renderReport, timeSpent, writeSummary } from './summary.ts'

/**
 * Does the work of a step and reports on it, however it ends: in the job summary, in the comment on the pull request, and in the last line of the
 * log. A step that has nothing to tell stays silent.
 */
export async function reporting(
  title: string,
  signal: AbortSignal,
  work: (draft: Draft) => Promise<void>,
): Promise<void> {
  const draft = startDraft(title, actionLog)
  try {
    await work(draft)
  } catch (error) {
    draft.change({ failure: failureOf(signal.aborted ? signal.reason : error) })
    throw error
  } finally {
    await tell(draft)
  }
}

async function tell(draft: Draft): Promise<void> {
  const report = draft.current()
  const markdown = renderReport(report, 'summary')
  if (markdown === '') return
  await writeSummary(markdown)
  await keepComment(report)
  actionLog.info(`${timeSpent(report)}.`)
}

/** Makes the report that of a step after the main step: it goes on where that one ended. */
export function tellAfterMain(draft: Draft, { inputs, outputs, warnings, comment }: Session): void {
  draft.change({ outputs, comment, earlier: { inputs: inputs.map((known) => ({ ...known, known })), warnings } })
}
