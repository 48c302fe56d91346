const provider = 'Microsoft.MachineLearningServices'
const verbs: Readonly<Record<string, string>> = {
  GET: 'read',
  HEAD: 'read',
  PUT: 'write',
  PATCH: 'write',
  DELETE: 'delete',
  POST: 'action',
}

/** What a path of Resource Manager points at. */
export interface ResourcePath {
  readonly subscriptionId: string | undefined
  readonly resourceGroup: string | undefined
  /** The segments after `/providers/Microsoft.MachineLearningServices/`: types and names in turn. */
  readonly segments: readonly string[]
}

/** Takes `/subscriptions/{}/resourceGroups/{}/providers/Microsoft.MachineLearningServices/…` apart, in any case. */
export function parseResourcePath(path: string): ResourcePath {
  const match = /^\/subscriptions\/([^/]+)(?:\/resourcegroups\/([^/]+)(?:\/providers\/([^/]+)(?:\/(.*))?)?)?/i.exec(
    path,
  )
  const ours = match?.[3]?.toLowerCase() === provider.toLowerCase()
  return {
    subscriptionId: match?.[1],
    resourceGroup: match?.[2],
    segments: ours ? (match?.[4] ?? '').split('/').filter(Boolean) : [],
  }
}

/** Permissions are asked for below the resource that they are about; they belong to another provider. */
export function isAboutPermissions(path: string): boolean {
  return /\/providers\/Microsoft\.Authorization\/permissions$/i.test(path)
}

/**
 * The action that a role must allow for a request: the resource types joined, and `read`, `write` or `delete`; a POST
 * names its own, as in `Microsoft.MachineLearningServices/workspaces/datastores/listsecrets/action`.
 */
export function armAction(method: string, path: string): string {
  if (isAboutPermissions(path)) return `Microsoft.Authorization/permissions/${verbs[method] ?? method.toLowerCase()}`
  const types = parseResourcePath(path).segments.filter((_, index) => index % 2 === 0)
  return [provider, ...types.map((type) => type.toLowerCase()), verbs[method] ?? method.toLowerCase()].join('/')
}
