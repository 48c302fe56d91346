// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how jobs mention their inputs
import { describe, expect, test } from 'vitest'
import { expandCommand, withLinks } from '../../src/jobs/job-command.ts'
import { checkJob, readJobFile, secondsOf } from '../../src/jobs/job-file.ts'
import { restJob } from '../../src/jobs/rest-job.ts'

/** What the references of a job become; what is not about them need not know. */
const references = {
  codeId: '/codes/1',
  environmentId: '/env/1',
  computeId: '/computes/gpu',
  inputUris: { data: '/data/1', model: '/models/1' },
}

function propertiesOf(yaml: string): Record<string, unknown> {
  return { ...restJob(checkJob('job.yml', readJobFile('job.yml', yaml)), references).properties }
}

const least = 'command: python train.py\nenvironment: azureml:env:1\n'
/** What every body has, whatever the job. */
const always = {
  jobType: 'Command',
  command: 'python train.py',
  codeId: '/codes/1',
  environmentId: '/env/1',
  computeId: '/computes/gpu',
}

describe('a job file becomes the body that AzureML wants', () => {
  test.each<[what: string, yaml: string, expected: Record<string, unknown>]>([
    ['the least', '', {}],
    [
      'with its schema and type',
      '$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ntype: command',
      {},
    ],
    [
      'with names',
      'display_name: nice\nexperiment_name: exp\ndescription: what it does',
      { displayName: 'nice', experimentName: 'exp', description: 'what it does' },
    ],
    ['with a name, which cannot be that of each run', 'name: my-job', { displayName: 'my-job' }],
    ['with a name and a display name', 'name: my-job\ndisplay_name: nice', { displayName: 'nice' }],
    [
      'with tags that look like numbers',
      'tags:\n  year: 2023\n  ok: true\n  version: 1.10',
      { tags: { year: '2023', ok: 'true', version: '1.10' } },
    ],
    ['with properties', 'properties: {a: b}', { properties: { a: 'b' } }],
    [
      'with variables',
      'environment_variables:\n  EPOCHS: 10\n  NAME: "007"\n  EMPTY:',
      { environmentVariables: { EPOCHS: '10', NAME: '007', EMPTY: '' } },
    ],
    ['with a text input', 'inputs:\n  name: value', { inputs: { name: { jobInputType: 'literal', value: 'value' } } }],
    ['with a number', 'inputs: {lr: 0.001}', { inputs: { lr: { jobInputType: 'literal', value: '0.001' } } }],
    [
      'with a number in exponents, as it was written',
      'inputs: {lr: 1e-4}',
      { inputs: { lr: { jobInputType: 'literal', value: '1e-4' } } },
    ],
    [
      'with a truth value, as Python writes it',
      'inputs: {debug: true, fast: False}',
      {
        inputs: {
          debug: { jobInputType: 'literal', value: 'True' },
          fast: { jobInputType: 'literal', value: 'False' },
        },
      },
    ],
    [
      'with a literal of a type',
      'inputs:\n  n: {type: integer, value: 3}',
      { inputs: { n: { jobInputType: 'literal', value: '3' } } },
    ],
    [
      'with a literal that has a default',
      'inputs:\n  n: {type: string, default: x}',
      { inputs: { n: { jobInputType: 'literal', value: 'x' } } },
    ],
    [
      'with a folder, as which an input counts that says nothing',
      'inputs:\n  data: {path: azureml:d:1}',
      { inputs: { data: { jobInputType: 'uri_folder', uri: '/data/1' } } },
    ],
    ...(['uri_folder', 'uri_file', 'mltable', 'mlflow_model', 'custom_model', 'triton_model'] as const).map(
      (type): [string, string, Record<string, unknown>] => [
        `with an input of type ${type}`,
        `inputs:\n  data: {type: ${type}, path: azureml:d:1}`,
        { inputs: { data: { jobInputType: type, uri: '/data/1' } } },
      ],
    ),
    ...Object.entries({
      ro_mount: 'ReadOnlyMount',
      rw_mount: 'ReadWriteMount',
      mount: 'ReadOnlyMount',
      download: 'Download',
      direct: 'Direct',
      eval_mount: 'EvalMount',
      eval_download: 'EvalDownload',
    }).map(([mode, spelled]): [string, string, Record<string, unknown>] => [
      `with an input in mode ${mode}`,
      `inputs:\n  data: {path: azureml:d:1, mode: ${mode}}`,
      { inputs: { data: { jobInputType: 'uri_folder', uri: '/data/1', mode: spelled } } },
    ]),
    ['with an output that says nothing', 'outputs:\n  out:', { outputs: { out: { jobOutputType: 'uri_folder' } } }],
    ['with an empty output', 'outputs: {out: {}}', { outputs: { out: { jobOutputType: 'uri_folder' } } }],
    ...Object.entries({ rw_mount: 'ReadWriteMount', mount: 'ReadWriteMount', upload: 'Upload', direct: 'Direct' }).map(
      ([mode, spelled]): [string, string, Record<string, unknown>] => [
        `with an output in mode ${mode}`,
        `outputs: {out: {mode: ${mode}}}`,
        { outputs: { out: { jobOutputType: 'uri_folder', mode: spelled } } },
      ],
    ),
    [
      'with an output that has a path',
      'outputs: {out: {type: uri_file, path: "azureml://datastores/d/paths/x.csv"}}',
      { outputs: { out: { jobOutputType: 'uri_file', uri: 'azureml://datastores/d/paths/x.csv' } } },
    ],
    [
      'with an output that AzureML registers',
      'outputs: {out: {name: made, version: 3}}',
      { outputs: { out: { jobOutputType: 'uri_folder', assetName: 'made', assetVersion: '3' } } },
    ],
    [
      'with resources',
      'resources: {instance_count: 2, instance_type: gpu, shm_size: 8g, docker_args: --ipc=host}',
      { resources: { instanceCount: 2, instanceType: 'gpu', shmSize: '8g', dockerArgs: '--ipc=host' } },
    ],
    [
      'with properties of resources',
      'resources:\n  properties:\n    AISuperComputer: {slaTier: Premium, interactive: true, priority: 3}',
      { resources: { properties: { AISuperComputer: { slaTier: 'Premium', interactive: true, priority: 3 } } } },
    ],
    [
      'with places of resources',
      'resources: {locations: [westeurope], max_instance_count: 4}',
      { resources: { locations: ['westeurope'], maxInstanceCount: 4 } },
    ],
    [
      'with a limit in seconds',
      'limits: {timeout: 3600}',
      { limits: { jobLimitsType: 'Command', timeout: 'PT3600S' } },
    ],
    [
      'with a limit that AzureML would take for none',
      'limits: {timeout: 5}',
      { limits: { jobLimitsType: 'Command', timeout: 'PT60S' } },
    ],
    [
      'by mpi',
      'distribution: {type: mpi, process_count_per_instance: 4}',
      { distribution: { distributionType: 'Mpi', processCountPerInstance: 4 } },
    ],
    [
      'by PyTorch, in whatever case',
      'distribution: {type: PyTorch, process_count_per_instance: 2}',
      { distribution: { distributionType: 'PyTorch', processCountPerInstance: 2 } },
    ],
    [
      'by TensorFlow',
      'distribution: {type: tensorflow, worker_count: 2, parameter_server_count: 0}',
      { distribution: { distributionType: 'TensorFlow', workerCount: 2, parameterServerCount: 0 } },
    ],
    [
      'by Ray',
      'distribution: {type: ray, port: 6379, include_dashboard: true}',
      { distribution: { distributionType: 'Ray', port: 6379, includeDashboard: true } },
    ],
    ['as its user', 'identity: {type: user_identity}', { identity: { identityType: 'UserIdentity' } }],
    [
      'as a managed identity',
      'identity: {type: managed, client_id: abc, msi_resource_id: /x}',
      { identity: { identityType: 'Managed', clientId: 'abc', resourceId: '/x' } },
    ],
    ['with its token', 'identity: {type: aml_token}', { identity: { identityType: 'AMLToken' } }],
    [
      'in a queue',
      'queue_settings: {job_tier: spot, priority: high}',
      { queueSettings: { jobTier: 'Spot', priority: 3 } },
    ],
    [
      'with ssh',
      'services:\n  my_ssh: {type: ssh, ssh_public_keys: ssh-rsa AAA, nodes: all}',
      {
        services: {
          my_ssh: {
            jobServiceType: 'SSH',
            nodes: { nodesValueType: 'All' },
            properties: { sshPublicKeys: 'ssh-rsa AAA' },
          },
        },
      },
    ],
    [
      'with TensorBoard',
      'services: {tb: {type: tensor_board, log_dir: outputs/tb}}',
      { services: { tb: { jobServiceType: 'TensorBoard', properties: { logDir: 'outputs/tb' } } } },
    ],
    [
      'with Jupyter and VS Code',
      'services: {a: {type: jupyter_lab}, b: {type: vs_code}, c: {port: 8080}}',
      {
        services: {
          a: { jobServiceType: 'JupyterLab' },
          b: { jobServiceType: 'VSCode' },
          c: { jobServiceType: 'Custom', port: 8080 },
        },
      },
    ],
  ])('%s', (_what, yaml, expected) => {
    expect(propertiesOf(least + yaml)).toEqual({ ...always, ...expected })
  })

  test('with a command of several lines', () => {
    const yaml = 'command: |\n  pip list\n  python train.py\nenvironment: e:1'
    expect(propertiesOf(yaml).command).toBe('pip list\npython train.py\n')
  })

  test('with an anchor that is used twice', () => {
    expect(propertiesOf(`${least}tags: &t {a: b}\nproperties: *t`)).toMatchObject({
      tags: { a: 'b' },
      properties: { a: 'b' },
    })
  })

  test('without code and compute', () => {
    const job = checkJob('job.yml', readJobFile('job.yml', least))
    const { properties } = restJob(job, { ...references, codeId: undefined, computeId: undefined })
    expect(Object.keys(properties)).toEqual(['jobType', 'command', 'environmentId'])
  })
})

