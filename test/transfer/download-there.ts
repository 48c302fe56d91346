/** A download in a process of its own, so that it can run where this one cannot: prints how it ended, as JSON. */
import { readFileSync } from 'node:fs'
import { openContainer, snapshotOf } from '../../src/blobs/index.ts'
import { download, planDownload } from '../../src/transfer/index.ts'
import { silentLog } from '../report/silent-log.ts'

const { location, credential, files, folder } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const container = openContainer(location, credential, silentLog)
const { signal } = new AbortController()
const request = { container, folder, label: 'd:1', concurrency: undefined, signal, log: silentLog }
try {
  console.log(JSON.stringify(await download(await planDownload({ ...request, snapshot: snapshotOf(files) }))))
} catch (error) {
  const { code, message, cause } = error as Error & { code?: string; cause?: { code?: string } }
  console.log(JSON.stringify({ code, message, cause: cause?.code }))
}
process.exit()
