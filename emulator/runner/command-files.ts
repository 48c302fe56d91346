import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Masks } from './masks.ts'
import type { StepLog } from './step-log.ts'

/** The files through which a step talks back, by the name of their variable. One set for every step. */
export interface CommandFiles {
  readonly GITHUB_PATH: string
  readonly GITHUB_ENV: string
  readonly GITHUB_STEP_SUMMARY: string
  readonly GITHUB_STATE: string
  readonly GITHUB_OUTPUT: string
}

/** What a step wrote into its files. */
export interface FileContents {
  readonly path: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  /** A malformed file fails the step, whatever its exit code. */
  readonly malformed: boolean
}

const SUMMARY_LIMIT = 1024 * 1024

/** Makes the empty files of one step, under the names that `FileCommandManager.cs` gives them. */
export function createCommandFiles(temp: string): CommandFiles {
  const folder = path.join(temp, '_runner_file_commands')
  const suffix = randomUUID()
  const create = (prefix: string) => {
    const file = path.join(folder, prefix + suffix)
    writeFileSync(file, '')
    return file
  }
  mkdirSync(folder, { recursive: true })
  return {
    GITHUB_PATH: create('add_path_'),
    GITHUB_ENV: create('set_env_'),
    GITHUB_STEP_SUMMARY: create('step_summary_'),
    GITHUB_STATE: create('save_state_'),
    GITHUB_OUTPUT: create('set_output_'),
  }
}

/** Reads the files of a step that has ended, in whatever way it ended. */
export function readCommandFiles(files: CommandFiles, log: StepLog, masks: Masks): FileContents {
  const failed: string[] = []
  const pairs = (name: 'env' | 'state' | 'output', file: string): Record<string, string> => {
    const result: Record<string, string> = {}
    try {
      // What stands before a malformed line counts, as in the runner.
      for (const [key, value] of parsePairs(readText(file))) result[key] = value
    } catch (error) {
      failed.push(name)
      log.annotate('error', `Unable to process file command '${name}' successfully.`)
      log.annotate('error', error instanceof Error ? error.message : String(error))
    }
    return result
  }
  const contents = {
    path: readText(files.GITHUB_PATH)
      .split(/\r\n|\r|\n/)
      .filter((line) => line !== ''),
    env: refuseNodeOptions(pairs('env', files.GITHUB_ENV), log),
    summary: readSummary(files.GITHUB_STEP_SUMMARY, log, masks),
    state: pairs('state', files.GITHUB_STATE),
    outputs: pairs('output', files.GITHUB_OUTPUT),
  }
  return { ...contents, malformed: failed.length > 0 }
}

/** `name=value` lines and `name<<delimiter` blocks (`EnvFileKeyValuePairs` in `FileCommandManager.cs`). */
export function* parsePairs(text: string): Generator<[name: string, value: string]> {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  for (let at = 0; at < lines.length; at++) {
    const line = withoutNewline(lines[at] ?? '')
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (line === '') continue
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) yield [line.slice(0, equals), line.slice(equals + 1)]
    else if (heredoc >= 0) {
      const end = endOfBlock(lines, at, line.slice(heredoc + 2), line)
      yield [line.slice(0, heredoc), withoutNewline(lines.slice(at + 1, end).join(''))]
      at = end
    } else throw new Error(`Invalid format '${line}'`)
  }
}

function endOfBlock(lines: readonly string[], start: number, delimiter: string, line: string): number {
  if (delimiter === '' || line.startsWith('<<')) {
    throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`)
  }
  const end = lines.findIndex((candidate, at) => at > start && withoutNewline(candidate) === delimiter)
  if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
  return end
}

function withoutNewline(line: string): string {
  return line.replace(/\r?\n$/, '')
}

function refuseNodeOptions(env: Record<string, string>, log: StepLog): Record<string, string> {
  const isBlocked = (name: string) => name.toUpperCase() === 'NODE_OPTIONS'
  if (Object.keys(env).some(isBlocked)) {
    log.annotate('error', "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.")
  }
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isBlocked(name)))
}

/** A summary over 1 MiB is dropped with an error, and the step stays as it is. */
function readSummary(file: string, log: StepLog, masks: Masks): string {
  const size = existsSync(file) ? statSync(file).size : 0
  if (size <= SUMMARY_LIMIT) return masks.apply(readText(file))
  const kilobytes = `${SUMMARY_LIMIT / 1024}k, got ${Math.floor(size / 1024)}k`
  log.annotate('error', `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${kilobytes}.`)
  return ''
}

/** A step may delete its files; that is the same as writing nothing. */
function readText(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
