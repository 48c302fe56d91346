import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Scheme } from './server.ts'

/** What a client is to do. */
export interface Work {
  readonly kind: 'list' | 'download' | 'upload'
  readonly scheme: Scheme
  /** URL of the container. */
  readonly url: string
  /** Folder in the container, without slash. */
  readonly folder: string
  /** Folder on this machine: empty for a download, filled for an upload. */
  readonly place: string
  readonly isLarge: boolean
}

/** A client that is measured. */
export interface Tool {
  readonly name: string
  /** Printed with the results: version, and whether it checks the MD5 of what it downloads. */
  readonly about: string
  /** Undefined where it has no such work. */
  command(work: Work): readonly string[] | undefined
  readonly environment: Readonly<Record<string, string>>
}

const here = import.meta.dirname
const sas = 'sv=2023-11-03&sig=c2lnbmF0dXJl'

/** Our own program, and the SDK's, on the Node that the action runs on. */
function nodeTool(name: string, about: string, program: string, kinds: readonly Work['kind'][]): Tool {
  return {
    name,
    about,
    command: ({ kind, url, folder, place }) =>
      kinds.includes(kind) ? [process.execPath, path.join(here, program), kind, url, folder, place] : undefined,
    environment: {},
  }
}

export const ours = nodeTool('ours', 'this repository; checks MD5', 'client.js', ['list', 'download', 'upload'])

export const sdk = nodeTool(
  'SDK',
  '@azure/storage-blob, listBlobsFlat, downloadToFile and uploadFile, 32 at once; checks no MD5',
  'sdk-client.js',
  ['list', 'download', 'upload'],
)

/** @returns what is missing, where it cannot be had */
export function undici(): Tool | string {
  const folder = fetched('undici')
  if (!folder) return 'undici (npm: it could not be fetched)'
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const about = `${version}, Pool.dispatch, 64 connections, synchronous writes, one thread, our listing; checks MD5`
  const tool = nodeTool('undici', about, 'undici-client.js', ['download'])
  return { ...tool, environment: { UNDICI: path.join(folder, 'index.js') } }
}

/** @returns what is missing, where it is not there */
export function curl(): Tool | string {
  const version = versionOf('curl', '--version')
  if (!version) return 'curl'
  return {
    name: 'curl',
    about: `${version}; --parallel; checks no MD5`,
    command: ({ kind, isLarge, url, folder, place }) => {
      if (kind !== 'download' || !isLarge) return undefined
      const files = [0, 1, 2, 3].map((index) => `file-${String(index).padStart(7, '0')}.bin`)
      const outputs = files.flatMap((file) => ['-o', path.join(place, file), `${url}/${folder}/${file}`])
      return ['curl', '-sf', '--parallel', '--parallel-immediate', '--create-dirs', ...outputs]
    },
    environment: {},
  }
}

const rcloneFlags = {
  small: ['--transfers', '128', '--checkers', '128', '--fast-list'],
  /** More streams for a file are faster, but then this version compares no MD5: seen with a damaged file. */
  large: ['--transfers', '4', '--multi-thread-streams', '0'],
  unchecked: ['--transfers', '4', '--multi-thread-streams', '4', '--multi-thread-cutoff', '64M'],
  upload: ['--transfers', '4', '--azureblob-chunk-size', '8M', '--azureblob-upload-concurrency', '8'],
}

/** @returns what is missing, where it is not there */
export function rclone(): Tool | string {
  const version = versionOf('rclone', 'version')
  if (!version) return 'rclone (Debian: rclone)'
  const { small, large, upload } = rcloneFlags
  return rcloneTool(
    'rclone',
    `${version}; small: ${small.join(' ')}; large: ${large.join(' ')}; large up: ${upload.join(' ')}; checks MD5`,
    ({ kind, isLarge }) => (!isLarge ? small : kind === 'download' ? large : upload),
  )
}

/** The same as fast as it can, for large downloads: not comparable, as it compares no MD5, and good to know. */
export function uncheckedRclone(): Tool | string {
  if (!versionOf('rclone', 'version')) return 'rclone (Debian: rclone)'
  const { unchecked } = rcloneFlags
  return rcloneTool('rclone, unchecked', `${unchecked.join(' ')}; checks no MD5`, ({ kind, isLarge }) =>
    isLarge && kind === 'download' ? unchecked : undefined,
  )
}

function rcloneTool(name: string, about: string, flagsFor: (work: Work) => readonly string[] | undefined): Tool {
  return {
    name,
    about,
    command: (work) => {
      const flags = flagsFor(work)
      if (work.kind === 'list' || !flags) return undefined
      const remote = `:azureblob,sas_url="${work.url}?${sas}":box/${work.folder}`
      const [from, to] = work.kind === 'download' ? [remote, work.place] : [work.place, remote]
      return ['rclone', 'copy', from, to, '--config', '/dev/null', '--log-level', 'ERROR', ...flags]
    },
    environment: {},
  }
}

/** @returns what is missing, where it cannot be had */
export function azcopy(): Tool | string {
  const folder = fetched('@azure-tools/azcopy-linux')
  if (!folder) return 'azcopy (npm: @azure-tools/azcopy-linux could not be fetched)'
  const binary = path.join(folder, 'dist/bin/azcopy_linux_amd64')
  chmodSync(binary, 0o755)
  const version = versionOf(binary, '--version')
  if (!version) return 'azcopy does not start (it needs libsecret: Debian libsecret-1-0)'
  const logs = path.join(cache, 'logs')
  return {
    name: 'azcopy',
    about: `${version}; AZCOPY_CONCURRENCY_VALUE=64; --check-md5 FailIfDifferent, up --put-md5; checks MD5`,
    command: ({ kind, url, folder: remote, place }) => {
      if (kind === 'list') return undefined
      const quiet = ['--recursive', '--log-level', 'NONE', '--output-level', 'quiet']
      if (kind === 'download')
        return [
          binary,
          'copy',
          `${url}/${remote}?${sas}`,
          place,
          '--from-to',
          'BlobLocal',
          '--check-md5',
          'FailIfDifferent',
          ...quiet,
        ]
      return [binary, 'copy', `${place}/*`, `${url}/${remote}?${sas}`, '--from-to', 'LocalBlob', '--put-md5', ...quiet]
    },
    environment: { AZCOPY_LOG_LOCATION: logs, AZCOPY_JOB_PLAN_LOCATION: logs, AZCOPY_CONCURRENCY_VALUE: '64' },
  }
}

const cache = path.join(os.homedir(), '.cache/azureml-datasets-bench')

/** Fetches a package of npm that only the bench needs into a cache of this machine; gives its folder, or undefined where it cannot be had. */
function fetched(name: string): string | undefined {
  const folder = path.join(cache, 'node_modules', name)
  try {
    mkdirSync(cache, { recursive: true })
    if (!existsSync(folder)) execFileSync('npm', ['install', '--prefix', cache, name], { stdio: 'pipe' })
    return folder
  } catch {
    return undefined
  }
}

function versionOf(program: string, flag: string): string | undefined {
  try {
    return execFileSync(program, [flag], { stdio: 'pipe' }).toString().split('\n')[0]
  } catch {
    return undefined
  }
}
