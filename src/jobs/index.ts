/** Submitting a step as an AzureML job: the job file, what it names, following it, and its datasets. */
export type { CommandJob } from './command-job.ts'
export { endedStates, followJob, type JobEnd, requireCompleted } from './follow.ts'
export { checkJob, type RawJob, readJobFile } from './job-file.ts'
export type { LogOutput } from './log-tail.ts'
export { datasetsOf, prepareJob, submitJob, type WrittenOutput } from './submit.ts'
