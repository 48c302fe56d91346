import { constants } from 'node:fs'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { noMounts } from './kernel.ts'
import { hasProgram, quoted, runIn } from './kernel-helpers.ts'
import { type KernelOutput, outputHere } from './output-kernel.ts'
import { outcomesIn, scriptOf } from './python-rows.ts'

/** A name of so many bytes. */
const named = (bytes: number) => 'n'.repeat(bytes)
const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants
const { R_OK, W_OK, X_OK } = constants
type At = (path: string) => string
/** What is done in a folder of its own, what comes of it in an output; and on a disk that differs, and why. */
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
  [
    'making a folder',
    [[4096, 2], '755'],
    (at) => fs.mkdir(at('new'), 0o755).then(() => both(looks, rights)(at('new'))),
  ],
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
  [
    'removing one of two names',
    [6, 1],
    (at) =>
      linked(at)
        .then(() => fs.unlink(at('file')))
        .then(() => looks(at('hard'))),
  ],
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
  [
    'a folder over an empty one',
    ['deep', 'inner'],
    (at) => fs.rename(at('full'), at('empty')).then(() => listed(at('empty'))),
  ],
  ['a folder over one with something in it', 'ENOTEMPTY', (at) => fs.rename(at('empty'), at('full'))],
  ['a folder over a file', 'ENOTDIR', (at) => fs.rename(at('empty'), at('file'))],
  ['a folder over a link to a folder', 'ENOTDIR', (at) => fs.rename(at('empty'), at('way'))],
  ['a folder over itself', 'done', (at) => fs.rename(at('full'), at('full'))],
  ['a folder into itself', 'EINVAL', (at) => fs.rename(at('full'), at('full/new'))],
  ['a folder into one that lies in it', 'EINVAL', (at) => fs.rename(at('full'), at('full/deep/new'))],
  ['a folder over one that it lies in', 'ENOTEMPTY', (at) => fs.rename(at('full/deep'), at('full'))],
  ['a folder to a name with a slash', 'done', (at) => fs.rename(at('empty'), at('new/'))],
  ['a folder by its dot', 'EBUSY', (at) => fs.rename(at('full/.'), at('new'))],
  [
    'a link, which is not followed',
    'file',
    (at) => fs.rename(at('link'), at('new')).then(() => fs.readlink(at('new'))),
  ],
  [
    'a name of a file over another of the same, which does nothing',
    [6, 2],
    (at) =>
      linked(at)
        .then(() => fs.rename(at('file'), at('hard')))
        .then(() => looks(at('file'))),
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
  [
    'a hard link, written to by its other name',
    'omega',
    (at) =>
      linked(at)
        .then(() => fs.writeFile(at('hard'), 'omega'))
        .then(() => text(at('file'))),
  ],
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
  [
    'a link to a path of 4095 bytes',
    4095,
    (at) => fs.symlink(named(4095), at('new')).then(async () => (await fs.readlink(at('new'))).length),
  ],
  ['a link to a path of 4096 bytes', 'ENAMETOOLONG', (at) => fs.symlink(named(4096), at('new'))],
  [
    'a link to what is not UTF-8',
    'ff',
    (at) =>
      fs
        .symlink(Buffer.from([0xff]), at('new'))
        .then(async () => (await fs.readlink(at('new'), 'buffer')).toString('hex')),
  ],
  ['going through a link to a folder', 'inner', (at) => text(at('way/inner'))],
  ['going through a link to a file', 'ENOTDIR', (at) => text(at('link/inner'))],
  ['going through forty links', 'alpha\n', (at) => chained(at, 40).then((last) => text(last))],
  ['going through forty-one links', 'ELOOP', (at) => chained(at, 41).then((last) => text(last))],
  ['asking what a link to nowhere leads to', 'ENOENT', (at) => fs.stat(at('dangling'))],
]

const attributes: readonly Row[] = [
  ['truncating a file', 'al', (at) => fs.truncate(at('file'), 2).then(() => text(at('file')))],
  [
    'truncating a file to more than it has',
    'alpha\n\0\0',
    (at) => fs.truncate(at('file'), 8).then(() => text(at('file'))),
  ],
  [
    'what was cut off does not come back',
    'al\0\0\0\0',
    (at) =>
      fs
        .truncate(at('file'), 2)
        .then(() => fs.truncate(at('file'), 6))
        .then(() => text(at('file'))),
  ],
  ['truncating a folder', 'EISDIR', (at) => fs.truncate(at('empty'), 0)],
  ['truncating what is not there', 'ENOENT', (at) => fs.truncate(at('none'), 0)],
  ['changing the rights of a file', '7751', (at) => fs.chmod(at('file'), 0o7751).then(() => rights(at('file')))],
  ['changing the rights of a folder', '1700', (at) => fs.chmod(at('empty'), 0o1700).then(() => rights(at('empty')))],
  ['changing the rights of what is not there', 'ENOENT', (at) => fs.chmod(at('dangling'), 0o700)],
  [
    'times, as far as a number holds them',
    [1_000_000_000_123, 2_000_000_000_456],
    (at) => timed(at('file'), 1_000_000_000.123, 2_000_000_000.456),
  ],
  ['times before 1970', [-86_400_000, -1000], (at) => timed(at('file'), new Date(-86_400_000), new Date(-1000))],
  ['times of a folder', [1000, 2000], (at) => timed(at('empty'), 1, 2)],
  [
    'times after 2446',
    [1000, 20_000_000_000_000],
    (at) => timed(at('file'), 1, 20_000_000_000),
    [[1000, 15_032_385_535_000], 'ext4 has 34 bits for seconds'],
  ],
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
  [
    'times, which a truncation to the same size changes',
    true,
    (at) => changedBy(at, 'file', () => fs.truncate(at('file'), 6)),
  ],
  ['times, which no new rights change', false, (at) => changedBy(at, 'file', () => fs.chmod(at('file'), 0o600))],
  ['times, which no new name changes', false, (at) => changedBy(at, 'file', () => linked(at))],
  [
    'times of a folder, which a new file changes',
    true,
    (at) => changedBy(at, 'empty', () => fs.writeFile(at('empty/new'), '')),
  ],
  [
    'times of a folder, which a removed file changes',
    true,
    (at) => changedBy(at, 'full', () => fs.unlink(at('full/inner'))),
  ],
  [
    'times of a folder, which a renamed file changes',
    true,
    (at) => changedBy(at, 'full', () => fs.rename(at('full/inner'), at('new'))),
  ],
  [
    'times of a folder, which a written file does not change',
    false,
    (at) => changedBy(at, 'full', () => fs.writeFile(at('full/inner'), 'x')),
  ],
  ['asking whether a file may be written', 'done', (at) => fs.access(at('file'), R_OK | W_OK)],
  ['asking whether a file may be run', 'EACCES', (at) => fs.access(at('file'), X_OK)],
  [
    'asking whether a file may be run that may be',
    'done',
    (at) => fs.chmod(at('file'), 0o100).then(() => fs.access(at('file'), X_OK)),
  ],
  ['asking whether a folder may be entered', 'done', (at) => fs.access(at('empty'), X_OK)],
  [
    'blocks of a file',
    [1, 4096],
    (at) => fs.stat(at('file')).then(({ blocks, blksize }) => [blocks, blksize]),
    [[8, 4096], 'nothing is left unused'],
  ],
  ['copying a file', 'alpha\n', (at) => fs.copyFile(at('file'), at('new')).then(() => text(at('new')))],
  [
    'copying a file over one that must not be there',
    'EEXIST',
    (at) => fs.copyFile(at('file'), at('other'), constants.COPYFILE_EXCL),
  ],
  [
    'copying a file as a clone',
    'ENOTSUP',
    (at) => fs.copyFile(at('file'), at('new'), constants.COPYFILE_FICLONE_FORCE),
  ],
]

