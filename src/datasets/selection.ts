import picomatch from 'picomatch'
import type { Snapshot } from '../blobs/index.ts'
import { counted, listed, UserError } from '../report/index.ts'
import { type SampleBy, type SampleSize, takeSample } from './sample.ts'
import { withinTime } from './time-limit.ts'

/** Which files of a dataset are wanted. */
export interface Selection {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly sample: SampleSize | undefined
  readonly sampleBy: SampleBy
}

/** So many files take a millisecond or two, whatever the globs are, unless one of them is a trap. */
const filesAtOnce = 500
const mostMilliseconds = 2000

export function selectsAll({ include, exclude, sample }: Selection): boolean {
  return include.length === 0 && exclude.length === 0 && sample === undefined
}

/**
 * The wanted files of a snapshot: globs on the path within the dataset first (dotfiles too, case-sensitive), then the sample.
 * @throws UserError when nothing is left
 */
export function select(snapshot: Snapshot, selection: Selection, label: string): Snapshot {
  if (selectsAll(selection)) return snapshot
  const matching = matchingFiles(snapshot, selection, label)
  if (matching.length === 0) throw nothingLeft(snapshot, selection, label)
  return selection.sample ? takeSample(matching, selection.sample, selection.sampleBy) : matching
}

/** The same of one page of a listing, of which nothing need be left; a sample can be taken of the whole only. */
export function selectOfPage(page: Snapshot, selection: Selection, label: string): Snapshot {
  return selectsAll(selection) ? page : matchingFiles(page, selection, label)
}

/** Names, and so how long a glob takes for them, are in the hands of whoever writes to the container. */
function matchingFiles(snapshot: Snapshot, selection: Selection, label: string): Snapshot {
  const limited = <T>(work: () => T) => withinTime(mostMilliseconds, work, () => tooSlow(selection, label))
  const matches = limited(() => matcher(selection))
  const matching: number[] = []
  for (let start = 0; start < snapshot.length; start += filesAtOnce) {
    const end = Math.min(start + filesAtOnce, snapshot.length)
    limited(() => {
      for (let index = start; index < end; index += 1) if (matches(snapshot.pathAt(index))) matching.push(index)
    })
  }
  return snapshot.pick(matching)
}

function matcher({ include, exclude }: Selection): (path: string) => boolean {
  const options = { dot: true, nocase: false }
  const included = include.length > 0 ? picomatch([...include], options) : () => true
  const excluded = exclude.length > 0 ? picomatch([...exclude], options) : () => false
  return (path) => included(path) && !excluded(path)
}

function tooSlow({ include, exclude }: Selection, label: string): UserError {
  return new UserError(
    'bad-dataset',
    `${label}: include [${listed(include)}] and exclude [${listed(exclude)}] take too long to compare with the names of its files. Use fewer "*" and "+(…)" within one glob.`,
  )
}

function nothingLeft(snapshot: Snapshot, { include, exclude }: Selection, label: string): UserError {
  const first = Array.from({ length: Math.min(3, snapshot.length) }, (_, index) => snapshot.pathAt(index))
  return new UserError(
    'nothing-selected',
    `${label} has ${counted(snapshot.length, 'file')}, but include [${listed(include)}] and exclude [${listed(exclude)}] leave none. Globs match the path within the dataset, for instance ${listed(first)}.`,
  )
}
