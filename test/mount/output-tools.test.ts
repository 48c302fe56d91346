import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import { useFolder } from '../transfer/helpers.ts'
import { noMounts } from './kernel.ts'
import { quoted, runIn } from './kernel-helpers.ts'
import { type KernelOutput, outputHere } from './output-kernel.ts'

/** Seconds for which those programs run that only put it under load: `OUTPUT_TOOLS_SECONDS=60` is a long run. */
const seconds = Number(process.env.OUTPUT_TOOLS_SECONDS ?? 1)

/** A program may be found, and not know `--version`. */
async function isThere(program: string): Promise<boolean> {
  return promisify(execFile)('bash', ['-c', `command -v ${program}`]).then(
    () => true,
    () => false,
  )
}
const programs = [
  'bonnie++',
  'dbench',
  'fio',
  'gcc',
  'git',
  'make',
  'patch',
  'python3',
  'rsync',
  'sqlite3',
  'stress-ng',
]
const found = await Promise.all(programs.map(isThere))
const missing = new Set(programs.filter((_, index) => !found[index]))

const python = (script: string) => `python3 -c ${quoted(script)}`
type Tool = readonly [what: string, script: string, ...needed: string[]]

/** `data 1000 7` gives 1000 bytes, others for each seed; `tree a` makes a folder with files and links of all kinds. */
const helpers = `
data() { { seq "$2" 7 99999999 2>/dev/null || true; } | head -c "$1"; }
tree() {
  mkdir -p "$1/d/e/f" "$1/with blanks" "$1/ü"
  for size in 0 1 4095 4096 65535 65536 65537 200001; do data $size $size >"$1/d/$size"; done
  for n in $(seq 20); do data $((n * 297)) $n >"$1/d/e/$n.txt"; done
  echo one >"$1/with blanks/a b"; echo two >"$1/ü/日本"
  ln -s d/e "$1/way"; ln -s ../d/1 "$1/ü/link"; ln "$1/d/4096" "$1/hard"
  chmod 600 "$1/d/1"; chmod 755 "$1/d/4095"; touch -d @1000000000.123456789 "$1/d/65536"
}
`
/** What lies there, but for sizes and links of folders, which are those of the file system. */
const listing = String.raw`
find . -mindepth 1 -printf '%y %m %P %l\n' | sort; find . -type f -printf '%s %n %P\n' | sort`

