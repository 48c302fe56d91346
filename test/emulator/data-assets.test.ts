import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Emulator, startEmulator } from '../../emulator/index.ts'
import { arm, armToken, collect, machineLearning, trust, workspacePath } from './clients.ts'

let emulator: Emulator
let token: string

beforeAll(async () => {
  emulator = await startEmulator()
  trust(emulator)
  token = await armToken(emulator)
})
afterAll(() => emulator.stop())

const data = () => machineLearning(emulator)
const where = () => [emulator.resourceGroup, emulator.workspace] as const
const path = (rest: string) => workspacePath(emulator, `/data${rest}`)
const get = (rest: string) => arm(emulator, path(rest), { token })
const put = (rest: string, properties: unknown) =>
  arm(emulator, path(rest), { method: 'PUT', token, body: { properties } })
const folder = (dataUri: string, more = {}) => ({ dataType: 'uri_folder', dataUri, ...more })
const short = 'azureml://datastores/workspaceblobstore/paths/'
const long = () =>
  `azureml://subscriptions/${emulator.subscriptionId}/resourcegroups/${emulator.resourceGroup}` +
  `/workspaces/${emulator.workspace}/datastores/workspaceblobstore/paths/`
const uriOf = async (rest: string) => (await get(rest)).body.properties.dataUri

test('the first version makes the asset: 201 with its own address, and 200 when it is put again', async () => {
  const first = await put('/birds/versions/1', folder(`${short}birds/`))
  expect(first.status).toBe(201)
  expect(first.headers.get('location')).toBe(`${emulator.url}${path('/birds/versions/1')}?api-version=2022-10-01`)
  expect(first.body).toMatchObject({
    id: path('/birds/versions/1'),
    name: '1',
    type: 'Microsoft.MachineLearningServices/workspaces/data/versions',
    properties: { dataUri: `${long()}birds/`, isArchived: false, isAnonymous: false, tags: {}, description: null },
  })
  expect(first.body.systemData.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}\+00:00$/)
  const again = await put('/birds/versions/1', folder(`${short}birds`))
  expect({ status: again.status, location: again.headers.get('location') }).toEqual({ status: 200, location: null })
  const asset = await get('/birds')
  expect(asset.body).toMatchObject({
    name: 'birds',
    properties: { latestVersion: '1', nextVersion: '2', dataType: 'uri_folder', isArchived: false, tags: null },
  })
})

test('the SDK writes and reads versions', async () => {
  const properties = { dataType: 'uri_file' as const, dataUri: `${short}a.csv`, tags: { color: 'red' } }
  await data().dataVersions.createOrUpdate(...where(), 'table', '1', { properties })
  const found = await data().dataVersions.get(...where(), 'table', '1')
  expect(found).toMatchObject({ name: '1', properties: { dataUri: `${long()}a.csv`, tags: { color: 'red' } } })
  expect(found.systemData?.createdAt).toBeInstanceOf(Date)
  const { latestVersion, nextVersion, dataType } = (await data().dataContainers.get(...where(), 'table')).properties
  expect({ latestVersion, nextVersion, dataType }).toEqual({
    latestVersion: '1',
    nextVersion: '2',
    dataType: 'uri_file',
  })
})

test.for([
  ['uri_folder', 'azureml://datastores/d/paths/a b%2F', 'short', 'datastores/d/paths/a b%2F/'],
  ['uri_folder', 'azureml://datastores/d/ExperimentRun/dcid.x', 'short', 'datastores/d/ExperimentRun/dcid.x/'],
  ['uri_file', 'azureml://datastores/d/paths/a', 'short', 'datastores/d/paths/a'],
  ['mltable', 'azureml://datastores/d/paths/a', 'short', 'datastores/d/paths/a'],
] as const)('a %s at %s is kept in the long form', async ([dataType, dataUri, , kept]) => {
  const name = `form-${crypto.randomUUID()}`
  await put(`/${name}/versions/1`, { dataType, dataUri })
  expect(await uriOf(`/${name}/versions/1`)).toBe(long().replace(/datastores\/.*/, kept))
})

