import { describe, expect, test } from 'vitest'
import { errorOf, type Inputs, useWorld } from './world.ts'

const world = useWorld()
const forkEnvironment = { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }
const count = (service: string) => world.emulator.requests.filter((request) => request.service === service).length

/** An `az` that is signed in: it gives out tokens of the emulator's Entra. */
const azureCli = `#!/usr/bin/env node
const { AZ_URL, AZ_CLIENT, AZ_SECRET } = process.env
const scope = process.argv[process.argv.indexOf('--resource') + 1] + '/.default'
const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: AZ_CLIENT, client_secret: AZ_SECRET, scope })
require('node:https').request(AZ_URL, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, async (answer) => {
  let text = ''
  for await (const part of answer) text += part
  console.log(JSON.stringify({ accessToken: JSON.parse(text).access_token, expires_on: Math.floor(Date.now() / 1000) + 3600 }))
}).end(body.toString())
`

describe('OIDC', () => {
  test('every request to Entra carries an id token of its own, and tokens are kept for the clients of a step', async () => {
    await world.upload({ 'signed/f': 'x' })
    const job = await world.job()
    const main = await job.main({ 'input-datasets': 'signed' })
    expect(main.exitCode, main.log).toBe(0)
    expect(main.log).toContain(`Signed in to Azure with OIDC as application ${world.emulator.clientId}`)
    // The emulator refuses an id token that it saw before; a management token is all that this step needs.
    expect(
      world.emulator.requests.filter(({ service, method }) => service === 'entra' && method === 'POST'),
    ).toHaveLength(1)
  })

  test('without id-token permission it says which line to add', async () => {
    const job = await world.job({ environment: forkEnvironment })
    expect(errorOf(await job.main({ 'input-datasets': 'signed' }))).toMatch(
      /"permissions: id-token: write".*\[no-id-token\]/,
    )
    expect(world.emulator.requests).toEqual([])
  })

  test('on-missing-credentials: skip is green, and says so in the output "available"', async () => {
    const job = await world.job({ environment: forkEnvironment })
    const main = await job.main({
      'input-datasets': 'signed',
      'output-datasets': 'made',
      'on-missing-credentials': 'skip',
    })
    expect(main.exitCode, main.log).toBe(0)
    expect(main.outputs).toEqual({ available: 'false' })
    expect(main.env).toEqual({})
    expect((await job.post()).exitCode).toBe(0)
  })

  test('… also where a fork has no variables that name the workspace', async () => {
    const nothing = { workspace: '', 'resource-group': '', 'subscription-id': '', 'client-id': '', 'tenant-id': '' }
    const job = await world.job({ environment: forkEnvironment })
    const main = await job.main({ ...nothing, 'input-datasets': 'signed', 'on-missing-credentials': 'skip' })
    expect([main.exitCode, main.outputs]).toEqual([0, { available: 'false' }])
  })

  test('a subject that no federated credential matches is an error with the real subject and the line that adds it', async () => {
    const { githubJob } = world.emulator
    const subject = githubJob.subject
    githubJob.subject = 'repo:octo-org/octo-repo:pull_request'
    try {
      const job = await world.job()
      const message = errorOf(await job.main({ 'input-datasets': 'signed', 'on-missing-credentials': 'skip' }))
      expect(message).toContain('"repo:octo-org/octo-repo:pull_request"')
      expect(message).toContain(`az ad app federated-credential create --id ${world.emulator.clientId}`)
    } finally {
      githubJob.subject = subject
    }
  })

  test('tokens are renewed for as long as the job runs: the post step signs in anew', async () => {
    const job = await world.job()
    const main = await job.main({ 'output-datasets': 'much_later' })
    await job.write(`${main.outputs['output-0']}/f`, 'x')
    world.emulator.requests.length = 0
    expect((await job.post()).exitCode).toBe(0)
    expect(count('oidc')).toBeGreaterThan(0)
    expect(world.emulator.dataAssets.names()).toContain('much_later')
  })

  test('an application or tenant that does not exist is told', async () => {
    const job = await world.job()
    const nobody = '00000000-0000-4000-8000-000000000000'
    expect(errorOf(await job.main({ 'input-datasets': 'signed', 'client-id': nobody }))).toContain(
      `no application ${nobody} in tenant`,
    )
    expect(errorOf(await job.main({ 'input-datasets': 'signed', 'tenant-id': nobody }))).toContain(nobody)
  })
})

