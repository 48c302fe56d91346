/**
 * What a step does with one container, without the step: `client.js list|download|upload URL FOLDER PLACE`. It runs what `npm run build` made of
 * src/, and is JavaScript itself, as what the runner starts is.
 */
import { openContainer, takeSnapshot } from '../build/blobs/index.js'
import {
  beginDownload,
  download,
  listLocalFiles,
  planDownload,
  requireFreeSpace,
  uploadFiles,
} from '../build/transfer/index.js'

const [kind, url, folder, place] = process.argv.slice(2)
const { signal } = new AbortController()
const log = { debug() {}, info: console.log, notice() {}, warning: console.log, mask() {} }
const location = { accountName: 'account', containerName: 'box', url }
const container = openContainer(location, { kind: 'account-key', accountKey: 'AAAA' }, log)
const shared = { container, label: folder, concurrency: undefined, signal, log }

const works = {
  list: async () => console.log((await takeSnapshot(container, `${folder}/`, signal)).length),
  download: async () => {
    const request = { ...shared, folder: place }
    const early = await beginDownload(request)
    const snapshot = await takeSnapshot(container, `${folder}/`, signal, { onPage: early?.onPage })
    const plan = await planDownload({ ...request, snapshot, begun: await early?.settle(snapshot) })
    await requireFreeSpace([plan])
    await download(plan)
  },
  upload: async () => {
    const files = await listLocalFiles(place, 'refuse')
    await uploadFiles({ ...shared, root: place, prefix: `${folder}/`, files, replace: true })
  },
}
await works[kind]()
process.exit()
