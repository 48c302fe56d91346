import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import type { StepLog } from './step-log.ts'

/** What the runner takes from the action.yml of a JavaScript action. */
export interface ActionFile {
  readonly folder: string
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly deprecationMessage?: string }>>
  readonly main: string
  readonly post: string | undefined
  readonly postIf: string
}

/** A value under `with:`. A function stands for an expression, which the runner evaluates again in the post step. */
export type InputValue = string | (() => string)

/** The values that expressions in the defaults of inputs may ask for. */
export interface Contexts {
  readonly 'github.token': string
  readonly 'job.status': string
  readonly 'toJSON(matrix)': string
}

export function readActionFile(folder: string): ActionFile {
  const { inputs, runs } = parse(readFileSync(path.join(folder, 'action.yml'), 'utf8'))
  return {
    folder,
    inputs: inputs ?? {},
    main: path.join(folder, runs.main),
    post: runs.post === undefined ? undefined : path.join(folder, runs.post),
    // ActionManifestManager.cs
    postIf: runs['post-if'] ?? 'always()',
  }
}

/**
 * The inputs as the action gets them, after `ActionRunner.cs`: names match in any case, an input that is given counts even
 * when it is empty, an unknown one is passed on with a warning, and everything is evaluated anew for each stage.
 */
export function evaluateInputs(
  action: ActionFile,
  given: Readonly<Record<string, InputValue>>,
  contexts: Contexts,
  log: StepLog,
): Record<string, string> {
  const values = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'function' ? value() : value]),
  )
  const givenNames = new Map(Object.keys(values).map((name) => [name.toLowerCase(), name]))
  for (const [name, { default: fallback, deprecationMessage }] of Object.entries(action.inputs)) {
    if (!givenNames.has(name.toLowerCase())) values[name] = evaluateDefault(String(fallback ?? ''), contexts)
    else if (deprecationMessage !== undefined) {
      log.annotate('warning', `Input '${name}' has been deprecated with message: ${deprecationMessage}`)
    }
  }
  warnOfUnknownInputs(action, [...givenNames.values()], log)
  return values
}

function warnOfUnknownInputs(action: ActionFile, given: readonly string[], log: StepLog): void {
  const valid = Object.keys(action.inputs)
  const known = new Set(valid.map((name) => name.toLowerCase()))
  const unknown = given.filter((name) => !known.has(name.toLowerCase()))
  if (unknown.length === 0) return
  log.annotate('warning', `Unexpected input(s) '${unknown.join("', '")}', valid inputs are ['${valid.join("', '")}']`)
}

function evaluateDefault(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => evaluate(expression.trim(), contexts))
}

function evaluate(expression: string, contexts: Contexts): string {
  const value = Object.entries(contexts).find(([name]) => name === expression)?.[1]
  if (value === undefined) throw new Error(`This runner cannot evaluate \${{ ${expression} }}`)
  return value
}

/** The variable of an input: spaces become underscores, hyphens stay (`Handler.cs`). */
export function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`
}

/** Whether the post step runs, for the conditions that a `post-if` is made of. */
export function isPostDue(condition: string, jobStatus: string): boolean {
  const conditions: Record<string, boolean> = {
    'always()': true,
    'success()': jobStatus === 'success',
    'failure()': jobStatus === 'failure',
    'cancelled()': jobStatus === 'cancelled',
    '!cancelled()': jobStatus !== 'cancelled',
  }
  const due = conditions[condition]
  if (due === undefined) throw new Error(`This runner cannot evaluate post-if: ${condition}`)
  return due
}
