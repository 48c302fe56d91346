/** Downloads by undici, the HTTP client that Node itself brings: `undici-client.js download URL FOLDER PLACE`, with its file in UNDICI. Listing is ours. */
import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import pMap from 'p-map'
import { openContainer, takeSnapshot } from '../build/blobs/index.js'

const { Pool } = await import(process.env.UNDICI)
const stretch = 8 * 1024 * 1024
const [, url, folder, place] = process.argv.slice(2)
const log = { debug() {}, info() {}, notice() {}, warning() {}, mask() {} }
const location = { accountName: 'account', containerName: 'box', url }
const container = openContainer(location, { kind: 'account-key', accountKey: 'AAAA' }, log)
const { origin, pathname } = new URL(url)
const pool = new Pool(origin, { connections: 64 })

/** By `dispatch`, which is undici's fastest way: no streams. */
function get(name, offset, length, onData) {
  return new Promise((resolve, reject) => {
    pool.dispatch(
      {
        path: `${pathname}/${name}`,
        method: 'GET',
        headers: { 'x-ms-range': `bytes=${offset}-${offset + length - 1}` },
      },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData: (_, bytes) => onData(bytes),
        onResponseEnd: resolve,
        onResponseError: (_, error) => reject(error),
      },
    )
  })
}

async function fetchFile({ name, path: file, size, md5 }) {
  const descriptor = openSync(path.join(place, file), 'w+')
  const hash = createHash('md5')
  const offsets = Array.from({ length: Math.ceil(size / stretch) }, (_, index) => index * stretch)
  // In order, so that the MD5 can be computed as the bytes come; several files at a time.
  for (const offset of offsets) {
    let position = offset
    await get(name, offset, Math.min(stretch, size - offset), (bytes) => {
      hash.update(bytes)
      position += writeSync(descriptor, bytes, 0, bytes.length, position)
    })
  }
  closeSync(descriptor)
  if (hash.digest('base64') !== md5) throw new Error(`${name} has another MD5`)
}

const snapshot = await takeSnapshot(container, `${folder}/`, new AbortController().signal)
mkdirSync(place, { recursive: true })
await pMap(snapshot, fetchFile, { concurrency: 64 })
process.exit()