const tables = { opened, names, folders, removed, renamed, links, attributes }

/** What Node has no call for. The last of the lines of Python gives what came of it. */
type PythonRow = readonly [what: string, seen: unknown, lines: string, onDisk?: OnDisk]

const calls: readonly PythonRow[] = [
  ['a file without a name', 'ENOTSUP', `os.close(os.open('.', os.O_TMPFILE | os.O_RDWR))`, ['done', 'we make none']],
  [
    'a temporary file of Python',
    'x',
    `f = tempfile.TemporaryFile(dir='.'); f.write(b'x'); f.seek(0); f.read().decode()`,
  ],
  ['reading by a handle to a path only', 'EBADF', `os.read(os.open('file', os.O_PATH), 1)`],
  ['a write that is synced', 5, `os.write(os.open('file', os.O_WRONLY | os.O_SYNC), b'omega')`],
  [
    'pages past the caches',
    [4096, 4096, true],
    `
p, q = page(b'x'), page(b'y'); h = os.open('new', os.O_RDWR | os.O_CREAT | os.O_DIRECT)
[os.writev(h, [p]), os.preadv(h, [q], 0), p[:] == q[:]]`,
  ],
  [
    'a few bytes past the caches',
    5,
    `os.write(os.open('file', os.O_WRONLY | os.O_DIRECT), b'omega')`,
    ['EINVAL', 'disks have sectors'],
  ],
  [
    'what was written past the caches, and through them',
    ['alpha\n', 'OMEGA', 'omega'],
    `
h = os.open('file', os.O_RDWR); d = os.open('file', os.O_RDWR | os.O_DIRECT); first = os.read(h, 9).decode()
p = page(b'?')
os.writev(d, [page(b'OMEGA')]); second = os.pread(h, 5, 0).decode(); os.pwrite(h, b'omega', 0); os.preadv(d, [p], 0)
[first, second, p[:5].decode()]`,
  ],
  [
    '2,000 files at once',
    2000,
    `
resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
hs = [os.open('f%d' % n, os.O_RDWR | os.O_CREAT) for n in range(2000)]
[os.write(h, b'%d' % n) for n, h in enumerate(hs)]; sum(os.pread(h, 9, 0) == b'%d' % n for n, h in enumerate(hs))`,
  ],
  [
    'running a program that was just written',
    'hello',
    `
made('run', '#!/bin/sh\\necho hello'); os.chmod('run', 0o755); subprocess.check_output(['./run'], text=True).strip()`,
  ],
  [
    'running a program that is open to be written',
    'ETXTBSY',
    `
shutil.copy(shutil.which('true'), 'run'); h = os.open('run', os.O_WRONLY); subprocess.call(['./run'])`,
  ],
  [
    'writing to a program that runs',
    'ETXTBSY',
    `
shutil.copy(shutil.which('sleep'), 'run'); p = subprocess.Popen(['./run', '9'])
seen = outcome(lambda: os.open('run', os.O_WRONLY)); p.kill(); p.wait(); seen`,
  ],
  [
    'making things where one is, in a folder that was removed',
    ['ENOENT', 'ENOENT', 'ENOENT', 'ENOENT'],
    `
os.chdir('empty'); os.rmdir('../empty')
works = lambda: made('new', ''), lambda: os.mkdir('new'), lambda: os.symlink('a', 'new'), lambda: os.stat('new')
[outcome(work) for work in works]`,
  ],
  [
    'listing the folder where one is, which was removed',
    [],
    `os.chdir('empty'); os.rmdir('../empty'); os.listdir('.')`,
  ],
  [
    'links of the folder where one is, which was removed',
    0,
    `
os.chdir('empty'); os.rmdir('../empty'); os.stat('.').st_nlink`,
  ],
  [
    'going up from a folder that was removed',
    'done',
    `os.chdir('empty'); os.rmdir('../empty'); os.stat('..') and None`,
  ],
  [
    'linking and renaming into a folder that was removed',
    ['ENOENT', 'ENOENT'],
    `
h = os.open('empty', os.O_RDONLY); os.rmdir('empty')
[outcome(w) for w in (lambda: os.link('file', 'new', dst_dir_fd=h), lambda: os.rename('file', 'new', dst_dir_fd=h))]`,
  ],
  [
    'a FIFO, by which two processes speak',
    ['10600', 'hello'],
    `
os.mkfifo('new', 0o600); p = child(lambda: made('new', 'hello'), wait=False); seen = open('new').read(); p()
['%o' % os.stat('new').st_mode, seen]`,
  ],
  [
    'a socket, by which two processes speak',
    [true, 'hello'],
    `
s = socket.socket(socket.AF_UNIX); s.bind('new'); s.listen(); c = socket.socket(socket.AF_UNIX)
p = child(lambda: c.connect('new') or c.sendall(b'hello'), wait=False); seen = s.accept()[0].recv(9).decode(); p()
[stat.S_ISSOCK(os.stat('new').st_mode), seen]`,
  ],
  ['a socket where something is', 'EADDRINUSE', `socket.socket(socket.AF_UNIX).bind('file')`],
  [
    'a socket that nobody listens to',
    'ECONNREFUSED',
    `
socket.socket(socket.AF_UNIX).bind('new'); socket.socket(socket.AF_UNIX).connect('new')`,
  ],
  ['a file by mknod', ['100600', 0], `os.mknod('new', 0o100600); s = os.stat('new'); ['%o' % s.st_mode, s.st_size]`],
  ['a FIFO where something is', 'EEXIST', `os.mkfifo('file')`],
  [
    'names that are not UTF-8',
    ['fe'],
    `
os.mkdir(b'\\xff'); made(b'\\xff/\\xfe', ''); [n.hex() for n in os.listdir(b'\\xff')]`,
  ],
]

const renames: readonly PythonRow[] = [
  ['not replacing a file', 'EEXIST', `renamed('file', 'other', NOREPLACE)`],
  ['not replacing what is not there', 'alpha\n', `renamed('file', 'new', NOREPLACE); open('new').read()`],
  [
    'exchanging two files',
    ['beta\n', 'alpha\n'],
    `
renamed('file', 'other', EXCHANGE); [open('file').read(), open('other').read()]`,
  ],
  [
    'exchanging a file and a folder',
    [['deep', 'inner'], 'alpha\n', 4, 3],
    `
os.mkdir('a'); made('a/f', ''); renamed('a/f', 'full', EXCHANGE)
[sorted(os.listdir('a/f')), open('file').read(), os.stat('.').st_nlink, os.stat('a').st_nlink]`,
  ],
  [
    'exchanging a link and the folder that it leads to',
    ['inner', 'ELOOP'],
    `
renamed('way', 'full', EXCHANGE); [open('way/inner').read(), outcome(lambda: open('full/inner').read())]`,
  ],
  ['exchanging with what is not there', 'ENOENT', `renamed('file', 'new', EXCHANGE)`],
  ['exchanging a file with itself', 'done', `renamed('file', 'file', EXCHANGE)`],
  [
    'exchanging two names of a file',
    [6, 2],
    `
os.link('file', 'new'); renamed('file', 'new', EXCHANGE); s = os.stat('new'); [s.st_size, s.st_nlink]`,
  ],
  ['exchanging a folder with one that lies in it', 'EINVAL', `renamed('full', 'full/deep', EXCHANGE)`],
  ['exchanging, and refusing to replace', 'EINVAL', `renamed('file', 'other', EXCHANGE | NOREPLACE)`],
  ['leaving a whiteout', 'EINVAL', `renamed('file', 'new', WHITEOUT)`, ['done', 'only overlays need them']],
  [
    'linking a file that was removed',
    'ENOENT',
    `
h = os.open('file', os.O_RDONLY); os.unlink('file')
called('linkat', -100, b'/proc/self/fd/%d' % h, -100, b'new', 0x400)`,
  ],
]

