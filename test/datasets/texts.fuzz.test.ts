import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { snapshotOf } from '../../src/blobs/index.ts'
import { parseReference, parseVersion } from '../../src/datasets/reference.ts'
import { parseSample } from '../../src/datasets/sample.ts'
import { select } from '../../src/datasets/selection.ts'
import { withinTime } from '../../src/datasets/time-limit.ts'
import { UserError } from '../../src/report/index.ts'
import { fuzzSettings } from '../fuzz.ts'
import { hostileName } from '../hostile-names.ts'
import { refusalOf } from '../report/helpers.ts'
import { filesAt } from '../transfer/helpers.ts'

const text = fc.oneof(
  hostileName,
  fc
    .array(
      fc.constantFrom('a', '7', ':', '@', 'latest', 'azureml:', '.', '-', '%', 'GB', 'kb', '1e3', ' ', '\n', '٣'),
      { maxLength: 8 },
    )
    .map((all) => all.join('')),
)

/** What a piece of work gives, or undefined where it is refused in one line. */
function valueOrRefusal<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    expect(error.message).not.toMatch(/[\r\n]/)
    return undefined
  }
}

test('references and versions', () => {
  fc.assert(
    fc.property(text, (one) => {
      const reference = valueOrRefusal(() => parseReference(one))
      if (reference) expect(reference.name).toMatch(/^[a-zA-Z0-9][\w-]{0,254}$/)
      for (const version of [reference?.version, valueOrRefusal(() => parseVersion(one, 'a'))])
        if (version !== undefined) expect(version).toMatch(/^[A-Za-z0-9][\w.-]*$/)
    }),
    fuzzSettings(1500),
  )
})

describe('samples', () => {
  test('of random texts', () => {
    fc.assert(
      fc.property(text, (one) => {
        const sample = valueOrRefusal(() => parseSample(one))
        const size =
          sample && (sample.kind === 'count' ? sample.count : sample.kind === 'percent' ? sample.percent : sample.bytes)
        if (size !== undefined) expect(size).toBeGreaterThanOrEqual(0)
      }),
      fuzzSettings(1500),
    )
  })

  test('of sizes beyond what JavaScript writes without an exponent', () => {
    expect(parseSample(`1${'0'.repeat(30)}GB`)).toEqual({ kind: 'bytes', bytes: 1e30 * 2 ** 30 })
    expect(parseSample('0.0000001GB')).toEqual({ kind: 'bytes', bytes: 107 })
  })
})

describe('globs', () => {
  const selection = { exclude: [], sample: undefined, sampleBy: 'file' } as const
  const glob = fc
    .array(
      fc.constantFrom(
        '*',
        '**',
        '?',
        '/',
        '[',
        ']',
        '[!',
        '{',
        '}',
        ',',
        '!',
        '(',
        ')',
        '+(',
        '@(',
        '|',
        '\\',
        '^',
        '$',
        '.',
        'a',
        'b',
        '[:alpha:]',
        '\0',
        '\n',
      ),
      { minLength: 1, maxLength: 8 },
    )
    .map((pieces) => pieces.join(''))

  test('random ones choose some of the files, or none with an error', () => {
    fc.assert(
      fc.property(
        glob,
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 12 })),
        (one, paths) => {
          const files = snapshotOf(filesAt(...paths))
          const chosen = valueOrRefusal(() => select(files, { ...selection, include: [one] }, 'Dataset a:1'))
          for (const { path } of chosen ?? []) expect(paths).toContain(path)
        },
      ),
      fuzzSettings(1000),
    )
  })

  test.each([
    ['+(*)b', 'a'.repeat(60)],
    [`${'*a'.repeat(12)}b`, 'a'.repeat(1000)],
  ])('%s would take for ever with a name made for it, and is ended', async (include, path) => {
    const work = () => select(snapshotOf(filesAt(path)), { ...selection, include: [include] }, 'Dataset a:1')
    const { code, message } = await refusalOf(work)
    expect(code).toBe('bad-dataset')
    expect(message).toMatch(/^Dataset a:1: include \[".*"\] .* take too long/)
  })

  test('of ten thousand patterns and names are no trap', () => {
    const include = Array.from({ length: 100 }, (_, index) => `**/${index}*.csv`)
    const paths = Array.from({ length: 10_000 }, (_, index) => `some/folder/${index}.csv`)
    const chosen = select(snapshotOf(filesAt(...paths)), { ...selection, include }, 'Dataset a:1')
    expect(chosen.length).toBe(10_000)
  })
})

describe('a time limit', () => {
  const late = () => new Error('late')

  test('hands on what the work gives and throws', () => {
    expect(withinTime(1000, () => [1], late)).toEqual([1])
    const refused = new UserError('bad-input', 'no')
    const work = () => {
      throw refused
    }
    expect(() => withinTime(1000, work, late)).toThrow(refused)
  })

  test('ends work that never gives control back', () => {
    const forever = () => {
      for (;;);
    }
    expect(() => withinTime(20, forever, late)).toThrow('late')
  })
})
