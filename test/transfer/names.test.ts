import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { snapshotOf } from '../../src/blobs/index.ts'
import { checkLengths, checkNames, type Platform } from '../../src/transfer/names.ts'
import { refusalOf } from '../report/helpers.ts'
import { filesAt } from './helpers.ts'

const everywhere: readonly Platform[] = ['linux', 'darwin', 'win32']
const check = (platform: Platform, ...paths: string[]) => checkNames(snapshotOf(filesAt(...paths)), platform)
const passes = (platform: Platform, ...paths: string[]) => {
  try {
    check(platform, ...paths)
    return true
  } catch {
    return false
  }
}

describe('no system takes', () => {
  test.each([
    ['../x', 'have "." or ".." as a segment'],
    ['a/../../x', 'have "." or ".." as a segment'],
    ['..', 'have "." or ".." as a segment'],
    ['./x', 'have "." or ".." as a segment'],
    ['a/.', 'have "." or ".." as a segment'],
    ['/etc/passwd', 'are absolute or have empty segments'],
    ['a//b', 'are absolute or have empty segments'],
    ['a/', 'are absolute or have empty segments'],
    ['', 'are absolute or have empty segments'],
    ['a\0b', 'contain NUL'],
    ['é'.repeat(128), 'have a segment of more than 255 bytes'],
    [`a/${'x'.repeat(256)}/b`, 'have a segment of more than 255 bytes'],
  ])('%j: such names %s', async (name, problem) => {
    for (const platform of everywhere) {
      const { code, message } = await refusalOf(() => check(platform, 'fine', name))
      expect(code).toBe('unsafe-names')
      expect(message).toContain(problem)
      expect(message).not.toContain('fine')
    }
  })

  test('a file that is also a folder', async () => {
    for (const platform of everywhere) {
      const { message } = await refusalOf(() => check(platform, 'a/b/c', 'a', 'x', 'a/b'))
      expect(message).toMatch(/are files and folders at once: "a", "a\/b"/)
    }
  })
})

describe('every system takes', () => {
  test.each([
    'a',
    '.hidden',
    '...',
    'a b/c d',
    'ü/日本語.txt',
    'a.b.c',
    '100%',
    'a+b#c',
    'x'.repeat(255),
    '__proto__',
    'console',
    'nulls.txt',
  ])('%j', (name) => {
    expect(everywhere.filter((platform) => passes(platform, name))).toEqual(
      name === '...' ? ['linux', 'darwin'] : everywhere,
    )
  })

  test('folders that share the beginning of their names with files', () => {
    for (const platform of everywhere) expect(passes(platform, 'a', 'a.b/c', 'ab/c', 'a-b')).toBe(true)
  })
})

describe('Windows alone refuses', () => {
  test.each([
    'con',
    'NUL.txt',
    'a/aux/b',
    'Com1',
    'lpt9.tar.gz',
    'a:b',
    'C:/x',
    'a\\b',
    '..\\x',
    'a*',
    'a?b',
    '<a>',
    '"a"',
    'a|b',
    'a.',
    'a ',
    'dir./x',
    'tab\tin',
    'line\nend',
  ])('%j', (name) => {
    expect(everywhere.filter((platform) => passes(platform, name))).toEqual(['linux', 'darwin'])
  })
})

describe('names that only case or the form of accents tells apart', () => {
  test.each([
    ['a/File', 'a/file'],
    ['Ä', 'ä'],
    ['é', 'e\u0301'],
    ['A/x', 'a/X'],
    ['a', 'A/b'],
    ['x/b/c', 'X/B'],
  ])('%j and %j clash on Windows and macOS, and not on Linux', (one, other) => {
    expect(everywhere.filter((platform) => passes(platform, one, other))).toEqual(['linux'])
  })

  test('are no clash where only their folders differ in case', () => {
    for (const platform of everywhere) expect(passes(platform, 'A/x', 'a/y')).toBe(true)
  })
})

test('paths are as long as the system allows, and no longer', async () => {
  const fits = (platform: Platform, path: string) =>
    Promise.resolve()
      .then(() => checkLengths(snapshotOf(filesAt('a', path)), '/runner/data', platform))
      .then(
        () => true,
        () => false,
      )
  const room = (most: number) => `é${'a'.repeat(most - Buffer.byteLength('/runner/data/é'))}`
  expect([await fits('linux', room(4095)), await fits('linux', room(4096))]).toEqual([true, false])
  expect([await fits('darwin', room(1023)), await fits('darwin', room(1024))]).toEqual([true, false])
  expect(await fits('win32', room(32_001))).toBe(true)
})

test('many offenders are counted, the first twenty named', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `../${index}`)
  expect((await refusalOf(() => check('linux', ...names))).message).toMatch(/"..\/26" and 10 more/)
})

describe('whatever the names are, those that pass', () => {
  const piece = fc.constantFrom(
    '.',
    '..',
    '/',
    '\\',
    ':',
    'C:',
    'a',
    'B',
    ' ',
    '\0',
    '~',
    'con',
    '%2e',
    '\u2215',
    'é',
    'e\u0301',
  )
  const name = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))

  test.each([
    ['linux', path.posix, '/runner/root'],
    ['darwin', path.posix, '/runner/root'],
    ['win32', path.win32, 'C:\\work\\root'],
  ] as const)(
    'have places of their own strictly inside the root, on %s',
    (platform, { relative, resolve, sep }, root) => {
      fc.assert(
        fc.property(fc.uniqueArray(name, { maxLength: 4 }), (names) => {
          if (!passes(platform, ...names)) return
          for (const one of names) {
            const place = resolve(root, one)
            expect(place.startsWith(root + sep)).toBe(true)
            expect(relative(root, place).split(sep).join('/')).toBe(one)
          }
          const folders = names.flatMap((one) =>
            one
              .split('/')
              .slice(0, -1)
              .map((_, index, all) => all.slice(0, index).join('/')),
          )
          for (const folder of folders) expect(names).not.toContain(folder)
        }),
        { seed: 9, numRuns: 3000 },
      )
    },
  )
})
