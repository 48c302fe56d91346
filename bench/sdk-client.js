/** The same work as client.js, by the storage SDK: `sdk-client.js list|download|upload URL FOLDER PLACE`. */
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import pMap from 'p-map'

const atOnce = { concurrency: 32 }
const [kind, url, folder, place] = process.argv.slice(2)
const client = new ContainerClient(url, new StorageSharedKeyCredential('account', 'AAAA'))

async function list() {
  const names = []
  for await (const { name } of client.listBlobsFlat({ prefix: `${folder}/`, includeMetadata: true })) names.push(name)
  return names
}

const works = {
  list: async () => console.log((await list()).length),
  download: async () => {
    const names = await list()
    await mkdir(place, { recursive: true })
    const fetch = (name) => client.getBlobClient(name).downloadToFile(path.join(place, path.basename(name)))
    await pMap(names, fetch, atOnce)
  },
  upload: async () => {
    const files = await readdir(place)
    const store = (file) => client.getBlockBlobClient(`${folder}/${file}`).uploadFile(path.join(place, file))
    await pMap(files, store, atOnce)
  },
}
await works[kind]()
process.exit()
