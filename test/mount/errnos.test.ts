import { constants } from 'node:fs'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type KernelMount, mountHere, noMounts } from './kernel.ts'
import { hasProgram, quoted } from './kernel-helpers.ts'

const content = 'alpha\n'
/** A name of so many bytes. */
const named = (bytes: number) => 'n'.repeat(bytes)
let mount: KernelMount
let outside = ''

beforeAll(async () => {
  if (noMounts) return
  mount = await mountHere({ 'd/file': content, 'd/folder/inner': 'inner', 'd/empty': '', [`d/${named(255)}`]: 'long' })
  outside = await fs.mkdtemp(join(tmpdir(), 'errnos-'))
  await fs.writeFile(join(outside, 'file'), 'outside')
})
afterAll(async () => {
  await mount?.[Symbol.asyncDispose]()
  if (outside) await fs.rm(outside, { recursive: true })
})
beforeEach((context) => {
  if (noMounts) context.skip(noMounts)
})

/** The code of the error that some work ends with. The calls are those of other threads of ours, so that we can answer them. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    (value) => `it worked: ${JSON.stringify(value)}`,
    (error) => String(error.code),
  )
}

const { O_CREAT, O_DIRECT, O_DIRECTORY, O_EXCL, O_RDONLY, O_TRUNC, O_WRONLY, W_OK, X_OK } = constants
type At = (path: string) => string
type Row = readonly [what: string, errno: string, work: (inside: At, outside: At) => Promise<unknown>]

const refusedChanges: readonly Row[] = [
  ['opening a file to write it', 'EROFS', (at) => fs.open(at('file'), 'r+')],
  ['opening a file to write it only', 'EROFS', (at) => fs.open(at('file'), O_WRONLY)],
  ['opening a file to append to it', 'EROFS', (at) => fs.open(at('file'), 'a')],
  ['opening a file to truncate it', 'EROFS', (at) => fs.open(at('file'), 'w')],
  ['opening a file to read it, truncated', 'EROFS', (at) => fs.open(at('file'), O_RDONLY | O_TRUNC)],
  ['creating a file', 'EROFS', (at) => fs.open(at('new'), O_CREAT | O_WRONLY)],
  ['creating a file only to read it', 'EROFS', (at) => fs.open(at('new'), O_CREAT | O_RDONLY)],
  ['creating a file that must be new', 'EROFS', (at) => fs.open(at('new'), 'wx')],
  ['creating a file that must be new, and is there', 'EEXIST', (at) => fs.open(at('file'), 'wx')],
  ['creating a file in a folder', 'EROFS', (at) => fs.writeFile(at('folder/new'), 'x')],
  ['creating a file in a folder that is not there', 'ENOENT', (at) => fs.writeFile(at('none/new'), 'x')],
  ['opening a folder to write it', 'EISDIR', (at) => fs.open(at('folder'), 'r+')],
  ['truncating a file', 'EROFS', (at) => fs.truncate(at('file'), 1)],
  ['truncating a folder', 'EISDIR', (at) => fs.truncate(at('folder'), 0)],
  ['making a folder', 'EROFS', (at) => fs.mkdir(at('new'))],
  ['making a folder that is there', 'EEXIST', (at) => fs.mkdir(at('folder'))],
  ['making a folder where a file is', 'EEXIST', (at) => fs.mkdir(at('file'))],
  ['making a temporary folder', 'EROFS', (at) => fs.mkdtemp(at('new-'))],
  ['removing a folder', 'EROFS', (at) => fs.rmdir(at('folder'))],
  ['removing a tree', 'EROFS', (at) => fs.rm(at('folder'), { recursive: true })],
  ['removing a file', 'EROFS', (at) => fs.unlink(at('file'))],
  ['removing a file that is not there', 'EROFS', (at) => fs.unlink(at('none'))],
  ['renaming a file', 'EROFS', (at) => fs.rename(at('file'), at('new'))],
  ['renaming a folder', 'EROFS', (at) => fs.rename(at('folder'), at('new'))],
  ['moving a file out of it', 'EXDEV', (at, out) => fs.rename(at('file'), out('new'))],
  ['moving a file into it', 'EXDEV', (at, out) => fs.rename(out('file'), at('new'))],
  ['linking a file', 'EROFS', (at) => fs.link(at('file'), at('new'))],
  ['linking a file from outside', 'EXDEV', (at, out) => fs.link(at('file'), out('new'))],
  ['making a symbolic link', 'EROFS', (at) => fs.symlink('file', at('new'))],
  ['copying a file within it', 'EROFS', (at) => fs.copyFile(at('file'), at('new'))],
  ['copying a file into it', 'EROFS', (at, out) => fs.copyFile(out('file'), at('file'))],
  ['changing the mode of a file', 'EROFS', (at) => fs.chmod(at('file'), 0o777)],
  ['changing the mode of its root', 'EROFS', (at) => fs.chmod(at(''), 0o777)],
  ['changing the owner of a file', 'EROFS', (at) => fs.chown(at('file'), 1, 1)],
  ['changing the times of a file', 'EROFS', (at) => fs.utimes(at('file'), 1, 1)],
  ['changing the times of a folder', 'EROFS', (at) => fs.lutimes(at('folder'), 1, 1)],
  ['asking whether a file may be written', 'EROFS', (at) => fs.access(at('file'), W_OK)],
]

const refusedLooks: readonly Row[] = [
  ['opening what is not there', 'ENOENT', (at) => fs.open(at('none'))],
  ['opening what is not there, once more', 'ENOENT', (at) => fs.open(at('none'))],
  ['opening what lies in a folder that is not there', 'ENOENT', (at) => fs.open(at('none/none'))],
  ['asking about what is not there', 'ENOENT', (at) => fs.stat(at('folder/none'))],
  ['opening the empty path', 'ENOENT', () => fs.open('')],
  ['names of another case', 'ENOENT', (at) => fs.stat(at('FILE'))],
  ['going through a file', 'ENOTDIR', (at) => fs.open(at('file/inner'))],
  ['a file with a slash behind it', 'ENOTDIR', (at) => fs.stat(at('file/'))],
  ['going up from a file', 'ENOTDIR', (at) => fs.stat(`${at('file')}/..`)],
  ['opening a file as a folder', 'ENOTDIR', (at) => fs.open(at('file'), O_DIRECTORY)],
  ['listing a file', 'ENOTDIR', (at) => fs.readdir(at('file'))],
  ['listing what is not there', 'ENOENT', (at) => fs.readdir(at('none'))],
  ['reading a folder', 'EISDIR', (at) => fs.readFile(at('folder'))],
  ['reading the root', 'EISDIR', (at) => fs.readFile(at(''))],
  ['a name of 255 bytes that is not there', 'ENOENT', (at) => fs.stat(at(named(254).concat('x')))],
  ['a name of 256 bytes', 'ENAMETOOLONG', (at) => fs.stat(at(named(256)))],
  ['a name of 256 bytes in a folder', 'ENAMETOOLONG', (at) => fs.stat(at(`folder/${named(256)}`))],
  ['a name of 128 characters and 256 bytes', 'ENAMETOOLONG', (at) => fs.stat(at('é'.repeat(128)))],
  ['a name of 1025 bytes', 'ENAMETOOLONG', (at) => fs.stat(at(named(1025)))],
  ['a path of more than 4096 bytes', 'ENAMETOOLONG', (at) => fs.stat(at('folder/../'.repeat(500)))],
  ['reading a file as a link', 'EINVAL', (at) => fs.readlink(at('file'))],
  ['reading a folder as a link', 'EINVAL', (at) => fs.readlink(at('folder'))],
  ['running a file', 'EACCES', (at) => fs.access(at('file'), X_OK)],
  ['creating where the name is too long', 'ENAMETOOLONG', (at) => fs.open(at(named(256)), O_CREAT | O_EXCL)],
]

const hasPython = await hasProgram('python3')
/** What Node has no call for. */
const callsOfPython = [
  ['making a named pipe', 'EROFS', "os.mkfifo('new')"],
  ['making a socket', 'EROFS', "socket.socket(socket.AF_UNIX).bind('new')"],
  ['setting an extended attribute', 'EROFS', "os.setxattr('file', 'user.x', b'1')"],
  ['removing an extended attribute', 'EROFS', "os.removexattr('file', 'user.x')"],
  ['asking for an extended attribute', 'ENOTSUP', "os.getxattr('file', 'user.x')"],
  ['asking for flags as lsattr does', 'ENOTTY', "fcntl.ioctl(os.open('file', 0), 0x80086601, b'12345678')"],
  ['mapping a file to write it', 'EACCES', "mmap.mmap(os.open('file', 0), 0, mmap.MAP_SHARED, mmap.PROT_WRITE)"],
  ['seeking a hole behind the end', 'ENXIO', "os.lseek(os.open('file', 0), 7, os.SEEK_HOLE)"],
  ['seeking a hole', 'it worked: 6', "os.lseek(os.open('file', 0), 0, os.SEEK_HOLE)"],
  ['locking a file', 'it worked: None', "fcntl.flock(os.open('file', 0), fcntl.LOCK_SH)"],
  ['syncing a file', 'it worked: None', "os.fsync(os.open('file', 0))"],
  ['listing extended attributes', 'ENOTSUP', "os.listxattr('file')"],
] as const

