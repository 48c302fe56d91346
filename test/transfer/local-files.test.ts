import { execFileSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type LinksOut, listLocalFiles, md5OfFile } from '../../src/transfer/index.ts'
import { hasProc, isPosix } from '../platform.ts'
import { refusalOf } from '../report/helpers.ts'
import { useFolder } from './helpers.ts'

const root = useFolder()
const folder = () => join(root.path, 'out')
const list = async (linksOut: LinksOut = 'refuse') => (await listLocalFiles(folder(), linksOut)).map(({ path }) => path)
const refusal = async () => (await refusalOf(() => list())).message

beforeEach(async () => {
  await mkdir(join(folder(), 'sub'), { recursive: true })
  await writeFile(join(folder(), 'sub/f'), 'hello')
  await writeFile(join(root.path, 'outside'), 'secret')
})

describe('the files of a folder', () => {
  test('are listed by path in one order everywhere, with their sizes; empty folders are left out', async () => {
    await mkdir(join(folder(), 'empty/deep'), { recursive: true })
    for (const name of ['a.b', 'Z', 'a', 'ü', 'a-b', '.dot', 'sub-']) await writeFile(join(folder(), name), name)
    expect(await list()).toEqual(['.dot', 'Z', 'a', 'a-b', 'a.b', 'sub-', 'sub/f', 'ü'])
    const [file] = (await listLocalFiles(folder(), 'refuse')).filter(({ path }) => path === 'sub/f')
    expect(file).toMatchObject({ size: 5, modified: expect.any(Number) })
  })

  test('may have awkward names', async ({ skip }) => {
    skip(!isPosix, 'Windows does not take them')
    const names = ['a b', '100%', 'a#b?c', "it's", 'e\u0301', '日本語', 'line\nend', '__proto__']
    for (const name of names) await writeFile(join(folder(), name), 'x')
    expect(await list()).toEqual([...names, 'sub/f'].sort())
  })

  test('are found behind links inside, each under the name of the link', async () => {
    await symlink('sub', join(folder(), 'again'))
    await symlink('../sub/f', join(folder(), 'sub/g'))
    await symlink(folder(), join(root.path, 'link-to-all'))
    expect(await list()).toEqual(['again/f', 'again/g', 'sub/f', 'sub/g'])
    expect(await listLocalFiles(join(root.path, 'link-to-all'), 'refuse')).toHaveLength(4)
  })
})

describe('links out of the folder', () => {
  test.each([
    ['to a file', '../outside'],
    ['by an absolute path', process.execPath],
    ['to a folder whose name begins like ours', '../out-too'],
    ['to what the folder lies in', '..'],
  ])('%s are refused for outputs', async (_what, destination) => {
    await mkdir(join(root.path, 'out-too'))
    await symlink(destination, join(folder(), 'l'))
    expect(await refusal()).toContain('"l" is a link that leads out of the folder')
  })

  test('are refused behind another link too', async () => {
    await symlink('sub/second', join(folder(), 'first'))
    await symlink('../../outside', join(folder(), 'sub/second'))
    expect(await refusal()).toMatch(/is a link that leads out of the folder/)
  })

  test('are followed for local folders', async () => {
    await symlink('../outside', join(folder(), 'l'))
    expect(await list('follow')).toEqual(['l', 'sub/f'])
  })

  test('are followed for local folders, but not for ever', async () => {
    await symlink('..', join(folder(), 'up'))
    expect((await refusalOf(() => list('follow'))).message).toContain('"up/out" is a link to a folder that it lies in')
  })
})

describe('what is no file', () => {
  test('a link to nowhere', async () => {
    await symlink('nothing', join(folder(), 'l'))
    expect(await refusal()).toContain('"l" is a link to nowhere')
  })

  test('a link to itself', async () => {
    await symlink('l', join(folder(), 'l'))
    expect(await refusal()).toContain('"l" is a link to nowhere')
  })

  test('a link to a folder that it lies in', async () => {
    await symlink('../sub', join(folder(), 'sub/self'))
    expect(await refusal()).toContain('"sub/self" is a link to a folder that it lies in')
  })

  test('a FIFO', async ({ skip }) => {
    skip(!isPosix, 'Windows has no FIFOs')
    execFileSync('mkfifo', [join(folder(), 'pipe')])
    expect(await refusal()).toContain('"pipe" is neither a file nor a folder')
  })

  test('a socket', async ({ skip }) => {
    skip(!isPosix, 'Windows has no sockets among its files')
    const server = createServer().listen(join(folder(), 'sock'))
    try {
      expect(await refusal()).toContain('"sock" is neither a file nor a folder')
    } finally {
      server.close()
    }
  })

  test('a name that is not UTF-8', async ({ skip }) => {
    skip(!hasProc, 'only Linux has such names')
    await writeFile(Buffer.concat([Buffer.from(`${folder()}/bad`), Buffer.from([0xff])]), 'x')
    expect(await refusal()).toContain('holds a file whose name is not UTF-8 (bad?)')
  })
})

test('a folder that does not exist is told as the system does', async () => {
  await expect(listLocalFiles(join(root.path, 'nowhere'), 'refuse')).rejects.toMatchObject({
    code: 'ENOENT',
    path: join(root.path, 'nowhere'),
  })
})

test('MD5 is that of the content, in base64', async () => {
  expect(await md5OfFile(join(folder(), 'sub/f'))).toBe('XUFAKrxLKna5cZ2REBfFkg==')
})
