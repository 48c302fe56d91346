import picomatch from 'picomatch'
import { type Snapshot, type SnapshotFile, snapshotOf } from '../blobs/index.ts'
import { counted, listed, UserError } from '../report/index.ts'
import { type SampleBy, type SampleSize, takeSample } from './sample.ts'

/** Which files of a dataset are wanted. */
export interface Selection {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly sample: SampleSize | undefined
  readonly sampleBy: SampleBy
}

export function selectsAll({ include, exclude, sample }: Selection): boolean {
  return include.length === 0 && exclude.length === 0 && sample === undefined
}

/**
 * The wanted files of a snapshot: globs on the path within the dataset first (dotfiles too, case-sensitive), then the sample.
 * @throws UserError when nothing is left
 */
export function select(snapshot: Snapshot, selection: Selection, label: string): Snapshot {
  if (selectsAll(selection)) return snapshot
  const matches = matcher(selection)
  const matching: SnapshotFile[] = []
  for (const file of snapshot) if (matches(file.path)) matching.push(file)
  if (matching.length === 0) throw nothingLeft(snapshot, selection, label)
  return snapshotOf(selection.sample ? takeSample(matching, selection.sample, selection.sampleBy) : matching)
}

function matcher({ include, exclude }: Selection): (path: string) => boolean {
  const options = { dot: true, nocase: false }
  const included = include.length > 0 ? picomatch([...include], options) : () => true
  const excluded = exclude.length > 0 ? picomatch([...exclude], options) : () => false
  return (path) => included(path) && !excluded(path)
}

function nothingLeft(snapshot: Snapshot, { include, exclude }: Selection, label: string): UserError {
  const first: string[] = []
  for (const { path } of snapshot) if (first.push(path) === 3) break
  return new UserError(
    'nothing-selected',
    `${label} has ${counted(snapshot.length, 'file')}, but include [${listed(include)}] and exclude [${listed(exclude)}] leave none. Globs match the path within the dataset, for instance ${listed(first)}.`,
  )
}
