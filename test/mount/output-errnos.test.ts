import { constants } from 'node:fs'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { noMounts } from './kernel.ts'
import { hasProgram, quoted, runIn } from './kernel-helpers.ts'
import { type KernelOutput, outputHere } from './output-kernel.ts'

/** A name of so many bytes. */
const named = (bytes: number) => 'n'.repeat(bytes)
const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants
const { R_OK, W_OK, X_OK } = constants
type At = (path: string) => string
/** What is done in a folder of its own, what comes of it in an output, and where a disk differs, what it does there, and why. */
type Row = readonly [what: string, seen: unknown, work: (at: At) => Promise<unknown>, onDisk?: OnDisk]
type OnDisk = readonly [seen: unknown, why: string]

/** Size and number of links, which tell much about what has become of a file. */
const looks = async (path: string) => {
  const { size, nlink } = await fs.lstat(path)
  return [size, nlink]
}
const text = (path: string) => fs.readFile(path, 'utf8')
const rights = async (path: string) => ((await fs.lstat(path)).mode & 0o7777).toString(8)

const opened: readonly Row[] = [
  ['opening what is not there', 'ENOENT', (at) => fs.open(at('none'))],
  ['opening the empty path', 'ENOENT', () => fs.open('')],
  ['going through a file', 'ENOTDIR', (at) => fs.open(at('file/inner'))],
  ['a file with a slash behind it', 'ENOTDIR', (at) => fs.stat(at('file/'))],
  ['names of another case', 'ENOENT', (at) => fs.stat(at('FILE'))],
  ['creating a file that must be new', 'done', (at) => fs.writeFile(at('new'), 'x', { flag: 'wx' })],
  ['creating a file that must be new, and is there', 'EEXIST', (at) => fs.open(at('file'), 'wx')],
  ['creating a file that must be new, and is a link', 'EEXIST', (at) => fs.open(at('link'), 'wx')],
  ['creating a file that must be new, and is a link to nowhere', 'EEXIST', (at) => fs.open(at('dangling'), 'wx')],
  ['creating a file that must be new, and is a folder', 'EEXIST', (at) => fs.open(at('empty'), 'wx')],
  [
    'creating a file through a link to nowhere',
    'x',
    (at) => fs.writeFile(at('dangling'), 'x').then(() => text(at('nowhere'))),
  ],
  ['creating a file in a folder that is not there', 'ENOENT', (at) => fs.writeFile(at('none/new'), 'x')],
  ['creating a file in a file', 'ENOTDIR', (at) => fs.writeFile(at('file/new'), 'x')],
  ['creating a file with a slash behind it', 'EISDIR', (at) => fs.writeFile(at('new/'), 'x')],
  ['creating a file that is a folder', 'EISDIR', (at) => fs.writeFile(at('empty'), 'x')],
  ['opening a folder to write it', 'EISDIR', (at) => fs.open(at('empty'), 'r+')],
  ['opening a folder, truncated', 'EISDIR', (at) => fs.open(at('empty'), O_RDONLY | O_TRUNC)],
  ['reading a folder', 'EISDIR', (at) => fs.readFile(at('empty'))],
  ['opening a file as a folder', 'ENOTDIR', (at) => fs.open(at('file'), O_DIRECTORY)],
  ['opening a link as a folder, not following it', 'ENOTDIR', (at) => fs.open(at('way'), O_DIRECTORY | O_NOFOLLOW)],
  ['opening a link, not following it', 'ELOOP', (at) => fs.open(at('link'), O_NOFOLLOW)],
  ['opening a link that leads to itself', 'ELOOP', (at) => fs.open(at('loop'))],
  [
    'opening a file, truncated',
    ['', 0],
    async (at) => {
      await (await fs.open(at('file'), O_WRONLY | O_TRUNC)).close()
      return [await text(at('file')), (await fs.stat(at('file'))).size]
    },
  ],
  [
    'opening a file only to read it, truncated',
    '',
    (at) => fs.open(at('file'), O_RDONLY | O_TRUNC).then(async (file) => file.close().then(() => text(at('file')))),
  ],
  [
    'appending by two handles, whatever the place',
    'alpha\nonetwo',
    async (at) => {
      await using one = await fs.open(at('file'), O_WRONLY | O_APPEND)
      await using two = await fs.open(at('file'), O_RDWR | O_APPEND)
      await one.write('one', 0)
      await two.write('two', 1)
      return text(at('file'))
    },
  ],
  ['reading by a handle to write', 'EBADF', async (at) => usingFile(at('file'), 'a', (file) => file.readFile())],
  ['writing by a handle to read', 'EBADF', async (at) => usingFile(at('file'), 'r', (file) => file.write('x'))],
  ['truncating by a handle to read', 'EINVAL', async (at) => usingFile(at('file'), 'r', (file) => file.truncate(1))],
  [
    'writing behind the end',
    'alpha\n\0\0x',
    async (at) => usingFile(at('file'), 'r+', async (file) => file.write('x', 8).then(() => text(at('file')))),
  ],
  ['creating a file without rights, and writing to it', '0', (at) => createdWith(at('new'), 0)],
  ['creating a file with all rights', '6755', (at) => createdWith(at('new'), 0o6755)],
]