const pythonOf = (call: string) => `
import os, errno, fcntl, mmap, socket
try:
    print('it worked: %r' % (${call},))
except OSError as error:
    print(errno.errorcode[error.errno])`

const everything = [' 0 555', 'empty 0 444', 'file 6 444', 'folder 0 555', 'folder/inner 5 444', `${named(255)} 4 444`]
  .map((line) => `${line}\n`)
  .join('')

describe('in a mounted dataset', () => {
  const codeOfRow = ([, , work]: Row) =>
    codeOf(
      work(
        (path) => `${mount.folder}/${path}`,
        (path) => join(outside, path),
      ),
    )

  test.each(refusedChanges.map((row) => [row[0], row[1], row] as const))('%s gives %s', async (_, errno, row) => {
    expect(await codeOfRow(row)).toBe(errno)
  })

  test.each(refusedLooks.map((row) => [row[0], row[1], row] as const))('%s gives %s', async (_, errno, row) => {
    expect(await codeOfRow(row)).toBe(errno)
  })

  describe('asked by python3', () => {
    beforeEach((context) => {
      if (!hasPython) context.skip('there is no python3')
    })

    test.each(callsOfPython)('%s gives %s', async (_, errno, call) => {
      expect(await mount.run(`python3 -c ${quoted(pythonOf(call))}`)).toBe(`${errno}\n`)
    })
  })

  test('all that was refused has changed nothing', async () => {
    expect(await mount.run('find . -printf "%P %s %m\n" | LC_ALL=C sort')).toBe(everything)
    expect(await fs.readFile(join(mount.folder, 'file'), 'utf8')).toBe(content)
    expect(await fs.readdir(outside)).toEqual(['file'])
  })
})

