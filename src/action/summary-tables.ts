import type { PublishedOutput, StagedInput, VersionChanges } from '../datasets/index.ts'
import { counted, formatBytes, formatSeconds } from '../report/index.ts'
import { boundedTable, code, folded, link, type Row, sentence, type Table } from './markdown.ts'
import { registeredVersion, type SessionOutput } from './session.ts'
import type { ReportedInput, StepReport } from './step-report.ts'
import type { Place } from './summary.ts'

const none = '–'
const mostNames = 20
const numbers = ['>Files', '>Size', '>Time', '>Rate', 'Fingerprint']

/** What was staged, how and why, as far as the step got. */
export function inputsTable({ inputs, failure }: StepReport, place: Place): Table {
  const hasFailed = failure !== undefined
  const rows = inputs.map((input) => () => [nameCell(input), ...inputCells(input.known, hasFailed, place)])
  return { head: ['Input', 'Version', 'How', ...numbers], rows, noun: 'input' }
}

function nameCell({ name, dataName }: Pick<ReportedInput, 'name' | 'dataName'>): string {
  return dataName === name ? code(name) : `${code(name)} as ${code(dataName)}`
}

function inputCells(known: StagedInput | undefined, hasFailed: boolean, place: Place): string[] {
  if (!known) return [none, 'not reached', none, none, none, none, none]
  return [
    versionCell(known, place),
    howCell(known, hasFailed),
    filesCell(known),
    formatBytes(known.bytes),
    ...timeCells(known.seconds, known.fetched.bytes),
    code(known.fingerprint.slice(0, 12)),
  ]
}

function versionCell({ version, studioUrl }: Pick<StagedInput, 'version' | 'studioUrl'>, place: Place): string {
  if (version === '') return none
  return place === 'summary' ? link(versionText(version), studioUrl) : versionText(version)
}

function versionText(version: string): string {
  return /^\d{1,20}$/.test(version) ? version : code(version)
}

function howCell({ staged, reason, registeredFrom }: StagedInput, hasFailed: boolean): string {
  const how = {
    local: 'local folder',
    mounted: 'mounted',
    downloaded: 'downloaded',
    none: hasFailed ? 'not staged' : 'resolved only',
  }[staged]
  const why = reason === '' ? '' : ` (${sentence(reason, 200)})`
  return `${how}${why}${registeredFrom === undefined ? '' : `, registered just now from folder ${code(registeredFrom)}`}`
}

function filesCell({ files, whole }: StagedInput): string {
  const count = files.toLocaleString('en-US')
  return files === whole.files ? count : `${count} of ${whole.files.toLocaleString('en-US')}`
}

function timeCells(seconds: number, bytes: number): string[] {
  return [
    seconds === 0 ? none : formatSeconds(seconds),
    seconds === 0 || bytes === 0 ? none : `${formatBytes(bytes / seconds)}/s`,
  ]
}

/** The outputs that were opened, while none of them is published yet. */
export function openedLine(outputs: readonly SessionOutput[]): string {
  if (outputs.length === 0 || outputs.some(isDecided)) return ''
  const names = outputs.slice(0, mostNames).map(({ dataset }) => code(dataset.name))
  const left = outputs.length - names.length
  return `Opened for output: ${names.join(', ')}${left > 0 ? ` and ${left.toLocaleString('en-US')} more` : ''}`
}

/** What was published, and what could not be; empty until there is something. */
export function outputsTable(outputs: readonly SessionOutput[], place: Place): Table {
  const shown = outputs.some(isDecided) ? outputs : []
  const rows = shown.map((output) => () => {
    const published = registeredVersion(output)
    const version = output.published === 'empty' ? 'none: no files' : 'not published'
    return [
      nameCell(output.dataset),
      ...(published ? publishedCells(published, place) : [version, none, none, none, none, none]),
    ]
  })
  return { head: ['Output', 'Version', ...numbers], rows, noun: 'output' }
}

function isDecided({ published }: SessionOutput): boolean {
  return published !== undefined
}

function publishedCells(published: PublishedOutput, place: Place): string[] {
  const { files, bytes, seconds, fingerprint } = published
  return [
    versionCell(published, place),
    files.toLocaleString('en-US'),
    formatBytes(bytes),
    ...timeCells(seconds, bytes),
    code(fingerprint.slice(0, 12)),
  ]
}

interface Compared {
  readonly label: string
  readonly changes: VersionChanges
}

function compared(outputs: readonly SessionOutput[]): Compared[] {
  return outputs.flatMap((output) => {
    const published = registeredVersion(output)
    return published?.changes ? [{ label: `${published.name}:${published.version}`, changes: published.changes }] : []
  })
}

/** What is different in each new version from the one before it. */
export function changesTable(outputs: readonly SessionOutput[]): Table {
  const rows = compared(outputs).map(({ label, changes }) => () => [code(label), ...changeCells(changes)])
  return { head: ['What changed', 'Since', '>Added', '>Removed', '>Changed', '>Size'], rows, noun: 'version' }
}

function changeCells(changes: VersionChanges): string[] {
  if (changes.kind === 'first') return ['this is the first version', none, none, none, none]
  const before = changes.before === '' ? 'the version before' : `version ${versionText(changes.before)}`
  if (changes.kind === 'unknown')
    return [`${before} cannot be listed (${sentence(changes.reason, 200)})`, none, none, none, none]
  const { added, removed, changed, netBytes, bySize } = changes
  const counts = [added, removed, changed].map(({ files, bytes }) =>
    files === 0 ? none : `${counted(files, 'file')}, ${formatBytes(bytes)}`,
  )
  const sign = netBytes > 0 ? '+' : netBytes < 0 ? '−' : '±'
  return [bySize ? `${before}, compared by size` : before, ...counts, `${sign}${formatBytes(Math.abs(netBytes))}`]
}

/** Where in each new version the changes are; empty where there are none. */
export function changedFoldersTable(outputs: readonly SessionOutput[], mostBytes: number): string {
  const rows = compared(outputs).flatMap(({ label, changes }) =>
    liesInFolders(changes) ? folderRows(label, changes) : [],
  )
  if (rows.length === 0) return ''
  const head = ['Version', 'Folder', '>Added', '>Removed', '>Changed']
  return folded('Folders with the most changes', boundedTable({ head, rows, noun: 'folder' }, mostBytes))
}

/** Files that lie in no folder are counted in the other table already. */
function liesInFolders(changes: VersionChanges): changes is VersionChanges & { kind: 'compared' } {
  return changes.kind === 'compared' && changes.folders.some(({ folder }) => folder !== '')
}

function folderRows(label: string, { folders, moreFolders }: VersionChanges & { kind: 'compared' }): Row[] {
  const shown = folders.map(({ folder, ...counts }) => () => [
    code(label),
    folder === '' ? 'in no folder' : code(`${folder}/`),
    ...[counts.added, counts.removed, counts.changed].map((count) =>
      count === 0 ? none : count.toLocaleString('en-US'),
    ),
  ])
  return moreFolders === 0
    ? shown
    : [...shown, () => [code(label), `${counted(moreFolders, 'folder')} more`, none, none, none]]
}
