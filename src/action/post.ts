import { basename } from 'node:path'
import * as core from '@actions/core'
import { askDaemon } from '../mount/index.ts'
import { messageOf, UserError } from '../report/index.ts'
import { requireSoundMounts, tellHolders } from './mounting.ts'
import { removeSent, tellLeftBehind } from './mounting-outputs.ts'
import { endProcess } from './processes.ts'
import { hasUnpublished, publishSession, reconnect } from './publishing.ts'
import { reporting, tellAfterMain } from './reporting.ts'
import { loadSession, removeSession, type Session, sessionFolder, undo, unmountAll } from './session.ts'
import { runStep } from './step.ts'
import type { Draft } from './step-report.ts'
import { makeSureOfCancel } from './submitting.ts'

/** The post step: undoes what a killed main step left, or publishes what the job wrote. */
export async function runPost(): Promise<void> {
  await runStep(async (signal) => {
    const folder = core.getState('session')
    if (folder === '') return // main failed before it began anything
    const session = await loadSession(folder)
    // Main failed and tidied up itself, or was killed before it had written anything down.
    if (!session) return removeSession({ id: basename(folder) })
    // In a job container, the runner's signals reach only the docker client.
    await endProcess(session.main)
    try {
      await reporting('AzureML outputs', signal, (draft) => finish(session, draft, signal))
    } finally {
      // What was published meanwhile is in the session.
      const last = (await loadSession(folder).catch(() => undefined)) ?? session
      const status = await unmountAll(last)
      tellHolders(status)
      tellLeftBehind(last, status)
      await removeSession(session)
    }
  })
}

async function finish(session: Session, draft: Draft, signal: AbortSignal): Promise<void> {
  if (session.state !== 'ready') {
    tellAfterMain(draft, session)
    await undo(session)
    if (session.azuremlJob !== undefined)
      await makeSureOfCancel(await reconnect(session, draft, signal), session.azuremlJob)
    return note(
      draft,
      'The first step of this action did not get to its end: what it had begun was removed, and nothing is published.',
    )
  }
  try {
    // What was made of incomplete inputs is not published.
    await requireSoundMounts(session)
  } catch (error) {
    await removeLost(session, draft, signal)
    throw error
  }
  if (!hasUnpublished(session) || session.policy.uploadOutputs === 'never') return
  tellAfterMain(draft, session)
  if (wantsPublishing(session, core.getInput('job-status'), draft)) await publishSession(session, draft, signal)
}

/** Whether outputs are to be published, as the job went. */
function wantsPublishing({ policy, outputs }: Session, jobStatus: string, draft: Draft): boolean {
  const names = outputs.map(({ dataset }) => dataset.name).join(', ')
  if (jobStatus === 'success' || (jobStatus === 'failure' && policy.uploadOutputs === 'always')) return true
  if (jobStatus === 'failure' || jobStatus === 'cancelled') {
    note(draft, `Not published, as the job was ${jobStatus === 'failure' ? 'not successful' : 'cancelled'}: ${names}.`)
    return false
  }
  throw new UserError(
    'job-status-unknown',
    `Not published: ${names}. The post step cannot see how the job went, as in composite actions. Add a step "uses: your-org/azureml-datasets/publish@v1" after the one that writes the output.`,
  )
}

/** What a daemon had sent that has ended cannot be deleted by it any more. */
async function removeLost(session: Session, draft: Draft, signal: AbortSignal): Promise<void> {
  const outputs = session.outputs.filter(({ mounted, published }) => mounted && published === undefined)
  if (outputs.length === 0 || (await askDaemon(sessionFolder(session.id), { ask: 'status' }))) return
  try {
    const context = await reconnect(session, draft, signal)
    for (const { dataset, mounted } of outputs) if (mounted) await removeSent(context, dataset, mounted)
  } catch (error) {
    draft.log.warning(`What the mounted outputs had sent could not be deleted: ${messageOf(error)}`)
  }
}

function note({ log, change }: Draft, text: string): void {
  log.info(text)
  change({ notes: [text] })
}
