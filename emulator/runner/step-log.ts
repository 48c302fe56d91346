import type { Masks } from './masks.ts'

export type Level = 'error' | 'warning' | 'notice' | 'debug' | 'injected'

/**
 * What a step said beside its plain output. `injected` is ours: a command that the runner would ignore or refuse, or that
 * actions must not use any more; none of our steps prints one, so it came from foreign text.
 */
export interface Annotation {
  readonly level: Level
  readonly message: string
  readonly properties: Readonly<Record<string, string>>
}

/** The log of one step as a person reads it: commands interpreted, secrets masked. */
export interface StepLog {
  readonly lines: readonly string[]
  readonly annotations: readonly Annotation[]
  write(text: string): void
  annotate(level: Level, message: string, properties?: Record<string, string>): void
  openGroup(title: string): void
  closeGroup(): void
}

const LABELS: Partial<Record<Level, string>> = { error: 'Error: ', warning: 'Warning: ', notice: 'Notice: ' }

// ExecutionContext.cs: a record keeps ten annotations of each kind, each cut at 4,096 characters; the log keeps all.
const ANNOTATIONS_OF_A_LEVEL = 10
const ANNOTATION_LENGTH = 4096

export interface StepLogOptions {
  readonly masks: Masks
  /** RUNNER_DEBUG=1: debug messages are part of the log. */
  readonly debug: boolean
  readonly onLine: (line: string) => void
}

export function createStepLog({ masks, debug, onLine }: StepLogOptions): StepLog {
  const lines: string[] = []
  const annotations: Annotation[] = []
  let indent = ''

  function write(text: string): void {
    for (const line of masks.apply(text).split(/\r?\n/)) {
      lines.push(indent + line)
      onLine(indent + line)
    }
  }

  function annotate(level: Level, message: string, properties: Record<string, string> = {}): void {
    const text = masks.apply(message)
    const masked = Object.entries(properties).map(([name, value]) => [name, masks.apply(value)] as const)
    const label = LABELS[level]
    if (label === undefined) annotations.push({ level, message: text, properties: Object.fromEntries(masked) })
    else if (annotations.filter((one) => one.level === level).length < ANNOTATIONS_OF_A_LEVEL) {
      annotations.push({ level, message: text.slice(0, ANNOTATION_LENGTH), properties: Object.fromEntries(masked) })
    }
    if (label !== undefined) write(label + text)
    if (level === 'debug' && debug) write(`Debug: ${text}`)
  }

  function openGroup(title: string): void {
    indent = ''
    write(`▼ ${title}`)
    indent = '  '
  }

  function closeGroup(): void {
    indent = ''
  }

  return { lines, annotations, write, annotate, openGroup, closeGroup }
}
