import { describe, expect, test } from 'vitest'
import { hasSysAdmin, lackingForMount, type MountRights, systemProgram } from '../../src/mount/rights.ts'

const able: MountRights = {
  platform: 'linux',
  device: true,
  isRoot: false,
  sudo: true,
  mayMount: true,
  mount: '/usr/bin/mount',
}

describe('a mount', () => {
  test.each([
    ['root', { isRoot: true, sudo: false }],
    ['sudo', {}],
  ])('lacks nothing with %s', (_what, rights) => {
    expect(lackingForMount({ ...able, ...rights })).toBeUndefined()
  })

  test.each([
    [{ platform: 'win32' }, 'on Linux only, and this is win32'],
    [{ device: false }, '/dev/fuse'],
    [{ mount: undefined }, 'no program mount'],
    [{ sudo: false }, 'not root, and sudo'],
    [{ mayMount: false }, 'CAP_SYS_ADMIN'],
    [{ isRoot: true, mayMount: false }, 'CAP_SYS_ADMIN'],
  ] as const)('lacks with %j: %s', (rights, text) => {
    expect(lackingForMount({ ...able, ...rights })).toContain(text)
  })

  test('lacks what a line of the workflow gives a container', () => {
    const line = 'options: --device /dev/fuse --cap-add SYS_ADMIN'
    expect(lackingForMount({ ...able, device: false })).toContain(line)
    expect(lackingForMount({ ...able, mayMount: false })).toContain(line)
  })
})

describe('CAP_SYS_ADMIN', () => {
  const status = (effective: string, bounding: string) =>
    `Name:\tnode\nCapPrm:\t${effective}\nCapEff:\t${effective}\nCapBnd:\t${bounding}\n`

  test('is bit 21 of the set that is asked for', () => {
    const docker = 'a80425fb' // the capabilities of a container that was given none
    expect(hasSysAdmin(status('000001ffffffffff', docker), 'CapEff')).toBe(true)
    expect(hasSysAdmin(status('000001ffffffffff', docker), 'CapBnd')).toBe(false)
    expect(hasSysAdmin(status('0', '0000000000200000'), 'CapBnd')).toBe(true)
    expect(hasSysAdmin(status('0000000000200000', '0'), 'CapBnd')).toBe(false)
  })

  test('is not there where the system does not tell', () => {
    expect(hasSysAdmin('', 'CapEff')).toBe(false)
    expect(hasSysAdmin('CapEff:\tnothing\n', 'CapEff')).toBe(false)
  })
})

test('a program of the system is found by its place, and only where it belongs to root alone', async () => {
  expect(await systemProgram('sh')).toMatch(/^\/(usr\/)?bin\/sh$/)
  expect(await systemProgram('node-that-is-nowhere')).toBeUndefined()
})
