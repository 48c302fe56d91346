import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { useFolder } from '../transfer/helpers.ts'
import { type KernelMount, mountHere, noMounts } from './kernel.ts'
import { containerOf, hasProgram, patternContainer, quoted, runIn, twinsOf } from './kernel-helpers.ts'
import { patternAt } from './pattern.ts'

const kib = 1024
const mebibyte = 1024 * kib
const sizes = [1, 4095, 4096, 4097, 65_535, 65_536, 65_537, 131_072, mebibyte - 1, mebibyte, 2 * mebibyte + 1]
const oddNames = [
  ...'ü u\u0308 日本語/ファイル 😀 \u202e \ufeffbom -rf --help ~ * ? [a] $(id) `id` " \' \\ \\n \x01 \x7f a:b a|b <a>'.split(
    ' ',
  ),
  ...'con nul.txt dot. ... ..a .hidden # %2F &amp; a- a-b/c a/b'.split(' '),
  ...[' leading', 'trailing ', ' ', 'new\nline', 'tab\t', 'return\r'],
  ...['n'.repeat(255), 'é'.repeat(127), `${'f'.repeat(255)}/${'g'.repeat(255)}`],
]
const files: Readonly<Record<string, string | Buffer>> = {
  empty: '',
  'many/empty': '',
  ...Object.fromEntries(sizes.map((size) => [`sizes/${size}`, patternAt(String(size), 0, size)])),
  ...Object.fromEntries(oddNames.map((name, index) => [`odd/${name}`, `odd ${index}\nneedle ${index % 7}\n`])),
  ...Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`many/${index}`, `${index} needle\n`.repeat(index)]),
  ),
  [`deep/${'d/'.repeat(200)}file`]: 'at the bottom',
  [`${'l'.repeat(250)}/`.repeat(12).concat('file')]: 'far away',
}

let twins: Awaited<ReturnType<typeof twinsOf>>
let mount: KernelMount
beforeAll(async () => {
  if (noMounts) return
  twins = await twinsOf(files)
  mount = await mountHere(twins.container)
})
afterAll(async () => {
  await mount?.[Symbol.asyncDispose]()
  await twins?.remove()
})
beforeEach((context) => {
  if (noMounts) context.skip(noMounts)
})