describe('a read', () => {
  test.each([
    ['file', 0, 6],
    ['file', 3, 3],
    ['file', 5, 1],
    ['file', 6, 0],
    ['file', 7, 0],
    ['file', 4096, 0],
    ['file', 2 ** 40, 0],
    ['empty', 0, 0],
    ['empty', 1, 0],
  ])('of %s from byte %i on gives %i bytes, whether cached or not', async (name, position, bytes) => {
    const place = join(mount.folder, name)
    for (const flags of [O_RDONLY, O_RDONLY | O_DIRECT, O_RDONLY]) {
      await using file = await fs.open(place, flags)
      const buffer = Buffer.alloc(64, '?')
      const { bytesRead } = await file.read(buffer, 0, 64, position)
      expect(bytesRead).toBe(bytes)
      expect(buffer.toString()).toBe(content.slice(position, position + bytes).padEnd(64, '?'))
    }
  })
})

describe('where somebody has made the mount writable', () => {
  test('nothing can be changed all the same', async () => {
    await using own = await mountHere({ 'd/file': content, 'd/folder/inner': 'inner' })
    const sudo = process.getuid?.() === 0 ? '' : 'sudo -n'
    await own.run(`cd /; ${sudo} mount -i -o remount,rw "$HERE"`)
    expect(await own.run('grep "$HERE " /proc/mounts')).toContain(' rw,')
    const at = (path: string) => join(own.folder, path)
    const tries = {
      write: () => fs.appendFile(at('file'), 'more'),
      truncate: () => fs.truncate(at('file'), 1),
      create: () => fs.writeFile(at('new'), 'x'),
      unlink: () => fs.unlink(at('file')),
      mkdir: () => fs.mkdir(at('new')),
      rmdir: () => fs.rmdir(at('folder')),
      rename: () => fs.rename(at('file'), at('new')),
      link: () => fs.link(at('file'), at('new')),
      symlink: () => fs.symlink('file', at('new')),
      chmod: () => fs.chmod(at('file'), 0o777),
      utimes: () => fs.utimes(at('file'), 1, 1),
    }
    // For others than root, the kernel looks at the modes first, which let nobody write.
    for (const [name, work] of Object.entries(tries))
      expect([name, await codeOf(work())]).toEqual([name, expect.stringMatching(/^(EROFS|EACCES|EPERM)$/)])
    expect(await own.run('find . -printf "%P %s %m\n" | LC_ALL=C sort; cat file')).toBe(
      ` 0 555\nfile 6 444\nfolder 0 555\nfolder/inner 5 444\n${content}`,
    )
  })
})
