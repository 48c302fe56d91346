const blobOperations: Readonly<Record<string, string>> = {
  GET: 'Get Blob',
  HEAD: 'Get Blob Properties',
  PUT: 'Put Blob',
  DELETE: 'Delete Blob',
  'GET blocklist': 'Get Block List',
  'GET metadata': 'Get Blob Metadata',
  'PUT appendblock': 'Append Block',
  'PUT block': 'Put Block',
  'PUT blocklist': 'Put Block List',
  'PUT copy': 'Copy Blob',
  'PUT metadata': 'Set Blob Metadata',
  'PUT page': 'Put Page',
  'PUT properties': 'Set Blob Properties',
  'PUT snapshot': 'Snapshot Blob',
  'PUT tier': 'Set Blob Tier',
}

const containerOperations: Readonly<Record<string, string>> = {
  GET: 'Get Container Properties',
  HEAD: 'Get Container Properties',
  PUT: 'Create Container',
  DELETE: 'Delete Container',
  'GET list': 'List Blobs',
}

/**
 * The name of a Blob service operation, as its REST reference has it; its method and `comp` for one not listed here.
 * @param isCopy whether it has the header `x-ms-copy-source`: that alone makes a PUT a copy
 */
export function blobOperation(method: string, url: string, isCopy = false): string {
  const { searchParams } = new URL(url, 'https://localhost')
  const comp = searchParams.get('comp') ?? (isCopy ? 'copy' : null)
  const key = comp ? `${method} ${comp}` : method
  const operations = searchParams.get('restype') === 'container' ? containerOperations : blobOperations
  return operations[key] ?? (key === 'GET list' ? 'List Containers' : key)
}
