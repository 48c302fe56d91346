import { cloudOf } from '../azureml/index.ts'
import type { DatasetContext } from '../datasets/index.ts'
import { actionLog as log } from './action-log.ts'
import { checkClock, checkIdToken, checkSignIn, checkToken, checkWorkspace, signsInByOidc } from './check-azure.ts'
import { checkComment } from './check-comment.ts'
import { checkDatasets } from './check-datasets.ts'
import { checkCompute, checkJobFile } from './check-job.ts'
import { checkMounting } from './check-mounting.ts'
import { checkDisk, checkEvent, checkRunner, checkTargetFolders, withoutLocalFolders } from './check-runner.ts'
import { writeCheckSummary } from './check-summary.ts'
import { type Examination, examine, needing, verdictOf } from './findings.ts'
import type { ActionInputs } from './inputs.ts'
import { checkoutFolder } from './places.ts'

/**
 * `check: true`: says of everything that a step with these inputs needs whether it is there, one line each, and what to do where it is not. It
 * makes nothing, neither in Azure nor on this machine.
 * @throws UserError where something is missing
 */
export async function checkSetup(inputs: ActionInputs, signal: AbortSignal): Promise<void> {
  const examination: Examination = { findings: [], signal, log }
  const remote = await checkMachine(examination, inputs)
  const remains = remote.inputDatasets.length + remote.outputDatasets.length > 0
  const job = inputs.submitToAzureml
    ? await examine(examination, 'job', () => checkJobFile(checkoutFolder()))
    : undefined
  if (remains || inputs.submitToAzureml || inputs.inputDatasets.length === 0) {
    const context = await checkConnection(examination, inputs)
    if (job)
      await examine(
        examination,
        'compute',
        needing('the workspace', context, (found) => checkCompute(found, job)),
      )
    await checkDatasets(examination, context, remote)
  }
  await writeCheckSummary(examination.findings)
  log.info(verdictOf(examination.findings))
}

/** What has nothing to do with Azure. Returns the inputs with those datasets that will ask for Azure: not those whose `local-folder` exists. */
async function checkMachine(examination: Examination, inputs: ActionInputs): Promise<ActionInputs> {
  await examine(examination, 'runner', checkRunner)
  await examine(examination, 'event', () => checkEvent(inputs))
  if (inputs.pullRequestComment) await examine(examination, 'comment', checkComment)
  await examine(examination, 'disk', checkDisk)
  // In a job, AzureML mounts, and knows no folders of the runner.
  if (inputs.submitToAzureml) return inputs
  const isMountRequired = [...inputs.inputDatasets, ...inputs.outputDatasets].some(
    ({ useMounting }) => useMounting === 'true',
  )
  await examine(examination, 'mounting', () => checkMounting(isMountRequired, examination.signal))
  const inputDatasets = await withoutLocalFolders(examination, inputs.inputDatasets)
  const outputDatasets = inputs.resolveOnly ? [] : inputs.outputDatasets
  const remote = { ...inputs, inputDatasets, outputDatasets }
  if (!inputs.resolveOnly) await checkTargetFolders(examination, remote)
  return remote
}

/** From the clock to the workspace. */
async function checkConnection(examination: Examination, inputs: ActionInputs): Promise<DatasetContext | undefined> {
  const { signal } = examination
  const cloud = cloudOf(inputs.cloud, inputs.resourceManagerUrl, inputs.authorityHost)
  await examine(examination, 'clock', () => checkClock(cloud, signal))
  if (signsInByOidc(inputs)) await examine(examination, 'id token', () => checkIdToken(cloud))
  const identity = await examine(examination, 'sign-in', () => checkSignIn(inputs))
  for (const service of ['management', 'storage', 'ml'] as const) {
    const check = needing('the sign-in', identity, (found) => checkToken(found, cloud, service, signal))
    await examine(examination, `${service} token`, check)
  }
  const check = needing('the sign-in', identity, (found) => checkWorkspace(inputs, found, signal))
  return examine(examination, 'workspace', check)
}
