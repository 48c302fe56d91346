import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ContainerClient } from '@azure/storage-blob'
import pMap from 'p-map'

/** Uploads every file under a folder; the folder's own entries become the top of the container. Links are followed. */
export async function uploadFolder(folder: string, container: ContainerClient): Promise<number> {
  const files = await filesUnder(folder)
  await pMap(
    files,
    (file) => {
      const name = path.relative(folder, file).split(path.sep).join('/')
      return container.getBlockBlobClient(name).uploadFile(file)
    },
    { concurrency: 16 },
  )
  return files.length
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true })
  const paths = entries.map((entry) => path.join(folder, entry))
  const kinds = await pMap(paths, (entry) => stat(entry), { concurrency: 16 })
  return paths.filter((_, index) => kinds[index]?.isFile())
}
