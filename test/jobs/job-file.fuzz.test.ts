import fc from 'fast-check'
import { test } from 'vitest'
import { stringify } from 'yaml'
import { checkJob, readJobFile } from '../../src/jobs/job-file.ts'
import { restJob } from '../../src/jobs/rest-job.ts'
import { UserError } from '../../src/report/index.ts'
import { fuzzSettings } from '../fuzz.ts'

const keys = [
  ...[
    'type',
    'name',
    'command',
    'code',
    'environment',
    'compute',
    'inputs',
    'outputs',
    'resources',
    'limits',
    'distribution',
  ],
  ...[
    'identity',
    'queue_settings',
    'services',
    'tags',
    'properties',
    'environment_variables',
    'display_name',
    '__proto__',
    'constructor',
  ],
]
const within = [
  'type',
  'path',
  'mode',
  'value',
  'image',
  'build',
  'conda_file',
  'timeout',
  'instance_count',
  'shm_size',
  'data',
  'toString',
  'port',
]
const words = fc.oneof(
  fc.constantFrom(
    'command',
    'uri_folder',
    'ro_mount',
    'azureml:a:1',
    '3',
    '8g',
    'pytorch',
    'managed',
    'ssh',
    'true',
    '',
    'x',
  ),
  fc.string({ maxLength: 12 }),
)
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    words,
    fc.constant(null),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...within), tie('value'), { maxKeys: 4 }),
  ),
}))
const job = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 8 })
const least = { command: 'x', environment: 'azureml:e:1' }
const references = { codeId: undefined, environmentId: 'e', computeId: undefined, inputUris: {} }

test('a job file, whatever it holds, becomes a body, or an error that a user can read', () => {
  fc.assert(
    fc.property(job, fc.boolean(), (made, hasLeast) => {
      const text = stringify(hasLeast ? { ...made, ...least } : made)
      try {
        JSON.stringify(restJob(checkJob('job.yml', readJobFile('job.yml', text)), references))
      } catch (error) {
        if (!(error instanceof UserError) || /undefined|\[object|\n/.test(error.message)) throw error
      }
    }),
    fuzzSettings(2000),
  )
})
