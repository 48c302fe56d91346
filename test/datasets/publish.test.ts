import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { packBlobs } from '../../src/blobs/index.ts'
import { checkOutput, type PublishRequest, parseOutputDatasets, publishOutput } from '../../src/datasets/index.ts'
import { Cancelled } from '../../src/report/index.ts'
import { memoryContainer } from '../blobs/memory-container.ts'
import { recordingLog, refusalOf } from '../report/helpers.ts'
import { contextOf, fakeWorkspace, serviceError } from './helpers.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'publish-'))
  await writeFile(join(folder, 'f'), 'content')
})
afterEach(() => rm(folder, { recursive: true }))

function request(yaml = 'made', differences: Partial<PublishRequest> = {}): PublishRequest {
  const [output] = parseOutputDatasets(yaml)
  if (!output) throw new Error(`${yaml} names no output`)
  const provenance = { repository: 'o/r', sha: 'abc', ref: 'main', run: '7', attempt: '1', inputs: [] }
  return { output, folder, provenance, ifNoFilesFound: 'error', concurrency: 4, ...differences }
}

describe('the number of a published version', () => {
  test.each([
    ['1 for a new dataset', [], '1'],
    ['one more than the highest', ['made:1', 'made:9', 'made:10'], '11'],
    ['1 where there are only words', ['made:draft'], '1'],
  ])('is %s', async (_what, existing, expected) => {
    const workspace = fakeWorkspace(Object.fromEntries(existing.map((key) => [key, { dataUri: `https://${key}` }])))
    const publication = await publishOutput(contextOf(workspace, memoryContainer()), request())
    expect(publication?.published).toMatchObject({
      version: expected,
      id: `azureml:made:${expected}`,
      files: 1,
      bytes: 7,
    })
    expect(publication?.published.uri).toMatch(
      /^azureml:\/\/datastores\/workspaceblobstore\/paths\/azureml-datasets\/made\/7\.1\.\w+\/$/,
    )
  })

  test('is the twentieth that is tried, where nineteen others are quicker', async () => {
    const workspace = fakeWorkspace()
    workspace.beforePut = (key) => {
      if (key !== 'made:20') workspace.versions.set(key, { dataUri: `https://somebody/${key}` })
    }
    const publication = await publishOutput(contextOf(workspace, memoryContainer()), request())
    expect(publication?.published.version).toBe('20')
    expect(workspace.puts).toHaveLength(20)
  })

  test('is none where twenty others are quicker', async () => {
    const workspace = fakeWorkspace()
    workspace.beforePut = (key) => workspace.versions.set(key, { dataUri: `https://somebody/${key}` })
    const { code, message } = await refusalOf(() => publishOutput(contextOf(workspace, memoryContainer()), request()))
    expect(code).toBe('versions-taken')
    expect(message).toContain('versions 1 to 20 were all registered by others')
    expect(workspace.puts).toHaveLength(20)
  })

  test('is the next one where a PUT seems to succeed and somebody else’s version is read back', async () => {
    const workspace = fakeWorkspace()
    workspace.beforeGet = (key) => {
      if (key === 'made:1') workspace.versions.set(key, { dataUri: 'https://somebody/' })
      return undefined
    }
    const publication = await publishOutput(contextOf(workspace, memoryContainer()), request())
    expect(publication?.published.version).toBe('2')
  })

  test('is that of a PUT whose answer was lost: the version is ours, though the service refuses it the second time', async () => {
    const workspace = fakeWorkspace()
    const container = memoryContainer()
    workspace.beforePut = (key) => {
      const [name = ''] = container.blobs.keys()
      const dataUri = `azureml://datastores/workspaceblobstore/paths/${name.slice(0, name.lastIndexOf('/'))}`
      workspace.versions.set(key, { dataUri })
    }
    const publication = await publishOutput(contextOf(workspace, container), request())
    expect(publication?.published.version).toBe('1')
    expect(workspace.puts).toEqual(['made:1'])
  })
})

