import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorOf, filesBelow, useWorld, warningsOf } from './world.ts'

const world = useWorld()
const read = (file: string) => readFile(file, 'utf8')
const blobGets = () =>
  world.emulator.requests.filter(({ service, operation }) => service === 'blob' && operation === 'Get Blob')

describe('creating and choosing versions', () => {
  test('a folder becomes version 1 the first time it is named, and is used the second time', async () => {
    await world.upload({
      'first/a.txt': 'alpha',
      'first/deep/b.txt': 'beta',
      'first_other/c.txt': 'no',
      'first/empty': '',
    })
    const job = await world.job()
    const first = await job.main({ 'input-datasets': 'first' })
    expect(first.exitCode, first.log).toBe(0)
    const folder = first.outputs['input-0'] ?? ''
    expect(filesBelow(folder)).toEqual(['a.txt', 'deep/b.txt', 'empty'])
    expect(await read(path.join(folder, 'deep/b.txt'))).toBe('beta')
    expect(first.outputs['input-0-version']).toBe('1')
    const [registered] = world.emulator.dataAssets.versions('first')
    const { fingerprint } = JSON.parse(first.outputs.datasets ?? '').inputs.first
    expect(registered?.tags).toEqual({ fingerprint })
    expect(registered?.dataUri).toMatch(
      /^azureml:\/\/subscriptions\/.*\/datastores\/workspaceblobstore\/paths\/first\/$/,
    )

    const second = await job.main({ 'input-datasets': 'azureml:first:1' })
    expect(second.outputs['input-0-version']).toBe('1')
    expect(second.outputs.fingerprint).toBe(first.outputs.fingerprint)
    expect(world.emulator.dataAssets.versions('first')).toHaveLength(1)
  })

  test('outputs and variables are those of an AzureML job', async () => {
    await world.upload({ '2023/a.txt': 'x', 'my-data/b.txt': 'y' })
    const job = await world.job()
    const step = await job.main({ 'input-datasets': '2023\nmy-data', 'output-datasets': 'made' })
    expect(step.exitCode, step.log).toBe(0)
    expect(step.env).toEqual({
      AZURE_ML_INPUT__2023: step.outputs['input-0'],
      AZURE_ML_INPUT_my_data: step.outputs['input-1'],
      AZURE_ML_OUTPUT_made: step.outputs['output-0'],
      AZUREML_DATASETS_SESSION: expect.stringContaining('_azureml-datasets'),
    })
    expect(JSON.parse(step.outputs['input-datasets'] ?? '')).toEqual([step.outputs['input-0'], step.outputs['input-1']])
    expect(JSON.parse(step.outputs['output-datasets'] ?? '')).toEqual([step.outputs['output-0']])
    expect(step.outputs.available).toBe('true')
    expect(JSON.parse(step.outputs.datasets ?? '').inputs.my_data).toMatchObject({
      path: step.outputs['input-1'],
      name: 'my-data',
      version: '1',
      id: 'azureml:my-data:1',
      uri: 'azureml://datastores/workspaceblobstore/paths/my-data/',
      'fingerprint-basis': 'md5',
      files: 1,
      bytes: 1,
      staged: 'downloaded',
    })
    expect(JSON.stringify(step.outputs)).not.toContain(world.emulator.subscriptionId)
    expect(step.summary).toContain('my-data')
  })

  test('the highest number that is not archived is used, text versions only where there is no number', async () => {
    await world.upload({ 'numbers/1/f': '1', 'numbers/9/f': '9', 'numbers/10/f': '10', 'words/f': 'w' })
    const uri = (folder: string) => `azureml://datastores/workspaceblobstore/paths/${folder}/`
    for (const version of ['1', '9', '10', '11']) {
      world.emulator.dataAssets.add('numbers', version, { dataUri: uri(`numbers/${version}`) })
    }
    world.emulator.dataAssets.archive('numbers', '11')
    world.emulator.dataAssets.add('words', 'draft', { dataUri: uri('words') })
    const job = await world.job()
    const step = await job.main({
      'input-datasets':
        '- numbers\n- {name: numbers, version: 1, data-name: old}\n- words@latest\n- {name: numbers:9, data_name: nine}',
    })
    expect(step.exitCode, step.log).toBe(0)
    expect([0, 1, 2, 3].map((index) => step.outputs[`input-${index}-version`])).toEqual(['10', '1', 'draft', '9'])
    expect(await read(path.join(step.outputs['input-0'] ?? '', 'f'))).toBe('10')
  })

  test('a version that does not exist is an error that names those that do', async () => {
    await world.upload({ 'numbers/1/f': '1' })
    const job = await world.job()
    const message = errorOf(await job.main({ 'input-datasets': 'numbers:77' }))
    expect(message).toContain('Dataset "numbers" has no version 77. There are: "10", "9", "1".')
  })

  test('a missing folder is an error that names the nearest ones', async () => {
    await world.upload({ 'scans_v2/f': '1', 'Scan/f': '1' })
    const job = await world.job()
    const message = errorOf(await job.main({ 'input-datasets': 'scans' }))
    expect(message).toMatch(/no folder "scans\/" in datastore "workspaceblobstore".*Nearest: "Scan", "scans_v2"/)
    expect(world.emulator.dataAssets.names()).not.toContain('scans')
  })

  test('`path` makes a dataset of a folder whose name no asset may have', async () => {
    await world.upload({ 'raw data.2024/50% + more/f #1.txt': 'x' })
    const job = await world.job()
    const step = await job.main({ 'input-datasets': '{name: raw_2024, path: raw data.2024/}' })
    expect(step.exitCode, step.log).toBe(0)
    expect(filesBelow(step.outputs['input-0'] ?? '')).toEqual(['50% + more/f #1.txt'])
    const again = await job.main({ 'input-datasets': '{name: raw_2024, path: elsewhere/}' })
    expect(warningsOf(again).join()).toContain('"path: elsewhere/" is not used: dataset raw_2024:1 exists')
  })

  test('a job that registers the same name at the same time wins, and both use its version', async () => {
    await world.upload({ 'raced/f': 'ours', 'elsewhere/f': 'theirs' })
    world.emulator.intercept.arm = ({ method, path: place }) => {
      if (method !== 'PUT' || !place.includes('/data/raced/')) return undefined
      world.emulator.intercept.arm = undefined
      world.emulator.dataAssets.add('raced', '1', {
        dataUri: 'azureml://datastores/workspaceblobstore/paths/elsewhere',
      })
      return undefined
    }
    const job = await world.job()
    const step = await job.main({ 'input-datasets': 'raced' })
    expect(step.exitCode, step.log).toBe(0)
    expect(await read(path.join(step.outputs['input-0'] ?? '', 'f'))).toBe('theirs')
    expect(world.emulator.dataAssets.versions('raced')).toHaveLength(1)
  })

  test('a name of a v1 dataset is an error that suggests another', async () => {
    await world.upload({ 'old_one/f': 'x' })
    world.emulator.v1Datasets.add('old_one')
    const job = await world.job()
    expect(errorOf(await job.main({ 'input-datasets': 'old_one' }))).toMatch(
      /belongs to a v1 dataset.*"old_one_v2".*"path: old_one\/"/,
    )
  })
})

