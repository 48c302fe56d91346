/**
 * A process that reads random stretches of random files, and compares every byte. It prints a line of JSON each so many reads; the stress
 * (stress.ts) starts several, and kills some.
 */
import { closeSync, constants, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { patternAt, randomFrom } from './pattern.ts'

/** What a reader is told, as its one argument. */
export interface ReaderTask {
  readonly folder: string
  readonly seed: number
  readonly operations: number
  /** Sizes of the files by their paths. */
  readonly sizes: Readonly<Record<string, number>>
  /** Reads each file from its beginning to its end instead, and does not put up with errors that last. */
  readonly isThorough: boolean
}

/** What a reader tells. */
export interface ReaderReport {
  /** Reads since the last report. */
  readonly operations: number
  readonly bytes: number
  /** Paths of files that gave EIO since then. */
  readonly refused: readonly string[]
  /** What must not be. */
  readonly wrong: readonly string[]
}

const reportEvery = 50
const longest = 1024 * 1024
/** A file that is read as a whole is no larger; of others it is both ends. */
const whole = 4 * 1024 * 1024
/** How often a thorough reader asks again, with a tenth of a second between. */
const mostTries = 100

async function main({ folder, seed, operations, sizes, isThorough }: ReaderTask): Promise<void> {
  const random = randomFrom(seed)
  const names = Object.keys(sizes)
  const buffer = Buffer.alloc(longest)
  let report = { operations: 0, bytes: 0, refused: [] as string[], wrong: [] as string[] }
  let total = 0
  const tell = () => {
    process.stdout.write(`${JSON.stringify(report)}\n`)
    report = { operations: 0, bytes: 0, refused: [], wrong: [] }
  }
  const sizeOf = (name: string) => sizes[name] ?? 0
  /** Reads on where a read was short, up to the end of the stretch or of the file. @returns whether it was not refused */
  const readStretch = (name: string, offset: number, length: number, flags: number): boolean => {
    const descriptor = openSync(`${folder}/${name}`, flags)
    const expected = Math.max(0, Math.min(length, sizeOf(name) - offset))
    let done = 0
    try {
      for (;;) {
        const count = readSync(descriptor, buffer, done, length - done, offset + done)
        done += count
        if (count === 0 || done === length) break
      }
      if (done !== expected) report.wrong.push(`${name} from ${offset}: ${done} bytes instead of ${expected}`)
      return true
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : error
      if (code !== 'EIO') report.wrong.push(`${name} from ${offset}: ${code}`)
      report.refused.push(name)
      return false
    } finally {
      closeSync(descriptor)
      if (!buffer.subarray(0, done).equals(patternAt(`d/${name}`, offset, done)))
        report.wrong.push(`${name} from ${offset}: other bytes among ${done}, flags ${flags}`)
      report.bytes += done
      report.operations += 1
      total += 1
      if (report.operations >= reportEvery) tell()
    }
  }
  const below = (limit: number) => Math.floor(random() * limit)
  const pick = () => names[below(names.length)] ?? ''
  /** Of every order of magnitude, more of the short ones. */
  const someLength = () => Math.ceil(2 ** (random() ** 1.5 * Math.log2(longest)))
  const someFlags = () => constants.O_RDONLY | (random() < 0.3 ? constants.O_DIRECT : 0)

  /** How files are read: each does some reads. */
  const habits: readonly (() => void)[] = [
    /** Here and there. */
    () => {
      const name = pick()
      for (let times = below(8); times >= 0; times -= 1)
        readStretch(name, below(sizeOf(name)), someLength(), someFlags())
    },
    /** On and on. */
    () => {
      const [name, length, flags] = [pick(), someLength(), someFlags()]
      let offset = random() < 0.5 ? 0 : below(sizeOf(name))
      for (let times = below(40); times >= 0 && offset <= sizeOf(name); times -= 1) {
        readStretch(name, offset, length, flags)
        offset += length
      }
    },
    /** File after file. */
    () => {
      const first = below(names.length)
      const flags = someFlags()
      for (const name of names.slice(first, first + below(30))) readStretch(name, 0, longest, flags)
    },
    /** At the end, and behind it. */
    () => {
      const name = pick()
      readStretch(name, Math.max(0, sizeOf(name) + below(longest) - longest / 2), someLength(), someFlags())
    },
    /** Not the content. */
    () => {
      const name = pick()
      if (statSync(`${folder}/${name}`).size !== sizeOf(name)) report.wrong.push(`${name} has another size`)
      const known = names.filter((path) => !path.includes('/')).length
      const seen = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile()).length
      if (seen !== known) report.wrong.push(`${seen} files instead of ${known}`)
    },
  ]
  const readThoroughly = async (name: string) => {
    const size = sizeOf(name)
    for (let offset = 0; offset < size; offset += longest) {
      if (offset >= whole && offset < size - whole) continue
      for (let tries = 1; !readStretch(name, offset, longest, constants.O_DIRECT); tries += 1) {
        if (tries === mostTries) {
          report.wrong.push(`${name} is refused for good`)
          return
        }
        await sleep(100)
      }
    }
  }
  if (isThorough) for (const name of names) await readThoroughly(name)
  else while (total < operations) habits[below(habits.length)]?.()
  tell()
}

await main(JSON.parse(process.argv[2] ?? ''))