/** Files with their checksums, however they are called. */
const checksums = 'find . -type f -print0 | sort -z | xargs -0 sha256sum -z | sha256sum'
const python = (script: string) => `python3 -c ${quoted(script)}`
type Tool = readonly [what: string, script: string, needed?: string]
/** What each tool does, and the program that it needs where not every machine has it. Links and sizes of folders are those of the disk's own kind. */
const tools: readonly Tool[] = [
  ['find', `find . -printf '%P|%y|%m|%U|%G|%T@\\0' | sort -z; find . -type f -printf '%P|%s|%n\\0' | sort -z`],
  ['find by size, and by pattern', `find . -type f -size +64k -print0 | sort -z; find . -name '*[0-9]7' | sort`],
  ['ls of everything', `ls -lRAb --time-style=full-iso | grep -v '^d\\|^total' | tr -s ' '; ls -RA --file-type`],
  ['ls of one folder, sorted by size', 'ls -1S sizes; ls -1U many | sort'],
  ['sha256sum', `${checksums}; find . -type f -print0 | sort -z | xargs -0 sha256sum`],
  ['sha256sum, eight at a time', 'find . -type f -print0 | xargs -0 -P 8 -n 20 sha256sum | sort'],
  ['tar', `tar --sort=name -cf - . | sha256sum; tar --sort=name -cf - . | tar -tvf - | grep -v '^d'`],
  ['tar of one folder and back', `tar -cf - sizes odd | tar -xf - -C "$OUT"; cd "$OUT"; ${checksums}`],
  ['cp -r', `cp -r . "$OUT"; diff -r . "$OUT"; cd "$OUT"; ${checksums}; find . -printf '%P|%y\\0' | sort -z`],
  ['cp -a', `cp -a . "$OUT/copy"; cd "$OUT/copy"; ${checksums}; find . -printf '%P|%m|%T@\\0' | sort -z`],
  ['grep -r', 'grep -rc "needle [0-3]" . | sort; grep -rlZ "needle 1" . | sort -z'],
  ['cmp, head, tail and wc', 'for file in sizes/*; do wc -c "$file"; tail -c 7 "$file"; head -c 7 "$file" | od; done'],
  [
    'tail from the middle, and from behind the end',
    'tail -c +65530 sizes/65537 | sha256sum; tail -c +99999 sizes/65537',
  ],
  ['dd in blocks of odd sizes', 'for file in sizes/*; do dd if=$file bs=997 status=none | sha256sum; done'],
  ['dd that skips', 'dd if=sizes/2097153 bs=1000 skip=61 count=1900 status=none | sha256sum'],
  [
    'dd that skips bytes',
    'dd if=sizes/2097153 bs=64k skip=65531 count=70001 iflag=skip_bytes,count_bytes status=none | sha256sum',
  ],
  ['dd past the caches', 'for file in sizes/* empty; do dd if=$file bs=64k iflag=direct status=none | sha256sum; done'],
  ['dd past the caches, in pages', 'dd if=sizes/1048575 bs=4k skip=13 iflag=direct status=none | sha256sum'],
  ['dd to a sparse file', 'dd if=sizes/2097153 of="$OUT/f" bs=64k conv=sparse status=none; sha256sum < "$OUT/f"'],
  ['gzip', 'cat sizes/* | gzip -1 | gunzip | sha256sum', 'gzip'],
  ['git grep', `git grep --no-index --no-color -c "needle 2" -- . | sort`, 'git'],
  ['git diff', `git diff --no-index --stat sizes/65535 sizes/65536 || true`, 'git'],
  ['mmap', python(mappedSums()), 'python3'],
  ['walks and copies of Python', python(copiedTree()), 'python3'],
]

const programs = ['rsync', 'fio', 'git', 'python3', 'gzip']
const found = await Promise.all(programs.map(hasProgram))
const missing = new Set(programs.filter((_, index) => !found[index]))

describe('over a mount as on a disk works', () => {
  test.for(tools)('%s', async ([, script, needed = ''], context) => {
    if (missing.has(needed)) context.skip(`there is no ${needed}`)
    const seen = await runIn(mount.folder, script)
    expect(seen).not.toBe('')
    // Not every disk can be read past the caches.
    expect(seen).toBe(await runIn(twins.disk, script.replaceAll(' iflag=direct', '')))
  })

  test('rsync, which finds no difference', async (context) => {
    if (missing.has('rsync')) context.skip('there is no rsync')
    const options = '-rptgo --checksum --itemize-changes --delete --omit-dir-times'
    expect(await runIn(mount.folder, `rsync ${options} --dry-run . ${quoted(twins.disk)}`)).toBe('')
    const copied = await runIn(mount.folder, `rsync -a . "$OUT"; cd "$OUT"; ${checksums}`)
    expect(copied).toBe(await runIn(twins.disk, checksums))
  })
})

