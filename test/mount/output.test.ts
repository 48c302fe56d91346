import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { noMounts } from './kernel.ts'
import { outputHere } from './output-kernel.ts'

beforeEach((context) => {
  if (noMounts) context.skip(noMounts)
})

describe('a mounted output', () => {
  test('is published as it was when it was sealed', async () => {
    await using out = await outputHere()
    await out.run(`
      echo one >one; mkdir -p a/b empty; echo two >a/b/two; echo three >>a/b/two
      printf 0123456789 >patched; printf XY | dd of=patched bs=1 seek=3 conv=notrunc status=none
      : >nothing; echo gone >gone; rm gone; echo old >old; mv old new; echo tmp >f.tmp; mv f.tmp f
      head -c 300000 /dev/zero | tr '\\0' x >large; truncate -s 5 one; ln -s a/b/two link; ln one hard`)
    const sealed = await out.seal()
    expect(sealed.problems).toEqual([])
    expect(out.published()).toEqual({
      one: 'one\n\0',
      hard: 'one\n\0',
      'a/b/two': 'two\nthree\n',
      link: 'two\nthree\n',
      patched: '012XY56789',
      nothing: '',
      new: 'old\n',
      f: 'tmp\n',
      large: 'x'.repeat(300_000),
    })
    expect(sealed.files.map(({ path, size }) => [path, size])).toEqual([
      ['a/b/two', 10],
      ['f', 4],
      ['hard', 5],
      ['large', 300_000],
      ['link', 10],
      ['new', 4],
      ['nothing', 0],
      ['one', 5],
      ['patched', 10],
    ])
    await expect(out.run('echo more >>one')).rejects.toThrow('Read-only file system')
    await expect(out.run('rm -rf *')).rejects.toThrow('Read-only file system')
    expect(await out.run('cat a/b/two; wc -c <large')).toBe('two\nthree\n300000\n')
  })

  test('is sent while the job runs, and read back from the store', async () => {
    await using out = await outputHere({ memory: 2 ** 20, disk: 0 })
    await out.run(
      'for i in $(seq 200); do head -c 20000 /dev/zero | tr "\\0" "$(printf "\\\\$(printf %o $((i % 90 + 33)))")" >f$i; done',
    )
    await out.run('head -c 5000000 /dev/urandom >big; md5sum <big >sum')
    await sleep(1000)
    expect(out.container.blobs.size).toBe(202)
    await out.run(
      'sync -f .; echo 3 >/proc/sys/vm/drop_caches 2>/dev/null || true; md5sum <big | cmp - sum; for i in $(seq 200); do test $(wc -c <f$i) = 20000; done',
    )
    await out.run(
      'printf hello | dd of=big bs=1 seek=1000000 conv=notrunc status=none; dd if=big bs=1 skip=1000000 count=5 status=none | grep -q hello',
    )
    await out.run('mkdir d; mv f1 d/f; mv f2 f3; rm f4; md5sum <big >sum')
    const { problems, files } = await out.seal()
    expect(problems).toEqual([])
    expect(files).toHaveLength(200)
    expect(Object.keys(out.published())).toHaveLength(200)
  })
})
