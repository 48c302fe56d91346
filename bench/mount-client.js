/**
 * A mount as the daemon of a step makes it, without the step: `mount-client.js URL FOLDER PLACE pipe|read`. It runs what `npm run build` made of
 * src/, prints `ready` with the seconds that listing and mounting took, and lives until it is unmounted.
 */
import { openContainer, takeSnapshot } from '../build/blobs/index.js'
import { memoryForChunks } from '../build/mount/memory.js'
import { mountInput } from '../build/mount/mounted.js'

const [url, folder, place, reader] = process.argv.slice(2)
const log = { debug() {}, info: console.error, notice() {}, warning: console.error, mask() {} }
const location = { accountName: 'account', containerName: 'box', url }
const container = openContainer(location, { kind: 'account-key', accountKey: 'AAAA' }, log)
const snapshot = await takeSnapshot(container, `${folder}/`, new AbortController().signal)
const listed = performance.now()
const input = { label: folder, folder: place, container, snapshot }
const mounted = await mountInput(input, { memory: memoryForChunks(), reader, log })
console.log(`ready ${(listed / 1000).toFixed(2)} ${((performance.now() - listed) / 1000).toFixed(2)}`)
process.on('SIGTERM', () => mounted.unmount())
await mounted.ended
process.exit()