test('other forms stay as they were given, and resourceGroups goes to lower case', async () => {
  const forms = [
    'https://bla',
    'wasbs://c@a.blob.core.windows.net/x',
    'abfss://f@a.dfs.core.windows.net/x',
    'azureml://jobs/j/outputs/o/paths/',
  ]
  for (const [index, form] of forms.entries()) {
    await put(`/forms/versions/${index}`, folder(form))
    expect(await uriOf(`/forms/versions/${index}`)).toBe(form)
  }
  const mixed = 'azureml://subscriptions/S/resourceGroups/G/workspaces/W/datastores/d/paths/p'
  await put('/forms/versions/mixed', folder(mixed))
  expect(await uriOf('/forms/versions/mixed')).toBe(`${mixed.replace('resourceGroups', 'resourcegroups')}/`)
})

test('where a version lies never changes; its tags, description and isArchived do', async () => {
  await put('/fixed/versions/1', folder(`${short}one/`, { tags: { a: '1' }, properties: { p: '1' } }))
  const moved = await put('/fixed/versions/1', folder(`${short}two/`))
  expect({ status: moved.status, code: moved.body.error.code }).toEqual({ status: 409, code: 'UserError' })
  expect(moved.body.error.message).toMatch(/name and version already exists.*data uri cannot be changed/)
  const before = (await get('/fixed/versions/1')).body.systemData
  const changes = { description: 'now', tags: { b: '2' }, isArchived: true }
  expect((await put('/fixed/versions/1', folder(`${short}one/`, changes))).status).toBe(200)
  const after = await get('/fixed/versions/1')
  expect(after.body.properties).toMatchObject({ ...changes, dataUri: `${long()}one/`, properties: { p: '1' } })
  expect(after.body.properties.tags).toEqual({ b: '2' })
  expect(after.body.systemData.createdAt).toBe(before.createdAt)
})

test('two jobs that put the same version at once: one is first, the other learns it', async () => {
  const both = await Promise.all(['one', 'two'].map((where) => put('/race/versions/1', folder(`${short}${where}/`))))
  expect(both.map((one) => one.status).sort()).toEqual([201, 409])
})

test('nextVersion counts integers, latestVersion is the newest of any kind', async () => {
  await put('/count/versions/foo', folder(`${short}a/`))
  expect((await get('/count')).body.properties).toMatchObject({ latestVersion: 'foo', nextVersion: '1' })
  await put('/count/versions/9', folder(`${short}b/`))
  await put('/count/versions/10', folder(`${short}c/`))
  await put('/count/versions/2', folder(`${short}d/`))
  emulator.dataAssets.archive('count', '10')
  expect((await get('/count')).body.properties).toMatchObject({ latestVersion: '2', nextVersion: '11' })
})

test.for([
  ['a name with a dot', '/my.data/versions/1', {}],
  ['a name that begins with a dash', '/-data/versions/1', {}],
  ['a name of 256 letters', `/${'a'.repeat(256)}/versions/1`, {}],
  ['a version with a space', '/ok/versions/1%202', {}],
  ['an old spelling of the type', '/ok/versions/1', { dataType: 'UriFolder' }],
  ['no type', '/ok/versions/1', { dataType: undefined }],
  ['no uri', '/ok/versions/1', { dataUri: '' }],
  ['a uri without a scheme', '/ok/versions/1', { dataUri: 'birds/' }],
  ['a tag that is a number', '/ok/versions/1', { tags: { a: 1 } }],
] as const)('%s is refused, and nothing is made', async ([, rest, wrong]) => {
  const { status, body } = await put(rest, folder(`${short}a/`, wrong))
  expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'UserError' })
  expect(emulator.dataAssets.names()).not.toContain('ok')
})

test('an asset keeps its type', async () => {
  await put('/typed/versions/1', folder(`${short}a/`))
  const { status } = await put('/typed/versions/2', { dataType: 'uri_file', dataUri: `${short}a` })
  expect(status).toBe(400)
  expect(emulator.dataAssets.versions('typed')).toHaveLength(1)
})

