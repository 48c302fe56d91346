import bytes from 'bytes'
import { distance } from 'fastest-levenshtein'

/** Characters of a name in a list. */
const mostShown = 120

/**
 * A name from outside (blob, folder, asset) as it may be printed: in quotes, with control characters, line ends and
 * quotes escaped, so that it can neither start a workflow command nor break a line.
 */
export function quoted(name: string): string {
  return JSON.stringify(name).replace(
    /[\u007f-\u009f\u061c\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g,
    escapeCharacter,
  )
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A number of bytes for people: `44.9 GB`. Units are powers of 1024, as in `sample: 1GB`. */
export function formatBytes(count: number): string {
  return bytes.format(count, { unitSeparator: ' ', decimalPlaces: 1 }) ?? `${count} B`
}

/** `1 file`, `12,345 files`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}

/** Up to `most` names in quotes, then how many more there are. Long names are shortened: the runner cuts annotations at 4,096 characters. */
export function listed(names: readonly string[], most = 10): string {
  const shown = names
    .slice(0, most)
    .map((name) => quoted(shortened(name)))
    .join(', ')
  return names.length > most ? `${shown} and ${(names.length - most).toLocaleString('en-US')} more` : shown
}

function shortened(name: string): string {
  return name.length <= mostShown ? name : `${name.slice(0, mostShown / 2)}…${name.slice(-mostShown / 2)}`
}

/** Those of `candidates` that a person could have meant by `name`, the nearest first, at most three. */
export function nearest(name: string, candidates: Iterable<string>): string[] {
  const wanted = name.toLowerCase()
  return [...candidates]
    .map((candidate) => ({ candidate, steps: stepsBetween(wanted, candidate.toLowerCase()) }))
    .filter(({ steps }) => steps <= Math.max(2, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.steps - b.steps)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** Edit distance; a candidate that goes on where the name ends (`foo`, `foo_v2`) counts as one step away. */
function stepsBetween(wanted: string, candidate: string): number {
  return candidate !== wanted && candidate.startsWith(wanted) ? 1 : distance(wanted, candidate)
}

/** A time for people: `0.4 s`, `12 s`, `1m24s`, `2h05m`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`
}