describe('what a version may point at', () => {
  test('every form of dataUri', async () => {
    const { emulator } = world
    await world.upload({ 'forms/f.txt': 'same' })
    const { subscriptionId, resourceGroup, workspace, storage } = emulator
    const container = emulator.container().containerName
    emulator.addJob('trainer', { model: 'azureml://datastores/workspaceblobstore/paths/forms/' })
    const forms = {
      short: 'azureml://datastores/workspaceblobstore/paths/forms',
      no_paths: 'azureml://datastores/workspaceblobstore/forms/',
      long: `azureml://subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}/datastores/workspaceblobstore/paths/forms/`,
      https: `${storage.url}/${container}/forms/`,
      job_output: 'azureml://jobs/trainer/outputs/model/paths/',
    }
    for (const [name, dataUri] of Object.entries(forms)) emulator.dataAssets.add(name, '1', { dataUri })
    const job = await world.job()
    const step = await job.main({ 'input-datasets': Object.keys(forms).join('\n') })
    expect(step.exitCode, step.log).toBe(0)
    for (const index of Object.keys(forms).keys()) {
      expect(await read(path.join(step.outputs[`input-${index}`] ?? '', 'f.txt'))).toBe('same')
    }
  })

  test.each([
    ['azureml://registries/azureml/data/x/versions/1', 'an asset of a registry'],
    ['https://example.com/data/', 'not Azure Blob Storage'],
    ['azureml://jobs/nobody/outputs/x/paths/', 'there is no such job'],
  ])('%s is an error that names the form', async (dataUri, text) => {
    const name = `unsupported_${dataUri.replace(/[^a-z]/g, '')}`
    world.emulator.dataAssets.add(name, '1', { dataUri })
    const job = await world.job()
    expect(errorOf(await job.main({ 'input-datasets': name }))).toContain(text)
  })

  test('a uri_file is that file, an mltable its folder', async () => {
    await world.upload({
      'tables/MLTable': 'paths: []',
      'tables/part.csv': '1',
      'tables/one.csv': 'one',
      'tables/one.csv.bak': 'no',
    })
    const add = (name: string, dataType: 'uri_file' | 'mltable', place: string) =>
      world.emulator.dataAssets.add(name, '1', {
        dataType,
        dataUri: `azureml://datastores/workspaceblobstore/paths/${place}`,
      })
    add('one_file', 'uri_file', 'tables/one.csv')
    add('one_table', 'mltable', 'tables/')
    const job = await world.job()
    const step = await job.main({ 'input-datasets': '- {name: one_file, target-folder: here}\n- one_table' })
    expect(step.exitCode, step.log).toBe(0)
    expect(step.outputs['input-0']).toBe(path.join(job.runner.folders.checkout, 'here', 'one.csv'))
    expect(await read(step.outputs['input-0'] ?? '')).toBe('one')
    expect(filesBelow(step.outputs['input-1'] ?? '')).toEqual(['MLTable', 'one.csv', 'one.csv.bak', 'part.csv'])
  })

  test('a version whose folder is empty is an error', async () => {
    world.emulator.dataAssets.add('gone', '3', { dataUri: 'azureml://datastores/workspaceblobstore/paths/gone/' })
    const job = await world.job()
    expect(errorOf(await job.main({ 'input-datasets': 'gone' }))).toContain('Dataset gone:3 points at "gone"')
  })
})