const names: readonly Row[] = [
  ['a name of 255 bytes', 'x', (at) => fs.writeFile(at(named(255)), 'x').then(() => text(at(named(255))))],
  ['a name of 256 bytes', 'ENAMETOOLONG', (at) => fs.writeFile(at(named(256)), 'x')],
  ['a name of 1025 bytes', 'ENAMETOOLONG', (at) => fs.writeFile(at(named(1025)), 'x')],
  ['a name of 127 characters and 254 bytes', 'done', (at) => fs.writeFile(at('é'.repeat(127)), 'x')],
  ['a name of 128 characters and 256 bytes', 'ENAMETOOLONG', (at) => fs.writeFile(at('é'.repeat(128)), 'x')],
  ['a folder with a name of 256 bytes', 'ENAMETOOLONG', (at) => fs.mkdir(at(named(256)))],
  ['a link with a name of 256 bytes', 'ENAMETOOLONG', (at) => fs.symlink('file', at(named(256)))],
  ['a hard link with a name of 256 bytes', 'ENAMETOOLONG', (at) => fs.link(at('file'), at(named(256)))],
  ['renaming to a name of 256 bytes', 'ENAMETOOLONG', (at) => fs.rename(at('file'), at(named(256)))],
  ['renaming from a name of 256 bytes', 'ENAMETOOLONG', (at) => fs.rename(at(named(256)), at('new'))],
  ['removing a name of 256 bytes', 'ENAMETOOLONG', (at) => fs.unlink(at(named(256)))],
  ['removing a folder with a name of 1025 bytes', 'ENAMETOOLONG', (at) => fs.rmdir(at(named(1025)))],
  ['a path of more than 4096 bytes', 'ENAMETOOLONG', (at) => fs.stat(at('full/../'.repeat(600)))],
  [
    'a name that is not UTF-8',
    ['ff62c3280a61', 'x'],
    async (at) => {
      const folder = at('empty')
      const name = Buffer.from('ff62c3280a61', 'hex') // ÿb, half a character, a new line, and a
      await fs.writeFile(Buffer.concat([Buffer.from(`${folder}/`), name]), 'x')
      const [found = Buffer.alloc(0)] = await fs.readdir(folder, { encoding: 'buffer' })
      const read = await fs.readFile(Buffer.concat([Buffer.from(`${folder}/`), found]), 'utf8')
      return [found.toString('hex'), read]
    },
  ],
]

