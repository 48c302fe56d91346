import * as v from 'valibot'
import { listed, nearest, quoted, UserError } from '../report/index.ts'
import { parseReference, parseVersion } from './reference.ts'
import { parseSample } from './sample.ts'
import type { Selection } from './selection.ts'
import { parseDatasetList, type YamlValue } from './yaml.ts'

export type UseMounting = 'auto' | 'true' | 'false'

interface DatasetConfig {
  readonly name: string
  readonly datastore: string | undefined
  readonly path: string | undefined
  readonly useMounting: UseMounting | undefined
  readonly targetFolder: string | undefined
  /** Key in outputs and variables. */
  readonly dataName: string
}

/** hi-ml's `DatasetConfig` of an input. Empty values are undefined. */
export interface InputDataset extends DatasetConfig {
  /** Undefined for the latest. */
  readonly version: string | undefined
  readonly localFolder: string | undefined
  readonly selection: Selection
}

/** hi-ml's `DatasetConfig` of an output. */
export interface OutputDataset extends DatasetConfig {
  readonly overwriteExisting: boolean
  readonly tags: Readonly<Record<string, string>>
  readonly description: string | undefined
}

const text = v.pipe(v.string('has to be text'), v.trim())
const optionalText = v.optional(text)
const flag = v.pipe(
  text,
  v.toLowerCase(),
  v.picklist(['true', 'false'], 'has to be true or false'),
  v.transform((value) => value === 'true'),
)
const mounting = v.optional(
  v.pipe(text, v.toLowerCase(), v.picklist(['auto', 'true', 'false'], 'has to be auto, true or false')),
)
/** Characters, as many as a blob name may have. */
const longestGlob = 1024
const globs = v.optional(
  v.pipe(
    v.union([text, v.array(text)], 'has to be a glob or a list of globs'),
    v.transform((value) =>
      (typeof value === 'string' ? value.split('\n') : value).map((glob) => glob.trim()).filter(Boolean),
    ),
    v.check(
      (all) => all.every((glob) => glob.length <= longestGlob),
      `has a glob of more than ${longestGlob} characters`,
    ),
  ),
  [],
)
// Not v.record: it leaves out keys such as "constructor", and takes lists.
const tags = v.optional(
  v.pipe(
    v.custom<Record<string, string>>(isTags, 'has to be a mapping of texts'),
    v.check(
      (value) => Object.values(value).every((tag) => tag.length <= 1000),
      'has a value of more than 1,000 characters',
    ),
  ),
  {},
)

function isTags(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((tag) => typeof tag === 'string')
  )
}

const common = {
  name: text,
  datastore: optionalText,
  path: optionalText,
  'use-mounting': mounting,
  'target-folder': optionalText,
  'data-name': optionalText,
}
const inputSchema = v.strictObject({
  ...common,
  version: optionalText,
  'local-folder': optionalText,
  include: globs,
  exclude: globs,
  sample: optionalText,
  'sample-by': v.optional(v.pipe(text, v.picklist(['file', 'folder'], 'has to be file or folder')), 'file'),
})
const outputSchema = v.strictObject({
  ...common,
  'overwrite-existing': v.optional(flag, 'false'),
  tags,
  description: optionalText,
})

/** @throws UserError that says which entry and key is wrong, and how */
export function parseInputDatasets(yaml: string): InputDataset[] {
  const input = 'input-datasets'
  const datasets = entriesOf(input, yaml).map((entry, index) => {
    const config = validate(inputSchema, entry, input, index)
    const reference = parseReference(config.name)
    const { include, exclude, sample } = config
    return {
      ...commonConfig(config, reference.name),
      version: chooseVersion(config.name, reference.version, config.version),
      localFolder: config['local-folder'],
      selection: {
        include,
        exclude,
        sample: sample === undefined ? undefined : parseSample(sample),
        sampleBy: config['sample-by'],
      },
    }
  })
  refuseTwins(input, datasets)
  return datasets
}

/** @throws UserError that says which entry and key is wrong, and how */
export function parseOutputDatasets(yaml: string): OutputDataset[] {
  const input = 'output-datasets'
  const datasets = entriesOf(input, yaml).map((entry, index) => {
    const config = validate(outputSchema, entry, input, index)
    const { name, version } = parseReference(config.name)
    if (version !== undefined) {
      throw new UserError(
        'bad-dataset',
        `${input}: ${quoted(config.name)} names a version. The version of an output is the next free one; give the name alone.`,
      )
    }
    const { tags, description } = config
    return { ...commonConfig(config, name), overwriteExisting: config['overwrite-existing'], tags, description }
  })
  refuseTwins(input, datasets)
  return datasets
}

function entriesOf(input: string, yaml: string): readonly YamlValue[] {
  return yaml.trim() === '' ? [] : parseDatasetList(input, yaml)
}