const sizes: readonly PythonRow[] = [
  ['truncating to the largest number', 'EFBIG', `os.truncate('file', 2 ** 63 - 1)`],
  ['truncating to less than nothing', 'EINVAL', `called('truncate', b'file', ctypes.c_long(-1))`],
  ['truncating to more than a blob can have', 'EFBIG', `os.truncate('file', 2 ** 44)`],
  ['writing behind what a blob can have', 'EFBIG', `os.pwrite(os.open('file', os.O_WRONLY), b'x', 2 ** 44)`],
  ['truncating to 2 TiB', 'EFBIG', `os.truncate('file', 2 ** 41)`, ['done', 'blobs have 50,000 blocks']],
  [
    'more than 4 GiB, nearly all of them nothing',
    [2 ** 32 + 8, 'one', 'two', '\0\0\0', 'alpha\n\0\0'],
    `
h = os.open('file', os.O_RDWR); os.pwrite(h, b'one', 2 ** 31 - 1); os.pwrite(h, b'two', 2 ** 32 + 5)
places = (3, 2 ** 31 - 1), (9, 2 ** 32 + 5), (3, 2 ** 30), (8, 0)
seen = [os.fstat(h).st_size, *(os.pread(h, n, at).decode() for n, at in places)]; os.ftruncate(h, 0); seen`,
  ],
  [
    'a write behind the limit of the process',
    ['EFBIG', 6],
    `
signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8))
[outcome(lambda: os.pwrite(os.open('file', os.O_WRONLY), b'x', 8)), os.stat('file').st_size]`,
  ],
  [
    'an empty write behind the end',
    [0, 6],
    `h = os.open('file', os.O_WRONLY); [os.pwrite(h, b'', 99), os.fstat(h).st_size]`,
  ],
  [
    'reserving room',
    [16, 'alpha\n'.padEnd(16, '\0')],
    `
fallocate('file', 0, 4, 12); [os.stat('file').st_size, open('file').read()]`,
  ],
  ['reserving room that is there', 6, `fallocate('file', 0, 1, 2); os.stat('file').st_size`],
  [
    'reserving room by posix_fallocate',
    100,
    `
os.posix_fallocate(os.open('file', os.O_RDWR), 0, 100); os.stat('file').st_size`,
  ],
  ['reserving room without growing', 6, `fallocate('file', KEEP_SIZE, 0, 100); os.stat('file').st_size`],
  ['reserving nothing', 'EINVAL', `fallocate('file', 0, 0, 0)`],
  ['reserving more than files can have', 'EFBIG', `fallocate('file', 0, 1, 2 ** 63 - 1)`],
  [
    'reserving room by a handle to read',
    'EBADF',
    `
called('fallocate', os.open('file', 0), 0, ctypes.c_long(0), ctypes.c_long(9))`,
  ],
  ['punching a hole', 'a\0\0ha\n', `fallocate('file', KEEP_SIZE | PUNCH_HOLE, 1, 2); open('file').read()`],
  [
    'punching a hole to behind the end',
    'a'.padEnd(6, '\0'),
    `
fallocate('file', KEEP_SIZE | PUNCH_HOLE, 1, 99); open('file').read()`,
  ],
  [
    'punching a hole behind the end',
    'alpha\n',
    `fallocate('file', KEEP_SIZE | PUNCH_HOLE, 99, 99); open('file').read()`,
  ],
  ['punching a hole, and growing', 'ENOTSUP', `fallocate('file', PUNCH_HOLE, 1, 2)`],
  [
    'punching holes in a file of many blocks',
    true,
    `
data = bytearray(os.urandom(700000)); open('big', 'wb').write(data)
for at, n in ((5, 100000), (131072, 65536), (300000, 1), (650000, 99999)):
    fallocate('big', KEEP_SIZE | PUNCH_HOLE, at, n); data[at:at + n] = bytes(len(data[at:at + n]))
open('big', 'rb').read() == data`,
  ],
  ['zeroing a stretch', 'ENOTSUP', `fallocate('file', ZERO_RANGE, 1, 2)`, ['done', 'programs write zeros then']],
  [
    'collapsing a stretch',
    'ENOTSUP',
    `fallocate('file', COLLAPSE_RANGE, 0, 4096)`,
    ['EINVAL', 'it is shorter than that'],
  ],
  [
    'inserting a stretch',
    'ENOTSUP',
    `os.truncate('file', 8192); fallocate('file', INSERT_RANGE, 0, 4096)`,
    ['done', 'it is moved there'],
  ],
  ['looking for a hole', 6, `os.lseek(os.open('file', 0), 0, os.SEEK_HOLE)`],
  ['looking for data', 3, `os.lseek(os.open('file', 0), 3, os.SEEK_DATA)`],
  ['looking for a hole behind the end', 'ENXIO', `os.lseek(os.open('file', 0), 7, os.SEEK_HOLE)`],
  [
    'looking for data in a file of holes',
    0,
    `
os.truncate('file', 0); os.truncate('file', 2 ** 20); os.lseek(os.open('file', 0), 0, os.SEEK_DATA)`,
    ['ENXIO', 'we tell of no holes'],
  ],
  [
    'copying a stretch to another file',
    [3, 'lpha\n'],
    `
a, b = os.open('file', 0), os.open('other', os.O_RDWR); [os.copy_file_range(a, b, 3, 1, 0), open('other').read()]`,
  ],
  ['copying a stretch onto itself', 'EINVAL', `h = os.open('file', os.O_RDWR); os.copy_file_range(h, h, 4, 0, 2)`],
  [
    'sending a file to a file',
    [6, 'alpha\n'],
    `
[os.sendfile(os.open('other', os.O_RDWR), os.open('file', 0), 0, 99), open('other').read()]`,
  ],
]

