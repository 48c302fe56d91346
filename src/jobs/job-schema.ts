import * as v from 'valibot'
import type { YamlValue } from '../datasets/index.ts'

// The schema of the CLI v2 (learn.microsoft.com, "CLI (v2) command job YAML schema"). Every scalar of the file is text.

const text = v.string('has to be text')
const optional = v.optional(
  v.pipe(
    text,
    v.transform((value) => (value === '' ? undefined : value)),
  ),
)
const wholeNumber = v.optional(
  v.pipe(text, v.regex(/^[1-9]\d{0,5}$/, 'has to be a whole number, 1 or more'), v.transform(Number)),
)
const texts = v.optional(
  v.pipe(v.custom<Readonly<Record<string, string>>>(isTexts, 'has to be a mapping of texts')),
  {},
)
const mapping = v.custom<Readonly<Record<string, YamlValue>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'has to be a mapping',
)

function isTexts(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => typeof one === 'string')
  )
}

const dataTypes = ['uri_folder', 'uri_file', 'mltable', 'mlflow_model', 'custom_model', 'triton_model'] as const
const inputModes = ['ro_mount', 'rw_mount', 'mount', 'download', 'direct', 'eval_mount', 'eval_download'] as const
const outputModes = ['rw_mount', 'mount', 'upload', 'direct'] as const
export const literalTypes = ['string', 'number', 'integer', 'boolean'] as const

export const dataInput = v.strictObject({
  type: v.optional(v.picklist(dataTypes, `has to be one of ${dataTypes.join(', ')}`), 'uri_folder'),
  path: v.pipe(text, v.nonEmpty('must not be empty')),
  mode: v.optional(v.picklist(inputModes, `has to be one of ${inputModes.join(', ')}`)),
  description: optional,
})
export const literalInput = v.strictObject({
  type: v.picklist(literalTypes),
  value: v.optional(text),
  default: v.optional(text),
  description: optional,
})
export const outputSchema = v.strictObject({
  type: v.optional(v.picklist(dataTypes, `has to be one of ${dataTypes.join(', ')}`), 'uri_folder'),
  mode: v.optional(v.picklist(outputModes, `has to be one of ${outputModes.join(', ')}`)),
  path: optional,
  name: optional,
  version: optional,
  description: optional,
})
const osType = v.optional(
  v.pipe(
    text,
    v.transform((value) => (value.toLowerCase() === 'windows' ? 'Windows' : 'Linux')),
  ),
  'Linux',
)
export const environmentSchema = v.strictObject({
  $schema: optional,
  name: optional,
  version: optional,
  description: optional,
  tags: texts,
  image: optional,
  conda_file: v.optional(v.union([text, mapping], 'has to be a path or a mapping')),
  build: v.optional(v.strictObject({ path: text, dockerfile_path: optional })),
  os_type: osType,
})
export const resourcesSchema = v.strictObject({
  instance_count: wholeNumber,
  instance_type: optional,
  shm_size: v.optional(v.pipe(text, v.regex(/^\d+[bkmg]$/i, 'has to be a number and one of b, k, m, g, such as 8g'))),
  docker_args: optional,
  properties: v.optional(mapping),
  locations: v.optional(v.array(text, 'has to be a list of texts')),
  max_instance_count: wholeNumber,
})
const count = wholeNumber
export const distributionSchemas = {
  mpi: v.strictObject({ type: text, process_count_per_instance: count }),
  pytorch: v.strictObject({ type: text, process_count_per_instance: count }),
  tensorflow: v.strictObject({
    type: text,
    worker_count: count,
    parameter_server_count: v.optional(v.pipe(text, v.regex(/^\d+$/, 'has to be a whole number'), v.transform(Number))),
  }),
  ray: v.strictObject({
    type: text,
    port: count,
    address: optional,
    include_dashboard: optional,
    dashboard_port: count,
    head_node_additional_args: optional,
    worker_node_additional_args: optional,
  }),
} as const
export const identitySchema = v.strictObject({
  type: text,
  client_id: optional,
  object_id: optional,
  msi_resource_id: optional,
  resource_id: optional,
})
const serviceTypes = ['ssh', 'tensor_board', 'jupyter_lab', 'vs_code', 'custom'] as const
export const serviceSchema = v.strictObject({
  type: v.optional(v.picklist(serviceTypes, `has to be one of ${serviceTypes.join(', ')}`), 'custom'),
  port: count,
  nodes: optional,
  ssh_public_keys: optional,
  log_dir: optional,
  properties: texts,
})
export const jobSchema = v.strictObject({
  $schema: optional,
  type: optional,
  name: optional,
  display_name: optional,
  experiment_name: optional,
  description: optional,
  tags: texts,
  properties: texts,
  command: v.pipe(text, v.nonEmpty('must not be empty')),
  code: optional,
  environment: v.union([text, mapping], 'has to be a name or a mapping'),
  compute: optional,
  inputs: v.optional(mapping, {}),
  outputs: v.optional(v.union([mapping, v.literal('')], 'has to be a mapping'), {}),
  environment_variables: texts,
  resources: v.optional(mapping, {}),
  limits: v.optional(v.strictObject({ timeout: optional })),
  distribution: v.optional(mapping),
  identity: v.optional(v.union([text, mapping], 'has to be a mapping')),
  queue_settings: v.optional(v.strictObject({ job_tier: optional, priority: optional })),
  services: v.optional(mapping, {}),
})