const folders: readonly Row[] = [
  ['making a folder', [[4096, 2], '755'], (at) => fs.mkdir(at('new'), 0o755).then(() => both(looks, rights)(at('new')))],
  ['making a folder that is there', 'EEXIST', (at) => fs.mkdir(at('empty'))],
  ['making a folder where a file is', 'EEXIST', (at) => fs.mkdir(at('file'))],
  ['making a folder where a link to nowhere is', 'EEXIST', (at) => fs.mkdir(at('dangling'))],
  ['making a folder in one that is not there', 'ENOENT', (at) => fs.mkdir(at('none/new'))],
  ['making a folder in a file', 'ENOTDIR', (at) => fs.mkdir(at('file/new'))],
  ['making a folder of the sticky kind', '1755', (at) => madeWith(at('new'), 0o1755)],
  ['making a folder with set-group-ID', '755', (at) => madeWith(at('new'), 0o2755)],
  ['removing a folder', 'ENOENT', (at) => fs.rmdir(at('empty')).then(() => fs.stat(at('empty')))],
  ['removing a folder with something in it', 'ENOTEMPTY', (at) => fs.rmdir(at('full'))],
  ['removing a folder that is not there', 'ENOENT', (at) => fs.rmdir(at('none'))],
  ['removing a file as a folder', 'ENOTDIR', (at) => fs.rmdir(at('file'))],
  ['removing a link to a folder as a folder', 'ENOTDIR', (at) => fs.rmdir(at('way'))],
  ['removing a folder by its dot', 'EINVAL', (at) => fs.rmdir(at('empty/.'))],
  ['removing a folder by its dots', 'ENOTEMPTY', (at) => fs.rmdir(`${at('full/deep')}/..`)],
  [
    'links of a folder, which are those of its folders',
    [4, 5, 4],
    async (at) => {
      const before = (await fs.stat(at(''))).nlink
      await fs.mkdir(at('new'))
      const during = (await fs.stat(at(''))).nlink
      await fs.rename(at('new'), at('full/new'))
      return [before, during, (await fs.stat(at('full'))).nlink]
    },
  ],
  ['removing a tree', 'ENOENT', (at) => fs.rm(at('full'), { recursive: true }).then(() => fs.stat(at('full')))],
]

const removed: readonly Row[] = [
  ['removing a file', 'ENOENT', (at) => fs.unlink(at('file')).then(() => fs.stat(at('file')))],
  ['removing a file that is not there', 'ENOENT', (at) => fs.unlink(at('none'))],
  ['removing a folder as a file', 'EISDIR', (at) => fs.unlink(at('empty'))],
  ['removing a link, which leaves the file', [6, 1], (at) => fs.unlink(at('link')).then(() => looks(at('file')))],
  ['removing one of two names', [6, 1], (at) => linked(at).then(() => fs.unlink(at('file'))).then(() => looks(at('hard')))],
  [
    'a file that is removed while it is open: written, read, truncated, asked about, and made anew',
    [0, 13, 'alpha\nomega\n\0', 3, 'alp', 'new'],
    async (at) => {
      await using file = await fs.open(at('file'), 'r+')
      await fs.unlink(at('file'))
      await file.write('omega\n', 6)
      await file.truncate(13)
      const { nlink, size } = await file.stat()
      const whole = await contentBy(file)
      await file.truncate(3)
      await file.chmod(0o600)
      await file.utimes(1, 1)
      await fs.writeFile(at('file'), 'new')
      return [nlink, size, whole, (await file.stat()).size, await contentBy(file), await text(at('file'))]
    },
  ],
  [
    'a file that is replaced while it is open',
    ['alpha\n', 'beta\n'],
    async (at) => {
      await using file = await fs.open(at('file'))
      await fs.rename(at('other'), at('file'))
      return [await contentBy(file), await text(at('file'))]
    },
  ],
]

