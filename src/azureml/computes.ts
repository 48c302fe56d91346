import { askingArm, findingInArm } from './arm-refusals.ts'
import type { Workspace } from './workspace.ts'

/** The kind of a compute (`GET {workspace}/computes/{name}`), and where there is none of that name, which there are. */
export async function findCompute(
  { client, name: workspace }: Workspace,
  name: string,
): Promise<{ readonly compute: string | undefined; readonly others: readonly string[] }> {
  const { resourceGroup, workspace: workspaceName } = workspace
  const found = await findingInArm(`Reading compute "${name}"`, () =>
    client.computeOperations.get(resourceGroup, workspaceName, name),
  )
  if (found) return { compute: found.properties?.computeType ?? 'unknown', others: [] }
  const others = await askingArm('Listing the computes of the workspace', async () => {
    const names: string[] = []
    for await (const { name: other } of client.computeOperations.list(resourceGroup, workspaceName))
      if (other) names.push(other)
    return names
  })
  return { compute: undefined, others }
}
