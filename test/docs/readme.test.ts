import { existsSync, globSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseInputDatasets, parseOutputDatasets } from '../../src/datasets/index.ts'
import { errorCodes } from '../../src/report/index.ts'
import { codeIn, readText, root, tableOf } from './markdown.ts'

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>
  readonly outputs: Readonly<Record<string, unknown>>
}

const readme = readText('README.md')
const action: ActionFile = parse(readText('action.yml'))
const publish: ActionFile = parse(readText('publish/action.yml'))

/** `input-0` to `input-9` stands for ten. */
function namesOf(cell: string | undefined): string[] {
  const [first = '', last] = codeIn(cell)
  if (last === undefined) return [first]
  return Array.from({ length: 10 }, (_, index) => first.replace('0', String(index))).slice(
    0,
    Number(/\d/.exec(last)?.[0]) + 1,
  )
}

function documentedInputs(head: string): [string, string][] {
  return tableOf(readme, head, 'default', 'meaning').map(([name, value]) => [
    codeIn(name)[0] ?? '',
    codeIn(value)[0] ?? '',
  ])
}

function declaredInputs({ inputs }: ActionFile): [string, string][] {
  return Object.entries(inputs).map(([name, { default: value = '' }]) => [name, value])
}

describe('the tables of README.md are those of the action files', () => {
  test.each([
    ['input', action],
    ['input of `publish/`', publish],
  ])('%s: names in order, with their defaults', (head, file) => {
    expect(documentedInputs(head)).toEqual(declaredInputs(file))
  })

  test.each([
    ['output', action],
    ['output of `publish/`', publish],
  ])('%s: every name, and no other', (head, file) => {
    const documented = tableOf(readme, head, 'value').flatMap(([name]) => namesOf(name))
    expect(documented.toSorted()).toEqual(Object.keys(file.outputs).toSorted())
  })

  test.each([
    ['inputs', parseInputDatasets],
    ['outputs', parseOutputDatasets],
  ] as const)('the keys of %s are those that the action takes', (side, read) => {
    const documented = tableOf(readme, 'key', 'for', 'type').filter(([, of]) => of === 'both' || of === side)
    const known = /Known keys: (.*)\.$/.exec(messageOf(() => read('{name: a, no-such-key: b}')))?.[1]?.split(', ') ?? []
    expect(documented.flatMap(([key]) => codeIn(key)).toSorted()).toEqual(known.toSorted())
  })

  test('the default of concurrency is the one in the code', () => {
    const code = readText('src/transfer/mover.ts')
    const [first, most] = ['first', 'most'].map((name) => new RegExp(`${name}Requests = (\\d+)`).exec(code)?.[1])
    expect(readme).toContain(
      `1 to 1000. By default it begins with ${first}, and takes more while that moves more, up to ${most}.`,
    )
  })
})

describe('README.md', () => {
  test('shows a whole workflow within its first 30 lines', () => {
    const lines = readme.split('\n')
    const start = lines.indexOf('```yaml')
    expect(start).toBeLessThan(30)
    const workflow = parse(lines.slice(start + 1, lines.indexOf('```')).join('\n'))
    expect(workflow.permissions).toEqual({ 'id-token': 'write', contents: 'read' })
    expect(Object.values(workflow.jobs)).toHaveLength(1)
  })

  test('names error codes that exist', () => {
    const codes = tableOf(readme, 'code', 'cause', 'remedy').flatMap(([code]) => codeIn(code))
    expect(codes.length).toBeGreaterThan(7)
    expect(codes.filter((code) => !errorCodes.some((known) => known === code))).toEqual([])
  })

  test('names tests that exist', () => {
    const tests = [...readme.matchAll(/`(test\/[\w./-]+)`/g)].map(([, file = '']) => file)
    expect(tests.filter((file) => !existsSync(path.join(root, file)))).toEqual([])
  })

  test('marks each of its nine promises with its state', () => {
    const states = tableOf(readme, '', 'promise', 'today').map(([, , state = '']) => state)
    expect(states).toHaveLength(9)
    expect(states.filter((state) => !/^built.*`test\/|^coming/.test(state))).toEqual([])
  })

  test('links every example', () => {
    const examples = globSync('examples/*.yml', { cwd: root }).map((file) => file.replaceAll(path.sep, '/'))
    expect(examples.length).toBeGreaterThan(0)
    expect(examples.filter((file) => !readme.includes(`](${file})`))).toEqual([])
  })

  test('names variables that the action sets', () => {
    const outputs = readText('src/action/outputs.ts')
    const set = [...outputs.matchAll(/exportVariable\([`']([A-Z_]+)/g)].map(([, name = '']) => name)
    const documented = tableOf(readme, 'variable', 'value').flatMap(([name]) => codeIn(name))
    expect(documented.map((name) => name.replace('{data-name}', '')).toSorted()).toEqual(set.toSorted())
  })
})

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  throw new Error('It did not fail.')
}
