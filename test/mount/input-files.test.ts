import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { BlobError } from '../../src/blobs/index.ts'
import { memoryContainer } from '../blobs/memory-container.ts'
import { mountHere, noMounts } from './kernel.ts'

const kib = 1024
/** Content that says of each line where it lies. */
const lines = (bytes: number) =>
  Array.from({ length: bytes / 16 }, (_, index) => `${String(index).padStart(15, '0')}\n`).join('')

beforeEach((context) => {
  if (noMounts) context.skip(noMounts)
})

describe('a mounted dataset', () => {
  test.each(['pipe', 'read'] as const)('is the files of its snapshot, read by `%s`', async (reader) => {
    const files = { 'd/a': 'alpha', 'd/b/c': lines(3_000_000), 'd/b/ü': 'umlaut', 'd/e': '' }
    await using mount = await mountHere(files, { reader })
    expect(await mount.run('find . -type f -printf "%P %s\n" | sort')).toBe('a 5\nb/c 3000000\nb/ü 6\ne 0\n')
    expect(await mount.run('cat a e b/ü')).toBe('alphaumlaut')
    expect(await mount.run('cat b/c')).toBe(files['d/b/c'])
  })

  test('keeps inodes, times and rights, also when it is mounted again', async () => {
    const files = { 'd/a': 'x', 'd/b/c': 'y', 'd/z': 'z' }
    const look = 'find . -printf "%P %i %m %U %n %T@\n" | sort'
    const first = await mountHere(files)
    const before = await first.run(look)
    await first[Symbol.asyncDispose]()
    await using again = await mountHere(files)
    expect(await again.run(look)).toBe(before)
    expect(before).toContain(`a 2 444 ${process.getuid?.()} 1 1767323045.0000000000`)
  })

  test('asks the store for each byte once, whoever reads it again', async () => {
    await using mount = await mountHere({ 'd/a': lines(1_000_000), 'd/b': 'b' })
    const sum = await mount.run('cat a b | md5sum; cat a b | md5sum; cat a b | md5sum')
    expect(new Set(sum.trim().split('\n')).size).toBe(1)
    expect(mount.mounted.status()).toMatchObject({ read: 1_000_001, fetched: 1_000_001 })
  })

  test('gives random reads what they ask for, and fetches little more', async () => {
    await using mount = await mountHere({ 'd/a': lines(8192 * kib) })
    const places = [77, 3, 120, 50, 99, 14, 31, 64]
    const seen = await mount.run(
      places.map((place) => `dd if=a bs=64k count=1 skip=${place} status=none | head -c 16`).join('; '),
    )
    expect(seen).toBe(places.map((place) => `${String((place * 64 * kib) / 16).padStart(15, '0')}\n`).join(''))
    expect(mount.mounted.status().fetched).toBeLessThanOrEqual(2 * places.length * 64 * kib)
  })

  test('has the size of the dataset, and no room', async () => {
    await using mount = await mountHere({ 'd/a': lines(1024 * kib), 'd/b': '' })
    expect(await mount.run('stat -f -c "%b %f %a %c %d %s %l" .')).toBe('256 0 0 2 0 4096 255\n')
  })
})

describe('a blob that is not what it was', () => {
  test('gives EIO for its file and no other, and is told once', async () => {
    const warnings: string[] = []
    const log = {
      debug() {},
      info() {},
      notice() {},
      mask() {},
      warning: (message: string) => void warnings.push(message),
    }
    const container = memoryContainer({ 'd/changed': 'old', 'd/gone': 'old', 'd/same': 'same' })
    await using mount = await mountHere(container, { log })
    container.store('d/changed', 'new')
    container.blobs.delete('d/gone')
    const said = await mount.run('cat changed gone same 2>&1 || true; cat changed 2>&1 || true')
    expect(said.match(/Input\/output error/g)).toHaveLength(3)
    expect(said).toContain('same')
    expect(said).not.toContain('new')
    expect(warnings).toHaveLength(2)
    const faults = mount.mounted.status().faults.map(({ path, isChanged }) => [path, isChanged])
    expect(faults).toEqual([
      ['changed', true],
      ['gone', true],
    ])
  })

  test('in the middle gives what was there up to then, and never bytes of two contents', async () => {
    const container = memoryContainer({ 'd/a': lines(4096 * kib) })
    await using mount = await mountHere(container)
    await mount.run('head -c 65536 a > /dev/null')
    container.store('d/a', 'x'.repeat(4096 * kib))
    const seen = await mount.run('cat a 2>/dev/null || true')
    expect(lines(4096 * kib).startsWith(seen)).toBe(true)
    expect(seen.length).toBeLessThan(4096 * kib)
  })

  test('that cannot be reached gives EIO, and is read again when it can', async () => {
    const container = memoryContainer({ 'd/a': 'alpha' })
    await using mount = await mountHere(container)
    container.beforeRead = () => {
      throw new BlobError('read d/a', 0, 'ECONNRESET')
    }
    expect(await mount.run('cat a 2>&1 || true')).toContain('Input/output error')
    container.beforeRead = () => {}
    await sleep(1100) // so long the same answer is given to who asks again
    expect(await mount.run('cat a')).toBe('alpha')
    expect(mount.mounted.status().faults).toMatchObject([{ path: 'a', isChanged: false }])
  })
})

describe('a reader', () => {
  test('that is killed while the store is silent ends at once, and the others go on', async () => {
    const container = memoryContainer({ 'd/a': 'alpha', 'd/b': 'beta' })
    await using mount = await mountHere(container)
    const { promise: silence, resolve } = Promise.withResolvers<void>()
    container.beforeRead = ({ name }) => (name === 'd/a' ? silence : undefined)
    const script = 'dd if=a iflag=direct bs=4k status=none & sleep 0.2; kill -9 $!; wait $! || echo ended; cat b'
    expect(await mount.run(script)).toBe('ended\nbeta')
    resolve()
    container.beforeRead = () => {}
    expect(await mount.run('cat a')).toBe('alpha')
  })

  test('that holds a file open is told, and the mount goes from the tree all the same', async () => {
    const mount = await mountHere({ 'd/a': 'alpha' })
    const held = mount.run('exec 3< a; cd /; sleep 3; cat <&3')
    await vi.waitFor(() => expect(mount.mounted.status().read).toBe(0))
    await sleep(300)
    await mount.mounted.unmount()
    expect(mount.mounted.status().holders.join()).toMatch(/bash|sleep/)
    expect(await held).toBe('alpha')
    await mount[Symbol.asyncDispose]()
  })
})

describe('the memory', () => {
  test('stays within its limit, whatever is read by how many', async () => {
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`d/${index}`, lines(4096 * kib)]))
    await using mount = await mountHere(files, { memory: 16 * 1024 * kib })
    const sums = await mount.run('for file in *; do md5sum < $file & done; wait')
    expect(new Set(sums.trim().split('\n')).size).toBe(1)
    expect(mount.mounted.status().memory).toBeLessThanOrEqual(16 * 1024 * kib)
  })
})