const renamed: readonly Row[] = [
  ['a file', 'alpha\n', (at) => fs.rename(at('file'), at('new')).then(() => text(at('new')))],
  ['a file over a file', 'alpha\n', (at) => fs.rename(at('file'), at('other')).then(() => text(at('other')))],
  ['a file over itself', 'alpha\n', (at) => fs.rename(at('file'), at('file')).then(() => text(at('file')))],
  ['a file over a folder', 'EISDIR', (at) => fs.rename(at('file'), at('empty'))],
  ['a file over a folder with something in it', 'EISDIR', (at) => fs.rename(at('file'), at('full'))],
  ['a file over a link, which goes', 'beta\n', (at) => fs.rename(at('other'), at('link')).then(() => text(at('link')))],
  ['a file to a name with a slash', 'ENOTDIR', (at) => fs.rename(at('file'), at('new/'))],
  ['what is not there', 'ENOENT', (at) => fs.rename(at('none'), at('new'))],
  ['what is not there, over a file', 'ENOENT', (at) => fs.rename(at('none'), at('file'))],
  ['a file into a folder that is not there', 'ENOENT', (at) => fs.rename(at('file'), at('none/new'))],
  ['a file into a file', 'ENOTDIR', (at) => fs.rename(at('file'), at('other/new'))],
  ['a folder', ['deep', 'inner'], (at) => fs.rename(at('full'), at('new')).then(() => listed(at('new')))],
  ['a folder over an empty one', ['deep', 'inner'], (at) => fs.rename(at('full'), at('empty')).then(() => listed(at('empty')))],
  ['a folder over one with something in it', 'ENOTEMPTY', (at) => fs.rename(at('empty'), at('full'))],
  ['a folder over a file', 'ENOTDIR', (at) => fs.rename(at('empty'), at('file'))],
  ['a folder over a link to a folder', 'ENOTDIR', (at) => fs.rename(at('empty'), at('way'))],
  ['a folder over itself', 'done', (at) => fs.rename(at('full'), at('full'))],
  ['a folder into itself', 'EINVAL', (at) => fs.rename(at('full'), at('full/new'))],
  ['a folder into one that lies in it', 'EINVAL', (at) => fs.rename(at('full'), at('full/deep/new'))],
  ['a folder over one that it lies in', 'ENOTEMPTY', (at) => fs.rename(at('full/deep'), at('full'))],
  ['a folder to a name with a slash', 'done', (at) => fs.rename(at('empty'), at('new/'))],
  ['a folder by its dot', 'EBUSY', (at) => fs.rename(at('full/.'), at('new'))],
  ['a link, which is not followed', 'file', (at) => fs.rename(at('link'), at('new')).then(() => fs.readlink(at('new')))],
  [
    'a name of a file over another of the same, which does nothing',
    [6, 2],
    (at) => linked(at).then(() => fs.rename(at('file'), at('hard'))).then(() => looks(at('file'))),
  ],
  [
    'a folder that is listed, whose dots lead elsewhere then',
    ['deep', 'inner'],
    async (at) => {
      await fs.rename(at('full'), at('empty/full'))
      await fs.writeFile(`${at('empty/full')}/../new`, 'x')
      return (await text(at('empty/new'))) === 'x' && listed(at('empty/full'))
    },
  ],
  [
    'a file that is open, which is written to under its new name',
    'alpha\nmore',
    async (at) => {
      await using file = await fs.open(at('file'), 'a')
      await fs.rename(at('file'), at('full/new'))
      await file.write('more')
      return text(at('full/new'))
    },
  ],
]

const links: readonly Row[] = [
  ['a hard link', [6, 2], (at) => linked(at).then(() => looks(at('file')))],
  ['a hard link, written to by its other name', 'omega', (at) => linked(at).then(() => fs.writeFile(at('hard'), 'omega')).then(() => text(at('file')))],
  ['a hard link to a folder', 'EPERM', (at) => fs.link(at('empty'), at('new'))],
  ['a hard link to what is not there', 'ENOENT', (at) => fs.link(at('none'), at('new'))],
  ['a hard link where something is', 'EEXIST', (at) => fs.link(at('file'), at('other'))],
  ['a hard link in a folder that is not there', 'ENOENT', (at) => fs.link(at('file'), at('none/new'))],
  ['a hard link to a link', [4, 2], (at) => fs.link(at('link'), at('new')).then(() => looks(at('link')))],
  ['the size of a link', [4, 1], (at) => looks(at('link'))],
  ['reading a link', 'file', (at) => fs.readlink(at('link'))],
  ['reading a link to nowhere', 'nowhere', (at) => fs.readlink(at('dangling'))],
  ['reading a file as a link', 'EINVAL', (at) => fs.readlink(at('file'))],
  ['reading a folder as a link', 'EINVAL', (at) => fs.readlink(at('empty'))],
  ['a link where something is', 'EEXIST', (at) => fs.symlink('file', at('other'))],
  ['a link to the empty path', 'ENOENT', (at) => fs.symlink('', at('new'))],
  ['a link to a path of 4095 bytes', 4095, (at) => fs.symlink(named(4095), at('new')).then(async () => (await fs.readlink(at('new'))).length)],
  ['a link to a path of 4096 bytes', 'ENAMETOOLONG', (at) => fs.symlink(named(4096), at('new'))],
  ['a link to what is not UTF-8', 'ff', (at) => fs.symlink(Buffer.from([0xff]), at('new')).then(async () => (await fs.readlink(at('new'), 'buffer')).toString('hex'))],
  ['going through a link to a folder', 'inner', (at) => text(at('way/inner'))],
  ['going through a link to a file', 'ENOTDIR', (at) => text(at('link/inner'))],
  ['going through forty links', 'alpha\n', (at) => chained(at, 40).then((last) => text(last))],
  ['going through forty-one links', 'ELOOP', (at) => chained(at, 41).then((last) => text(last))],
  ['asking what a link to nowhere leads to', 'ENOENT', (at) => fs.stat(at('dangling'))],
]

