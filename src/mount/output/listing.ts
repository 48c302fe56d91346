import { problemOfBlobName } from '../../blobs/index.ts'
import { fileTypeMask, fileTypes } from '../fuse/replies.ts'
import { utf8Of } from './homes.ts'
import { isFolder, type Node, type Nodes } from './nodes.ts'

/** A file as it is to be published. */
export interface PublishedFile {
  /** Path within the output. */
  readonly path: string
  readonly node: Node
}

/** What stands against publishing something. */
export interface Problem {
  readonly path: string
  /** `refused` is what has to be renamed or left out, `unsent` what could not be sent to the store. */
  readonly kind: 'refused' | 'unsent'
  readonly reason: string
}

/** The files of an output, sorted by path, and what cannot be published. */
export interface Listed {
  readonly files: readonly PublishedFile[]
  readonly problems: readonly Problem[]
}

/** Links that lead to links are followed so often, as the kernel does it. */
const mostLinks = 40

/** How an output is known: by absolute paths to programs, with which links may begin, and by what the names of its blobs begin with. */
export interface KnownAs {
  readonly places: readonly string[]
  readonly prefix: string
}

/**
 * All files of an output under all their names: symbolic links inside it are followed, also those to folders. Empty folders have no place in blob
 * storage and are left out.
 */
export function listFiles({ root }: Nodes, { places, prefix: blobPrefix }: KnownAs): Listed {
  const starts = places.map((place) => Buffer.from(place, 'utf8').toString('latin1'))
  const files: PublishedFile[] = []
  const problems: Problem[] = []
  const walk = (folder: Node, prefix: string, open: readonly Node[]) => {
    for (const [name, { node }] of folder.children ?? []) {
      const path = prefix + name
      const text = utf8Of(path)
      const refuse = (reason: string) => void problems.push({ path: text, kind: 'refused', reason })
      if (!Buffer.from(text, 'utf8').equals(Buffer.from(path, 'latin1'))) {
        refuse('has a name that is not UTF-8; blob names are. Rename it.')
        continue
      }
      const target = node.target ? follow(root, folder, node.target, starts) : node
      if (target === 'nowhere') refuse('is a link to nowhere. Replace it by a plain file, or leave it out.')
      else if (target === 'outside')
        refuse('is a link that leads out of the folder. Replace it by a plain file, or leave it out.')
      else if (open.includes(target))
        refuse('is a link to a folder that it lies in. Replace it by a plain file, or leave it out.')
      else if (isFolder(target)) walk(target, `${path}/`, [...open, target])
      else if ((target.mode & fileTypeMask) !== fileTypes.file)
        refuse('is neither a file nor a folder (a FIFO or a socket). Leave it out.')
      else add({ path: text, node: target })
    }
  }
  const add = (file: PublishedFile) => {
    const problem = problemOfBlobName(blobPrefix + file.path)
    const reason = `cannot be the name of a blob: names must not be such that they ${problem}. Rename the file.`
    if (problem === undefined) files.push(file)
    else problems.push({ path: file.path, kind: 'refused', reason })
  }
  walk(root, '', [root])
  files.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { files, problems }
}

/** What a link leads to, going through others on its way. */
function follow(root: Node, folder: Node, link: Buffer, places: readonly string[]): Node | 'nowhere' | 'outside' {
  let left = mostLinks
  const resolve = (from: Node, target: string): Node | 'nowhere' | 'outside' => {
    if (left === 0) return 'nowhere'
    left -= 1
    const place = places.find((one) => target === one || target.startsWith(`${one}/`))
    if (target.startsWith('/') && place === undefined) return 'outside'
    let current = place === undefined ? from : root
    for (const name of (place === undefined ? target : target.slice(place.length)).split('/')) {
      if (name === '' || name === '.') continue
      if (!isFolder(current)) return 'nowhere'
      if (name === '..' && current === root) return 'outside'
      const next: Node | undefined = name === '..' ? current.places[0]?.parent : current.children?.get(name)?.node
      if (!next) return 'nowhere'
      const reached = next.target ? resolve(current, next.target.toString('latin1')) : next
      if (typeof reached === 'string') return reached
      current = reached
    }
    return current
  }
  return resolve(folder, link.toString('latin1'))
}