/** What gives the same wherever it is done. */
const tools: readonly Tool[] = [
  [
    'tar, there and back',
    'tree a; tar -cf a.tar a; mkdir b; tar -xf a.tar -C b; diff -r a b/a; tar -df a.tar; rm a.tar',
  ],
  ['tar, compressed', 'tree a; mkdir b; tar -cz a | tar -xz -C b; diff -r a b/a; rm -r a'],
  [
    'tar, which goes on',
    'tree a; tar -cf t.tar a/d; touch -d @5 new; tar -rf t.tar new; tar -tf t.tar | sort; rm t.tar',
  ],
  [
    'cp -a and rm',
    'tree a; cp -a a b; diff -r a b; stat -c %Y b/d/65536; stat -c "%h %a" b/hard; rm -r a; cat b/way/7.txt',
  ],
  [
    'cp over what is there',
    `tree a; tree b; data 70000 3 >a/d/1; cp -r a/. b; cp --remove-destination a/d/0 b/hard; cp -u a/d/1 b/d/1
    diff a/d/1 b/d/1`,
  ],
  [
    'cp of sparse files',
    `truncate -s 1M f; data 5000 1 | dd of=f bs=1 seek=500000 conv=notrunc status=none; for how in always never auto
    do cp --sparse=$how f f.$how; cmp f f.$how; done; cp --reflink=auto f g`,
  ],
  [
    'mv of trees',
    `tree a; mv a b; mkdir c; mv b c/d; mv c/d/d/e e; mv e c/d/d; mv -n c/d/hard c/d/way/../1; mv c/d/d/1 c/d/d/0
    mv c/d/d/0 c/d/d/1; mkdir x; mv -T x c/d/new; mv c z`,
  ],
  [
    'mv that swaps names',
    `tree a; tree b; echo other | tee b/d/e/*.txt >b/hard; sleep 0.4; mv a t; mv b a; mv t b; mv a/ü t; mv b/ü a/ü
    mv t b/ü; mv a/hard t; mv b/hard a/hard; mv t b/hard`,
  ],
  [
    'sed -i',
    'for n in $(seq 30); do seq $n 200 >$n; done; sed -i "s/7/seven/; /9$/d" *; sed -i.bak 1d 5; cat 5.bak 30 | md5sum',
  ],
  [
    'sort -o of the same file',
    'data 300000 3 >f; sort -R --random-source=f f -o f; sort -o f f; sort -c f; sort -u -S 50k -T . -o g f',
  ],
  [
    'patch',
    'seq 500 >a; sed "s/^4/four/; 100,120d" a >b; diff -u a b >p || true; patch a p; cmp a b; patch -R -b a p; rm p',
    'patch',
  ],
  [
    'install',
    `data 9999 1 >f; install -D -m 640 f x/y/g; install -d -m 750 z; install -b -m 600 f x/y/g
    install -s /dev/null n 2>/dev/null || true; rm -f n`,
  ],
  [
    'split and cat',
    `data 500000 2 >f; split -b 70001 f part-; split -n 7 f piece-; cat part-* | cmp - f; cat piece-* | cmp - f
    split -l 1000 f; csplit -s f 100 200`,
  ],
  [
    'gzip',
    `for n in $(seq 20); do data $((n * 5000)) $n >f$n; done; md5sum f* >sums; gzip -n f*; gzip -t f*; gunzip f*
    md5sum --quiet -c sums; gzip -nk f1`,
  ],
  [
    'dd past the caches',
    `data 262144 4 >f; dd if=f of=g bs=4k oflag=direct status=none; cmp f g
    dd if=f of=g bs=64k seek=1 oflag=direct conv=notrunc status=none; dd if=g iflag=direct bs=32k status=none | md5sum`,
  ],
  [
    'dd that appends, and in odd places',
    `for n in $(seq 40); do data 4097 $n | dd of=f oflag=append conv=notrunc status=none bs=997; done
    for at in 70000 5 65535 131071 9; do printf XYZ | dd of=f bs=1 seek=$at conv=notrunc status=none; done; md5sum f`,
  ],
  [
    'dd that syncs, and makes holes',
    `data 90000 4 >f; dd if=f of=g bs=10k conv=fsync status=none
    dd if=/dev/zero of=g bs=1k seek=20 count=30 conv=notrunc,fdatasync status=none
    dd if=g of=h conv=sparse bs=4k status=none; cmp g h`,
  ],
  [
    'truncate',
    `data 200000 1 >f; truncate -s 70000 f; truncate -s +70000 f; truncate -s -1 f; truncate -s %4096 f; data 9 1 >>f
    truncate -s 0 g; truncate -r f h; cp f i; >i; fallocate -l 70000 i; fallocate -p -o 65000 -l 2000 f`,
  ],
  [
    'a log that is written for a while',
    `exec 3>>kept; for n in $(seq 40); do echo "line $n" >>opened; echo "line $n" >&3; sleep 0.02
    [ $n = 30 ] && wc -l opened kept || true; done; exec 3>&-`,
  ],
  [
    'a log that is turned over',
    `for n in $(seq 120); do echo "line $n" >>log; if [ $((n % 25)) = 0 ]; then mv -f log.1 log.2 2>/dev/null || true
    mv log log.1; sleep 0.1; fi; done; for n in $(seq 50); do echo $n >>t; cp t u; : >t; done`,
  ],
  [
    'tee -a of four at a time',
    `seq 4 | xargs -P 4 -I{} bash -c 'for n in $(seq 40); do echo "{}: $n" | tee -a log >/dev/null; done'; wc -l log
    sort -o log log`,
  ],
  [
    'files that are written, and then named',
    `for n in $(seq 12); do for name in a.pt b.json; do data $((n * 3000)) $n >$name.tmp; mv $name.tmp $name; done
    sleep 0.02; done; data 5 5 >.c.Xa81Cd; mv .c.Xa81Cd c; md5sum *`,
  ],
  [
    'files that are made and removed again and again',
    'for n in $(seq 150); do echo $n >f$((n % 7)); rm -f f$((n % 5)); done; ls',
  ],
  [
    'find -delete, and xargs',
    `tree a; find a -name "*[1-5].txt" -delete; find a -type f -size +60k -print0 | sort -z | xargs -0 md5sum
    find a -empty -delete; find a -type d | sort`,
  ],
  [
    'a build of forty files',
    `${sourceTree()}; make -s -j 2; ./program; make; sleep 0.1; touch 7.h; make -n | grep -c gcc; make -s; ./program
    rm -f *.d`,
    'gcc',
    'make',
  ],
  ['rsync, which finds nothing to do then', rsyncs(), 'rsync'],
  ['copies, archives, and pickles of Python', python(pythonFiles()), 'python3'],
]

