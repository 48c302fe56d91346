import { expect } from 'vitest'
import { type Log, UserError } from '../../src/report/index.ts'

/** The UserError that a piece of work ends with. What a user reads is one line, and no riddle. */
export async function refusalOf(work: () => unknown): Promise<UserError> {
  const outcome = await (async () => work())().then(
    (value) => new Error(`It was not refused, but gave ${JSON.stringify(value)}.`),
    (error: unknown) => error,
  )
  if (!(outcome instanceof UserError)) throw outcome
  expect(outcome.message).not.toMatch(/[\r\n]|undefined|\bnull\b|NaN|\[object/)
  expect(outcome.code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  return outcome
}

/** A log that can be read afterwards, with each line as `level: message`. */
export function recordingLog(): Log & { readonly lines: readonly string[] } {
  const lines: string[] = []
  const write = (level: string) => (message: string) => void lines.push(`${level}: ${message}`)
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    notice: write('notice'),
    warning: write('warning'),
    mask: write('mask'),
  }
}

export { silentLog } from './silent-log.ts'
