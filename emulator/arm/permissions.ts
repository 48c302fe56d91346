import type { Router } from 'express'
import { answer } from '../traffic.ts'
import { root, type Workspace } from './workspace.ts'

const provider = 'Microsoft.MachineLearningServices/workspaces'
/** The role "AzureML Data Scientist", as the built-in roles are documented, as far as it is about what the emulator has. */
const given = ['read', 'action', 'delete', 'write'].map((verb) => `${provider}/*/${verb}`)
const takenBack = [`${provider}/delete`, `${provider}/write`]

/** `GET {workspace}/providers/Microsoft.Authorization/permissions`: one role, and what is denied is taken back from it. */
export function permissionRoutes(router: Router, { denied }: Workspace): void {
  router.route(`${root}/providers/Microsoft.Authorization/permissions`).get((_request, response) => {
    const role = { actions: given, notActions: [...takenBack, ...denied], dataActions: [], notDataActions: [] }
    answer(response, { status: 200, body: { value: [role] } })
  })
}
