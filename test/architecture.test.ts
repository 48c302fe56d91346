import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')

/** The folders of src/, highest first (docs/architecture.md). A folder imports itself and what is below it; those on one level not each other. */
const LEVELS = [['action'], ['jobs'], ['datasets'], ['azureml', 'transfer', 'mount'], ['blobs'], ['report']]
const LINES_OF_A_FILE = 400

const packageFile = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const dependencies = Object.keys(packageFile.dependencies)
const files = globSync('src/**/*.ts', { cwd: root }).map((file) => file.replaceAll(path.sep, '/'))
const source = (file: string) => readFileSync(path.join(root, file), 'utf8')

describe('src/', () => {
  test('holds files', () => {
    expect(files.length).toBeGreaterThan(0)
  })

  test('consists of known folders', () => {
    const strangers = files.filter((file) => file !== 'src/index.ts' && levelOf(folderOf(file) ?? '') < 0)
    expect(strangers).toEqual([])
  })

  test('imports only what it may', () => {
    const found = files.flatMap((file) =>
      importsOf(source(file)).flatMap((imported) => objections(file, imported).map((text) => `${file}: ${text}`)),
    )
    expect(found).toEqual([])
  })

  test(`has no file of more than ${LINES_OF_A_FILE} lines`, () => {
    const long = files.filter((file) => source(file).trimEnd().split('\n').length > LINES_OF_A_FILE)
    expect(long).toEqual([])
  })

  test('uses every dependency of package.json', () => {
    const imported = new Set(files.flatMap((file) => importsOf(source(file))).map(packageOf))
    expect(dependencies.filter((name) => !imported.has(name))).toEqual([])
  })
})

describe('the import rule', () => {
  test.each([
    ['src/action/main.ts', '../datasets/index.ts'],
    ['src/action/main.ts', '@actions/core'],
    ['src/datasets/stage.ts', './plan.ts'],
    ['src/datasets/stage.ts', '../blobs/index.ts'],
    ['src/mount/kernel/read.ts', '../cache.ts'],
    ['src/mount/kernel/read.ts', '../../blobs/index.ts'],
    ['src/blobs/list.ts', '../report/index.ts'],
    ['src/blobs/list.ts', 'node:path'],
    ['src/index.ts', './action/main.ts'],
    ['src/index.ts', '@actions/core'],
  ])('%s may import %s', (file, imported) => {
    expect(objections(file, imported)).toEqual([])
  })

  test.each([
    ['src/datasets/stage.ts', '../jobs/index.ts', 'jobs is not below datasets'],
    ['src/transfer/plan.ts', '../azureml/index.ts', 'azureml is not below transfer'],
    ['src/index.ts', './blobs/list.ts', 'another folder is used through its index.ts'],
    ['src/report/log.ts', '../blobs/index.ts', 'blobs is not below report'],
    ['src/datasets/stage.ts', '../blobs/list.ts', 'another folder is used through its index.ts'],
    ['src/blobs/list.ts', '../index.ts', 'index.ts is no folder of ours'],
    ['src/blobs/list.ts', '../helpers/index.ts', 'helpers is no folder of ours'],
    ['src/action/main.ts', '../../emulator/runner.ts', 'outside src/'],
    ['src/datasets/stage.ts', '@actions/core', 'only src/action and src/index.ts import @actions/*'],
    ['src/blobs/list.ts', 'fs', 'not in dependencies'],
    ['src/blobs/list.ts', 'vitest', 'not in dependencies'],
    ['src/blobs/list.ts', '(computed)', 'a path that is not written out'],
  ])('%s may not import %s', (file, imported, objection) => {
    expect(objections(file, imported)).toEqual([`${imported}: ${objection}`])
  })

  test('sees every form of import', () => {
    const text = `
import './side-effect.ts'
import a, { type B } from './static.ts'
import type {
  C,
} from './type.ts'
import * as d from "double"
export * from './star.ts'
export { e } from './name.ts'
const f = await import('./dynamic.ts')
type G = import('./type-position.ts').G
const h = import(f.name)
const i = require('./required.ts')
/** import('./comment.ts') */
// import './comment.ts'
export const from = 'not-an-import'
`
    const relative = ['side-effect', 'static', 'type', 'star', 'name', 'dynamic', 'type-position', 'required']
    expect(importsOf(text).sort()).toEqual(['double', '(computed)', ...relative.map((name) => `./${name}.ts`)].sort())
  })
})

/** What a module names in its imports; `(computed)` for a dynamic import whose path is not written out. */
function importsOf(text: string): string[] {
  const code = text.replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '')
  const forms = [
    /^(?:import|export)\b[\s\w$*{},]*?\bfrom\s*['"](.+?)['"]/gm,
    /^import\s*['"](.+?)['"]/gm,
    /\b(?:import|require)\(\s*['"](.+?)['"]\s*\)/g,
  ]
  const computed = [...code.matchAll(/\b(?:import|require)\((?!\s*['"])/g)].map(() => '(computed)')
  return [...forms.flatMap((form) => [...code.matchAll(form)].map(([, name = '']) => name)), ...computed]
}

/** Why a file of src/ may not import this; empty when it may. */
function objections(file: string, imported: string): string[] {
  const objection = imported.startsWith('.') ? objectToFile(file, imported) : objectToPackage(file, imported)
  return objection === undefined ? [] : [`${imported}: ${objection}`]
}

function objectToFile(file: string, imported: string): string | undefined {
  const target = path.posix.join(path.posix.dirname(file), imported)
  if (!target.startsWith('src/')) return 'outside src/'
  const [from = '', to = ''] = [folderOf(file), folderOf(target)]
  // The entry is part of src/action in all but place: it loads each role by itself, so that none pays for the others.
  if (from === to || (file === 'src/index.ts' && to === 'action')) return undefined
  if (levelOf(to) < 0) return `${to} is no folder of ours`
  if (file !== 'src/index.ts' && levelOf(to) <= levelOf(from)) return `${to} is not below ${from}`
  return target === `src/${to}/index.ts` ? undefined : 'another folder is used through its index.ts'
}

function objectToPackage(file: string, imported: string): string | undefined {
  if (imported === '(computed)') return 'a path that is not written out'
  if (imported.startsWith('node:')) return undefined
  if (!dependencies.includes(packageOf(imported))) return 'not in dependencies'
  const mayUseActions = folderOf(file) === 'action' || file === 'src/index.ts'
  const isActions = imported.startsWith('@actions/')
  return isActions && !mayUseActions ? 'only src/action and src/index.ts import @actions/*' : undefined
}

function folderOf(file: string): string | undefined {
  return file.split('/')[1]
}

function levelOf(folder: string): number {
  return LEVELS.findIndex((level) => level.includes(folder))
}

function packageOf(imported: string): string {
  return imported.split('/', imported.startsWith('@') ? 2 : 1).join('/')
}
