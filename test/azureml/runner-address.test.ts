import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { runnerAddress } from '../../src/azureml/runner-address.ts'

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})

/** A DNS server on this machine that answers with the four bytes, or with what is made of the question; and what it was asked. */
async function dnsServer(answer: (question: Buffer) => Buffer | undefined) {
  const asked: string[] = []
  const socket = createSocket('udp4')
  sockets.push(socket)
  socket.on('message', (question, { port }) => {
    asked.push(nameIn(question))
    const reply = answer(question)
    if (reply) socket.send(reply, port, '127.0.0.1')
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { asked, server: `127.0.0.1:${(socket.address() as AddressInfo).port}` }
}

/** The name in the first question of a DNS message (RFC 1035, 4.1.2). */
function nameIn(message: Buffer): string {
  const labels: string[] = []
  for (let at = 12; message[at]; at += (message[at] ?? 0) + 1)
    labels.push(message.toString('ascii', at + 1, at + 1 + (message[at] ?? 0)))
  return labels.join('.')
}

/** The answer with one address, or without any and a code (3: there is no such name). */
function reply(question: Buffer, address: readonly number[] | undefined, code = 0): Buffer {
  const end = 12 + nameIn(question).length + 2 + 4
  const header = Buffer.from([0, 0, 0x81, 0x80 | code, 0, 1, 0, address ? 1 : 0, 0, 0, 0, 0])
  question.copy(header, 0, 0, 2)
  const record = address ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address] : []
  return Buffer.concat([header, question.subarray(12, end), Buffer.from(record)])
}

test('the resolver says from where it is asked, and is told nothing but that question', async () => {
  const { asked, server } = await dnsServer((question) => reply(question, [20, 1, 2, 3]))
  expect(await runnerAddress([server])).toEqual({ address: '20.1.2.3', isPublic: true })
  expect(asked).toEqual(['myip.opendns.com'])
})

test.each([
  ['knows no such name', (question: Buffer) => reply(question, undefined, 3)],
  ['says nothing', () => undefined],
])('where the resolver %s, it is the address inside the network, soon', async (_what, answer) => {
  const { server } = await dnsServer(answer)
  const begun = performance.now()
  const found = await runnerAddress([server])
  expect(performance.now() - begun).toBeLessThan(5000)
  // A machine without a network has none.
  if (found) expect(found).toEqual({ address: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/), isPublic: false })
})