describe('what was made on a disk is in order on a mount', { timeout: 60_000 }, () => {
  const made = useFolder()

  test('a repository of git: it is checked, cloned, and read without a clone', async (context) => {
    if (missing.has('git')) context.skip('there is no git')
    const git = 'git -c user.name=x -c user.email=x@x.invalid -c init.defaultBranch=main'
    const fill = 'for i in $(seq 50); do seq $i 2000 > $i; done'
    await runIn(made.path, `${git} init -q .; ${fill}; ${git} add .; ${git} commit -qm one; git gc -q`)
    // A dataset has no empty folders: one reference has to be a file, and not packed.
    await runIn(made.path, 'git update-ref refs/heads/other HEAD')
    const log = await runIn(made.path, 'git log --stat')
    await using mounted = await mountHere(await containerOf(made.path))
    expect(await runIn(mounted.folder, 'git fsck --full --no-progress; git log --stat')).toBe(log)
    expect(await runIn(mounted.folder, 'git --no-optional-locks status --porcelain')).toBe('')
    expect(await runIn(mounted.folder, 'git clone -q . "$OUT/clone"; diff -r -x .git . "$OUT/clone"')).toBe('')
  })

  test('a database of SQLite, and an archive of zip', async (context) => {
    if (missing.has('python3')) context.skip('there is no python3')
    const fill = `
import sqlite3, zipfile
with sqlite3.connect('base') as base:
    base.execute('create table t (a integer primary key, b text)')
    base.executemany('insert into t values (?, ?)', ((n, 'row %d' % n) for n in range(50000)))
with zipfile.ZipFile('archive.zip', 'w', zipfile.ZIP_DEFLATED) as archive:
    for n in range(200):
        archive.writestr('%d.txt' % n, 'line %d' % n * n)`
    const look = `
import sqlite3, zipfile
base = sqlite3.connect('file:base?mode=ro', uri=True)
print(base.execute('pragma integrity_check').fetchall(), base.execute('select sum(a), max(b), count(*) from t').fetchall())
archive = zipfile.ZipFile('archive.zip')
print(archive.testzip(), len(archive.read('199.txt')))`
    await runIn(made.path, python(fill))
    await using mounted = await mountHere(await containerOf(made.path))
    const seen = await runIn(mounted.folder, python(look))
    expect(seen).toContain("[('ok',)]")
    expect(seen).toBe(await runIn(made.path, python(look)))
  })

  test('what fio wrote, which it verifies in order, at random, past the caches and by mmap', async (context) => {
    if (missing.has('fio')) context.skip('there is no fio')
    const job = 'fio --name=rw --filename=f --bs=16k --size=16m --verify=crc32c --verify_fatal=1'
    await runIn(made.path, `${job} --rw=write --do_verify=0`)
    const container = await containerOf(made.path)
    const content = Buffer.from(container.blobs.get('d/f')?.content ?? '')
    content[11 * mebibyte] = (content[11 * mebibyte] ?? 0) ^ 1
    container.store('d/broken/f', content)
    await using mounted = await mountHere(container)
    const ways = ['read', 'randread', 'randread --direct=1', 'read --ioengine=mmap', 'randread --ioengine=mmap']
    for (const way of ways)
      expect(await runIn(mounted.folder, `${job} --readonly --rw=${way}`), way).toContain('err= 0')
    // That it would tell us, had anything been wrong.
    await expect(runIn(mounted.folder, `cd broken; ${job} --readonly --rw=read`)).rejects.toThrow(/err=84|verify/)
  })
})

