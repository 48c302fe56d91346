import * as core from '@actions/core'
import { markdownTable } from 'markdown-table'
import { formatBytes, messageOf } from '../report/index.ts'
import { actionLog } from './action-log.ts'
import { registeredVersion, type Session } from './session.ts'

/** Adds what was staged, and what will be published, to the job summary. */
export async function writeSummary({ inputs, outputs }: Session): Promise<void> {
  const rows = inputs.map(({ name, version, staged, files, bytes, seconds, fingerprint }) => [
    cell(name),
    cell(version || '–'),
    staged,
    files.toLocaleString('en-US'),
    formatBytes(bytes),
    `${seconds.toFixed(1)} s`,
    fingerprint.slice(0, 16),
  ])
  const names = outputs.map(({ dataset }) => cell(dataset.name)).join(', ')
  await write('AzureML datasets', [
    table(['Input', 'Version', 'Staged', 'Files', 'Size', 'Time', 'Fingerprint'], rows),
    names === '' ? '' : `Outputs of this job: ${names}`,
  ])
}

/** Adds the versions that were registered to the job summary. */
export async function writePublishedSummary({ outputs }: Session): Promise<void> {
  const rows = outputs.flatMap((output) => {
    const registered = registeredVersion(output)
    if (!registered) return []
    const { name, version, studioUrl, files, bytes, seconds, fingerprint } = registered
    const link = `[${cell(version)}](${encodeURI(studioUrl).replaceAll('(', '%28').replaceAll(')', '%29')})`
    return [
      [
        cell(name),
        link,
        files.toLocaleString('en-US'),
        formatBytes(bytes),
        `${seconds.toFixed(1)} s`,
        fingerprint.slice(0, 16),
      ],
    ]
  })
  await write('AzureML datasets published', [
    table(['Dataset', 'Version', 'Files', 'Size', 'Time', 'Fingerprint'], rows),
  ])
}

/** A Markdown table; empty where it has no rows. The cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : markdownTable([head, ...rows], { alignDelimiters: false })
}

/** A summary that cannot be written is no reason to fail a step that has done its work. */
export async function write(title: string, paragraphs: readonly string[]): Promise<void> {
  const filled = paragraphs.filter((text) => text !== '')
  if (filled.length === 0) return
  try {
    await core.summary.addRaw(`### ${title}\n\n${filled.join('\n\n')}\n\n`).write()
  } catch (error) {
    actionLog.info(`The job summary could not be written: ${messageOf(error)}`)
  }
}

/** Text that neither Markdown nor HTML takes for its own. (An underscore within a word is none of Markdown's.) */
export function cell(text: string): string {
  return text.replace(/[&<>|`*[\]\\~#@\r\n]|\b_|_\b/g, (character) => `&#${character.charCodeAt(0)};`)
}
