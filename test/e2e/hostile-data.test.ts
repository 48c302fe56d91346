import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorOf, filesBelow, useWorld } from './world.ts'

const world = useWorld()

describe('hostile and changing data', () => {
  test('a blob that changes between listing and reading is an error, and no folder is left', async () => {
    await world.upload({ 'restless/a': 'first', 'restless/b': 'first' })
    world.emulator.intercept.blob = async ({ operation, path: place }) => {
      if (operation === 'Get Blob' && place.endsWith('/b')) await world.upload({ 'restless/b': 'other' })
      return undefined
    }
    const job = await world.job()
    const message = errorOf(await job.main({ 'input-datasets': '{name: restless, target-folder: restless}' }))
    expect(message).toContain('"b" of restless:1 was changed while the dataset was being read')
    expect(filesBelow(path.join(job.runner.folders.checkout, 'restless'))).toEqual([])
  })

  test('a stored MD5 that is wrong is an error', async () => {
    const client = world.emulator.container().getBlockBlobClient('damaged/f')
    await client.upload('content', 7)
    await client.setHTTPHeaders({ blobContentMD5: Buffer.alloc(16, 1) })
    const job = await world.job()
    expect(errorOf(await job.main({ 'input-datasets': 'damaged' }))).toContain(
      'does not have the MD5 that is stored with it',
    )
  })

  test('names that lead out of the folder are refused, wherever they lead', async () => {
    for (const [index, name] of ['../../evil', 'a//b', './c', '/abs'].entries()) {
      // The client folds such names in its URL, so the listing is what lies.
      world.emulator.intercept.blob = ({ operation, query }) =>
        operation === 'List Blobs' && query.prefix?.startsWith(`evil${index}/`)
          ? listing(`evil${index}/${name}`)
          : undefined
      const job = await world.job()
      expect(errorOf(await job.main({ 'input-datasets': `evil${index}` }))).toMatch(/names that cannot be files here/)
      expect(filesBelow(job.runner.folders.temp).filter((file) => /evil|abs/.test(file))).toEqual([])
    }
  })

  test('a name with line ends and commands in it stays a name', async () => {
    const name = 'x\n::error::injected ##[add-mask]y'
    await world.upload({ [`commands/${name}`]: 'x', 'commands/\r::set-output name=a::b': 'x' })
    const job = await world.job()
    const step = await job.main({ 'input-datasets': '{name: commands, include: nothing}' })
    expect(errorOf(step)).toContain('\\n::error::injected')
    expect(step.annotations.filter(({ level }) => level === 'injected')).toEqual([])
    const staged = await job.main({ 'input-datasets': '{name: commands, include: "x*"}' })
    expect(staged.exitCode, staged.log).toBe(0)
    expect(filesBelow(staged.outputs['input-0'] ?? '')).toEqual([name])
    expect(staged.annotations.filter(({ level }) => ['injected', 'error'].includes(level))).toEqual([])
  })

  test('folder stubs of hierarchical accounts are not files', async () => {
    const container = world.emulator.container()
    await container.getBlockBlobClient('stubs/dir').upload('', 0, { metadata: { hdi_isfolder: 'true' } })
    await container.getBlockBlobClient('stubs/old').upload('', 0)
    await world.upload({ 'stubs/dir/f': 'x', 'stubs/old/g': 'y', 'stubs/really-empty': '' })
    const job = await world.job()
    const step = await job.main({ 'input-datasets': 'stubs' })
    expect(step.exitCode, step.log).toBe(0)
    expect(filesBelow(step.outputs['input-0'] ?? '')).toEqual(['dir/f', 'old/g', 'really-empty'])
  })

  test('a dataset that is larger than the disk is refused before the first byte', async () => {
    world.emulator.intercept.blob = ({ operation, query }) =>
      operation === 'List Blobs' && query.prefix === 'enormous/' ? listing('enormous/f', 1e15) : undefined
    const job = await world.job()
    const message = errorOf(await job.main({ 'input-datasets': '{name: enormous, target-folder: data}' }))
    expect(message).toMatch(/need 909\.5 TB, and the disk of \S+ has \S+ [GT]B free.*"sample".*\[disk-too-small\]/)
    expect(world.emulator.requests.filter(({ operation }) => operation === 'Get Blob')).toEqual([])
  })

  test('archived blobs are refused before the first byte, with their count', async () => {
    await world.upload({ 'cold/a': 'a', 'cold/b': 'b', 'cold/c': 'c' })
    for (const name of ['cold/b', 'cold/c'])
      await world.emulator.container().getBlobClient(name).setAccessTier('Archive')
    const job = await world.job()
    expect(errorOf(await job.main({ 'input-datasets': 'cold' }))).toMatch(
      /2 files of the dataset are in the archive tier.*"b"/,
    )
    expect(world.emulator.requests.filter(({ operation }) => operation === 'Get Blob')).toEqual([])
    const rest = await job.main({ 'input-datasets': '{name: cold, include: a}' })
    expect(rest.exitCode, rest.log).toBe(0)
  })

  test('a file that is also a folder is refused', async () => {
    await world.upload({ 'clash/x': 'file', 'clash/x/y': 'below' })
    const job = await world.job()
    expect(errorOf(await job.main({ 'input-datasets': 'clash' }))).toContain('are files and folders at once: "x"')
  })
})

/** The answer to List Blobs with one blob, whatever its name or size. */
function listing(name: string, size = 1) {
  const time = 'Sun, 22 Nov 2026 20:00:00 GMT'
  const properties = `<Creation-Time>${time}</Creation-Time><Last-Modified>${time}</Last-Modified><Etag>0x1</Etag><Content-Length>${size}</Content-Length><Content-Type>x/y</Content-Type><BlobType>BlockBlob</BlobType>`
  const body = `<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs><Blob><Name>${name}</Name><Properties>${properties}</Properties></Blob></Blobs><NextMarker /></EnumerationResults>`
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}
