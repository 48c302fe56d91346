import * as core from '@actions/core'
import { cloudNames, type SignInSettings, type WorkspaceName } from '../azureml/index.ts'
import {
  checkTags,
  type IfNoFilesFound,
  type InputDataset,
  type OutputDataset,
  parseInputDatasets,
  parseOutputDatasets,
} from '../datasets/index.ts'
import { UserError } from '../report/index.ts'

export type UploadOutputs = 'on-success' | 'always' | 'never'

/** The inputs of the action, read once. Empty texts are inputs that were not given. */
export interface ActionInputs {
  readonly workspace: WorkspaceName
  readonly workspaceConfig: string
  readonly signIn: SignInSettings
  readonly cloud: string
  readonly resourceManagerUrl: string
  readonly authorityHost: string
  readonly onMissingCredentials: 'fail' | 'skip'
  readonly defaultDatastore: string
  readonly inputDatasets: readonly InputDataset[]
  readonly outputDatasets: readonly OutputDataset[]
  readonly resolveOnly: boolean
  readonly uploadOutputs: UploadOutputs
  readonly ifNoFilesFound: IfNoFilesFound
  /** Most requests in flight; undefined for as many as it pays. */
  readonly concurrency: number | undefined
  /** Only look whether all is there that a step with these inputs needs. */
  readonly check: boolean
  readonly pullRequestComment: boolean
  /** Run as an AzureML job instead of staging here. */
  readonly submitToAzureml: boolean
  readonly waitForCompletion: boolean
  /** Name of a job to wait for; empty for none. */
  readonly attachTo: string
  readonly supersede: boolean
}

/** @throws UserError for values that make no sense */
export function readInputs(): ActionInputs {
  const useMounting = choice('use-mounting', ['auto', 'true', 'false'])
  const inputDatasets = parseInputDatasets(core.getInput('input-datasets')).map((dataset) => ({
    ...dataset,
    useMounting: dataset.useMounting ?? useMounting,
  }))
  const outputDatasets = parseOutputDatasets(core.getInput('output-datasets'))
  const check = flag('check')
  const submitToAzureml = flag('submit-to-azureml')
  const attachTo = core.getInput('attach-to')
  const needsDataset = !check && !submitToAzureml && attachTo === ''
  if (inputDatasets.length === 0 && outputDatasets.length === 0 && needsDataset) {
    throw new UserError(
      'bad-input',
      'Neither input-datasets nor output-datasets names a dataset, so there is nothing to do.',
    )
  }
  for (const { name, tags } of outputDatasets) checkTags(name, tags)
  return {
    workspace: {
      workspace: core.getInput('workspace'),
      resourceGroup: core.getInput('resource-group'),
      subscriptionId: core.getInput('subscription-id'),
    },
    workspaceConfig: core.getInput('workspace-config'),
    signIn: {
      clientId: core.getInput('client-id'),
      tenantId: core.getInput('tenant-id'),
      clientSecret: core.getInput('client-secret'),
    },
    cloud: choice('cloud', cloudNames),
    resourceManagerUrl: core.getInput('resource-manager-url'),
    authorityHost: core.getInput('authority-host'),
    onMissingCredentials: choice('on-missing-credentials', ['fail', 'skip']),
    defaultDatastore: core.getInput('default-datastore'),
    inputDatasets,
    outputDatasets,
    resolveOnly: flag('resolve-only'),
    uploadOutputs: choice('upload-outputs', ['on-success', 'always', 'never']),
    ifNoFilesFound: choice('if-no-files-found', ['error', 'warn', 'ignore']),
    concurrency: concurrency(),
    check,
    pullRequestComment: flag('pull-request-comment'),
    submitToAzureml,
    waitForCompletion: choice('wait-for-completion', ['true', 'false']) === 'true',
    attachTo,
    supersede: flag('supersede'),
  }
}

function choice<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
  const value = core.getInput(name).toLowerCase() || choices[0]
  const chosen = choices.find((candidate) => candidate === value)
  if (chosen !== undefined) return chosen
  throw new UserError('bad-input', `${name}: "${value}" is not possible; use one of ${choices.join(', ')}.`)
}

function flag(name: string): boolean {
  return choice(name, ['false', 'true']) === 'true'
}

function concurrency(): number | undefined {
  const value = core.getInput('concurrency')
  if (value === '' || value === 'auto') return undefined
  const number = Number(value)
  if (Number.isInteger(number) && number >= 1 && number <= 1000) return number
  throw new UserError('bad-input', `concurrency: "${value}" is not a whole number from 1 to 1000.`)
}
