/** Status and headers of an answer. */
export interface ResponseHead {
  readonly status: number
  /** By name in lower case; the values of a repeated header are joined by `, `. */
  readonly headers: ReadonlyMap<string, string>
}

/** Gets an answer piece by piece. */
export interface ResponseSink {
  onHead(head: ResponseHead): void
  /** Bytes of the body, valid only until it returns. */
  onBody(bytes: Buffer): void
  /** The answer is complete; `reusable` says whether the connection may carry another request. */
  onEnd(reusable: boolean): void
}

/** What is said of an answer that is not HTTP/1.1, or is ambiguous about where it ends. */
export class MalformedResponse extends Error {
  readonly code = 'MalformedResponse'
}

/** Reads one answer from a connection. */
export interface ResponseReader {
  /** @throws MalformedResponse */
  push(bytes: Buffer): void
  /** The other side has closed. True where that is how this answer ends (RFC 9112, section 6.3, rule 8). */
  close(): boolean
}

/** A head, a line that gives the size of a chunk, and a trailer are never longer; more is an attack or no HTTP. */
const longestHead = 64 * 1024
const longestLine = 1024

type State = 'head' | 'length' | 'chunk size' | 'chunk' | 'chunk end' | 'trailer' | 'until close' | 'done'

/**
 * A reader of one HTTP/1.1 answer (RFC 9112); to a HEAD, it has no body. It takes pieces of any size, hands the body on without copying it, and
 * refuses what could be read in two ways.
 */
export function readResponse(sink: ResponseSink, isHead = false): ResponseReader {
  let state: State = 'head'
  let kept: Buffer | undefined
  /** Bytes that are still to come, of the body or of the chunk. */
  let left = 0
  let reusable = false

  const end = () => {
    state = 'done'
    sink.onEnd(reusable)
  }
  /** The text up to an end mark that may be spread over several pieces; undefined until it is there. */
  const textUntil = (mark: string, most: number, bytes: Buffer): { text: string; rest: Buffer } | undefined => {
    const all = kept ? Buffer.concat([kept, bytes]) : bytes
    const at = all.indexOf(mark, 0, 'latin1')
    if (at > most || (at < 0 && all.length >= most + mark.length))
      throw new MalformedResponse(`${state} of more than ${most} bytes`)
    kept = at < 0 ? Buffer.from(all) : undefined
    return at < 0 ? undefined : { text: all.toString('latin1', 0, at), rest: all.subarray(at + mark.length) }
  }
  const begin = (head: ResponseHead) => {
    if (head.status < 200) return // an interim answer, before the real one
    const framing = framingOf(head, isHead)
    reusable = framing.reusable
    sink.onHead(head)
    left = framing.length
    state = framing.kind
    if (state === 'length' && left === 0) end()
  }
  const take = (bytes: Buffer): Buffer => {
    const body = bytes.length <= left ? bytes : bytes.subarray(0, left)
    left -= body.length
    sink.onBody(body)
    if (left === 0 && state === 'length') end()
    else if (left === 0) state = 'chunk end'
    return bytes.subarray(body.length)
  }
  /** Goes as far as one state allows; gives what is left of the bytes, or undefined where more have to come. */
  const step = (bytes: Buffer): Buffer | undefined => {
    switch (state) {
      case 'head': {
        const found = textUntil('\r\n\r\n', longestHead, bytes)
        if (found) begin(parseHead(found.text))
        return found?.rest
      }
      case 'length':
      case 'chunk':
        return take(bytes)
      case 'chunk size': {
        const found = textUntil('\r\n', longestLine, bytes)
        if (!found) return undefined
        left = chunkSize(found.text)
        state = left === 0 ? 'trailer' : 'chunk'
        return found.rest
      }
      case 'chunk end': {
        const found = textUntil('\r\n', 0, bytes)
        if (found) state = 'chunk size'
        return found?.rest
      }
      case 'trailer': {
        const found = textUntil('\r\n', longestLine, bytes)
        if (found?.text === '') end()
        return found?.rest
      }
      case 'until close':
        sink.onBody(bytes)
        return undefined
      case 'done':
        throw new MalformedResponse('bytes behind the end of the answer')
    }
  }
  return {
    push: (bytes) => {
      for (let rest: Buffer | undefined = bytes; rest && rest.length > 0; ) rest = step(rest)
    },
    close: () => {
      if (state === 'until close') end()
      return state === 'done'
    },
  }
}

/** Without splitting the text into lines first: this is done for every small file. */
function parseHead(text: string): ResponseHead {
  let end = lineEnd(text, 0)
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(text.slice(0, end))?.[1]
  if (status === undefined) throw new MalformedResponse('no status line of HTTP/1.1')
  const headers = new Map<string, string>()
  while (end < text.length) {
    const start = end + 2
    end = lineEnd(text, start)
    const colon = text.indexOf(':', start)
    const name = text.slice(start, colon).toLowerCase()
    // Neither spaces before the colon nor lines that go on where one ended (RFC 9112, section 5).
    if (colon <= start || colon > end || /[\s\0]/.test(name)) throw new MalformedResponse('a header without a name')
    const value = text.slice(colon + 1, end).trim()
    if (/[\r\n\0]/.test(value)) throw new MalformedResponse('a line end within a header')
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return { status: Number(status), headers }
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\r\n', start)
  return end < 0 ? text.length : end
}

interface Framing {
  readonly kind: State
  /** Bytes of the body, where the head tells. */
  readonly length: number
  readonly reusable: boolean
}

/** How a body ends: RFC 9112, section 6.3. */
function framingOf({ status, headers }: ResponseHead, isHead: boolean): Framing {
  const reusable = !/\bclose\b/i.test(headers.get('connection') ?? '')
  if (isHead || status === 204 || status === 304) return { kind: 'length', length: 0, reusable }
  const coding = headers.get('transfer-encoding')
  const length = headers.get('content-length')
  if (coding !== undefined) {
    // Both together are how one answer is smuggled behind another.
    if (length !== undefined) throw new MalformedResponse('both Transfer-Encoding and Content-Length')
    if (coding.toLowerCase() !== 'chunked') throw new MalformedResponse('a transfer coding other than chunked')
    return { kind: 'chunk size', length: 0, reusable }
  }
  if (length === undefined) return { kind: 'until close', length: 0, reusable: false }
  if (!/^\d{1,15}$/.test(length)) throw new MalformedResponse('a Content-Length that is no number')
  return { kind: 'length', length: Number(length), reusable }
}

function chunkSize(line: string): number {
  const digits = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line)?.[1]
  if (digits === undefined) throw new MalformedResponse('a chunk without a size')
  return Number.parseInt(digits, 16)
}
