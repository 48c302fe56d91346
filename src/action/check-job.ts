import { findCompute } from '../azureml/index.ts'
import type { DatasetContext } from '../datasets/index.ts'
import { listed, quoted } from '../report/index.ts'
import type { Found } from './findings.ts'
import { type JobInputs, readJobInputs } from './job-inputs.ts'

/** Whether the job file and the inputs describe a job that can be submitted. */
export async function checkJobFile(checkout: string): Promise<Found<JobInputs>> {
  const value = await readJobInputs(checkout)
  const [firstLine = ''] = value.job.command.trim().split('\n', 1)
  return { state: 'ok', says: `runs ${quoted(firstLine)}`, value }
}

/** Whether the job's compute is there. What is no name of the workspace's, only submitting tells. */
export async function checkCompute({ workspace }: DatasetContext, { job }: JobInputs): Promise<Found> {
  const name = job.compute?.replace(/^azureml:/, '')
  if (name === undefined || name === 'serverless')
    return { state: 'info', says: 'serverless: only submitting tells whether there is quota' }
  if (name.startsWith('/'))
    return { state: 'unknown', says: `${quoted(name)} is no name of this workspace; only submitting tells` }
  const { compute, others } = await findCompute(workspace, name)
  if (compute) return { state: 'ok', says: `${quoted(name)} (${compute})` }
  return {
    state: 'missing',
    says: `there is no compute ${quoted(name)} in the workspace`,
    fix: others.length > 0 ? `one of ${listed(others)}` : 'create one, or leave out compute',
  }
}