const besides: readonly PythonRow[] = [
  ['setting an extended attribute', 'ENOTSUP', `os.setxattr('file', 'user.x', b'1')`, ['done', 'blobs have none']],
  ['an extended attribute', 'ENOTSUP', `os.getxattr('file', 'user.x')`, ['ENODATA', 'blobs have none']],
  ['removing an extended attribute', 'ENOTSUP', `os.removexattr('file', 'user.x')`, ['ENODATA', 'blobs have none']],
  ['listing extended attributes', 'ENOTSUP', `os.listxattr('file')`, [[], 'blobs have none']],
  [
    'flags as lsattr asks for them',
    'ENOTTY',
    `fcntl.ioctl(os.open('file', 0), 0x80086601, b'12345678') and None`,
    ['done', 'blobs have none'],
  ],
  [
    'times to the nanosecond',
    ['1234567890123456789', '987654321987654321'],
    `
os.utime('file', ns=(1234567890123456789, 987654321987654321)); s = os.stat('file')
[str(s.st_atime_ns), str(s.st_mtime_ns)]`,
  ],
  [
    'times to the nanosecond before 1970',
    ['-1', '-86400000000001'],
    `
os.utime('file', ns=(-1, -86400000000001)); s = os.stat('file'); [str(s.st_atime_ns), str(s.st_mtime_ns)]`,
  ],
  [
    'one time, and the other now',
    [true, 5],
    `
os.utime('file', (1, 1)); called('utimensat', -100, b'file', times(NOW, (0, 5)), 0)
s = os.stat('file'); [s.st_atime > 1e9, s.st_mtime_ns]`,
  ],
  [
    'one time, and the other as it was',
    [1, 5],
    `
os.utime('file', (1, 1)); called('utimensat', -100, b'file', times(OMIT, (0, 5)), 0)
s = os.stat('file'); [s.st_atime, s.st_mtime_ns]`,
  ],
  [
    'times by a handle to a file that was removed',
    7,
    `
h = os.open('file', 0); os.unlink('file'); os.utime(h, ns=(7, 7)); os.fstat(h).st_mtime_ns`,
  ],
  [
    'whether a read changes times',
    false,
    `os.utime('file', (1, 1)); open('file').read(); os.stat('file').st_atime > 1`,
    [true, 'nobody asks for it'],
  ],
  [
    'whether a write by a mapping changes times',
    true,
    `
os.utime('file', (1, 1)); m = mapped('file'); m[0:1] = b'A'; m.flush(); m.close(); os.stat('file').st_mtime > 1`,
  ],
  [
    'whether room that is reserved changes times',
    true,
    `
os.utime('file', (1, 1)); fallocate('file', 0, 0, 99); os.stat('file').st_mtime > 1`,
  ],
  [
    'whether a hole changes times',
    true,
    `
os.utime('file', (1, 1)); fallocate('file', KEEP_SIZE | PUNCH_HOLE, 0, 1); os.stat('file').st_mtime > 1`,
  ],
  [
    'statvfs',
    [4096, 4096, 255, true],
    `
s = os.statvfs('.'); [s.f_bsize, s.f_frsize, s.f_namemax, s.f_bavail > 2 ** 10]`,
  ],
  [
    'syncing a file, a folder, and everything',
    'done',
    `
h, d = os.open('file', os.O_RDWR), os.open('.', 0); os.write(h, b'x'); os.fsync(h); os.fdatasync(h); os.fsync(d)
called('syncfs', d)`,
  ],
  [
    'a mapping that is written to',
    ['Alpha\n', 'AlphaZ'],
    `
m = mapped('file'); m[0:1] = b'A'; first = open('file').read(); m[5:6] = b'Z'; m.flush(); [first, open('file').read()]`,
  ],
  [
    'a mapping, and writes besides it',
    ['Alpha\n', 'AlpHa\n'],
    `
m = mapped('file'); m[0:1] = b'A'; h = os.open('file', os.O_RDWR); first = os.read(h, 9).decode(); os.pwrite(h, b'H', 3)
[first, bytes(m).decode()]`,
  ],
  [
    'the mappings of two processes',
    'AZpha\n',
    `
m = mapped('file'); m[0:1] = b'A'; child(lambda: mapped('file').__setitem__(slice(1, 2), b'Z')); bytes(m).decode()`,
  ],
  [
    'a private mapping that is written to',
    ['Alpha\n', 'alpha\n'],
    `
m = mmap.mmap(os.open('file', 0), 0, access=mmap.ACCESS_COPY); m[0:1] = b'A'; [bytes(m).decode(), open('file').read()]`,
  ],
  [
    'mapping a file that somebody else still writes',
    'ENODEV',
    `
w = os.open('new', os.O_CREAT | os.O_WRONLY); os.write(w, b'alpha'); m = mmap.mmap(os.open('new', 0), 0, mmap.MAP_SHARED, mmap.PROT_READ)
m[:].decode()`,
    ['alpha', 'all who have such a file open go past the page cache'],
  ],
  [
    'mapping a file that was written before, and is written by who came later',
    'alphabeta',
    `
made('new', 'alpha'); r = os.open('new', 0); m = mmap.mmap(r, 0, mmap.MAP_SHARED, mmap.PROT_READ)
w = os.open('new', os.O_WRONLY | os.O_APPEND); os.write(w, b'beta'); os.read(r, 9).decode()`,
  ],
  [
    'what was read before, and was written past the page cache since',
    ['alpha', 'alPHa'],
    `
made('new', 'alpha'); first = open('new').read(); w = os.open('new', os.O_WRONLY); os.pwrite(w, b'PH', 2); os.close(w)
[first, open('new').read()]`,
  ],
  [
    'reading on in what another appends to',
    ['alpha', '', 'beta'],
    `
w = os.open('new', os.O_CREAT | os.O_WRONLY); os.write(w, b'alpha'); r = os.open('new', 0); seen = [os.read(r, 9), os.read(r, 9)]
os.write(w, b'beta'); [part.decode() for part in [*seen, os.read(r, 9)]]`,
  ],
  [
    'a mapping to write of a handle to read',
    'EACCES',
    `mmap.mmap(os.open('file', 0), 0, mmap.MAP_SHARED, mmap.PROT_WRITE)`,
  ],
  [
    'a mapping of a file that was removed',
    'Alpha\n',
    `
m, h = mapped('file'), os.open('file', 0); os.unlink('file'); m[0:1] = b'A'; m.flush(); os.read(h, 9).decode()`,
  ],
  [
    'a mapping of what was cut off',
    -7,
    `
h = os.open('file', os.O_RDWR); os.ftruncate(h, 8192); m = mmap.mmap(h, 8192); m[5000] = 1; os.ftruncate(h, 10)
child(lambda: m[5000])`,
  ],
  [
    'a lock of the file that another process has',
    ['EAGAIN', 'done'],
    `
h = os.open('file', os.O_RDWR); fcntl.flock(h, EX); other = lambda: fcntl.flock(os.open('file', 0), EX | NB)
first = child(other)
fcntl.flock(h, UN); [first, child(other)]`,
  ],
  [
    'a shared lock of the file that another process has',
    ['done', 'EAGAIN'],
    `
h = os.open('file', os.O_RDWR); fcntl.flock(h, SH)
[child(lambda: fcntl.flock(os.open('file', 0), how | NB)) for how in (SH, EX)]`,
  ],
  [
    'a lock of a stretch that another process has',
    ['EAGAIN', 'done', 'done'],
    `
h = os.open('file', os.O_RDWR); fcntl.lockf(h, EX, 3, 0)
other = lambda *at: child(lambda: fcntl.lockf(os.open('file', os.O_RDWR), EX | NB, *at))
first = other(1, 2), other(3, 3)
os.close(h); [*first, other(1, 2)]`,
  ],
  [
    'a lock of a process that has ended',
    'done',
    `
child(lambda: fcntl.lockf(os.open('file', os.O_RDWR), EX))
child(lambda: fcntl.lockf(os.open('file', os.O_RDWR), EX | NB))`,
  ],
  [
    'a lock that is waited for',
    ['done', true],
    `
h = os.open('file', os.O_RDWR); fcntl.flock(h, EX); begun = time.monotonic()
p = child(lambda: fcntl.flock(os.open('file', os.O_RDWR), EX), wait=False); time.sleep(0.2); fcntl.flock(h, UN)
[p(), time.monotonic() - begun > 0.19]`,
  ],
  [
    'four processes that append lines',
    [400, 400],
    `
line = lambda n, k: ('%d-%03d ' % (n, k)) * 20 + '\\n'
def appends(n):
    h = os.open('new', os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for k in range(100): os.write(h, line(n, k).encode())
ps = [child(lambda n=n: appends(n), wait=False) for n in range(4)]; [p() for p in ps]; lines = open('new').readlines()
[len(lines), len(set(lines) & {line(n, k) for n in range(4) for k in range(100)})]`,
  ],
  [
    'four processes that make the same file',
    ['EEXIST', 'EEXIST', 'EEXIST', 'done'],
    `
ps = [child(lambda: os.close(os.open('new', os.O_CREAT | os.O_EXCL)), wait=False) for n in range(4)]
sorted(p() for p in ps)`,
  ],
  [
    'four processes that rename the same file',
    ['ENOENT', 'ENOENT', 'ENOENT', 'done'],
    `
ps = [child(lambda n=n: os.rename('file', 'new%d' % n), wait=False) for n in range(4)]; sorted(p() for p in ps)`,
  ],
  [
    'four processes that count under a lock',
    '400',
    `
made('count', '0')
def count():
    for _ in range(100):
        with open('count', 'r+') as f: fcntl.flock(f, EX); n = int(f.read()); f.seek(0); f.write(str(n + 1)); f.flush()
ps = [child(count, wait=False) for _ in range(4)]; [p() for p in ps]; open('count').read()`,
  ],
]

