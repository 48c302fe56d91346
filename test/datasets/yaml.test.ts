import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseInputDatasets, parseOutputDatasets } from '../../src/datasets/index.ts'
import { UserError } from '../../src/report/index.ts'

const pieces =
  '- |{|}|[|]|: |, |name|a|b7|datastore|include|tags|version|sample|path|\n|\r\n|\t|  |\n  |&x |*x|"|\'|> |# |!t |!!map |? |%|---|...|<<|@latest|:9|~|2%|\\|\u0000|__proto__|constructor|ü'
    .split('|')
    .concat('|', '||')
const almostYaml = fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map((chosen) => chosen.join(''))
const anyText = fc.oneof({ weight: 4, arbitrary: almostYaml }, fc.string({ unit: 'binary', maxLength: 60 }))

test.each([
  ['input-datasets', parseInputDatasets],
  ['output-datasets', parseOutputDatasets],
])('%s: any text is either read, or refused in one line', (_input, parse) => {
  fc.assert(
    fc.property(anyText, (text) => {
      try {
        for (const { name, dataName } of parse(text)) {
          expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]*$/)
          expect(dataName).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/)
        }
      } catch (error) {
        expect(error).toBeInstanceOf(UserError)
        expect((error as UserError).message).not.toMatch(/[\r\n\u2028\u2029]|\[object|undefined/)
      }
    }),
    { seed: 20_261_122, numRuns: 3000 },
  )
})

test('names that YAML could take for something else survive a round through JSON', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/)
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { selector: (text) => text.toLowerCase().replaceAll('-', '_'), minLength: 1 }),
      (names) => {
        for (const text of [JSON.stringify(names), names.join('\n'), names.map((one) => `- ${one}`).join('\n')])
          expect(parseInputDatasets(text).map((dataset) => dataset.name)).toEqual(names)
      },
    ),
    { seed: 3 },
  )
})
