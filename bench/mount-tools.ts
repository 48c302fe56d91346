import { execFileSync } from 'node:child_process'
import path from 'node:path'

/** What mounts a folder of the container; it stays in the foreground and unmounts on SIGTERM. */
export interface MountTool {
  readonly name: string
  /** Version and flags. */
  readonly about: string
  command(url: string, folder: string, place: string): readonly string[]
}

const client = path.join(import.meta.dirname, 'mount-client.js')

const ours = (name: string, about: string, reader: 'pipe' | 'read'): MountTool => ({
  name,
  about,
  command: (url, folder, place) => [process.execPath, client, url, folder, place, reader],
})

/** Sequential reads gain from large buffers, all else from long cache times; without a cache of files on disk, as ours has none. */
const rcloneFlags = [
  ...['--read-only', '--vfs-cache-mode', 'off', '--buffer-size', '32M', '--vfs-read-ahead', '128M'],
  ...[
    '--dir-cache-time',
    '1h',
    '--attr-timeout',
    '1h',
    '--vfs-read-chunk-size',
    '32M',
    '--no-checksum',
    '--no-modtime',
  ],
]
const sas = 'sv=2023-11-03&sig=AAAA'

function rclone(): MountTool | undefined {
  const version = versionOf('rclone', 'version')
  if (!version || !versionOf('fusermount3', '--version')) return undefined
  return {
    name: 'rclone',
    about: `${version} mount ${rcloneFlags.join(' ')}`,
    command: (url, folder, place) => {
      const remote = `:azureblob,sas_url="${url}?${sas}":box/${folder}`
      return ['rclone', 'mount', remote, place, '--config', '/dev/null', '--log-level', 'ERROR', ...rcloneFlags]
    },
  }
}

function blobfuse2(): MountTool | undefined {
  const version = versionOf('blobfuse2', '--version')
  if (!version) return undefined
  const flags = ['--foreground', '--read-only', '--block-cache']
  return {
    name: 'blobfuse2',
    about: `${version} mount ${flags.join(' ')}`,
    command: (url, folder, place) => [
      'env',
      `AZURE_STORAGE_BLOB_ENDPOINT=${new URL(url).origin}`,
      'blobfuse2',
      'mount',
      place,
      `--subdirectory=${folder}`,
      ...flags,
    ],
  }
}

/** All that are on this machine, and what is not. */
export function mountTools(): { readonly tools: readonly MountTool[]; readonly missing: readonly string[] } {
  const peers = { 'rclone mount (Debian: rclone, fuse3)': rclone(), blobfuse2: blobfuse2() }
  return {
    tools: [
      ours('ours', 'this repository', 'pipe'),
      ours('ours, fs.read', 'the same with the documented way of reading the device', 'read'),
      ...Object.values(peers).filter((tool) => tool !== undefined),
    ],
    missing: Object.entries(peers).flatMap(([name, tool]) => (tool ? [] : [name])),
  }
}

function versionOf(program: string, flag: string): string | undefined {
  try {
    return execFileSync(program, [flag], { stdio: 'pipe' }).toString().split('\n')[0]?.trim()
  } catch {
    return undefined
  }
}
