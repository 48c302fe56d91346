import * as core from '@actions/core'
import { UserError } from '../report/index.ts'
import { requireSoundMounts } from './mounting.ts'
import { setPublishedOutputs } from './outputs.ts'
import { hasUnpublished, publishSession } from './publishing.ts'
import { reporting, tellAfterMain } from './reporting.ts'
import { loadSession } from './session.ts'
import { runStep } from './step.ts'
import type { Draft } from './step-report.ts'

/** The step `publish/`: publishes, in the middle of a job, what an earlier step opened, and hands on the versions. */
export async function runPublish(): Promise<void> {
  await runStep((signal) => reporting('AzureML outputs', signal, (draft) => publish(draft, signal)))
}

async function publish(draft: Draft, signal: AbortSignal): Promise<void> {
  const folder = core.getInput('session') || process.env.AZUREML_DATASETS_SESSION || ''
  const session = folder === '' ? undefined : await loadSession(folder)
  if (session?.state !== 'ready' || session.outputs.length === 0) {
    throw new UserError(
      'no-session',
      'There is nothing to publish: no earlier step of this job opened output datasets with "uses: your-org/azureml-datasets@v1", or that step did not succeed.',
    )
  }
  if (!hasUnpublished(session)) return setPublishedOutputs(session)
  tellAfterMain(draft, session)
  await requireSoundMounts(session)
  setPublishedOutputs(await publishSession(session, draft, signal))
}
