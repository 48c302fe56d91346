import { quoted, UserError } from '../report/index.ts'

/** A dataset as a user writes it: `my_folder`, `my_folder:7`, `my_folder@latest`, `azureml:my_folder:7`. */
export interface DatasetReference {
  readonly name: string
  /** Undefined for the latest. */
  readonly version: string | undefined
}

/** Data asset names: the pattern of the REST API's path parameter. */
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}$/
/** Versions may be any text; within these characters no tool stumbles over them. */
const versionPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/

/** @throws UserError for names that AzureML does not take, and for labels other than `@latest` */
export function parseReference(text: string): DatasetReference {
  const [, name = '', separator, suffix] = /^(?:azureml:)?([^:@]*)(?:([:@])(.*))?$/s.exec(text.trim()) ?? []
  checkDatasetName(name, text)
  if (separator === undefined) return { name, version: undefined }
  if (separator === '@') {
    if (suffix === 'latest') return { name, version: undefined }
    throw new UserError(
      'bad-dataset',
      `Dataset ${quoted(text)}: "latest" is the only label; for a version write ${quoted(`${name}:7`)}.`,
    )
  }
  return { name, version: parseVersion(suffix ?? '', text) }
}

/** `7`, `v1.2`, or `latest`, which is no version but the choice of one. */
export function parseVersion(version: string, dataset: string): string | undefined {
  if (version === 'latest' || version === '@latest') return undefined
  if (versionPattern.test(version)) return version
  throw new UserError(
    'bad-dataset',
    `Dataset ${quoted(dataset)}: ${quoted(version)} cannot be a version. Versions are letters, digits, ".", "_" and "-".`,
  )
}

function checkDatasetName(name: string, text: string): void {
  if (namePattern.test(name)) return
  throw new UserError(
    'bad-dataset',
    `Dataset ${quoted(text)}: ${quoted(name)} cannot be the name of a dataset. AzureML takes letters, digits, "_" and "-", and a letter or digit first. ` +
      'For a folder of another name, choose a good name and give the folder as "path".',
  )
}