describe('other credentials', () => {
  test('a client secret signs in without id tokens, in main and in post', async () => {
    const { clientSecret } = world.emulator
    const job = await world.job({ environment: forkEnvironment, secrets: [clientSecret] })
    const main = await job.main({ 'output-datasets': 'by_secret', 'client-secret': clientSecret })
    expect(main.exitCode, main.log).toBe(0)
    expect(main.log).toContain('the client secret of application')
    await job.write(`${main.outputs['output-0']}/f`, 'x')
    const post = await job.post()
    expect(post.exitCode, post.log).toBe(0)
    expect(count('oidc')).toBe(0)
  })

  test('a secret that is wrong is final, and told', async () => {
    const job = await world.job()
    const message = errorOf(await job.main({ 'input-datasets': 'signed', 'client-secret': 'wrong-secret-value' }))
    expect(message).toContain('AADSTS7000215')
    expect(message).not.toContain('wrong-secret-value')
    expect(count('oidc')).toBe(0)
  })

  test('the environment as @azure/identity reads it', async () => {
    const { clientId, tenantId, clientSecret } = world.emulator
    const variables = { AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId, AZURE_CLIENT_SECRET: clientSecret }
    const job = await world.job({ environment: { ...forkEnvironment, ...variables } })
    const main = await job.main({ 'input-datasets': 'signed', 'client-id': '', 'tenant-id': '' })
    expect(main.exitCode, main.log).toBe(0)
    expect(main.log).toContain('Signed in to Azure with the environment variables AZURE_…')
  })

  test('a login of the Azure CLI', async () => {
    await world.upload({ 'signed/f': 'x' })
    const { url, tenantId, clientId, clientSecret } = world.emulator
    const login = { AZ_URL: `${url}/${tenantId}/oauth2/v2.0/token`, AZ_CLIENT: clientId, AZ_SECRET: clientSecret }
    const job = await world.job({ environment: { ...forkEnvironment, ...login }, secrets: [clientSecret] })
    await job.write(`${job.runner.folders.home}/bin/az`, azureCli)
    await job.runner.run('chmod +x "$HOME/bin/az"; echo "$HOME/bin" >> "$GITHUB_PATH"')
    const main = await job.main({ 'input-datasets': 'signed', 'client-id': '', 'tenant-id': '' })
    expect(main.exitCode, main.log).toBe(0)
    expect(main.log).toContain('Signed in to Azure with the Azure CLI')
  })

  test('with nothing at all it says what was tried, within seconds', async () => {
    const job = await world.job({ environment: forkEnvironment })
    const begun = performance.now()
    const message = errorOf(await job.main({ 'input-datasets': 'signed', 'client-id': '', 'tenant-id': '' }))
    expect(performance.now() - begun).toBeLessThan(10_000)
    expect(message).toMatch(
      /nothing to sign in to Azure with.*environment variables.*managed identity.*Azure CLI.*\[no-credentials\]/,
    )
    const skipped = await job.main({
      'input-datasets': 'signed',
      'client-id': '',
      'tenant-id': '',
      'on-missing-credentials': 'skip',
    })
    expect([skipped.exitCode, skipped.outputs.available]).toEqual([0, 'false'])
  })
})

describe('where the workspace is', () => {
  const without = { workspace: '', 'resource-group': '', 'subscription-id': '' }
  const config = () => {
    const { workspace, resourceGroup, subscriptionId } = world.emulator
    return JSON.stringify({ workspace_name: workspace, resource_group: resourceGroup, subscription_id: subscriptionId })
  }

  test.each(['config.json', '.azureml/config.json', 'elsewhere/ws.json'])('%s in the checkout', async (file) => {
    await world.upload({ 'signed/f': 'x' })
    const job = await world.job()
    await job.write(file, config())
    if (file === '.azureml/config.json') await job.write('config.json', '{"some": "other tool"}')
    const named: Inputs = file.startsWith('elsewhere') ? { 'workspace-config': file } : {}
    const main = await job.main({ ...without, ...named, 'input-datasets': 'signed' })
    expect(main.exitCode, main.log).toBe(0)
  })

  test('a whole ARM resource id', async () => {
    const { subscriptionId, resourceGroup, workspace } = world.emulator
    const id = `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}`
    const main = await (await world.job()).main({ ...without, workspace: id, 'input-datasets': 'signed' })
    expect(main.exitCode, main.log).toBe(0)
  })

  test.each([
    [{ workspace: 'nope' }, /workspace-not-found/],
    [{ 'resource-group': 'nope' }, /resource group 'nope' could not be found.*workspace-not-found/i],
    [{ 'subscription-id': '00000000-0000-4000-8000-000000000000' }, /subscription-not-found/],
    [without, /Missing: workspace, resource-group, subscription-id.*no-workspace/],
    [{ cloud: 'mars' }, /public, usgovernment, china/],
    [{ 'resource-manager-url': 'http://example.com' }, /is not an https URL/],
  ])('%j is an error that says what to check', async (inputs, text) => {
    const job = await world.job()
    expect(errorOf(await job.main({ 'input-datasets': 'signed', ...inputs }))).toMatch(text)
  })
})
