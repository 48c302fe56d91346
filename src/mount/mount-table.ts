import { readFile } from 'node:fs/promises'

/** The type that our file systems have in the table of mounts: by it they are found again. */
export const fileSystemType = 'fuse.azureml-datasets'

/** Folders at which our file systems are mounted, as this process sees them. Nothing of them is touched: one that hangs would hang who asks. */
export async function ourMounts(): Promise<string[]> {
  return parseMountTable(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''))
}

/** `/proc/self/mountinfo` (proc(5)): `id parent major:minor root folder options … - type source options`. */
export function parseMountTable(table: string): string[] {
  return table.split('\n').flatMap((line) => {
    const fields = line.split(' ')
    const [, , , , folder] = fields
    const type = fields[fields.indexOf('-') + 1]
    return type === fileSystemType && folder ? [unescaped(folder)] : []
  })
}

/** Spaces, tabs, line ends and backslashes stand there in octal. The bytes need not be UTF-8, but paths that we mount at are. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
}
