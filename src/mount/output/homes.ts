import pMap from 'p-map'
import { problemOfBlobName } from '../../blobs/index.ts'
import { type Node, pathOf } from './nodes.ts'

/**
 * The blobs that hold files: each belongs to one file at a time. A file is written to the blob of its path, or of the path that it will probably
 * have in the end; whatever it is called later, it stays there until it is published.
 */
export interface Homes {
  /** The blob of a file; one that has none gets that of the path which it will probably have in the end. */
  enter(node: Node): string
  /** The same for a file that is written whole, and complete: it goes to the blob of its path, if that is free. */
  move(node: Node): string
  /** The file is gone: its blob is to be deleted. */
  leave(node: Node): void
  /** Gives a file another blob, which it was copied to. */
  settle(node: Node, name: string): void
  /** A name that nobody else has. */
  spareName(): string
  ownerOf(name: string): Node | undefined
  /** All files that have a blob. */
  owners(): Node[]
  /** Deletes blobs that belong to nobody, for at least so many milliseconds; but not those with these names. */
  sweep(age: number, but: ReadonlySet<string>, remove: (name: string) => Promise<void>): Promise<void>
  /** All blobs that there are, or may be. */
  names(): string[]
}

const removedAtOnce = 16

/** @param prefix where blobs are written while the job runs; ends in `/` */
export function createHomes(prefix: string): Homes {
  const owners = new Map<string, Node>()
  /** Names of blobs that belong to nobody, and since when, on the clock of `performance.now`. */
  const left = new Map<string, number>()
  const removing = new Set<string>()
  let nextSpare = 1

  const spareName = () => {
    const name = `${prefix}.azureml-datasets-${nextSpare}`
    nextSpare += 1
    return name
  }
  /** A name that no blob may have is refused when the output is sealed; until then the file may be renamed. */
  const isFree = (name: string, node: Node) =>
    problemOfBlobName(name) === undefined && !removing.has(name) && (!owners.has(name) || owners.get(name) === node)
  const settle = (node: Node, name: string) => {
    leave(node)
    owners.set(name, node)
    left.delete(name)
    if (node.content) node.content.home = name
  }
  const leave = ({ content }: Node) => {
    if (content?.home === undefined) return
    owners.delete(content.home)
    left.set(content.home, performance.now())
    content.home = undefined
  }
  const claim = (node: Node, path: string | undefined): string => {
    const home = node.content?.home
    const wanted = path === undefined ? undefined : prefix + utf8Of(path)
    if (wanted === home && home !== undefined) return home
    const name = wanted !== undefined && isFree(wanted, node) ? wanted : (home ?? spareName())
    if (name !== home) settle(node, name)
    return name
  }
  const expected = (node: Node) => {
    const path = pathOf(node)
    return path === undefined ? undefined : expectedPath(path)
  }
  return {
    enter: (node) => node.content?.home ?? claim(node, expected(node)),
    move: (node) => claim(node, pathOf(node)),
    leave,
    settle,
    spareName,
    ownerOf: (name) => owners.get(name),
    owners: () => [...owners.values()],
    names: () => [...owners.keys(), ...left.keys()],
    sweep: async (age, but, remove) => {
      const before = performance.now() - age
      const isDue = (name: string, since: number) => since <= before && !removing.has(name) && !but.has(name)
      const names = [...left].flatMap(([name, since]) => (isDue(name, since) ? [name] : []))
      for (const name of names) removing.add(name)
      const failed: unknown[] = []
      const removeOne = (name: string) =>
        remove(name)
          .then(
            () => left.delete(name),
            (error) => failed.push(error),
          )
          .finally(() => removing.delete(name))
      await pMap(names, removeOne, { concurrency: removedAtOnce })
      if (failed.length > 0) throw failed[0]
    },
  }
}

/** The text of names that are held as latin1, byte by byte. */
export function utf8Of(name: string): string {
  return Buffer.from(name, 'latin1').toString('utf8')
}

const temporarySuffix = /(?:\.(?:tmp|temp|part|partial|incomplete|download|crdownload)|~)$/i

/**
 * The path that a file will probably be renamed to when it is complete: programs write `model.pt.tmp`, and rsync `.model.pt.Xa81Cd`. If that is wrong,
 * nothing is lost but a copy within the store when it is published.
 */
export function expectedPath(path: string): string {
  const start = path.lastIndexOf('/') + 1
  const name = path.slice(start)
  const ofRsync = /^\.(.+)\.[A-Za-z0-9]{6}$/.exec(name)?.[1]
  const plain = ofRsync ?? name.replace(temporarySuffix, '')
  return path.slice(0, start) + (plain === '' ? name : plain)
}