const ofSize = (bytes: string) =>
  `--name=f --filename=f --size=${bytes} --verify=crc32c --verify_fatal=1 --fallocate=none --bs=16k`
const fio = (options: string) => `fio ${ofSize('4m')} ${options}; fio ${ofSize('4m')} ${options} --verify_only`
const git = 'git -c user.name=x -c user.email=x@x.invalid -c init.defaultBranch=main -c advice.detachedHead=false'

/** What checks its files itself, and leaves others each time. */
const checks: readonly Tool[] = [
  ['fio, at random', `${fio('--rw=randwrite')}; ${fio('--rw=randrw --rwmixread=30')}`, 'fio'],
  [
    'fio, past the caches',
    'fio --name=f --size=2m --verify=crc32c --rw=randwrite --direct=1 --bs=16k --verify_fatal=1',
    'fio',
  ],
  [
    'fio, by mappings',
    `${fio('--rw=randwrite --ioengine=mmap')}; ${fio('--rw=randrw --ioengine=mmap --fsync=64')}`,
    'fio',
  ],
  [
    'fio, several at a time',
    'fio --name=f --numjobs=3 --size=2m --verify=md5 --rw=randrw --verify_fatal=1 --fdatasync=50 --unlink=0',
    'fio',
  ],
  [
    'stress-ng',
    // chdir, dirdeep, dirmany and the like need longer for setting up than we have.
    `stress-ng --temp-path . --verify --timeout ${seconds} --hdd-bytes 4m --seek-size 1m --iomix-bytes 2m \
    --fallocate-bytes 4m ${[
      ...'access chmod chown dentry fallocate fcntl filename flock fpunch fsize fstat handle hdd'.split(' '),
      ...'inotify iomix locka lockf lockofd mknod open rename seek sync-file touch utime'.split(' '),
    ]
      .map((stressor) => `--${stressor} 1`)
      .join(' ')} --dentries 200`,
    'stress-ng',
  ],
  ['dbench', `dbench -t ${2 * seconds} -D . 2 | grep Throughput`, 'dbench'],
  ['bonnie++', 'bonnie++ -q -f -d . -s 4M -r 2M -n 1:2000:100:2 -u "$(id -un)" >/dev/null', 'bonnie++'],
  ['a database of SQLite', `${sqlite('delete')}; ${sqlite('truncate')}`, 'sqlite3'],
  ['a database of SQLite with a write-ahead log', sqlite('wal'), 'sqlite3'],
  [
    'git',
    `${git} init -q r; cd r; for n in $(seq 40); do seq $n 999 >$n; done; ${git} add .; ${git} commit -qm one
    for n in $(seq 4); do echo $n >>$n; ${git} commit -qam $n; done; ${git} checkout -qb b HEAD~2
    mkdir d; ${git} mv 7 d/8; ${git} commit -qm moved
    ${git} checkout -q main; ${git} merge -qm merged b; ${git} gc -q; ${git} fsck --full --strict
    test -z "$(${git} status --porcelain)"
    ${git} clone -q . ../c; ${git} clone -q --no-local . ../n; ${git} clone -q -s . ../s
    for copy in c n s; do diff -r -x .git . ../$copy; done
    ${git} stash list; ${git} worktree add -q ../w b; ${git} log --format=%s | wc -l; ${git} -C ../c fsck --full`,
    'git',
  ],
  ['a temporary folder of Python', python(pythonTemporaries()), 'python3'],
]

