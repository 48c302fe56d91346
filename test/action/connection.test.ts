import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { decideConnection } from '../../src/action/connection.ts'
import { readInputs } from '../../src/action/inputs.ts'
import { refusalOf } from '../report/helpers.ts'
import { useRunner } from './helpers.ts'

const runner = useRunner()
const config = (workspace_name: string) => JSON.stringify({ subscription_id: 's', resource_group: 'g', workspace_name })

async function decide(inputs: Readonly<Record<string, string>>, files: Readonly<Record<string, string>>) {
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(runner.root, file)), { recursive: true })
    await writeFile(join(runner.root, file), content)
  }
  for (const [name, value] of Object.entries({ 'input-datasets': 'a', ...inputs }))
    vi.stubEnv(`INPUT_${name.toUpperCase()}`, value)
  return decideConnection(readInputs(), runner.root)
}

describe('the workspace is found in', () => {
  test.each([
    ['config.json', {}, { 'config.json': config('one'), '.azureml/config.json': config('two') }, 'one'],
    ['.azureml/config.json', {}, { '.azureml/config.json': config('two') }, 'two'],
    [
      '.azureml/config.json, where config.json is some other tool’s',
      {},
      { 'config.json': '{"port": 1}', '.azureml/config.json': config('two') },
      'two',
    ],
    [
      'the file that is named',
      { 'workspace-config': 'deep/ws.json' },
      { 'config.json': config('one'), 'deep/ws.json': config('three') },
      'three',
    ],
    ['the inputs, before any file', { workspace: 'mine' }, { 'config.json': config('one') }, 'mine'],
  ])('%s', async (_what, inputs, files, workspace) => {
    const connection = await decide(inputs, files)
    expect(connection.workspace).toEqual({ subscriptionId: 's', resourceGroup: 'g', workspace })
  })
})

describe('it is an error', () => {
  test.each([
    ['that does not exist', {}],
    ['of some other tool', { 'ws.json': '{"port": 1}' }],
  ])('to name a config file %s', async (_what, files) => {
    const { message } = await refusalOf(() =>
      decide({ 'workspace-config': 'ws.json' }, { 'config.json': config('one'), ...files }),
    )
    expect(message).toContain('workspace-config: ws.json does not exist, or has not the keys')
  })

  test('to name no workspace at all', async () => {
    expect((await refusalOf(() => decide({}, {}))).code).toBe('no-workspace')
  })
})

test('a connection holds no secret', async () => {
  const inputs = { workspace: 'w', 'resource-group': 'g', 'subscription-id': 's', 'client-secret': 'hush' }
  expect(JSON.stringify(await decide(inputs, {}))).not.toContain('hush')
})
