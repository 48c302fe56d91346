import { readdir, rename, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Emulator } from './emulator.ts'
import { startEmulator } from './index.ts'

const help = `Usage: npm run emulator -- [options]

Starts an AzureML workspace on this machine, for this machine only, until Ctrl-C.

  --data FOLDER      a folder of your own: its folders become datasets that a step can name
  --port PORT        for Resource Manager, sign-in and id tokens (default: any free port)
  --blob-port PORT   for blobs (default: any free port)
  --write-env FILE   write what a step needs to know as NAME=value lines, once everything is ready
  --help             this text
`

/** A mistake on the command line: told in one line, without a stack. */
class UsageError extends Error {}

interface CommandLine {
  readonly data: string | undefined
  readonly port: number
  readonly blobPort: number
  readonly environmentFile: string | undefined
  readonly help: boolean
}

function readCommandLine(): CommandLine {
  const { values } = parse()
  return {
    data: values.data,
    port: readPort('--port', values.port),
    blobPort: readPort('--blob-port', values['blob-port']),
    environmentFile: values['write-env'],
    help: values.help ?? false,
  }
}

function parse() {
  try {
    const text = { type: 'string' } as const
    const options = { data: text, port: text, 'blob-port': text, 'write-env': text, help: { type: 'boolean' } } as const
    return parseArgs({ options })
  } catch (error) {
    const [first = ''] = error instanceof Error ? error.message.split('. ') : []
    throw new UsageError(`${first.replace(/\.?$/, '.')} Try --help.`)
  }
}

function readPort(option: string, value = '0'): number {
  const port = Number(value)
  if (/^\d+$/.test(value) && port <= 65_535) return port
  throw new UsageError(`${option} must be a number from 0 to 65535, not '${value}'.`)
}

async function checkFolder(folder: string | undefined): Promise<void> {
  if (folder === undefined) return
  const found = await stat(folder).catch(() => undefined)
  if (!found?.isDirectory()) throw new UsageError(`--data: there is no folder ${path.resolve(folder)}.`)
}

async function start({ data, port, blobPort }: CommandLine): Promise<Emulator> {
  await checkFolder(data)
  try {
    return await startEmulator({ port, blobPort, ...(data === undefined ? {} : { dataFolder: data }) })
  } catch (error) {
    const { code, port: taken } = error as { code?: string; port?: number }
    if (code === 'EADDRINUSE') throw new UsageError(`Port ${taken} is in use by another program.`)
    if (code === 'EACCES' && taken)
      throw new UsageError(`Port ${taken} needs rights that you don't have; take one above 1023.`)
    throw error
  }
}

async function topFolders(data: string | undefined): Promise<string[]> {
  if (data === undefined) return []
  const entries = await readdir(data, { withFileTypes: true })
  return entries.filter((entry) => !entry.isFile()).map((entry) => entry.name)
}

function welcome(emulator: Emulator, folders: readonly string[], data: string | undefined): string {
  const inputs = { ...emulator.inputs, 'client-secret': emulator.clientSecret }
  const step = Object.entries(inputs).map(([name, value]) => `      ${name}: ${value}`)
  const [first = 'the_name_of_a_folder'] = folders
  return [
    '',
    'An AzureML workspace is running on this machine.',
    '',
    `  Resource Manager, sign-in   ${emulator.url}`,
    `  Blobs                       ${emulator.storage.url}`,
    `  Default datastore           workspaceblobstore, ${contents(folders, data)}`,
    '',
    'A step that uses it. The secret is the emulator’s own, and ends with it:',
    '',
    '  - uses: your-org/azureml-datasets@v1',
    '    with:',
    ...step,
    `      input-datasets: ${first}`,
    '',
    'The environment of that step, so that it trusts the certificate made for this run:',
    '',
    `  NODE_EXTRA_CA_CERTS=${emulator.certificateFile}`,
    '',
    'Ctrl-C stops it and removes everything that it wrote.',
    '',
  ].join('\n')
}

function contents(folders: readonly string[], data: string | undefined): string {
  if (data === undefined) return 'empty (--data FOLDER fills it)'
  const shown = folders.slice(0, 8).join(', ')
  const more = folders.length > 8 ? ` and ${folders.length - 8} more` : ''
  return folders.length === 0 ? `from ${data}, which has no folders` : `from ${data}: ${shown}${more}`
}

/** The file appears whole or not at all, so that a script can wait for it. */
async function writeEnvironment(emulator: Emulator, file: string): Promise<void> {
  const lines = {
    AZUREML_EMULATOR_URL: emulator.url,
    AZUREML_EMULATOR_CLIENT_SECRET: emulator.clientSecret,
    NODE_EXTRA_CA_CERTS: emulator.certificateFile,
  }
  const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`)
  await writeFile(`${file}.part`, text.join(''), { mode: 0o600 })
  await rename(`${file}.part`, file)
}

async function main(): Promise<void> {
  const commandLine = readCommandLine()
  if (commandLine.help) return void process.stdout.write(help)
  const stopped = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.resolve())
  const emulator = await start(commandLine)
  process.stdout.write(welcome(emulator, await topFolders(commandLine.data), commandLine.data))
  if (commandLine.environmentFile) await writeEnvironment(emulator, commandLine.environmentFile)
  await stopped.promise
  await emulator.stop()
  process.stdout.write('\nStopped; nothing is left.\n')
}

try {
  await main()
} catch (error) {
  process.stderr.write(`emulator: ${error instanceof UsageError ? error.message : (error as Error).stack}\n`)
  process.exitCode = 1
}