describe('a version is not registered', () => {
  test('for good when it is missing after its PUT: that is an error with the reason', async () => {
    const workspace = fakeWorkspace()
    workspace.beforeGet = () => 'missing'
    const run = () => publishOutput(contextOf(workspace, memoryContainer()), request())
    expect((await refusalOf(run)).message).toContain('the version was not there when it was read back')
    workspace.beforePut = () => {
      throw serviceError(400, 'UserError', 'The name is reserved.')
    }
    expect((await refusalOf(run)).message).toContain('"made" could not be registered: The name is reserved.')
    expect(workspace.puts).toEqual(['made:1', 'made:2'])
  })

  test('when the service fails', async () => {
    const workspace = fakeWorkspace()
    workspace.beforePut = () => {
      throw serviceError(500, 'ServiceError', 'Internal\nerror')
    }
    const { message } = await refusalOf(() => publishOutput(contextOf(workspace, memoryContainer()), request()))
    expect(message).toContain('Azure answered 500 ServiceError: Internal\\nerror')
  })

  test('after the step was told to stop, however far it has come', async () => {
    const stop = new AbortController()
    const workspace = fakeWorkspace()
    workspace.beforePut = (key) => {
      workspace.versions.set(key, { dataUri: 'https://somebody/' })
      stop.abort(new Cancelled('stop'))
    }
    const run = publishOutput(contextOf(workspace, memoryContainer(), stop.signal), request())
    await expect(run).rejects.toThrow(Cancelled)
    expect(workspace.puts).toEqual(['made:1'])
  })

  test('when something else writes to its folder meanwhile', async () => {
    const container = memoryContainer()
    container.beforeWrite = (name) => container.store(name.replace(/f$/, 'stranger'), 'x')
    const workspace = fakeWorkspace()
    const { message } = await refusalOf(() => publishOutput(contextOf(workspace, container), request()))
    expect(message).toContain('it holds "stranger", which output "made" has not. Nothing was registered.')
    expect(workspace.puts).toEqual([])
  })

  test.each([
    ['another MD5', { md5: 'AAAAAAAAAAAAAAAAAAAAAA==' }],
    ['another size', { size: 3 }],
  ])('when a file arrived with %s', async (_what, difference) => {
    const container = memoryContainer()
    const workspace = fakeWorkspace()
    const { listPage } = container
    container.listPage = async (asked) => {
      const page = await listPage(asked)
      const blobs = Array.from({ length: page.blobs.length }, (_, index) => page.blobs.at(index))
      return { ...page, blobs: packBlobs(blobs.map((blob) => ({ ...blob, ...difference }))) }
    }
    const { code } = await refusalOf(() => publishOutput(contextOf(workspace, container), request()))
    expect(code).toBe('upload-incomplete')
    expect(workspace.puts).toEqual([])
  })
})

describe('an output without files', () => {
  test.each([
    ['warn', 'warning'],
    ['ignore', 'info'],
  ] as const)('is a line of the log for %s', async (ifNoFilesFound, level) => {
    const log = recordingLog()
    const container = memoryContainer()
    for (const place of [join(folder, 'nowhere'), await mkdtemp(join(folder, 'empty-'))]) {
      const context = { ...contextOf(fakeWorkspace(), container), log }
      expect(await publishOutput(context, request('made', { folder: place, ifNoFilesFound }))).toBeUndefined()
      expect(log.lines.at(-1)).toBe(
        `${level}: Output "made": there are no files in ${place}, so no version is registered.`,
      )
    }
    expect(container.writes).toEqual([])
  })

  test('is an error otherwise', async () => {
    const { code } = await refusalOf(() =>
      publishOutput(
        contextOf(fakeWorkspace(), memoryContainer()),
        request('made', { folder: join(folder, 'nowhere') }),
      ),
    )
    expect(code).toBe('output-empty')
  })
})

test('whether an output can be published is found out without writing', async () => {
  const workspace = fakeWorkspace()
  const container = memoryContainer({ 'taken/f': 'x' })
  const context = contextOf(workspace, container)
  await checkOutput(context, request('made').output)
  await checkOutput(context, request('{name: made, path: free}').output)
  const { code } = await refusalOf(() => checkOutput(context, request('{name: made, path: taken}').output))
  expect(code).toBe('destination-not-empty')
  expect([container.writes, workspace.puts]).toEqual([[], []])
})
