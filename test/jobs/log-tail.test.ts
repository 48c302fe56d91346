import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTails, type GetRange, type LogOutput } from '../../src/jobs/log-tail.ts'
import { fuzzSettings } from '../fuzz.ts'

const { signal } = new AbortController()
const std = 'user_logs/std_log.txt'

/** Logs by their addresses, as append blobs answer. */
function blobs() {
  const contents = new Map<string, Buffer>()
  const answers: number[] = []
  const asked: string[] = []
  const get: GetRange = async (url, range) => {
    asked.push(range)
    const status = answers.shift()
    if (status !== undefined) return { status, bytes: Buffer.alloc(0) }
    const [start = 0, end = 0] = /bytes=(\d+)-(\d+)/.exec(range)?.slice(1).map(Number) ?? []
    const content = contents.get(url) ?? Buffer.alloc(0)
    if (start >= content.length) return { status: 416, bytes: Buffer.alloc(0) }
    return { status: 206, bytes: content.subarray(start, end + 1) }
  }
  return { contents, answers, asked, get }
}

/** Everything that is shown, a line each; groups as `[name]` and `[end]`. */
function shown() {
  const lines: string[] = []
  const output: LogOutput = {
    begin: (name) => void lines.push(`[${name}]`),
    lines: (texts) => void lines.push(...texts),
    end: () => void lines.push('[end]'),
  }
  return { lines, output }
}

describe('the log of a job', () => {
  test('is shown in whole lines and whole characters, however it grows, and nothing twice', async () => {
    const text = fc.array(
      fc.string({ unit: 'grapheme', maxLength: 12 }).map((line) => line.replace(/[\r\n]/g, '')),
      { minLength: 1, maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(30), { maxLength: 12 }), async (expected, steps) => {
        const whole = Buffer.from(expected.map((line) => `${line}\n`).join(''))
        const { contents, get } = blobs()
        const { lines, output } = shown()
        const tails = createTails(output, signal, get)
        let size = 0
        for (const step of steps) {
          size = Math.min(whole.length, size + step)
          contents.set('u', whole.subarray(0, size))
          await tails.readOn({ [std]: 'u' })
        }
        contents.set('u', whole)
        await tails.readOn({ [std]: 'u' })
        tails.end()
        expect(lines).toEqual([`[${std}]`, ...expected, '[end]'])
      }),
      fuzzSettings(200),
    )
  })

  test('ends with a line that has no end', async () => {
    const { contents, get } = blobs()
    const { lines, output } = shown()
    const tails = createTails(output, signal, get)
    contents.set('u', Buffer.from('one\ntw'))
    await tails.readOn({ [std]: 'u' })
    expect(lines).toEqual([`[${std}]`, 'one'])
    tails.end()
    expect(lines).toEqual([`[${std}]`, 'one', 'tw', '[end]'])
  })

  test('is that of the main process and of the build, each in its group, and no other', async () => {
    const { contents, get } = blobs()
    const { lines, output } = shown()
    const tails = createTails(output, signal, get)
    const build = 'azureml-logs/20_image_build_log.txt'
    const files = {
      [build]: 'b',
      [std]: 's',
      'user_logs/std_log_process_1.txt': 'o',
      'system_logs/x.log': 'o',
      'user_logs/std_log_process_0.txt': 'p',
    }
    for (const url of ['b', 's', 'o', 'p']) contents.set(url, Buffer.from(`from ${url}\n`))
    await tails.readOn(files)
    tails.end()
    expect(lines).toEqual([
      `[${build}]`,
      'from b',
      '[end]',
      `[${std}]`,
      'from s',
      '[end]',
      '[user_logs/std_log_process_0.txt]',
      'from p',
      '[end]',
    ])
  })

  test('whose address has expired is read on with the next one', async () => {
    const { contents, answers, get } = blobs()
    const { lines, output } = shown()
    const tails = createTails(output, signal, get)
    contents.set('old', Buffer.from('one\n')).set('new', Buffer.from('one\ntwo\n'))
    await tails.readOn({ [std]: 'old' })
    answers.push(403)
    await tails.readOn({ [std]: 'old' })
    await tails.readOn({ [std]: 'new' })
    expect(lines.slice(1)).toEqual(['one', 'two'])
  })

  test('that cannot be had for a moment is asked for again', async () => {
    const { contents, answers, asked, get } = blobs()
    const { lines, output } = shown()
    contents.set('u', Buffer.from('one\n'))
    answers.push(503)
    await createTails(output, signal, get).readOn({ [std]: 'u' })
    expect(lines).toEqual([`[${std}]`, 'one'])
    expect(asked).toHaveLength(3)
  })

  test('of a server that knows no ranges is not shown twice', async () => {
    const { lines, output } = shown()
    const tails = createTails(output, signal, async () => ({ status: 200, bytes: Buffer.from('one\ntwo\n') }))
    await tails.readOn({ [std]: 'u' })
    await tails.readOn({ [std]: 'u' })
    expect(lines).toEqual([`[${std}]`, 'one', 'two'])
  })
})
