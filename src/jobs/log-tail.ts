import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDefaultHttpClient, createPipelineFromOptions, createPipelineRequest } from '@azure/core-rest-pipeline'

/** Where the lines of a job's logs go. They are foreign text. */
export interface LogOutput {
  /** A log begins: `user_logs/std_log.txt`. */
  begin(name: string): void
  lines(texts: readonly string[]): void
  end(): void
}

/** Reads the logs of a job as they grow. */
export interface Tails {
  /** @param files signed addresses by the names of the logs */
  readOn(files: Readonly<Record<string, string>>): Promise<void>
  /** Shows what is left of a last line that has no end. */
  end(): void
}

/** What the main process writes, on the first of several machines, and what building the environment does (azure-ai-ml, `job_ops_helper`). */
const shown = [
  /^azureml-logs\/20_image_build_log\.txt$/,
  /^user_logs\/std_log[^\d]*0*(?:_ps)?\.txt$/,
  /^azureml-logs\/\d{2}.+\.txt$/,
]
/** Bytes of one look at one log: a job may write faster than a log can be shown. */
const mostAtOnce = 8 * 1024 * 1024
const mostTries = 3
/** Milliseconds. */
const retryPause = 500

/** Reads a range (`bytes=0-99`) of what a signed address names. */
export type GetRange = typeof getRange

/** One log: how far it was read, and the beginning of a line whose end has not come. */
interface Tail {
  offset: number
  rest: Buffer
}

/**
 * Logs are append blobs: only what is new is asked for, by range, and shown in whole lines, so that no character is cut.
 * (Blob service: 416 where there is nothing new.)
 */
export function createTails(output: LogOutput, signal: AbortSignal, get: GetRange = getRange): Tails {
  const tails = new Map<string, Tail>()
  let current: string | undefined
  const show = (name: string, lines: readonly string[]) => {
    if (lines.length === 0) return
    if (current !== name) {
      if (current !== undefined) output.end()
      output.begin(name)
      current = name
    }
    output.lines(lines)
  }
  const readOne = async (name: string, url: string) => {
    const tail = tails.get(name) ?? { offset: 0, rest: Buffer.alloc(0) }
    tails.set(name, tail)
    for (;;) {
      const bytes = await readFrom(get, url, tail.offset, signal)
      if (bytes.byteLength === 0) return
      tail.offset += bytes.byteLength
      const all = Buffer.concat([tail.rest, bytes])
      const end = all.lastIndexOf('\n') + 1
      tail.rest = all.subarray(end)
      show(name, linesOf(all.subarray(0, end)))
    }
  }
  return {
    readOn: async (files) => {
      const names = Object.keys(files).filter((name) => shown.some((pattern) => pattern.test(name)))
      for (const name of names.sort()) await readOne(name, files[name] ?? '')
    },
    end: () => {
      for (const [name, { rest }] of tails) show(name, linesOf(rest))
      if (current !== undefined) output.end()
      current = undefined
    },
  }
}

function linesOf(bytes: Buffer): string[] {
  if (bytes.byteLength === 0) return []
  return bytes
    .toString('utf8')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
}

/** What is new behind an offset; nothing where there is nothing, or it cannot be had now: the next look asks again. */
async function readFrom(get: GetRange, url: string, offset: number, signal: AbortSignal): Promise<Buffer> {
  for (let tries = 1; tries <= mostTries; tries += 1) {
    try {
      const range = `bytes=${offset}-${offset + mostAtOnce - 1}`
      const { status, bytes } = await get(url, range, signal)
      if (status === 206) return bytes
      if (status === 200) return bytes.subarray(offset)
      if (status < 500) return Buffer.alloc(0)
    } catch {
      signal.throwIfAborted()
    }
    await sleep(retryPause)
  }
  return Buffer.alloc(0)
}

/** By the pipeline of the Azure clients, which knows proxies. As bytes: a text may be cut in the middle of a character. */
async function getRange(
  url: string,
  range: string,
  abortSignal: AbortSignal,
): Promise<{ status: number; bytes: Buffer }> {
  const request = createPipelineRequest({ url, method: 'GET', abortSignal })
  request.headers.set('x-ms-range', range)
  request.headers.set('x-ms-version', '2023-11-03')
  request.streamResponseStatusCodes = new Set([200, 206])
  const response = await createPipelineFromOptions({}).sendRequest(createDefaultHttpClient(), request)
  const body = response.readableStreamBody
  return { status: response.status, bytes: body ? await buffer(body) : Buffer.alloc(0) }
}
