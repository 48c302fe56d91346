import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MalformedResponse, readResponse } from '../../../src/blobs/http/response.ts'
import { fuzzSettings } from '../../fuzz.ts'

interface Seen {
  status?: number
  headers?: Record<string, string>
  body: string
  /** Whether the connection may be used again; undefined until the end. */
  reusable?: boolean
}

/** Reads an answer that comes in these pieces; `closed` says that the other side closes then. */
function read(pieces: readonly (string | Buffer)[], closed = false): Seen & { readonly isComplete: boolean } {
  const seen: Seen = { body: '' }
  const reader = readResponse({
    onHead: ({ status, headers }) => Object.assign(seen, { status, headers: Object.fromEntries(headers) }),
    onBody: (bytes) => {
      seen.body += bytes.toString('latin1')
    },
    onEnd: (reusable) => {
      seen.reusable = reusable
    },
  })
  for (const piece of pieces) reader.push(Buffer.from(piece as string, 'latin1'))
  const isComplete = closed ? reader.close() : seen.reusable !== undefined
  return { ...seen, isComplete }
}

const ok = (rest: string) => `HTTP/1.1 200 OK\r\n${rest}`

describe('an answer', () => {
  test.each<[string, string, Partial<ReturnType<typeof read>>]>([
    ['with a length', ok('Content-Length: 3\r\n\r\nabc'), { body: 'abc', reusable: true }],
    ['without content', ok('Content-Length: 0\r\n\r\n'), { body: '', reusable: true }],
    [
      'in chunks',
      ok('Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n'),
      { body: 'abc0123456789', reusable: true },
    ],
    [
      'in chunks, with trailers',
      ok('transfer-encoding: CHUNKED\r\n\r\n1\r\na\r\n0\r\nX: y\r\nZ: 1\r\n\r\n'),
      { body: 'a', reusable: true },
    ],
    [
      'behind interim ones',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${ok('Content-Length: 1\r\n\r\na')}`,
      { status: 200, body: 'a' },
    ],
    ['that has no body by its status', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, body: '', reusable: true }],
    [
      'that is the last on its connection',
      ok('Connection: close\r\nContent-Length: 1\r\n\r\na'),
      { body: 'a', reusable: false },
    ],
    [
      'with a header twice',
      ok('X: 1\r\nx:2\r\nContent-Length: 0\r\n\r\n'),
      { headers: { x: '1, 2', 'content-length': '0' } },
    ],
    ['of HTTP/1.0 without a reason', 'HTTP/1.0 200\r\nContent-Length: 0\r\n\r\n', { status: 200 }],
    [
      'with a value that has colons and spaces',
      ok('Date:  Sun, 22 Nov 2020 20:00:00 GMT \r\nContent-Length: 0\r\n\r\n'),
      { headers: { date: 'Sun, 22 Nov 2020 20:00:00 GMT', 'content-length': '0' } },
    ],
  ])('%s is read, wherever it is cut', (_what, text, expected) => {
    expect(read([text])).toMatchObject({ ...expected, isComplete: true })
    for (let cut = 1; cut < text.length; cut += 1)
      expect(read([text.slice(0, cut), text.slice(cut)]), `cut at ${cut}`).toEqual(read([text]))
    expect(read([...text])).toEqual(read([text]))
  })

  test('without a length ends when the connection does', () => {
    expect(read([ok('\r\nabc'), 'def'])).toMatchObject({ body: 'abcdef', isComplete: false })
    expect(read([ok('\r\nabc'), 'def'], true)).toMatchObject({ body: 'abcdef', isComplete: true, reusable: false })
  })

  test('that breaks off is not complete, wherever that is', () => {
    for (const text of [
      ok('Content-Length: 3\r\n\r\nabc'),
      ok('Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'),
    ])
      for (let end = 0; end < text.length; end += 1)
        expect(read([text.slice(0, end)], true).isComplete, text.slice(0, end)).toBe(false)
  })

  test.each([
    ['no status line', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['both a length and chunks', ok('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n')],
    ['two lengths', ok('Content-Length: 3\r\nContent-Length: 4\r\n\r\n')],
    ['the same length twice', ok('Content-Length: 3\r\nContent-Length: 3\r\n\r\n')],
    ['a negative length', ok('Content-Length: -3\r\n\r\n')],
    ['a length in hexadecimal', ok('Content-Length: 0x10\r\n\r\n')],
    ['a length beyond all files', ok(`Content-Length: ${'9'.repeat(16)}\r\n\r\n`)],
    ['another coding', ok('Transfer-Encoding: gzip, chunked\r\n\r\n')],
    ['a header without a name', ok(': x\r\n\r\n')],
    ['a header without a colon', ok('X\r\nContent-Length: 0\r\n\r\n')],
    ['a space before the colon', ok('Content-Length : 3\r\n\r\n')],
    ['a header that goes on in the next line', ok('X: a\r\n b: c\r\n\r\n')],
    ['a head without end', ok(`X: ${'a'.repeat(70_000)}`)],
    ['a chunk without a size', ok('Transfer-Encoding: chunked\r\n\r\n\r\n')],
    ['a chunk of a negative size', ok('Transfer-Encoding: chunked\r\n\r\n-1\r\n')],
    ['a chunk whose size has no end', ok(`Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(2000)}`)],
    ['a chunk longer than it said', ok('Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n')],
    ['bytes behind its end', ok('Content-Length: 1\r\n\r\nab')],
  ])('with %s is refused', (_what, text) => {
    expect(() => read([text])).toThrow(MalformedResponse)
    expect(() => read([...text])).toThrow(MalformedResponse)
  })

  test('is the same in whatever pieces it comes, and garbage never looks complete', () => {
    const body = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
    const chunks = fc.array(
      body.filter((text) => text !== ''),
      { maxLength: 4 },
    )
    const answer = fc.oneof(
      body.map((text) => ({ text: ok(`Content-Length: ${text.length}\r\n\r\n${text}`), body: text })),
      chunks.map((pieces) => ({
        text: ok(
          `Transfer-Encoding: chunked\r\n\r\n${pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('')}0\r\n\r\n`,
        ),
        body: pieces.join(''),
      })),
    )
    fc.assert(
      fc.property(answer, fc.array(fc.nat(1000), { maxLength: 6 }), ({ text, body }, cuts) => {
        const places = [0, ...cuts.map((cut) => cut % text.length).sort((a, b) => a - b), text.length]
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))
        expect(read(pieces)).toMatchObject({ body, isComplete: true })
      }),
      fuzzSettings(300),
    )
  })
})