const attributes: readonly Row[] = [
  ['truncating a file', 'al', (at) => fs.truncate(at('file'), 2).then(() => text(at('file')))],
  ['truncating a file to more than it has', 'alpha\n\0\0', (at) => fs.truncate(at('file'), 8).then(() => text(at('file')))],
  ['what was cut off does not come back', 'al\0\0\0\0', (at) => fs.truncate(at('file'), 2).then(() => fs.truncate(at('file'), 6)).then(() => text(at('file')))],
  ['truncating a folder', 'EISDIR', (at) => fs.truncate(at('empty'), 0)],
  ['truncating what is not there', 'ENOENT', (at) => fs.truncate(at('none'), 0)],
  ['changing the rights of a file', '7751', (at) => fs.chmod(at('file'), 0o7751).then(() => rights(at('file')))],
  ['changing the rights of a folder', '1700', (at) => fs.chmod(at('empty'), 0o1700).then(() => rights(at('empty')))],
  ['changing the rights of what is not there', 'ENOENT', (at) => fs.chmod(at('dangling'), 0o700)],
  ['times, as far as a number holds them', [1_000_000_000_123, 2_000_000_000_456], (at) => timed(at('file'), 1_000_000_000.123, 2_000_000_000.456)],
  ['times before 1970', [-86_400_000, -1000], (at) => timed(at('file'), new Date(-86_400_000), new Date(-1000))],
  ['times of a folder', [1000, 2000], (at) => timed(at('empty'), 1, 2)],
  ['times after 2446', [1000, 20_000_000_000_000], (at) => timed(at('file'), 1, 20_000_000_000), [[1000, 15_032_385_535_000], 'ext4 has 34 bits for seconds']],
  [
    'times of a link, which is not followed',
    [3000, true],
    async (at) => {
      await fs.lutimes(at('link'), 3, 3)
      return [(await fs.lstat(at('link'))).mtimeMs, (await fs.stat(at('file'))).mtimeMs > 1e12]
    },
  ],
  ['times, which a write changes', true, (at) => changedBy(at, 'file', () => fs.appendFile(at('file'), 'x'))],
  ['times, which a truncation changes', true, (at) => changedBy(at, 'file', () => fs.truncate(at('file'), 1))],
  ['times, which a truncation to the same size changes', true, (at) => changedBy(at, 'file', () => fs.truncate(at('file'), 6))],
  ['times, which no new rights change', false, (at) => changedBy(at, 'file', () => fs.chmod(at('file'), 0o600))],
  ['times, which no new name changes', false, (at) => changedBy(at, 'file', () => linked(at))],
  ['times of a folder, which a new file changes', true, (at) => changedBy(at, 'empty', () => fs.writeFile(at('empty/new'), ''))],
  ['times of a folder, which a removed file changes', true, (at) => changedBy(at, 'full', () => fs.unlink(at('full/inner')))],
  ['times of a folder, which a renamed file changes', true, (at) => changedBy(at, 'full', () => fs.rename(at('full/inner'), at('new')))],
  ['times of a folder, which a written file does not change', false, (at) => changedBy(at, 'full', () => fs.writeFile(at('full/inner'), 'x'))],
  ['asking whether a file may be written', 'done', (at) => fs.access(at('file'), R_OK | W_OK)],
  ['asking whether a file may be run', 'EACCES', (at) => fs.access(at('file'), X_OK)],
  ['asking whether a file may be run that may be', 'done', (at) => fs.chmod(at('file'), 0o100).then(() => fs.access(at('file'), X_OK))],
  ['asking whether a folder may be entered', 'done', (at) => fs.access(at('empty'), X_OK)],
  ['blocks of a file', [1, 4096], (at) => fs.stat(at('file')).then(({ blocks, blksize }) => [blocks, blksize]), [[8, 4096], 'nothing is left unused']],
  ['copying a file', 'alpha\n', (at) => fs.copyFile(at('file'), at('new')).then(() => text(at('new')))],
  ['copying a file over one that must not be there', 'EEXIST', (at) => fs.copyFile(at('file'), at('other'), constants.COPYFILE_EXCL)],
  ['copying a file as a clone', 'ENOTSUP', (at) => fs.copyFile(at('file'), at('new'), constants.COPYFILE_FICLONE_FORCE)],
]

