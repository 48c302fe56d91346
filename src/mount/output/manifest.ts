import { createReadStream } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { PlacedFile } from './placing.ts'

/** Bytes that are written at a time. */
const pieceBytes = 1024 * 1024

/** Writes down what an output was when it was sealed, a line of JSON for each file: whole or not at all. */
export async function writeManifest(path: string, files: readonly PlacedFile[]): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    let lines = ''
    for (const { path: name, size, etag, md5 } of files) {
      lines += `${JSON.stringify([name, size, etag, md5 ?? ''])}\n`
      if (lines.length < pieceBytes) continue
      await file.write(lines)
      lines = ''
    }
    await file.write(lines)
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
}

/** Reads it line by line. It is a file of ours, in a folder that only we can enter. */
export async function* readManifest(path: string): AsyncGenerator<PlacedFile> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const [name, size, etag, md5] = JSON.parse(line)
    yield { path: name, size, etag, md5: md5 || undefined }
  }
}
