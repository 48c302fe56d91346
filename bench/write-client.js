/**
 * A mounted output as the daemon of a step makes it, without the step: `write-client.js URL FOLDER PLACE SPOOL`. It runs what `npm run build` made of
 * src/. On SIGUSR2 it seals the output, prints `sealed` with the number of files, and waits for SIGTERM.
 */
import { statfsSync } from 'node:fs'
import { openContainer } from '../build/blobs/index.js'
import { memoryForChunks } from '../build/mount/memory.js'
import { mountOutput } from '../build/mount/output/mount-output.js'
import { openWriters } from '../build/transfer/index.js'

const [url, folder, place, spool] = process.argv.slice(2)
const log = { debug() {}, info: console.error, notice() {}, warning: console.error, mask() {} }
const location = { accountName: 'account', containerName: 'box', url }
const container = openContainer(location, { kind: 'account-key', accountKey: 'AAAA' }, log)
const { bavail, bsize } = statfsSync('.')
const mounted = await mountOutput(
  {
    ...{ label: folder, folder: place, aliases: [], container, writer: openWriters(container, log) },
    ...{ prefix: `${folder}/`, early: `${folder}/`, replace: false },
    ...{ spool, disk: (bavail * bsize) / 2, unsent: `${spool}-unsent` },
  },
  { memory: memoryForChunks(), reader: 'pipe', log },
)
process.on('SIGUSR2', async () => {
  const { files, problems } = await mounted.seal(`${spool}-manifest`)
  console.log(problems.length > 0 ? `failed ${problems[0].path}: ${problems[0].reason}` : `sealed ${files.length}`)
})
process.on('SIGTERM', () => mounted.unmount())
await mounted.ended
process.exit()
