import type { Masks } from './masks.ts'
import type { StepLog } from './step-log.ts'

/** A workflow command: `::name key=value,key=value::data`, or the older `##[name key=value;key=value]data`. */
export interface Command {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

/** Reads the lines that a step prints: does what commands say, writes the rest to the step's log. */
export type CommandReader = (line: string) => void

const LEVELS = ['error', 'warning', 'notice', 'debug'] as const
const OBEYED = new Set<string>([...LEVELS, 'add-mask', 'group', 'endgroup', 'stop-commands'])

/** Registered in the runner too, but refused, deprecated or of no use to us: only foreign text can contain them. */
const REFUSED = new Set(['set-env', 'add-path', 'set-output', 'save-state', 'add-matcher', 'remove-matcher', 'echo'])

/** After `ActionCommandManager.cs`: one reader serves standard output and standard error of one step. */
export function createCommandReader(log: StepLog, masks: Masks): CommandReader {
  let resumeToken: string | undefined
  const isRegistered = (name: string) => OBEYED.has(name) || REFUSED.has(name) || name === resumeToken?.toLowerCase()

  function obey({ name, properties, data }: Command, line: string): void {
    if (isLevel(name)) log.annotate(name, data, properties)
    else if (name === 'add-mask') addMask(data)
    else if (name === 'group') log.openGroup(data)
    else if (name === 'endgroup') log.closeGroup()
    else if (name === 'stop-commands') stop(data, line)
    else refuse(line)
  }

  function addMask(secret: string): void {
    if (secret.trim() === '') log.annotate('warning', "Can't add secret mask for empty string in ##[add-mask] command.")
    for (const part of [secret, ...secret.split(/[\r\n]/)]) masks.add(part.trim())
  }

  function stop(token: string, line: string): void {
    if (token === '' || token.toLowerCase() === 'pause-logging' || isRegistered(token.toLowerCase())) {
      log.annotate('error', 'You cannot use an end token that is empty or another workflow command.')
    } else {
      if (token.length > 6) masks.add(token)
      resumeToken = token
      log.write(line)
    }
  }

  function refuse(line: string): void {
    log.annotate('injected', line)
    log.write(line)
  }

  return (line) => {
    const command = parseCommand(line, isRegistered)
    if (resumeToken !== undefined) {
      if (command?.name === resumeToken.toLowerCase()) resumeToken = undefined
      log.write(line)
    } else if (command !== undefined) obey(command, line)
    else if (parseCommand(line, (name) => /^[a-z][a-z-]*$/.test(name)) !== undefined) refuse(line)
    else log.write(line)
  }
}

function isLevel(name: string): name is (typeof LEVELS)[number] {
  return LEVELS.some((level) => level === name)
}

/** After `ActionCommand.cs`: a line whose name is not registered is no command. Names are compared in lower case. */
export function parseCommand(line: string, isRegistered: (name: string) => boolean): Command | undefined {
  return parseColons(line, isRegistered) ?? parseBrackets(line, isRegistered)
}

/** `::name …::data`, at the start of the line. */
function parseColons(line: string, isRegistered: (name: string) => boolean): Command | undefined {
  const match = /^\s*::(?<head>.*?)::(?<data>.*)$/s.exec(line)
  const { name, rest } = splitHead(match?.groups?.head)
  if (match === null || !isRegistered(name)) return undefined
  const properties = parseProperties(rest.trim(), ',', ['%0D', '%0A', '%3A', '%2C', '%25'])
  return { name, properties, data: decode(match.groups?.data ?? '', ['%0D', '%0A', '%25']) }
}

/** `##[name …]data`, anywhere in the line. */
function parseBrackets(line: string, isRegistered: (name: string) => boolean): Command | undefined {
  const match = /##\[(?<head>[^\]]*)\](?<data>.*)$/s.exec(line)
  const { name, rest } = splitHead(match?.groups?.head)
  if (match === null || !isRegistered(name)) return undefined
  const escapes = ['%3B', '%0D', '%0A', '%5D', '%25']
  return { name, properties: parseProperties(rest, ';', escapes), data: decode(match.groups?.data ?? '', escapes) }
}

function splitHead(head = ''): { name: string; rest: string } {
  const space = head.indexOf(' ')
  return space < 0
    ? { name: head.toLowerCase(), rest: '' }
    : { name: head.slice(0, space).toLowerCase(), rest: head.slice(space + 1) }
}

function parseProperties(text: string, separator: string, escapes: readonly string[]): Record<string, string> {
  const pairs = text.split(separator).map((pair) => /^=*([^=]+)=(.+)$/s.exec(pair))
  return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1], decode(pair[2] ?? '', escapes)]] : [])))
}

/** `%25` comes last in every list, so that an escaped escape is not unescaped twice. */
function decode(text: string, escapes: readonly string[]): string {
  return escapes.reduce((result, code) => result.replaceAll(code, decodeURIComponent(code)), text)
}