describe('choosing files', () => {
  test('include, exclude and sample apply to the path within the dataset', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`many/p${index % 4}/${index}.dcm`, `${index}`]),
    )
    await world.upload({ ...files, 'many/.hidden/x.dcm': 'h', 'many/notes.TXT': 'n' })
    const job = await world.job()
    const step = await job.main({
      'input-datasets': `
- {name: many, data-name: globs, include: "**/*.dcm", exclude: [p1/**, p2/*]}
- {name: many, data-name: some, sample: 5, include: ['**/*.dcm']}
- {name: many, data-name: patients, sample: 2, sample-by: folder, include: 'p*/*'}
- {name: many, data-name: again, sample: 5, include: ['**/*.dcm']}`,
    })
    expect(step.exitCode, step.log).toBe(0)
    const [globs = [], some, patients = [], again] = [0, 1, 2, 3].map((index) =>
      filesBelow(step.outputs[`input-${index}`] ?? ''),
    )
    expect(globs).toHaveLength(21)
    expect(globs).toContain('.hidden/x.dcm')
    expect(some).toHaveLength(5)
    expect(again).toEqual(some)
    expect(new Set(patients.map((file) => path.dirname(file))).size).toBe(2)
    expect(patients).toHaveLength(20)
  })

  test('nothing left is an error', async () => {
    const job = await world.job()
    const message = errorOf(await job.main({ 'input-datasets': '{name: many, include: "*.png"}' }))
    expect(message).toMatch(/Dataset many:1 has 42 files, but include \["\*.png"\].*leave none.*"\.hidden\/x\.dcm"/)
  })

  test('resolve-only moves nothing and tells versions, files, bytes and the fingerprint', async () => {
    const job = await world.job()
    const step = await job.main({ 'input-datasets': 'many', 'output-datasets': 'unused', 'resolve-only': 'true' })
    expect(step.exitCode, step.log).toBe(0)
    expect(step.outputs['input-0']).toBe('')
    expect(step.outputs['input-0-version']).toBe('1')
    expect(JSON.parse(step.outputs.datasets ?? '').inputs.many).toMatchObject({ files: 42, staged: 'none', path: '' })
    expect(step.outputs.fingerprint).toMatch(/^[0-9a-f]{64}$/)
    expect(blobGets()).toEqual([])
    expect((await job.post()).exitCode).toBe(0)
    expect(world.emulator.dataAssets.names()).not.toContain('unused')

    const staged = await job.main({ 'input-datasets': 'many' })
    expect(staged.outputs.fingerprint).toBe(step.outputs.fingerprint)
  })
})