test('a v1 dataset keeps its name', async () => {
  emulator.v1Datasets.add('legacy')
  const { status, body } = await put('/legacy/versions/1', folder(`${short}a/`))
  expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'UserError' })
  expect(body.error.message).toContain('Cannot create v2 Data Version in v1 Data Container')
})

test('what is not there is a UserError with status 404', async () => {
  await put('/there/versions/1', folder(`${short}a/`))
  for (const rest of ['/nope', '/nope/versions', '/nope/versions/1', '/there/versions/2']) {
    const { status, body } = await get(rest)
    expect({ status, code: body.error.code, type: body.error.additionalInfo.at(-1)?.type }).toEqual({
      status: 404,
      code: 'UserError',
      type: 'InnerError',
    })
  }
})

test('versions come newest first, in pages, in the order and the view that is asked for', async () => {
  for (let version = 1; version <= 45; version++) {
    emulator.dataAssets.add('many', String(version), { dataUri: `${short}many/${version}/` })
  }
  emulator.dataAssets.archive('many', '44')
  const versions = data().dataVersions
  const names = async (options = {}) =>
    (await collect(versions.list(...where(), 'many', options))).map((one) => Number(one.name))
  const newestFirst = Array.from({ length: 45 }, (_, index) => 45 - index)
  expect(await names()).toEqual(newestFirst.filter((one) => one !== 44))
  expect(await names({ listViewType: 'All', orderBy: 'createdtime asc' })).toEqual([...newestFirst].reverse())
  expect(await names({ listViewType: 'ArchivedOnly' })).toEqual([44])
  expect((await names({ listViewType: 'All', orderBy: 'modifiedtime desc' }))[0]).toBe(44)
  const { body } = await get('/many/versions?$orderBy=createdtime desc&$top=1')
  expect(body.value.map((one) => one.name)).toEqual(['45'])
  const next = await arm(emulator, body.nextLink.replace(emulator.url, ''), { token })
  expect(next.body.value.map((one) => one.name)).toEqual(['43'])
})

test.for(['$top=0', '$top=x', '$skip=x', '$orderBy=name', 'listViewType=Some'])(
  'a list with %s is refused',
  async (query) => {
    emulator.dataAssets.add('listed', '1', { dataUri: `${short}a/` })
    expect((await get(`/listed/versions?${query}`)).status).toBe(400)
    emulator.dataAssets.archive('listed', '1')
  },
)

test('a parameter that a client repeats counts once, as when the SDK follows a nextLink', async () => {
  emulator.dataAssets.add('twice', '1', { dataUri: `${short}a/` })
  emulator.dataAssets.add('twice', '2', { dataUri: `${short}b/` })
  const version = 'api-version=2022-10-01'
  const { status, body } = await get(`/twice/versions?${version}&${version}&$top=1&$top=1`)
  expect(status).toBe(200)
  expect(body.value.map((one) => one.name)).toEqual(['2'])
})

test('tags narrow the list', async () => {
  emulator.dataAssets.add('tagged', '1', { dataUri: `${short}a/`, tags: { color: 'red' } })
  emulator.dataAssets.add('tagged', '2', { dataUri: `${short}b/`, tags: { color: 'blue', size: 'l' } })
  const names = async (tags: string) => (await get(`/tagged/versions?$tags=${tags}`)).body.value.map((one) => one.name)
  expect(await names('color')).toEqual(['2', '1'])
  expect(await names('color=red')).toEqual(['1'])
  expect(await names('color=blue,size')).toEqual(['2'])
})

test('the assets are listed in pages', async () => {
  for (let index = 0; index < 25; index++) emulator.dataAssets.add(`page-${index}`, '1', { dataUri: `${short}a/` })
  const pages = await collect(
    data()
      .dataContainers.list(...where())
      .byPage(),
  )
  expect(pages.length).toBeGreaterThan(1)
  expect(pages.flat().map((one) => one.name)).toEqual(emulator.dataAssets.names().sort())
})

test('another job is refused what a request is refused', () => {
  emulator.dataAssets.add('other', '1', { dataUri: `${short}a/` })
  expect(() => emulator.dataAssets.add('other', '1', { dataUri: `${short}b/` })).toThrow(/cannot be changed/)
})