/** Checksums of all files by their paths, as the output is published: links are followed. */
async function sumsIn(folder: string): Promise<Record<string, string>> {
  const printed = await runIn(folder, 'find -L . -type f -printf "%P\\0" | xargs -0 -r md5sum -z')
  return Object.fromEntries(
    printed.split('\0').flatMap((line) => (line === '' ? [] : [[line.slice(34), line.slice(0, 32)]])),
  )
}

function sumsOfPublished({ container }: KernelOutput): Record<string, string> {
  const sum = (content: Buffer) => createHash('md5').update(content).digest('hex')
  return Object.fromEntries(
    [...container.blobs.values()].map(({ name, content }) => [name.slice('out/'.length), sum(content)]),
  )
}

/** Seals it, and compares what is in the store then, and what is read of it, with what was there before. */
async function expectPublishedAsIs(out: KernelOutput): Promise<void> {
  const before = await sumsIn(out.folder)
  expect((await out.seal()).problems).toEqual([])
  expect(sumsOfPublished(out)).toEqual(before)
  expect(await sumsIn(out.folder)).toEqual(before)
}

beforeEach((context) => {
  if (noMounts) context.skip(noMounts)
})
/** It is sent while it is written, in blocks of 64 KiB, and not all of it has room in memory. */
const here = () => outputHere({ memory: 4 * 1024 * 1024, settled: 50 })

describe('in a mounted output as on a disk works', { timeout: 60_000 }, () => {
  const disk = useFolder()

  test.for(tools)('%s', async ([, script, ...needed], context) => {
    const lacking = needed.find((program) => missing.has(program))
    if (lacking) context.skip(`there is no ${lacking}`)
    await using out = await here()
    const whole = helpers + script + listing
    // Not every disk can be written past the caches.
    expect(await runIn(out.folder, whole)).toBe(await runIn(disk.path, whole.replaceAll(/ [io]flag=direct/g, '')))
    expect(await sumsIn(out.folder)).toEqual(await sumsIn(disk.path))
    await expectPublishedAsIs(out)
  })
})

describe('a mounted output stands', { timeout: 60_000 + 2000 * seconds }, () => {
  test.for(checks)('%s', async ([, script, ...needed], context) => {
    const lacking = needed.find((program) => missing.has(program))
    if (lacking) context.skip(`there is no ${lacking}`)
    await using out = await here()
    await runIn(out.folder, script)
    await expectPublishedAsIs(out)
  })
})

function sourceTree(): string {
  return `
for n in $(seq 40); do
  echo "int f$n(int n);" >$n.h
  next=$((n % 40 + 1))
  echo '#include "'$n.h'"' >$n.c; echo '#include "'$next.h'"' >>$n.c
  echo "int f$n(int n) { return n % 2 ? n + $n : f$next(n / 2); }" >>$n.c
done
{ echo '#include <stdio.h>'; for n in $(seq 40); do echo "#include \\"$n.h\\""; done
  echo 'int main(void) { int sum = 0;'; for n in $(seq 40); do echo "sum += f$n($n);"; done
  echo 'printf("%d\\n", sum); return 0; }'; } >main.c
{ echo 'program: $(patsubst %.c,%.o,$(wildcard *.c)); gcc -o $@ $^'
  echo '%.o: %.c; gcc -O1 -MMD -c $<'; echo '-include *.d'; } >Makefile`
}

function rsyncs(): string {
  return `
tree a; rsync -ai a/ b | wc -l; rsync -ai a/ b; rsync -ai --checksum a/ b
data 150000 9 | dd of=a/d/200001 bs=1k seek=20 conv=notrunc status=none; echo more >>a/d/e/7.txt
touch -d @9 a/d/200001 a/d/e/7.txt; rm a/hard; mkdir a/empty
rsync -ai --delete a/ b | grep -v /$; rsync -aH --inplace --no-whole-file a/ c; rsync -aH a/ c
truncate -s 50000 c/d/200001; rsync -a --append-verify a/ c; rsync -a --delay-updates --partial a/ e
rsync -a --sparse --preallocate a/ g
rsync -a --link-dest=../e a/ h; stat -c %h h/d/4096; for copy in b c e g h; do diff -r a $copy; done
rsync -a --remove-source-files g/ i`
}