/** A name alone stands for a mapping that has only a name. */
function validate<S extends typeof inputSchema | typeof outputSchema>(
  schema: S,
  entry: YamlValue,
  input: string,
  index: number,
): v.InferOutput<S> {
  const where = `${input}, dataset ${index + 1}`
  if (Array.isArray(entry))
    throw new UserError('bad-dataset', `${where}: a list inside the list. Give a name or a mapping.`)
  const mapping = typeof entry === 'string' ? { name: entry } : givenKeys(entry as Record<string, YamlValue>, where)
  if (!mapping.name) throw new UserError('bad-dataset', `${where}: the key "name" is missing.`)
  const result = v.safeParse(schema, mapping)
  if (result.success) return result.output as v.InferOutput<S>
  const [issue] = result.issues
  const key = String(issue.path?.[0]?.key ?? '')
  if (!Object.hasOwn(schema.entries, key)) throw unknownKey(where, key, Object.keys(schema.entries))
  throw new UserError(
    'bad-dataset',
    `${where} (${quoted(typeof mapping.name === 'string' ? mapping.name : '…')}): "${key}" ${issue.message}.`,
  )
}

/** hi-ml writes `use_mounting`, we `use-mounting`; both are taken. Keys without a value, as expressions leave them, are not given. */
function givenKeys(mapping: Record<string, YamlValue>, where: string): Record<string, YamlValue> {
  const result: Record<string, YamlValue> = {}
  for (const [key, value] of Object.entries(mapping)) {
    const kebab = key.replaceAll('_', '-')
    if (Object.hasOwn(result, kebab))
      throw new UserError('bad-dataset', `${where}: "${kebab}" is given twice, in two spellings.`)
    result[kebab] = value
  }
  const isGiven = (value: YamlValue) => typeof value !== 'string' || value.trim() !== ''
  return Object.fromEntries(Object.entries(result).filter(([key, value]) => isGiven(value) || key === 'name'))
}

function unknownKey(where: string, key: string, known: readonly string[]): UserError {
  const [near] = nearest(key, known)
  return new UserError(
    'bad-dataset',
    `${where}: there is no key ${quoted(key)}. ${near ? `Did you mean "${near}"? ` : ''}Known keys: ${known.join(', ')}.`,
  )
}

function commonConfig(
  config: v.InferOutput<typeof inputSchema> | v.InferOutput<typeof outputSchema>,
  name: string,
): DatasetConfig {
  return {
    name,
    datastore: config.datastore,
    path: config.path === undefined ? undefined : folderPath(config.path, name),
    useMounting: config['use-mounting'],
    targetFolder: config['target-folder'],
    dataName: config['data-name'] === undefined ? dataNameOf(name) : checkDataName(config['data-name']),
  }
}

/** A path within a container, as `a/b/`: with a slash at its end, so that `foo` never takes `foo_bar`. */
function folderPath(path: string, name: string): string {
  const all = path.split('/')
  const isNamed = (segment: string) => segment !== ''
  const segments = all.slice(Math.max(0, all.findIndex(isNamed)), all.findLastIndex(isNamed) + 1)
  if (segments.length === 0 || segments.includes('') || segments.includes('.') || segments.includes('..')) {
    throw new UserError(
      'bad-dataset',
      `Dataset "${name}": path ${quoted(path)} has to name a folder of the container, without "." and ".." and empty segments.`,
    )
  }
  return `${segments.join('/')}/`
}

function chooseVersion(dataset: string, inName: string | undefined, asKey: string | undefined): string | undefined {
  const version = asKey === undefined ? undefined : parseVersion(asKey, dataset)
  if (inName !== undefined && version !== undefined && inName !== version) {
    throw new UserError(
      'bad-dataset',
      `Dataset ${quoted(dataset)} is given with two versions, ${inName} and ${version}.`,
    )
  }
  return inName ?? version
}

/** The default of `data-name`: a name that outputs, variables and AzureML jobs can use. */
function dataNameOf(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_')
}

function checkDataName(dataName: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(dataName)) return dataName
  throw new UserError(
    'bad-dataset',
    `data-name ${quoted(dataName)}: only letters, digits and "_" are possible, and no digit first. It becomes part of a variable.`,
  )
}

/** Variables are told apart without case on Windows. */
function refuseTwins(input: string, datasets: readonly DatasetConfig[]): void {
  const byName = Map.groupBy(datasets, ({ dataName }) => dataName.toLowerCase())
  const twins = datasets.filter(({ dataName }) => byName.get(dataName.toLowerCase())?.length !== 1)
  if (twins.length === 0) return
  throw new UserError(
    'bad-dataset',
    `${input}: ${listed(twins.map(({ dataName }) => dataName))} are the same data-name. Give each dataset a "data-name" of its own.`,
  )
}