describe('places', () => {
  test('a second run into the same target-folder moves only what changed, and touches nobody else’s files', async () => {
    await world.upload({ 'kept/same': 'same', 'kept/changed': 'old', 'kept/d/gone': 'x' })
    const job = await world.job()
    const inputs = { 'input-datasets': '{name: kept, target-folder: data/kept}' }
    const first = await job.main(inputs)
    expect(first.exitCode, first.log).toBe(0)
    const folder = path.join(job.runner.folders.checkout, 'data/kept')
    expect(first.outputs['input-0']).toBe(folder)
    await writeFile(path.join(folder, 'mine.txt'), 'mine')
    world.emulator.requests.length = 0
    const unchanged = await job.main(inputs)
    expect(unchanged.exitCode, unchanged.log).toBe(0)
    expect(blobGets()).toEqual([])

    await world.upload({ 'kept/changed': 'new!', 'kept/added': 'a' })
    await world.emulator.container().deleteBlob('kept/d/gone')
    const second = await job.main(inputs)
    expect(second.exitCode, second.log).toBe(0)
    expect(
      blobGets()
        .map(({ path: place }) => path.basename(place))
        .sort(),
    ).toEqual(['added', 'changed'])
    expect(filesBelow(folder)).toEqual(['added', 'changed', 'mine.txt', 'same'])
    expect(await read(path.join(folder, 'changed'))).toBe('new!')
    expect(warningsOf(second).join()).toMatch(
      /kept:1 is not what it was.*Fingerprint then [0-9a-f]{64}, now [0-9a-f]{64}/,
    )
    await expect(stat(path.join(folder, 'd'))).rejects.toThrow('ENOENT')
  })

  test('a file that somebody put in the place of one of ours is never overwritten', async () => {
    await world.upload({ 'mixed/a': 'a' })
    const job = await world.job()
    const inputs = { 'input-datasets': '{name: mixed, target-folder: mixed}' }
    await job.main(inputs)
    await job.write('mixed/b', 'precious')
    await world.upload({ 'mixed/b': 'theirs' })
    expect(errorOf(await job.main(inputs))).toContain('holds "b", which we did not write')
    expect(await read(path.join(job.runner.folders.checkout, 'mixed/b'))).toBe('precious')
  })

  test('places where files could be lost are refused before anything is asked of Azure', async () => {
    const job = await world.job()
    const { checkout, home, root } = job.runner.folders
    await mkdir(path.join(checkout, 'full'))
    await writeFile(path.join(checkout, 'full/file'), 'x')
    await writeFile(path.join(checkout, 'a-file'), 'x')
    await symlink('/usr', path.join(checkout, 'link'))
    await symlink(root, path.join(checkout, 'to-root'))
    const refusals: Record<string, string> = {
      '.': 'is the checkout',
      '..': 'contains the checkout',
      '/': 'contains the checkout',
      [home]: 'is the home folder',
      full: 'is not empty and was not filled by this action',
      'a-file': 'is a file',
      link: 'is a symbolic link',
      'to-root/home': 'is the home folder',
    }
    for (const [targetFolder, text] of Object.entries(refusals)) {
      const step = await job.main({ 'input-datasets': JSON.stringify({ name: 'kept', 'target-folder': targetFolder }) })
      expect(errorOf(step)).toContain(text)
    }
    const twins = await job.main({ 'input-datasets': '- {name: a, target-folder: x}\n- {name: b, target-folder: x/y}' })
    expect(errorOf(twins)).toContain('one lies in the other')
    expect(world.emulator.requests).toEqual([])
  })

  test('a local-folder that exists is used as it is, without signing in', async () => {
    await world.upload({ 'both/a': 'a', 'both/sub/b': 'b' })
    const job = await world.job({
      environment: { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' },
    })
    await job.write('local/both/a', 'a')
    await job.write('local/both/sub/b', 'b')
    const local = await job.main({ 'input-datasets': '{name: both, local_folder: local/both}' })
    expect(local.exitCode, local.log).toBe(0)
    expect(world.emulator.requests).toEqual([])
    expect(JSON.parse(local.outputs.datasets ?? '').inputs.both).toMatchObject({
      staged: 'local',
      files: 2,
      bytes: 2,
      version: '',
    })
    expect(local.outputs['input-0']).toBe(path.join(job.runner.folders.checkout, 'local/both'))

    const remote = await (await world.job()).main({ 'input-datasets': '{name: both, local-folder: local/nowhere}' })
    expect(remote.annotations.find(({ level }) => level === 'notice')?.message).toContain(
      'does not exist, so the dataset is staged',
    )
    expect(remote.outputs.fingerprint, 'the same data has the same fingerprint').toBe(local.outputs.fingerprint)
  })
})