function sqlite(journal: string): string {
  const insert = "insert into t select null, value || '-' || hex(zeroblob(50)) from generate_series(1, 400)"
  return `
sqlite3 ${journal}.db "pragma journal_mode=${journal}; create table t (a integer primary key, b text);
  create index i on t (b); ${insert};"
seq 4 | xargs -P 4 -I{} sqlite3 -cmd '.timeout 20000' ${journal}.db "begin immediate; ${insert}; commit;
  delete from t where a % 17 = {}; ${insert};"
sqlite3 ${journal}.db "begin; ${insert}; rollback; vacuum; pragma integrity_check;" | grep -x ok
sqlite3 ${journal}.db 'select count(*) > 3000 from t' | grep -x 1
sqlite3 ${journal}.db ".backup ${journal}.copy"; sqlite3 ${journal}.copy .dump | wc -l`
}

function pythonFiles(): string {
  return `
import array, json, mmap, os, pickle, shutil, zipfile
os.makedirs('a/b/c')
for n in range(40):
    with open('a/b/%d' % n, 'wb') as file: file.write(array.array('I', range(n * 500)).tobytes())
shutil.copytree('a', 'copied'); shutil.copytree('a', 'linked', copy_function=os.link)
shutil.move('copied', 'moved'); shutil.rmtree('a/b/c')
with zipfile.ZipFile('archive.zip', 'w', zipfile.ZIP_DEFLATED) as archive:
    for n in range(40): archive.writestr(zipfile.ZipInfo('%d' % n), 'line %d\\n' % n * n * 50)
with zipfile.ZipFile('archive.zip', 'a') as archive: archive.writestr(zipfile.ZipInfo('more'), 'more')
with zipfile.ZipFile('archive.zip') as archive: print(archive.testzip()); archive.extractall('extracted')
shutil.make_archive('made', 'tar', 'a'); shutil.unpack_archive('made.tar', 'unpacked'); os.unlink('made.tar')
model = {'weights': [list(range(n)) for n in range(300)], 'name': 'x' * 100000}
for step in range(5):
    with open('model.tmp', 'wb') as file:
        pickle.dump({**model, 'step': step}, file); file.flush(); os.fsync(file.fileno())
    os.replace('model.tmp', 'model.pkl')
    with open('state.json', 'w') as file: json.dump({'step': step}, file)
with open('model.pkl', 'rb') as file: print(pickle.load(file)['step'])
with open('mapped', 'wb+') as file:
    file.truncate(300000)
    with mmap.mmap(file.fileno(), 0) as map:
        for at in range(0, 300000, 999): map[at:at + 5] = b'%05d' % (at % 99999)
        map.flush(); map.move(100000, 5, 70000); map.resize(400000); map[-3:] = b'end'
with open('mixed', 'w+b', buffering=0) as file:
    for n in range(200):
        file.seek(n * 7919 % 150000); file.write(b'%d' % n * 50); file.seek(n * 104729 % 150000); file.read(99)
    file.truncate(140000)`
}

function pythonTemporaries(): string {
  return `
import os, pickle, tempfile
os.environ['TMPDIR'] = tempfile.tempdir = os.getcwd()
nameless, named = tempfile.TemporaryFile(), tempfile.NamedTemporaryFile()
with tempfile.TemporaryDirectory() as folder:
    nameless.write(b'x' * 300000); nameless.seek(200000); assert nameless.read() == b'x' * 100000
    named.write(b'y' * 99999); named.flush(); assert os.path.getsize(named.name) == 99999
    for n in range(50):
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file: pickle.dump(list(range(n * 99)), file)
        os.replace(file.name, 'kept-%d' % (n % 20))
    spooled = tempfile.SpooledTemporaryFile(max_size=10); spooled.write(b'z' * 1000); spooled.seek(990)
    assert spooled.read() == b'z' * 10
named.close()
assert sorted(os.listdir('.')) == sorted('kept-%d' % n for n in range(20))`
}