/** Asked by somebody who is not root. Where we are, it is nobody. */
const asUser: readonly PythonRow[] = [
  ['reading without the right to', 'EACCES', `os.chmod('file', 0o200); open('file').read()`],
  ['writing without the right to', 'EACCES', `os.chmod('file', 0o400); made('file', 'x')`],
  ['appending without the right to', 'EACCES', `os.chmod('file', 0o400); open('file', 'a')`],
  ['truncating without the right to', 'EACCES', `os.chmod('file', 0o400); os.truncate('file', 0)`],
  [
    'opening to read, truncated, without the right to',
    'EACCES',
    `os.chmod('file', 0o400); os.open('file', os.O_TRUNC)`,
  ],
  [
    'writing by a handle from before the right was taken',
    'xlpha\n',
    `
h = os.open('file', os.O_WRONLY); os.chmod('file', 0o400); os.write(h, b'x'); open('file').read()`,
  ],
  ['listing without the right to', 'EACCES', `os.chmod('full', 0o300); os.listdir('full')`],
  ['entering without the right to', 'EACCES', `os.chmod('full', 0o600); os.stat('full/inner')`],
  ['entering without the right to list', 'inner', `os.chmod('full', 0o100); open('full/inner').read()`],
  ['making a file without the right to', 'EACCES', `os.chmod('empty', 0o500); made('empty/new', '')`],
  ['making a folder without the right to', 'EACCES', `os.chmod('empty', 0o500); os.mkdir('empty/new')`],
  ['removing without the right to change the folder', 'EACCES', `os.chmod('full', 0o500); os.unlink('full/inner')`],
  [
    'removing without the right to change the file',
    'ENOENT',
    `os.chmod('file', 0); os.unlink('file'); os.stat('file')`,
  ],
  ['renaming out without the right to', 'EACCES', `os.chmod('full', 0o500); os.rename('full/inner', 'new')`],
  ['renaming in without the right to', 'EACCES', `os.chmod('empty', 0o500); os.rename('file', 'empty/new')`],
  [
    'moving a folder without the right to change it',
    'EACCES',
    `os.chmod('full/deep', 0o500); os.rename('full/deep', 'new')`,
  ],
  ['renaming a folder without the right to change it', 'done', `os.chmod('full', 0o500); os.rename('full', 'new')`],
  [
    'asking for rights',
    [true, false, false],
    `
os.chmod('file', 0o400); [os.access('file', mode) for mode in (os.R_OK, os.W_OK, os.X_OK)]`,
  ],
  ['giving a file away', 'EPERM', `os.chown('file', 1, -1)`],
  ['giving a file to a group that one is not in', 'EPERM', `os.chown('file', -1, 1)`],
  ['giving a file to whom it belongs to', 'done', `os.chown('file', os.getuid(), os.getgid())`],
  ['a device', 'EPERM', `os.mknod('new', 0o20600, os.makedev(1, 3))`],
  [
    'writing to what runs as its owner',
    '755',
    `os.chmod('file', 0o4755); open('file', 'a').write('x'); rights('file')`,
  ],
  [
    'writing to what runs as its group',
    '755',
    `os.chmod('file', 0o2755); open('file', 'a').write('x'); rights('file')`,
  ],
  [
    'writing to what has set-group-ID, and runs as nobody',
    '2644',
    `
os.chmod('file', 0o2644); open('file', 'a').write('x'); rights('file')`,
  ],
  [
    'writing to what runs as its owner, past the caches',
    '755',
    `
made('file', 'x' * 4096); os.chmod('file', 0o6755)
os.writev(os.open('file', os.O_WRONLY | os.O_DIRECT), [page(b'y')]); rights('file')`,
  ],
  [
    'writing to what runs as its owner, by a mapping',
    '6755',
    `
os.chmod('file', 0o6755); m = mapped('file'); m[0:1] = b'A'; m.flush(); rights('file')`,
  ],
  ['truncating what runs as its owner', '755', `os.chmod('file', 0o6755); os.truncate('file', 1); rights('file')`],
  [
    'truncating what runs as its owner, by opening it',
    '755',
    `os.chmod('file', 0o6755); open('file', 'w'); rights('file')`,
  ],
  [
    'reserving room for what runs as its owner',
    '6755',
    `os.chmod('file', 0o6755); fallocate('file', 0, 0, 99); rights('file')`,
    ['755', 'here it runs as nobody else anyway'],
  ],
  [
    'punching a hole in what runs as its owner',
    '6755',
    `
os.chmod('file', 0o6755); fallocate('file', KEEP_SIZE | PUNCH_HOLE, 0, 1); rights('file')`,
    ['755', 'here it runs as nobody else anyway'],
  ],
  [
    'owners of what is made',
    [true, true, true],
    `
made('a', ''); os.mkdir('b'); os.symlink('a', 'c')
[(os.lstat(n).st_uid, os.lstat(n).st_gid) == (os.getuid(), os.getgid()) for n in 'abc']`,
  ],
  [
    'rights of what is made, less the umask',
    ['640', '750', '777', '640'],
    `
os.umask(0o027); made('a', ''); os.mkdir('b'); os.symlink('a', 'c'); os.mkfifo('d'); [rights(n) for n in 'abcd']`,
  ],
]

