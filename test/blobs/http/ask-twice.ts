/** Asks a server twice, and prints what came: the body, or the code of the failure. It ends by itself. */
import { openPool } from '../../../src/blobs/http/pool.ts'

const pool = openPool(new URL(process.argv[2] ?? ''), 1000)
const { signal } = new AbortController()
for (let count = 0; count < 2; count += 1) {
  let body = ''
  const onBody = (bytes: Buffer) => {
    body += bytes
  }
  await pool.send({ method: 'GET', target: '/', headers: {}, signal, onBody }).catch((error) => {
    body = [error.code, error.status].filter(Boolean).join(' ')
  })
  console.log(body)
}