const tables = { opened, names, folders, removed, renamed, links, attributes }

let out: KernelOutput
let disk = ''
/** Type of ext4 in statfs(2): what other file systems do on a disk is not what the tables say. */
const isExt4 = (await fs.statfs(tmpdir())).type === 0xef53

beforeAll(async () => {
  if (noMounts) return
  out = await outputHere()
  disk = await fs.realpath(await fs.mkdtemp(join(tmpdir(), 'disk-')))
  await fs.chmod(disk, 0o755)
})
afterAll(async () => {
  await out?.[Symbol.asyncDispose]()
  if (disk) await fs.rm(disk, { recursive: true })
})
beforeEach((context) => {
  if (noMounts) context.skip(noMounts)
})

let nextFolder = 1
/** A folder with a little of everything. */
async function prepared(root: string): Promise<At> {
  const folder = join(root, `row-${nextFolder}`)
  nextFolder += 1
  await fs.mkdir(join(folder, 'full/deep'), { recursive: true })
  const at = (path: string) => (path === '' ? folder : `${folder}/${path}`)
  await fs.mkdir(at('empty'))
  for (const [path, content] of [['file', 'alpha\n'], ['other', 'beta\n'], ['full/inner', 'inner']] as const)
    await fs.writeFile(at(path), content)
  for (const [path, target] of [['link', 'file'], ['way', 'full'], ['dangling', 'nowhere'], ['loop', 'loop']] as const)
    await fs.symlink(target, at(path))
  return at
}

/** What some work gives, or the code of the error that it ends with. The calls are those of other threads of ours, so that we can answer them. */
async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => {
      if (typeof value === 'object' && value !== null && 'close' in value) throw new Error('it was opened')
      return value ?? 'done'
    },
    (error) => error.code,
  )
}

describe('in a mounted output, as on a disk,', () => {
  describe.each(Object.entries(tables))('%s:', (_, rows) => {
    test.for(rows)('%s gives %j', async ([, seen, work, onDisk]) => {
      expect(await outcomeOf(prepared(out.folder).then(work))).toEqual(seen)
      if (isExt4) expect(await outcomeOf(prepared(disk).then(work)), onDisk?.[1]).toEqual(onDisk ? onDisk[0] : seen)
    })
  })
})

async function usingFile<T>(path: string, flags: string, work: (file: fs.FileHandle) => Promise<T>): Promise<T> {
  await using file = await fs.open(path, flags)
  return await work(file)
}

async function contentBy(file: fs.FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0)
  return buffer.toString('utf8', 0, bytesRead)
}

async function createdWith(path: string, mode: number): Promise<string> {
  await using file = await fs.open(path, O_CREAT | O_EXCL | O_RDWR, mode)
  const made = await rights(path)
  await file.write('x')
  return made
}

const madeWith = (path: string, mode: number) => fs.mkdir(path, { mode }).then(() => rights(path))
const linked = (at: At) => fs.link(at('file'), at('hard'))
const listed = async (path: string) => (await fs.readdir(path)).sort()
const both =
  (one: (path: string) => Promise<unknown>, two: (path: string) => Promise<unknown>) =>
  async (path: string) => [await one(path), await two(path)]

/** As many links behind each other, the first of which leads to the file. */
async function chained(at: At, count: number): Promise<string> {
  for (let index = 0; index < count; index += 1)
    await fs.symlink(index === 0 ? 'file' : `link-${index - 1}`, at(`link-${index}`))
  return at(`link-${count - 1}`)
}

async function timed(path: string, atime: number | Date, mtime: number | Date): Promise<number[]> {
  await fs.utimes(path, atime, mtime)
  const { atimeMs, mtimeMs } = await fs.stat(path)
  return [atimeMs, mtimeMs]
}

/** Whether something changes the time at which a file was modified. That of the last change it changes always. */
async function changedBy(at: At, path: string, work: () => Promise<unknown>): Promise<boolean> {
  await fs.utimes(at(path), 1, 1)
  await work()
  const { mtimeMs, ctimeMs } = await fs.stat(at(path))
  expect(ctimeMs).toBeGreaterThan(1e12)
  return mtimeMs !== 1000
}