/** Asked by root, and by nobody about what root has. */
const asRoot: readonly PythonRow[] = [
  ['a device of characters', 'EPERM', `os.mknod('new', 0o20600, os.makedev(1, 3))`, ['done', 'no blob can be one']],
  ['a device of blocks', 'EPERM', `os.mknod('new', 0o60600, os.makedev(7, 0))`, ['done', 'no blob can be one']],
  [
    'reading and writing without the right to',
    'omega',
    `os.chmod('file', 0); made('file', 'omega'); open('file').read()`,
  ],
  ['running without the right to', 'EACCES', `os.execv('file', ['file'])`],
  [
    'writing to what runs as its owner',
    '6755',
    `os.chmod('file', 0o6755); open('file', 'a').write('x'); rights('file')`,
  ],
  [
    'giving what runs as its owner away',
    ['755', 1, 2],
    `
os.chmod('file', 0o6755); os.chown('file', 1, 2); [rights('file'), os.stat('file').st_uid, os.stat('file').st_gid]`,
  ],
  [
    'giving what has set-group-ID, and runs as nobody, away',
    '2644',
    `
os.chmod('file', 0o2644); os.chown('file', 1, 2); rights('file')`,
  ],
  [
    'giving a folder with set-group-ID away',
    '2755',
    `os.chmod('empty', 0o2755); os.chown('empty', 1, 2); rights('empty')`,
  ],
  ['giving a link away', [1, 0], `os.lchown('link', 1, 2); [os.lstat('link').st_uid, os.stat('file').st_uid]`],
  [
    'what is made in a folder with set-group-ID',
    [5, 5, 5, '2755'],
    `
os.chown('empty', -1, 5); os.chmod('empty', 0o2755); made('empty/a', ''); os.mkdir('empty/b')
os.symlink('x', 'empty/c')
[*(os.lstat('empty/' + n).st_gid for n in 'abc'), rights('empty/b')]`,
  ],
  ['nobody writes to a file', 'EACCES', `nobody(lambda: made('file', 'x'))`],
  ['nobody reads a file', 'alpha\n', `nobody(lambda: open('file').read())`],
  ['nobody makes a file', 'EACCES', `nobody(lambda: made('empty/new', ''))`],
  [
    'nobody makes a file where all may',
    65534,
    `
os.chmod('empty', 0o777); nobody(lambda: made('empty/new', '')); os.stat('empty/new').st_uid`,
  ],
  ['nobody removes a file where all may', 'done', `os.chmod('full', 0o777); nobody(lambda: os.unlink('full/inner'))`],
  [
    'nobody removes a file from a sticky folder',
    'EPERM',
    `os.chmod('full', 0o1777); nobody(lambda: os.unlink('full/inner'))`,
  ],
  [
    'nobody replaces a file in a sticky folder',
    'EPERM',
    `
os.chmod('full', 0o1777); nobody(lambda: made('full/new', '') or os.rename('full/new', 'full/inner'))`,
  ],
  ['nobody changes the rights of a file', 'EPERM', `os.chmod('file', 0o666); nobody(lambda: os.chmod('file', 0o777))`],
  ['nobody sets the times of a file', 'EPERM', `os.chmod('file', 0o666); nobody(lambda: os.utime('file', (1, 1)))`],
  ['nobody sets the times of a file to now', 'done', `os.chmod('file', 0o666); nobody(lambda: os.utime('file'))`],
  ['nobody opens a file without leaving a trace', 'EPERM', `nobody(lambda: os.open('file', os.O_NOATIME))`],
  [
    'nobody writes to what runs as root',
    '777',
    `
os.chmod('file', 0o6777); nobody(lambda: open('file', 'a').write('x')); rights('file')`,
  ],
  [
    'nobody sets set-group-ID for a group that he is not in',
    '755',
    `
os.chown('file', 65534, 7); nobody(lambda: os.chmod('file', 0o2755)); rights('file')`,
  ],
  [
    'nobody makes a folder where set-group-ID is inherited',
    [7, '2755'],
    `
os.chown('empty', -1, 7); os.chmod('empty', 0o2777); nobody(lambda: os.mkdir('empty/a'))
[os.stat('empty/a').st_gid, rights('empty/a')]`,
  ],
  [
    'nobody makes a program where set-group-ID is inherited',
    [7, '755'],
    `
os.chown('empty', -1, 7); os.chmod('empty', 0o2777); nobody(lambda: os.close(os.open('empty/a', os.O_CREAT, 0o2755)))
[os.stat('empty/a').st_gid, rights('empty/a')]`,
  ],
  [
    'nobody writes by a handle of root',
    'x',
    `
h = os.open('file', os.O_RDWR); os.chmod('file', 0); nobody(lambda: os.pwrite(h, b'x', 0)); os.pread(h, 1, 0).decode()`,
  ],
  [
    'nobody has another group',
    'done',
    `
os.chown('file', 0, 7); os.chmod('file', 0o060); nobody(lambda: open('file', 'r+').close(), groups=[7])`,
  ],
]

const pythonTables = {
  opened: { rows: calls, isUser: false, needsRoot: false },
  renamed: { rows: renames, isUser: false, needsRoot: false },
  sizes: { rows: sizes, isUser: false, needsRoot: false },
  besides: { rows: besides, isUser: false, needsRoot: false },
  'not as root': { rows: asUser, isUser: true, needsRoot: false },
  'as root': { rows: asRoot, isUser: false, needsRoot: true },
}
const hasPython = await hasProgram('python3')

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
  if (!disk) return
  // Some rows leave folders that not even their owner may enter.
  await runIn(disk, 'chmod -R u+rwX .')
  await fs.rm(disk, { recursive: true })
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
  for (const [path, content] of [
    ['file', 'alpha\n'],
    ['other', 'beta\n'],
    ['full/inner', 'inner'],
  ] as const)
    await fs.writeFile(at(path), content)
  for (const [path, target] of [
    ['link', 'file'],
    ['way', 'full'],
    ['dangling', 'nowhere'],
    ['loop', 'loop'],
  ] as const)
    await fs.symlink(target, at(path))
  return at
}

type Outcomes = ReadonlyMap<PythonRow | undefined, unknown>

function outcomesOf(rows: readonly PythonRow[], printed: string): Outcomes {
  return new Map(outcomesIn(printed).map((outcome, index) => [rows[index], outcome]))
}

/**
 * What some work gives, or the code of the error that it ends with. The calls are those of other threads of ours, so
 * that we can answer them.
 */
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

