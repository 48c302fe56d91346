import type { Snapshot, SnapshotFile } from '../blobs/index.ts'
import { counted, type Log, listed, quoted, UserError } from '../report/index.ts'
import type { OutputDataset } from './config.ts'

/**
 * Compares what lies in a folder with what has to lie there, both sorted by path. Files that were there before stay: they are part of the version,
 * and that is told.
 * @param isRight whether a file is the expected one with that index
 * @throws UserError where files are missing or others, or are there that nobody may have written
 */
export function requireAsExpected(
  content: Snapshot,
  expected: readonly { readonly path: string }[],
  isRight: (found: SnapshotFile, index: number) => boolean,
  { output, path, log }: { readonly output: OutputDataset; readonly path: string; readonly log: Log },
): void {
  const { wrong, others } = compare(content, expected, isRight)
  if (wrong.length > 0) {
    throw new UserError(
      'upload-incomplete',
      `${counted(wrong.length, 'file')} of output "${output.name}" are not in ${quoted(path)} as they were uploaded: ${listed(wrong)}. Nothing was registered. Does something else write to this folder?`,
    )
  }
  if (others.length === 0) return
  if (!output.overwriteExisting) {
    throw new UserError(
      'destination-not-empty',
      `Something else writes to ${quoted(path)}: it holds ${listed(others)}, which output "${output.name}" has not. Nothing was registered.`,
    )
  }
  log.warning(
    `${quoted(path)} also holds ${counted(others.length, 'file')} of before (${listed(others, 3)}); they are part of the new version of "${output.name}".`,
  )
}

/** Goes through both side by side. */
function compare(
  content: Snapshot,
  expected: readonly { readonly path: string }[],
  isRight: (found: SnapshotFile, index: number) => boolean,
): { readonly wrong: readonly string[]; readonly others: readonly string[] } {
  const wrong: string[] = []
  const others: string[] = []
  let next = 0
  for (const found of content) {
    for (let file = expected[next]; file && file.path < found.path; file = expected[next]) {
      wrong.push(file.path)
      next += 1
    }
    const file = expected[next]
    if (file?.path !== found.path) {
      others.push(found.path)
      continue
    }
    if (!isRight(found, next)) wrong.push(file.path)
    next += 1
  }
  for (const { path } of expected.slice(next)) wrong.push(path)
  return { wrong, others }
}
