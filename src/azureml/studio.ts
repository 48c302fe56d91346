import { type Workspace, workspaceId } from './workspace.ts'

/** The page of a dataset version in the AzureML studio. */
export function studioUrl({ cloud, name }: Workspace, dataset: string, version: string): string {
  return `${cloud.studioUrl}/data/${dataset}/${version}/details?wsid=${workspaceId(name)}`
}
