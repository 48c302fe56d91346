import { quoted, UserError } from '../report/index.ts'

/** Where a published version came from. */
export interface Provenance {
  readonly repository: string
  readonly sha: string
  readonly ref: string
  readonly run: string
  readonly attempt: string
  /** `my_folder:7`, … */
  readonly inputs: readonly string[]
}

/** The tag that tells what a folder held when its version was registered. */
export const fingerprintTag = 'fingerprint'
const reservedTags = ['repository', 'sha', 'ref', 'run', 'attempt', 'inputs', fingerprintTag]
/** Tags of runs hold so much; for tags of data assets no number is published. */
const longestValue = 1000

/** @throws UserError for tags of the user's that we set ourselves */
export function checkTags(dataset: string, tags: Readonly<Record<string, string>>): void {
  const clash = Object.keys(tags).find((tag) => reservedTags.includes(tag))
  if (clash === undefined) return
  throw new UserError(
    'bad-dataset',
    `Output "${dataset}": the tag "${clash}" is set by the action itself (it sets ${reservedTags.join(', ')}). Choose another name.`,
  )
}

/** The tags of a published version: the user's, and where it came from. */
export function publishedTags(
  tags: Readonly<Record<string, string>>,
  provenance: Provenance,
  fingerprint: string,
): Record<string, string> {
  const { repository, sha, ref, run, attempt, inputs } = provenance
  const own = { repository, sha, ref, run, attempt, inputs: shortened(inputs), [fingerprintTag]: fingerprint }
  return { ...tags, ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== '')) }
}

function shortened(names: readonly string[]): string {
  const all = names.join(', ')
  return all.length <= longestValue ? all : `${all.slice(0, longestValue - 1)}…`
}

/** A version that could not be made though it does not exist: the name belongs to a v1 dataset, or the service does not like it. */
export function explainNameClash(name: string, reason: string): UserError {
  const said = quoted(reason).slice(1, -1)
  if (/v1 data container/i.test(reason)) {
    return new UserError(
      'v1-name-clash',
      `The name "${name}" belongs to a v1 dataset of this workspace, which takes no v2 versions and cannot be renamed. Use another name, such as "${name}_v2", with "path: ${name}/". (${said})`,
    )
  }
  return new UserError('registration-refused', `Dataset "${name}" could not be registered: ${said}`)
}
