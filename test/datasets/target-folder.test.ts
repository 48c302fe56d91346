import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { refuseOverlaps, requireEmpty, requireOursOrEmpty, resolveTargetFolder } from '../../src/datasets/index.ts'
import { manifestPath } from '../../src/transfer/manifest.ts'
import { refusalOf } from '../report/helpers.ts'
import { manifestText } from '../transfer/helpers.ts'

let root = ''
let checkout = ''

/** Where POSIX and Windows look for the home folder. */
function stubHome(folder: string): void {
  for (const name of ['HOME', 'USERPROFILE']) vi.stubEnv(name, folder)
}

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'target-')))
  checkout = join(root, 'work', 'checkout')
  await mkdir(checkout, { recursive: true })
  await mkdir(join(root, 'home'))
  stubHome(join(root, 'home'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(root, { recursive: true, force: true })
})

describe('a target-folder', () => {
  test('is a place in the checkout, or anywhere if it is absolute; it need not exist', async () => {
    expect(await resolveTargetFolder('data/scans', checkout)).toBe(join(checkout, 'data/scans'))
    expect(await resolveTargetFolder('./data//scans/', checkout)).toBe(join(checkout, 'data/scans'))
    expect(await resolveTargetFolder('../beside', checkout)).toBe(join(root, 'work/beside'))
    expect(await resolveTargetFolder(join(root, 'home/data'), checkout)).toBe(join(root, 'home/data'))
  })

  test('is told without the links on its way', async () => {
    await mkdir(join(root, 'disk'))
    await symlink(join(root, 'disk'), join(checkout, 'data'))
    expect(await resolveTargetFolder('data/scans', checkout)).toBe(join(root, 'disk/scans'))
  })

  test.each([
    ['.', 'is the checkout'],
    ['a/..', 'is the checkout'],
    ['..', 'contains the checkout'],
    ['../..', 'contains the checkout'],
    ['/', 'contains the checkout'],
    ['../../home', 'is the home folder'],
    ['../../home/.', 'is the home folder'],
    ['.data.azureml-datasets.partial', 'has a name that this action keeps'],
    ['.data.azureml-datasets.json.new/below', 'has a name that this action keeps'],
  ])('%s is refused, as it %s', async (targetFolder, why) => {
    expect((await refusalOf(() => resolveTargetFolder(targetFolder, checkout))).message).toContain(why)
  })

  test('that is the checkout by its real name is refused, where the checkout is given by a link', async () => {
    const link = join(root, 'link')
    await symlink(checkout, link)
    for (const place of [checkout, join(root, 'work'), '.'])
      expect((await refusalOf(() => resolveTargetFolder(place, link))).message).toMatch(/(is|contains) the checkout/)
  })

  test('that is the home folder by its real name is refused, where HOME is a link', async () => {
    await symlink(join(root, 'home'), join(root, 'my-home'))
    stubHome(join(root, 'my-home'))
    await refusalOf(() => resolveTargetFolder(join(root, 'home'), checkout))
  })

  test('below a file is refused', async () => {
    await writeFile(join(checkout, 'a-file'), 'x')
    expect((await refusalOf(() => resolveTargetFolder('a-file', checkout))).message).toContain('is a file')
    await refusalOf(() => resolveTargetFolder('a-file/data', checkout))
  })

  test('that is a link, even one to nowhere, is refused', async () => {
    await symlink(join(root, 'nowhere'), join(checkout, 'dangling'))
    expect((await refusalOf(() => resolveTargetFolder('dangling', checkout))).message).toContain('is a symbolic link')
  })
})

describe('the folder of an input', () => {
  test('may be missing, empty, or filled by us', async () => {
    const folder = join(checkout, 'data')
    await requireOursOrEmpty(folder)
    await mkdir(folder)
    await requireOursOrEmpty(folder)
    await writeFile(join(folder, 'f'), 'x')
    await writeFile(manifestPath(folder), manifestText([]))
    await requireOursOrEmpty(folder)
  })

  test.each([
    '',
    'not JSON',
    'null',
    '[]',
    '{"schema":1,"complete":true,"files":{}}',
    '{"schema":2}',
    '{"schema":2,"complete":true,"files":[]}',
    manifestText([], false),
    manifestText([]).replace('2', '3'),
  ])('with files is not ours for a list of files that reads %j', async (manifest) => {
    const folder = join(checkout, 'data')
    await mkdir(folder)
    await writeFile(join(folder, 'f'), 'x')
    await writeFile(manifestPath(folder), manifest)
    expect((await refusalOf(() => requireOursOrEmpty(folder))).code).toBe('target-not-ours')
  })
})

test('the folder of an output has to be empty, whoever filled it', async () => {
  const folder = join(checkout, 'out')
  await requireEmpty(folder)
  await mkdir(join(folder, 'sub'), { recursive: true })
  expect((await refusalOf(() => requireEmpty(folder))).code).toBe('target-not-ours')
})

describe('places of several datasets', () => {
  test.each([[['/a', '/b', '/a-b', '/ab/c']], [['/a/b', '/a/c']], [[]]])('%j are apart', (folders) => {
    expect(() => refuseOverlaps(folders.map((folder) => resolve(folder)))).not.toThrow()
  })

  test.each([[['/a', '/a']], [['/a/b', '/a']], [['/a', '/a-b', '/a/b']], [['/x', '/a/b/c/d', '/a/b']]])(
    '%j are not',
    async (folders) => {
      const places = folders.map((folder) => resolve(folder))
      expect((await refusalOf(() => refuseOverlaps(places))).message).toContain('separate target-folders')
    },
  )
})