const sumOf = (...parts: readonly Uint8Array[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex')
/** A script that gives the checksum of a stretch of a file. */
const stretch = (name: string, offset: number, length: number, how = '') =>
  `dd if=${name} bs=64k iflag=skip_bytes,count_bytes${how} skip=${offset} count=${length} status=none | sha256sum`

describe('a mount', { timeout: 60_000 }, () => {
  test('tells df the size of the dataset, and that it is full', async () => {
    await using mounted = await mountHere(patternContainer({ 'd/a': 5 * mebibyte, 'd/b': 1, 'd/c': 0 }))
    const seen = await mounted.run('df -B4096 --output=size,used,avail,itotal,fstype . | tail -1')
    expect(seen.trim().split(/\s+/)).toEqual(['1281', '1281', '0', '3', 'fuse.azureml-datasets'])
    expect(await mounted.run('stat -f -c %l .; du -bs --apparent-size a; stat -c "%s %b %B %o" a b c')).toBe(
      '255\n5242880\ta\n5242880 10240 512 4096\n1 1 512 4096\n0 0 512 4096\n',
    )
  })

  test('gives many readers at once what each asks for, with less memory than all of it', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `f${index}`)
    const container = patternContainer(Object.fromEntries(names.map((name) => [`d/${name}`, 4 * mebibyte + 1])))
    await using mounted = await mountHere(container)
    const reader = 'cat $(ls | shuf -n 1) > /dev/null; for name in $(ls | shuf); do sha256sum $name; done'
    const seen = await mounted.run(`seq 16 | xargs -P 16 -I{} bash -c ${quoted(reader)} | sort | uniq -c`)
    const expected = names.map((name) => `16 ${sumOf(patternAt(`d/${name}`, 0, 4 * mebibyte + 1))} ${name}`)
    expect(
      seen
        .trim()
        .split('\n')
        .map((line) => line.trim().replace('  ', ' '))
        .sort(),
    ).toEqual(expected.sort())
  })

  test('holds a folder of 100,000 files', async () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `file-${index}`)
    const size = (index: number) => index % 50
    const container = patternContainer(Object.fromEntries(names.map((name, index) => [`d/all/${name}`, size(index)])))
    await using mounted = await mountHere(container)
    const listing = sumOf(
      Buffer.from(
        names
          .toSorted()
          .map((name) => `${name}\n`)
          .join(''),
      ),
    )
    const both = 'ls -U all | LC_ALL=C sort | sha256sum > /dev/null & ls all | LC_ALL=C sort | sha256sum; wait'
    expect(await mounted.run(both)).toBe(`${listing}  -\n`)
    expect(
      await mounted.run('ls -f all | wc -l; find . -type f -size -1 | wc -l; stat -c "%s %h" all/file-99999'),
    ).toBe('100002\n2000\n49 1\n')
    const some = names.flatMap((name, index) => (index % 97 === 0 ? [patternAt(`d/all/${name}`, 0, size(index))] : []))
    expect(await mounted.run('cd all; seq 0 97 99999 | sed s/^/file-/ | xargs cat | sha256sum')).toBe(
      `${sumOf(...some)}  -\n`,
    )
  })

  test.each([
    ['2 GiB', 2 ** 31],
    ['4 GiB', 2 ** 32],
    ['4 TiB', 2 ** 42],
  ])('gives what lies around %s in a file that is larger', async (_, border) => {
    const size = border + 300_001
    await using mounted = await mountHere(patternContainer({ 'd/big': size, 'd/next': 4 * mebibyte }))
    const places = [0, border - 65_536 - 7, border - 1, border, border + 1, border + 65_536, size - 100_000, size - 1]
    for (const name of ['big', 'next', 'big']) {
      for (const place of places.map((offset) => (name === 'big' ? offset : offset % mebibyte))) {
        const length = Math.min(150_000, (name === 'big' ? size : 4 * mebibyte) - place)
        const expected = `${sumOf(patternAt(`d/${name}`, place, length))}  -\n`
        for (const how of [',direct', ''])
          expect(await mounted.run(stretch(name, place, 150_000, how)), `${name} from ${place}${how}`).toBe(expected)
      }
    }
    expect(await mounted.run('stat -c %s big; tail -c 5 big | sha256sum')).toBe(
      `${size}\n${sumOf(patternAt('d/big', size - 5, 5))}  -\n`,
    )
  })
})

function mappedSums(): string {
  return `
import hashlib, mmap, os
for name in sorted(os.listdir('sizes')):
    with open('sizes/' + name, 'rb') as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as map:
        print(name, hashlib.sha256(map).hexdigest(), map[-1], map[len(map) // 2], map.find(b'needle'))`
}

function copiedTree(): string {
  return `
import os, shutil, filecmp
for folder, folders, names in sorted(os.walk(b'.')):
    print(folder, sorted(folders), sorted(names))
print(sorted((entry.name, entry.is_dir(), entry.is_file()) for entry in os.scandir(b'odd')))
shutil.copytree('.', os.environ['OUT'] + '/copy')
print(filecmp.cmpfiles('.', os.environ['OUT'] + '/copy', ['empty', 'many/7', 'sizes/65537'], shallow=False))`
}