describe('the environment is', () => {
  test.each([
    ['a name and version', 'environment: azureml:env:1', { kind: 'reference', reference: 'azureml:env:1' }],
    [
      'an image',
      'environment: {image: ubuntu}',
      { kind: 'image', image: 'ubuntu', condaFile: undefined, osType: 'Linux' },
    ],
    [
      'an image with a conda file',
      'environment: {image: ubuntu, conda_file: conda.yml}',
      { kind: 'image', image: 'ubuntu', condaFile: 'conda.yml', osType: 'Linux' },
    ],
    [
      'an image with conda in it',
      'environment: {image: ubuntu, conda_file: {dependencies: [pip]}}',
      { kind: 'image', image: 'ubuntu', condaFile: { dependencies: ['pip'] }, osType: 'Linux' },
    ],
    [
      'a build context',
      'environment: {build: {path: docker, dockerfile_path: Dockerfile.gpu}}',
      { kind: 'build', path: 'docker', dockerfilePath: 'Dockerfile.gpu', osType: 'Linux' },
    ],
  ])('%s', (_what, yaml, expected) => {
    expect(checkJob('job.yml', readJobFile('job.yml', `command: x\n${yaml}`)).environment).toEqual(expected)
  })
})

describe('what cannot be submitted is named', () => {
  test.each([
    ['nothing', '', /has no "command"|is no mapping/],
    ['a list', '- a', /is no mapping of keys/],
    ['no YAML', 'command: [', /job\.yml, line \d+: this is not YAML/],
    ['a pipeline', 'type: pipeline\njobs: {}', /type "pipeline"; only command jobs/],
    ['a pipeline that does not say so', 'jobs: {a: {}}', /type "pipeline"/],
    ['a sweep', 'type: sweep', /type "sweep"/],
    ['a sweep that does not say so', 'sampling_algorithm: random\ntrial: {}', /type "sweep"/],
    ['a spark job', 'type: spark', /type "spark"/],
    ['a parallel job', 'mini_batch_size: 1\ninput_data: x', /type "parallel"/],
    ['an automl job', 'primary_metric: auc\ntraining_data: {}', /type "automl"/],
    ['no environment', 'command: x', /names no environment/],
    ['an empty command', 'command: ""\nenvironment: e', /"command", which must not be empty/],
    ['a key that is misspelled', `${least}display_nam: x`, /"display_nam".*did you mean "display_name"/],
    ['a key that nobody knows', `${least}zzzzzzzz: x`, /"zzzzzzzz", which this action does not support/],
    [
      'a key within that nobody knows',
      `${least}limits: {trials: 3}`,
      /"limits\.trials", which this action does not support/,
    ],
    [
      'a key of an input that nobody knows',
      `${least}inputs: {a: {path: x, pathoncompute: y}}`,
      /inputs\.a\.pathoncompute/,
    ],
    [
      'an input of an unknown type',
      `${least}inputs: {a: {type: folder, path: x}}`,
      /inputs\.a\.type", which has to be one of uri_folder/,
    ],
    [
      'an input in an unknown mode',
      `${least}inputs: {a: {path: x, mode: fast}}`,
      /inputs\.a\.mode", which has to be one of ro_mount/,
    ],
    ['an input that has no path', `${least}inputs: {a: {type: uri_folder}}`, /inputs\.a\.path/],
    ['an input whose name AzureML does not take', `${least}inputs: {a-b: 1}`, /input or output "a-b"/],
    ['an output in the mode of inputs', `${least}outputs: {a: {mode: download}}`, /outputs\.a\.mode/],
    [
      'an output with a setting that is refused',
      `${least}outputs: {a: {auto_delete_setting: x}}`,
      /auto_delete_setting/,
    ],
    [
      'an environment with image and build',
      'command: x\nenvironment: {image: a, build: {path: b}}',
      /both "image" and "build"/,
    ],
    ['an environment with neither', 'command: x\nenvironment: {name: a}', /neither "image" nor "build"/],
    [
      'an unknown distribution',
      `${least}distribution: {type: horovod}`,
      /distribution "horovod"; there are mpi, pytorch/,
    ],
    ['an unknown identity', `${least}identity: {type: me}`, /identity "me"/],
    [
      'no count',
      `${least}resources: {instance_count: two}`,
      /resources\.instance_count", which has to be a whole number/,
    ],
    ['no size', `${least}resources: {shm_size: large}`, /shm_size.*such as 8g/],
    ['no time', `${least}limits: {timeout: long}`, /time limit "long"/],
    ['tags that are no texts', `${least}tags: {a: [b]}`, /"tags", which has to be a mapping of texts/],
  ])('%s', (_what, yaml, text) => {
    expect(() => checkJob('job.yml', readJobFile('job.yml', yaml))).toThrow(text)
  })
})

