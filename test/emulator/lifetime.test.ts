import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmulator } from '../../emulator/index.ts'
import { isPosix } from '../platform.ts'
import { collect } from './clients.ts'

const program = fileURLToPath(new URL('../../emulator/main.ts', import.meta.url))

/** A temp folder of the test's own, so that what an emulator leaves behind cannot hide among others' files. */
let temp: string

beforeEach(({ skip }) => skip(!isPosix, 'the command is ended by signals, which Windows has not'))

beforeEach(async () => {
  temp = await mkdtemp(path.join(tmpdir(), 'emulator-test-'))
})
afterEach(() => rm(temp, { recursive: true, force: true }))

type Command = ChildProcessByStdio<null, Readable, Readable>

function run(...options: string[]): Command {
  const env = { ...process.env, TMPDIR: temp, TEMP: temp }
  return spawn(process.execPath, [program, ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function outcome(command: Command): Promise<{ code: number | null; out: string; err: string }> {
  const texts = ['', '']
  command.stdout.on('data', (chunk: Buffer) => {
    texts[0] += chunk.toString()
  })
  command.stderr.on('data', (chunk: Buffer) => {
    texts[1] += chunk.toString()
  })
  const [code] = await once(command, 'close')
  const [out = '', err = ''] = texts
  return { code: code as number | null, out, err }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('waited ten seconds in vain')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  )

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => resolve(true)).on('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
    socket.once('connect', () => socket.end())
  })
}

/** Starts the command and waits until it is ready: its environment file is there. */
async function ready(...options: string[]) {
  const file = path.join(temp, 'ready.env')
  const command = run('--write-env', file, ...options)
  const ended = outcome(command)
  await until(() => exists(file))
  const environment = Object.fromEntries(
    (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split('=', 2)),
  )
  return { command, ended, environment, file }
}

test('stop ends everything, removes everything, and may be called twice', async () => {
  const emulator = await startEmulator()
  const folder = path.dirname(emulator.certificateFile)
  const ports = [emulator.url, emulator.storage.url, emulator.container().url].map((url) => Number(new URL(url).port))
  for (const port of ports) expect(await accepts('127.0.0.1', port)).toBe(true)
  await emulator.stop()
  await emulator.stop()
  expect(await exists(folder)).toBe(false)
  for (const port of ports) expect(await accepts('127.0.0.1', port)).toBe(false)
})

test('it listens on the loopback interface alone', async () => {
  const emulator = await startEmulator()
  const outside = Object.values(networkInterfaces())
    .flatMap((one) => one ?? [])
    .filter((one) => !one.internal)
  const ports = [emulator.url, emulator.storage.url, emulator.container().url].map((url) => Number(new URL(url).port))
  for (const { address } of outside) for (const port of ports) expect(await accepts(address, port)).toBe(false)
  await emulator.stop()
})

test('a failed start leaves nothing either', async () => {
  const first = await startEmulator()
  const before = process.env.TMPDIR
  process.env.TMPDIR = temp
  try {
    await expect(startEmulator({ port: Number(new URL(first.url).port) })).rejects.toThrow(/EADDRINUSE/)
    await expect(startEmulator({ dataFolder: path.join(temp, 'nope') })).rejects.toThrow(/ENOENT/)
    expect(await readdir(temp)).toEqual([])
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    await first.stop()
  }
})

test('a folder of one’s own becomes the top of the default container, links followed', async () => {
  const folder = path.join(temp, 'data')
  await mkdir(path.join(folder, 'birds', 'deep'), { recursive: true })
  await writeFile(path.join(folder, 'birds', 'deep', 'a b.csv'), 'x')
  await writeFile(path.join(folder, 'read me.txt'), 'y')
  await symlink('read me.txt', path.join(folder, 'link.txt'))
  const emulator = await startEmulator({ dataFolder: folder })
  const names = (await collect(emulator.container().listBlobsFlat())).map((one) => one.name)
  expect(names).toEqual(['birds/deep/a b.csv', 'link.txt', 'read me.txt'])
  await emulator.stop()
})

test('the command tells what a person needs, and Ctrl-C removes everything', async () => {
  const data = path.join(temp, 'data')
  await mkdir(path.join(data, 'birds'), { recursive: true })
  await writeFile(path.join(data, 'birds', 'a.csv'), 'x')
  const { command, ended, environment, file } = await ready('--data', data)
  command.kill('SIGINT')
  const { code, out, err } = await ended
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain(`resource-manager-url: ${environment.AZUREML_EMULATOR_URL}`)
  expect(out).toContain(`client-secret: ${environment.AZUREML_EMULATOR_CLIENT_SECRET}`)
  expect(out).toContain(`NODE_EXTRA_CA_CERTS=${environment.NODE_EXTRA_CA_CERTS}`)
  expect(out).toContain('input-datasets: birds')
  expect(await readdir(temp)).toEqual(['data', path.basename(file)].sort())
})

test('a command that is killed hard takes storage and files with it', async () => {
  const { command, ended, environment } = await ready()
  const folder = path.dirname(environment.NODE_EXTRA_CA_CERTS ?? '')
  expect(await exists(folder)).toBe(true)
  command.kill('SIGKILL')
  await ended
  await until(async () => !(await exists(folder)))
})

test.for([
  [['--foo'], "Unknown option '--foo'. Try --help."],
  [['--host', '0.0.0.0'], "Unknown option '--host'. Try --help."],
  [['more'], "Unexpected argument 'more'. Try --help."],
  [['--port', '70000'], "--port must be a number from 0 to 65535, not '70000'."],
  [['--blob-port', 'x'], "--blob-port must be a number from 0 to 65535, not 'x'."],
  [['--data', '/no/such/folder'], '--data: there is no folder /no/such/folder.'],
] as const)('the options %j are answered by one line', async ([options, line]) => {
  const { code, out, err } = await outcome(run(...options))
  expect({ code, out, err }).toEqual({ code: 1, out: '', err: `emulator: ${line}\n` })
})

test('a port that is taken is answered by one line', async () => {
  const emulator = await startEmulator()
  const { port } = new URL(emulator.url)
  const { code, err } = await outcome(run('--port', port))
  expect({ code, err }).toEqual({ code: 1, err: `emulator: Port ${port} is in use by another program.\n` })
  await emulator.stop()
  expect((await readdir(temp)).filter((entry) => entry.startsWith('azureml'))).toEqual([])
})

test('--help says how it is used', async () => {
  const { code, out } = await outcome(run('--help'))
  expect(code).toBe(0)
  for (const option of ['--data', '--port', '--blob-port', '--write-env']) expect(out).toContain(option)
})
