import * as core from '@actions/core'
import { markdownTable } from 'markdown-table'
import { formatBytes } from '../report/index.ts'
import type { Session } from './session.ts'

/** Adds what was staged, and what will be published, to the job summary. */
export async function writeSummary({ inputs, outputs }: Session): Promise<void> {
  const inputRows = inputs.map(({ name, version, staged, files, bytes, seconds, path, fingerprint }) => [
    cell(name),
    cell(version || '–'),
    cell(staged),
    files.toLocaleString('en-US'),
    formatBytes(bytes),
    `${seconds.toFixed(1)} s`,
    code(path),
    code(fingerprint.slice(0, 16)),
  ])
  const outputRows = outputs.map(({ dataset, folder }) => [cell(dataset.name), code(folder)])
  await write('AzureML datasets', [
    table(['Input', 'Version', 'Staged', 'Files', 'Size', 'Time', 'Path', 'Fingerprint'], inputRows),
    table(['Output', 'Folder'], outputRows),
  ])
}

/** Adds the versions that were registered to the job summary. */
export async function writePublishedSummary({ outputs }: Session): Promise<void> {
  const rows = outputs.flatMap(({ published }) => {
    if (published === undefined || published === 'empty') return []
    const { name, version, studioUrl, files, bytes, seconds, fingerprint } = published
    const link = `[${cell(version)}](${encodeURI(studioUrl).replaceAll(')', '%29')})`
    return [
      [
        cell(name),
        link,
        files.toLocaleString('en-US'),
        formatBytes(bytes),
        `${seconds.toFixed(1)} s`,
        code(fingerprint.slice(0, 16)),
      ],
    ]
  })
  await write('AzureML datasets published', [
    table(['Dataset', 'Version', 'Files', 'Size', 'Time', 'Fingerprint'], rows),
  ])
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : markdownTable([head, ...rows])
}

async function write(title: string, tables: readonly string[]): Promise<void> {
  const filled = tables.filter((text) => text !== '')
  if (filled.length > 0) await core.summary.addRaw(`### ${title}\n\n${filled.join('\n\n')}\n\n`).write()
}

/** Text that neither Markdown nor HTML takes for its own. */
function cell(text: string): string {
  return text.replace(/[&<>|`*_[\]\\~#@\r\n]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function code(text: string): string {
  return text === '' ? '' : `<code>${cell(text)}</code>`
}