test.each([
  ['3600', 3600],
  ['3.5h', 12_600],
  ['2d', 172_800],
  ['30m', 1800],
  ['90s', 90],
  [' 1 h ', 3600],
])('%s are %d seconds', (text, seconds) => {
  expect(secondsOf(text, 'max-run-duration')).toBe(seconds)
})

describe('a command', () => {
  const names = { inputs: ['data', 'lr'], outputs: ['out'] }

  test.each([
    ['python x.py ${{inputs.data}} ${{ outputs.out }}', false, 'python x.py ${{inputs.data}} ${{outputs.out}}'],
    ['python x.py {{inputs.data}} {{ outputs.out }}', true, 'python x.py ${{inputs.data}} ${{outputs.out}}'],
    ['jinja {{inputs.other}} {{x}}', true, 'jinja {{inputs.other}} {{x}}'],
    ['in a file {{inputs.data}}', false, 'in a file {{inputs.data}}'],
    ['train [--extra ${{inputs.extra}}]', false, 'train [--extra ${{inputs.extra}}]'],
    ['echo $AZURE_ML_INPUT_data', true, 'echo $AZURE_ML_INPUT_data'],
  ])('%s (inline: %s)', (command, isInline, expected) => {
    expect(expandCommand(command, names, isInline)).toBe(expected)
  })

  test('that mentions what there is not is refused, with what it could mean', () => {
    expect(() => expandCommand('x ${{inputs.dat}}', names, false)).toThrow(
      /"inputs\.dat".*Did you mean "data"\? There are: "data", "lr"/,
    )
    expect(() => expandCommand('x ${{outputs.o}}', { inputs: [], outputs: [] }, false)).toThrow(/There are no outputs/)
  })

  test('finds its datasets at the places that the script knows', () => {
    const links = [{ port: 'inputs.data', targetFolder: "data/it's here" }]
    expect(withLinks('python x.py', links)).toBe(
      `mkdir -p -- "$(dirname -- 'data/it'\\''s here')" && ln -sfnT -- "\${{inputs.data}}" 'data/it'\\''s here' || exit 1\npython x.py`,
    )
    expect(withLinks('python x.py', [])).toBe('python x.py')
  })
})
