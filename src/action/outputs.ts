import * as core from '@actions/core'
import type { JobState } from '../azureml/index.ts'
import { combineFingerprints, type StagedInput } from '../datasets/index.ts'
import { registeredVersion, type Session, type SessionOutput, sessionFolder } from './session.ts'

/** Sets the outputs and variables that later steps read. No output holds the subscription id: the runner drops outputs with masked text. */
export function setStagedOutputs(session: Session): void {
  const { inputs, outputs, id } = session
  for (const [index, input] of inputs.entries()) {
    core.setOutput(`input-${index}`, input.path)
    core.setOutput(`input-${index}-version`, input.version)
    if (input.path) core.exportVariable(`AZURE_ML_INPUT_${input.dataName}`, input.path)
  }
  for (const [index, { dataset, folder }] of outputs.entries()) {
    core.setOutput(`output-${index}`, folder)
    core.exportVariable(`AZURE_ML_OUTPUT_${dataset.dataName}`, folder)
  }
  core.setOutput('input-datasets', JSON.stringify(inputs.map(({ path }) => path)))
  core.setOutput('output-datasets', JSON.stringify(outputs.map(({ folder }) => folder)))
  core.setOutput('datasets', datasetsJson(session))
  core.setOutput('fingerprint', inputs.length > 0 ? combineFingerprints(inputs) : '')
  core.setOutput('available', 'true')
  // A later step that only stages must not hide the outputs of an earlier one from publish/.
  if (outputs.length > 0) core.exportVariable('AZUREML_DATASETS_SESSION', sessionFolder(id))
}

/** What a step hands on that ran as an AzureML job: no folders, but all versions. */
export function setSubmittedOutputs(session: Session): void {
  for (const [index, input] of session.inputs.entries()) core.setOutput(`input-${index}-version`, input.version)
  setPublishedOutputs(session)
  core.setOutput('fingerprint', session.inputs.length > 0 ? combineFingerprints(session.inputs) : '')
  core.setOutput('available', 'true')
}

/** What the step `publish/` hands on. */
export function setPublishedOutputs(session: Session): void {
  for (const [index, output] of session.outputs.entries())
    core.setOutput(`output-${index}-version`, registeredVersion(output)?.version ?? '')
  core.setOutput('datasets', datasetsJson(session))
}

/** Which AzureML job ran, and how it ended. */
export function setJobOutputs({ name, status, studioUrl }: Pick<JobState, 'name' | 'status' | 'studioUrl'>): void {
  core.setOutput('azureml-job-name', name)
  core.setOutput('azureml-job-status', status)
  core.setOutput('azureml-job-url', studioUrl)
}

/** `on-missing-credentials: skip` skipped. */
export function setSkipped(): void {
  core.setOutput('available', 'false')
}

/** `{"inputs": {data-name: …}, "outputs": {data-name: …}}` */
function datasetsJson({ inputs, outputs }: Session): string {
  return JSON.stringify({
    inputs: Object.fromEntries(inputs.map((input) => [input.dataName, inputEntry(input)])),
    outputs: Object.fromEntries(outputs.map((output) => [output.dataset.dataName, outputEntry(output)])),
  })
}

function inputEntry({
  path,
  name,
  version,
  id,
  uri,
  fingerprint,
  fingerprintBasis,
  files,
  bytes,
  staged,
}: StagedInput) {
  return { path, name, version, id, uri, fingerprint, 'fingerprint-basis': fingerprintBasis, files, bytes, staged }
}

function outputEntry(output: SessionOutput) {
  const place = { path: output.folder, name: output.dataset.name }
  const registered = registeredVersion(output)
  if (!registered) return place
  const { version, id, uri, fingerprint, fingerprintBasis, files, bytes } = registered
  return { ...place, version, id, uri, fingerprint, 'fingerprint-basis': fingerprintBasis, files, bytes }
}