describe('in a mounted output, as on a disk,', () => {
  const asked = Object.values(pythonTables).flatMap(({ rows, isUser }) => rows.map((row) => ({ row, isUser })))
  let here: Outcomes
  let there: Outcomes
  beforeAll(async () => {
    if (noMounts || !hasPython) return
    const script = scriptOf(asked.map(({ row: [, , lines], isUser }) => [lines, isUser]))
    const rows = asked.map(({ row }) => row)
    here = outcomesOf(rows, await out.run(script))
    if (isExt4) there = outcomesOf(rows, await runIn(disk, script))
  })

  describe.each(Object.entries(pythonTables))('%s:', (_, { rows, needsRoot }) => {
    beforeEach((context) => {
      if (!hasPython) context.skip('there is no python3')
      if (needsRoot && process.getuid?.() !== 0) context.skip('only root can do that')
    })

    test.for(rows)('%s gives %j', (row) => {
      const [, seen, , onDisk] = row
      expect(here.get(row)).toEqual(seen)
      if (isExt4) expect(there.get(row), onDisk?.[1]).toEqual(onDisk ? onDisk[0] : seen)
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
  (one: (path: string) => Promise<unknown>, two: (path: string) => Promise<unknown>) => async (path: string) => [
    await one(path),
    await two(path),
  ]

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

const python = (script: string) => `python3 -c ${quoted(script)}`

describe('the listing of a folder', () => {
  test('goes on while 5,000 files are removed', async () => {
    expect(
      await out.run(
        `mkdir many; cd many; seq 5000 | xargs touch; ls -U | wc -l; cd ..; rm -rf many; ls -d many* || true`,
      ),
    ).toBe('5000\n')
    expect(
      await out.run(`mkdir many; cd many; seq 5000 | xargs touch; find . -type f -delete; ls -A; cd ..; rmdir many`),
    ).toBe('')
  })

  test('finds its place again, whatever was removed and renamed', async (context) => {
    if (!hasPython) context.skip('there is no python3')
    const script = `
import ctypes, os, sys
libc = ctypes.CDLL(None)
calls = (('opendir', 'p', 's'), ('readdir', 'p', 'p'), ('telldir', 'l', 'p'), ('seekdir', None, 'p', 'l'),
    ('rewinddir', None, 'p'))
for name, result, *arguments in calls:
    kinds = {'p': ctypes.c_void_p, 's': ctypes.c_char_p, 'l': ctypes.c_long, None: None}
    getattr(libc, name).restype, getattr(libc, name).argtypes = kinds[result], [kinds[a] for a in arguments]
def next_name(listing):
    entry = libc.readdir(listing)
    return entry and ctypes.string_at(entry + 19).decode()
def rest(listing):
    return list(iter(lambda: next_name(listing), None))
os.mkdir('listed'); os.chdir('listed')
for n in range(1200): os.close(os.open('%d' % n, os.O_CREAT))
listing = libc.opendir(b'.')
names, places = [], []
for _ in range(1202): places.append(libc.telldir(listing)); names.append(next_name(listing))
assert sorted(names) == sorted(['.', '..', *map(str, range(1200))]), 'all'
assert next_name(listing) is None, 'the end'
for at in (900, 7, 0, 1, 2, 1201):
    libc.seekdir(listing, places[at]); assert rest(listing) == names[at:], at
libc.rewinddir(listing); assert rest(listing) == names, 'again'
for n in range(0, 1200, 2): os.unlink('%d' % n)
libc.seekdir(listing, places[601])
odd = lambda some: [n for n in some if int(n) % 2]
assert odd(rest(listing)) == odd(names[601:]), 'what was not removed'
libc.closedir(ctypes.c_void_p(listing))
def some(handle, room):
    buffer = ctypes.create_string_buffer(room)
    filled, at = libc.getdents64(handle, buffer, room), 0
    while at < filled:
        yield ctypes.string_at(ctypes.byref(buffer, at + 19)).decode()
        at += int.from_bytes(buffer.raw[at + 16:at + 18], sys.byteorder)
def named(rest):
    return sorted(n for n in names if n.isdigit() and int(n) % 4 == rest)
for renamed, kept in ((1, 3), (3, 1)):
    handle = os.open('.', os.O_RDONLY)
    seen = list(some(handle, 32768))
    for n in named(renamed): os.rename(n, 'r' + n); os.rename('r' + n, n)
    while more := list(some(handle, 40)): seen += more
    assert sorted(n for n in seen if n in named(kept)) == named(kept), 'what was not renamed'
for n in os.listdir('.'): os.unlink(n)
os.chdir('..'); os.rmdir('listed')`
    await out.run(python(script))
  })
})

/** What changes something, in a folder that was prepared before it was sealed. \`open\` was opened then. */
type SealedRow = readonly [what: string, seen: unknown, work: (at: At, open: fs.FileHandle) => Promise<unknown>]
const sealedRows: readonly SealedRow[] = [
  ['opening a file to write it', 'EROFS', (at) => fs.open(at('file'), 'r+')],
  ['opening a file to write it only', 'EROFS', (at) => fs.open(at('file'), O_WRONLY)],
  ['opening a file to append to it', 'EROFS', (at) => fs.open(at('file'), 'a')],
  ['opening a file, truncated', 'EROFS', (at) => fs.open(at('file'), 'w')],
  ['opening a file to read it, truncated', 'EROFS', (at) => fs.open(at('file'), O_RDONLY | O_TRUNC)],
  ['creating a file', 'EROFS', (at) => fs.open(at('new'), O_CREAT | O_WRONLY)],
  ['creating a file only to read it', 'EROFS', (at) => fs.open(at('new'), O_CREAT | O_RDONLY)],
  ['creating a file that must be new', 'EROFS', (at) => fs.open(at('new'), 'wx')],
  ['creating a file that must be new, and is there', 'EEXIST', (at) => fs.open(at('file'), 'wx')],
  ['creating a file in a folder', 'EROFS', (at) => fs.writeFile(at('full/new'), 'x')],
  ['writing by a handle from before', 'EROFS', (_, open) => open.write('x', 0)],
  ['truncating by a handle from before', 'EROFS', (_, open) => open.truncate(1)],
  ['changing rights by a handle from before', 'EROFS', (_, open) => open.chmod(0o777)],
  ['syncing a handle from before', 'done', (_, open) => open.sync()],
  ['reading by a handle from before', 'alpha\n', (_, open) => contentBy(open)],
  ['truncating a file', 'EROFS', (at) => fs.truncate(at('file'), 1)],
  ['making a folder', 'EROFS', (at) => fs.mkdir(at('new'))],
  ['making a folder that is there', 'EEXIST', (at) => fs.mkdir(at('empty'))],
  ['removing a folder', 'EROFS', (at) => fs.rmdir(at('empty'))],
  ['removing a tree', 'EROFS', (at) => fs.rm(at('full'), { recursive: true })],
  ['removing a file', 'EROFS', (at) => fs.unlink(at('file'))],
  ['removing a file that is not there', 'ENOENT', (at) => fs.unlink(at('none'))],
  ['removing a link', 'EROFS', (at) => fs.unlink(at('link'))],
  ['renaming a file', 'EROFS', (at) => fs.rename(at('file'), at('new'))],
  ['renaming a file over another', 'EROFS', (at) => fs.rename(at('file'), at('other'))],
  ['renaming a folder', 'EROFS', (at) => fs.rename(at('full'), at('new'))],
  ['moving a file out of it', 'EXDEV', (at) => fs.rename(at('file'), join(disk, 'new'))],
  ['linking a file', 'EROFS', (at) => fs.link(at('file'), at('new'))],
  ['making a symbolic link', 'EROFS', (at) => fs.symlink('file', at('new'))],
  ['copying a file within it', 'EROFS', (at) => fs.copyFile(at('file'), at('new'))],
  ['changing the rights of a file', 'EROFS', (at) => fs.chmod(at('file'), 0o777)],
  ['changing the rights of a folder', 'EROFS', (at) => fs.chmod(at('empty'), 0o777)],
  ['changing the rights of its root', 'EROFS', (at) => fs.chmod(at('..'), 0o777)],
  [
    'changing the owner of a file',
    'EROFS',
    (at) => fs.chown(at('file'), process.getuid?.() ?? 0, process.getgid?.() ?? 0),
  ],
  ['changing the times of a file', 'EROFS', (at) => fs.utimes(at('file'), 1, 1)],
  ['changing the times of a link', 'EROFS', (at) => fs.lutimes(at('link'), 1, 1)],
  ['asking whether a file may be written, which the kernel thinks', 'done', (at) => fs.access(at('file'), W_OK)],
  ['reading a file', 'alpha\n', (at) => text(at('file'))],
  ['reading a file through links to folders and files', 'inner', (at) => text(at('way/inner'))],
]
const sealedCalls: readonly PythonRow[] = [
  ['making a FIFO', 'EROFS', `os.mkfifo('new')`],
  ['making a socket', 'EROFS', `socket.socket(socket.AF_UNIX).bind('new')`],
  ['making a file by mknod', 'EROFS', `os.mknod('new', 0o100600)`],
  ['exchanging two files', 'EROFS', `renamed('file', 'other', EXCHANGE)`],
  ['setting an extended attribute', 'ENOTSUP', `os.setxattr('file', 'user.x', b'1')`],
  ['locking a file', 'done', `fcntl.flock(os.open('file', 0), EX | NB)`],
  ['a temporary file', 'EROFS', `tempfile.TemporaryFile(dir='.')`],
]

describe('a sealed output', () => {
  let parent: string
  let sealed: KernelOutput
  let at: At
  let open: fs.FileHandle
  let published: Readonly<Record<string, string>>
  let everything: string
  let outcomes: Outcomes
  const look = `find . -printf '%P|%y|%m|%U|%s|%n|%T@|%C@\n' | sort; find . -type f -print0 | sort -z | xargs -0 md5sum`

  beforeAll(async () => {
    if (noMounts) return
    parent = await fs.realpath(await fs.mkdtemp(join(tmpdir(), 'parent-')))
    sealed = await outputHere({ parent })
    at = await prepared(sealed.folder)
    await fs.unlink(at('dangling'))
    await fs.unlink(at('loop'))
    open = await fs.open(at('file'), 'r+')
    await sealed.run('head -c 300000 /dev/urandom >large')
    expect((await sealed.seal()).problems).toEqual([])
    published = sealed.published()
    everything = await sealed.run(look)
    if (!hasPython) return
    const script = scriptOf(
      sealedCalls.map(([, , lines]) => [lines, false]),
      at(''),
    )
    outcomes = outcomesOf(sealedCalls, await sealed.run(script))
  })
  afterAll(async () => {
    await open?.close()
    await sealed?.[Symbol.asyncDispose]()
    if (parent) await fs.rmdir(parent)
  })
  const expectNoChange = async () => {
    expect(await sealed.run(look)).toBe(everything)
    expect(sealed.published()).toEqual(published)
  }

  test.for(sealedRows)('%s gives %j', async ([, seen, work]) => {
    expect(await outcomeOf(work(at, open))).toEqual(seen)
  })

  test.for(sealedCalls)('%s gives %j', (row, context) => {
    if (!hasPython) context.skip('there is no python3')
    expect(outcomes.get(row)).toEqual(row[1])
  })

  test('has not changed, nor has what was published', async () => {
    const place = relative(sealed.folder, at(''))
    expect(published[`${place}/link`]).toBe('alpha\n')
    expect(published[`${place}/way/inner`]).toBe('inner')
    await expectNoChange()
  })

  test('stays when it, or what it lies in, is deleted', async () => {
    await expect(sealed.run('rm -rf * .[!.]*')).rejects.toThrow('Read-only file system')
    await expect(sealed.run('find . -delete')).rejects.toThrow('Read-only file system')
    await expect(sealed.run('cd /; rm -rf "$HERE"')).rejects.toThrow('Read-only file system')
    await expect(sealed.run('cd /; rm -rf "$(dirname "$HERE")"')).rejects.toThrow('Read-only file system')
    await expect(sealed.run('mv "$HERE" "$HERE-moved"')).rejects.toThrow('busy')
    await expect(fs.rm(parent, { recursive: true, force: true })).rejects.toThrow(/EROFS|EBUSY/)
    await expectNoChange()
  })

  test('is the same when it is sealed once more', async () => {
    expect((await sealed.seal()).files).toHaveLength(Object.keys(published).length)
    await expectNoChange()
  })
})

describe('what was deleted before the seal', () => {
  test('is not published, and deleted from the store where it was sent', async () => {
    await using own = await outputHere()
    await own.run(`
      mkdir -p d/e; for i in $(seq 50); do echo $i >f$i; echo $i >d/e/$i; done; head -c 500000 /dev/urandom >big
      echo kept >kept; echo old >replaced; echo first >again`)
    await untilSent(own, 104)
    await own.run(
      'rm -rf d f* big; echo new >newer; mv newer replaced; rm again; echo second >again; mkdir d; echo d >d/e',
    )
    const { problems, files } = await own.seal()
    expect(problems).toEqual([])
    const expected = { again: 'second\n', 'd/e': 'd\n', kept: 'kept\n', replaced: 'new\n' }
    expect(own.published()).toEqual(expected)
    expect(files.map(({ path }) => path)).toEqual(Object.keys(expected))
  })

  test('nor is it while somebody still has it open', async () => {
    await using own = await outputHere()
    await own.run('echo held >held; echo replaced >replaced; echo kept >kept')
    await untilSent(own, 3)
    await using held = await fs.open(join(own.folder, 'held'), 'r+')
    await using replaced = await fs.open(join(own.folder, 'replaced'))
    await own.run('rm held; echo new >new; mv new replaced')
    await held.write('HELD')
    expect((await own.seal()).problems).toEqual([])
    expect(own.published()).toEqual({ kept: 'kept\n', replaced: 'new\n' })
    await replaced.close()
    await held.close()
    await sleep(500)
    expect((await own.seal()).problems).toEqual([])
    expect(own.published()).toEqual({ kept: 'kept\n', replaced: 'new\n' })
  })

  test('nor is it where it was just being sent', async () => {
    await using own = await outputHere({ settled: 0 })
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    own.container.beforeWrite = async (name) => {
      if (!name.endsWith('late')) return
      begin()
      await sleep(300)
    }
    await own.run('echo late >late; echo kept >kept')
    await begun
    await own.run('rm late')
    expect((await own.seal()).problems).toEqual([])
    await sleep(500)
    expect(own.published()).toEqual({ kept: 'kept\n' })
  })
})

describe('a file that is made anew while the old one is deleted from the store', () => {
  test('is published', async () => {
    await using own = await outputHere({ settled: 100 })
    await own.run('echo old >f')
    await untilSent(own, 1)
    await own.run('rm f')
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const { deleteBlob } = own.container
    own.container.deleteBlob = async (name, signal) => {
      begin()
      await sleep(300)
      await deleteBlob(name, signal)
    }
    const now = performance.now.bind(performance)
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 60_000)
    await begun
    clock.mockRestore()
    await own.run('echo new >f')
    expect((await own.seal()).problems).toEqual([])
    await sleep(500)
    expect(own.published()).toEqual({ f: 'new\n' })
  })
})

describe('what was written by a mapping', () => {
  test('is published, though it was not synced, and the process still runs', async (context) => {
    if (!hasPython) context.skip('there is no python3')
    await using own = await outputHere()
    const script = `
import mmap, os, time
os.truncate(os.open('mapped', os.O_RDWR | os.O_CREAT), 300000)
m = mmap.mmap(os.open('mapped', os.O_RDWR), 0)
m[0:5] = b'first'; m[200000:200006] = b'second'; os.mkdir('ready'); time.sleep(60)`
    const writer = own.run(`${python(script)} & echo $! >pid; wait`).catch(() => {})
    await own.run('until test -d ready; do sleep 0.1; done')
    expect((await own.seal()).problems).toEqual([])
    const content = own.published().mapped ?? ''
    expect([content.length, content.slice(0, 5), content.slice(200_000, 200_006)]).toEqual([300_000, 'first', 'second'])
    await own.run('kill $(cat pid)')
    await writer
  })
})

/** Until so many blobs are in the store. */
async function untilSent({ container }: KernelOutput, blobs: number): Promise<void> {
  for (const end = performance.now() + 10_000; container.blobs.size < blobs && performance.now() < end; )
    await sleep(50)
  expect(container.blobs.size).toBe(blobs)
}
