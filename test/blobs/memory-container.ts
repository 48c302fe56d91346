import { createHash } from 'node:crypto'
import { type Blob, type BlobContainer, BlobError, packBlobs, type ReadRequest } from '../../src/blobs/index.ts'

/** A blob with its content. */
export interface MemoryBlob extends Blob {
  readonly content: Buffer
}

/** A container that is a map. What stands between it and its reader or writer can be set. */
export interface MemoryContainer extends BlobContainer {
  readonly blobs: Map<string, MemoryBlob>
  /** Names of the blobs that were read, in the order in which that began. */
  readonly reads: string[]
  /** Every write, as `put a/b`, `block a/b 8388608` and `list a/b 3`. */
  readonly writes: string[]
  /** Most reads that were under way at one time. */
  readonly mostReadsAtOnce: number
  /** Writes a blob as somebody else, with the given differences. */
  store(name: string, content: string | Buffer, differences?: Partial<Blob>): void
  beforeRead: (request: ReadRequest) => unknown
  beforeWrite: (name: string) => unknown
}

const lastModified = Date.UTC(2026, 0, 2, 3, 4, 5)

export function memoryContainer(files: Readonly<Record<string, string>> = {}): MemoryContainer {
  const blobs = new Map<string, MemoryBlob>()
  const blocks = new Map<string, Buffer>()
  let written = 0
  let reading = 0
  let most = 0
  const store: MemoryContainer['store'] = (name, content, differences = {}) => {
    const bytes = Buffer.from(content)
    written += 1
    const md5 = createHash('md5').update(bytes).digest('base64')
    const blob = { name, size: bytes.byteLength, etag: `0x${written}`, md5, lastModified, tier: 'Hot', content: bytes }
    blobs.set(name, { ...blob, ...differences })
  }
  const write = async (name: string, content: Buffer, replace: boolean, signal: AbortSignal) => {
    await container.beforeWrite(name)
    signal.throwIfAborted()
    if (!replace && blobs.has(name)) throw new BlobError(`write ${name}`, 409, 'BlobAlreadyExists')
    store(name, content)
    return { etag: blobs.get(name)?.etag ?? '', md5: blobs.get(name)?.md5 }
  }
  const container: MemoryContainer = {
    location: { accountName: 'account', containerName: 'box', url: 'https://account.blob.core.windows.net/box' },
    credential: undefined,
    requestsWaiting: 0,
    timesThrottled: 0,
    blobs,
    reads: [],
    writes: [],
    get mostReadsAtOnce() {
      return most
    },
    store,
    beforeRead: () => {},
    beforeWrite: () => {},
    async listPage({ prefix, delimiter, marker = '', most = 3, signal }) {
      signal.throwIfAborted()
      const folderOf = (name: string) => {
        const end = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length)
        return end < 0 ? undefined : name.slice(0, end + 1)
      }
      const names = [...blobs.keys()].filter((name) => name.startsWith(prefix))
      const entries = [...new Set(names.map((name) => folderOf(name) ?? name))].sort().filter((name) => name >= marker)
      const page = entries.slice(0, most)
      return {
        blobs: packBlobs(page.flatMap((name) => (folderOf(name) === name ? [] : (blobs.get(name) ?? [])))),
        folders: page.filter((name) => folderOf(name) === name),
        marker: entries[most],
      }
    },
    probe: async () => {},
    probeWrite: async () => {},
    async read(request) {
      const { name, etag, offset, length, signal, onBytes } = request
      container.reads.push(name)
      reading += 1
      most = Math.max(most, reading)
      try {
        await container.beforeRead(request)
        signal.throwIfAborted()
        const blob = blobs.get(name)
        if (!blob) throw new BlobError(`read ${name}`, 404, 'BlobNotFound')
        if (blob.etag !== etag) throw new BlobError(`read ${name}`, 412, 'ConditionNotMet')
        const half = offset + Math.ceil(length / 2)
        onBytes(blob.content.subarray(offset, half))
        onBytes(blob.content.subarray(half, offset + length))
      } finally {
        reading -= 1
      }
    },
    async putBlob(name, content, { replace, signal }) {
      container.writes.push(`put ${name}`)
      return write(name, Buffer.from(content), replace, signal)
    },
    async putBlock(name, id, content, signal) {
      container.writes.push(`block ${name} ${content.byteLength}`)
      await container.beforeWrite(name)
      signal.throwIfAborted()
      blocks.set(`${name} ${id}`, Buffer.from(content))
    },
    async putBlockList(name, ids, { replace, signal }) {
      container.writes.push(`list ${name} ${ids.length}`)
      const found = ids.map((id) => blocks.get(`${name} ${id}`))
      if (found.includes(undefined)) throw new BlobError(`write ${name}`, 400, 'InvalidBlockList')
      const written = await write(name, Buffer.concat(found as Buffer[]), replace, signal)
      // As the service does: what was staged and is not in the list is gone.
      for (const key of [...blocks.keys()])
        if (key.startsWith(`${name} `) && !ids.includes(key.slice(name.length + 1))) blocks.delete(key)
      return written
    },
    async copyBlob({ from, etag, to, replace, signal }) {
      container.writes.push(`copy ${from} ${to}`)
      await container.beforeWrite(to)
      signal.throwIfAborted()
      const blob = blobs.get(from)
      if (!blob) throw new BlobError(`write ${to}`, 404, 'BlobNotFound')
      if (blob.etag !== etag) throw new BlobError(`write ${to}`, 412, 'SourceConditionNotMet')
      return (await write(to, blob.content, replace, signal)).etag
    },
    async deleteBlob(name, signal) {
      container.writes.push(`delete ${name}`)
      await container.beforeWrite(name)
      signal.throwIfAborted()
      blobs.delete(name)
    },
  }
  for (const [name, content] of Object.entries(files)) store(name, content)
  return container
}
