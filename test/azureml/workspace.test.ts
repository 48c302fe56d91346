import { describe, expect, test } from 'vitest'
import { chooseWorkspace, parseWorkspaceConfig, workspaceId } from '../../src/azureml/index.ts'
import { studioUrl } from '../../src/azureml/studio.ts'
import { parseWorkspaceId } from '../../src/azureml/workspace.ts'
import { refusalOf } from '../report/helpers.ts'
import { workspaceWith } from './helpers.ts'

const name = { subscriptionId: 'sub', resourceGroup: 'my group (x)', workspace: 'space' }
const none = { subscriptionId: '', resourceGroup: '', workspace: '' }
const config = { subscription_id: 'sub', resource_group: 'my group (x)', workspace_name: 'space' }

describe('the id of a workspace', () => {
  test('is taken apart as it was put together, whatever the case of its words, with or without a slash at its end', () => {
    const id = workspaceId(name)
    for (const form of [
      id,
      `${id}/`,
      id.replace('resourceGroups', 'resourcegroups'),
      id.replace('Microsoft', 'microsoft'),
    ])
      expect(parseWorkspaceId(form)).toEqual(name)
  })

  test.each([
    '',
    'space',
    workspaceId(name).slice(1),
    `${workspaceId(name)}/data/x`,
    workspaceId(none),
    '/subscriptions/sub',
  ])('is not %j', (id) => {
    expect(parseWorkspaceId(id)).toBeUndefined()
  })
})

describe('a config.json', () => {
  test.each([
    ['three keys', JSON.stringify(config)],
    ['more keys', JSON.stringify({ ...config, tenant_id: 'x', scope: {} })],
    ['a byte order mark, as PowerShell writes it', `\ufeff${JSON.stringify(config)}`],
    ['white space', ` \n${JSON.stringify(config, undefined, 4)}\r\n`],
  ])('with %s is one', (_what, text) => {
    expect(parseWorkspaceConfig(text)).toEqual(name)
  })

  test.each([
    '',
    'not JSON',
    'null',
    '7',
    '"text"',
    '[]',
    '{}',
    '{"subscription_id": "sub", "resource_group": "g"}',
    '{"subscription_id": 1, "resource_group": "g", "workspace_name": "w"}',
  ])('that reads %j is some other file', (text) => {
    expect(parseWorkspaceConfig(text)).toBeUndefined()
  })
})

describe('which workspace', () => {
  const file = { subscriptionId: 'file-sub', resourceGroup: 'file-group', workspace: 'file-space' }

  test.each([
    ['the inputs alone', name, undefined, name],
    ['the file alone', none, file, file],
    ['the inputs before the file', name, file, name],
    ['an input before its key in the file', { ...none, workspace: 'space' }, file, { ...file, workspace: 'space' }],
    ['a whole id before everything', { ...file, workspace: workspaceId(name) }, file, name],
  ])('%s', (_what, inputs, config, expected) => {
    expect(chooseWorkspace(inputs, config)).toEqual(expected)
  })

  test.each([
    [none, 'workspace, resource-group, subscription-id'],
    [{ ...name, workspace: '' }, 'workspace'],
    [{ ...name, resourceGroup: '' }, 'resource-group'],
    [{ ...none, workspace: 'space' }, 'resource-group, subscription-id'],
  ])('%j: it says what is missing', async (inputs, missing) => {
    const { code, message } = await refusalOf(() => chooseWorkspace(inputs, undefined))
    expect(code).toBe('no-workspace')
    expect(message).toContain(`Missing: ${missing}.`)
  })

  test('an id with a slip is neither a name nor an id', async () => {
    const { message } = await refusalOf(() =>
      chooseWorkspace({ ...name, workspace: '/subscriptions/sub/workspaces/x' }, file),
    )
    expect(message).toContain('neither the name of a workspace nor its whole ARM resource id')
  })
})

test('a version has its page in the studio', () => {
  expect(studioUrl(workspaceWith({}), 'made', '7')).toBe(
    'https://ml.azure.com/data/made/7/details?wsid=/subscriptions/sub/resourceGroups/group/providers/Microsoft.MachineLearningServices/workspaces/space',
  )
})
