import type { Attributes, Replies } from '../fuse/replies.ts'
import { READ, RELEASE, type Request } from '../fuse/requests.ts'
import type { Handlers } from '../fuse/serve.ts'
import type { Node, Nodes, Place } from './nodes.ts'

export interface FolderListingOptions {
  readonly nodes: Nodes
  readonly replies: Replies
  readonly attributes: (node: Node) => Attributes
}

/** Lists folders, also while they change. */
export function folderListings({ nodes, replies, attributes }: FolderListingOptions): Handlers {
  const listings = new Map<number, Listing>()
  let nextListing = 1
  const opendir = (request: Request) => {
    const folder = nodes.get(request.nodeid)
    listings.set(nextListing, { folder, next: undefined, last: 0, rest: places(folder) })
    replies.opened(request.unique, nextListing, 0)
    nextListing += 1
  }
  const readdir = (withAttributes: boolean) => (request: Request) => {
    const listing = listings.get(request.u64(READ.handle64))
    if (!listing) return replies.error(request.unique, 'EBADF')
    const entries = replies.entries(request.u32(READ.size), withAttributes)
    list(listing, request.u64(READ.offset64), (cookie, name, node, isDot) => {
      if (!entries.add(cookie, name, attributes(node), !isDot)) return false
      if (withAttributes && !isDot) node.lookups += 1
      return true
    })
    entries.send(request.unique)
  }
  return {
    OPENDIR: opendir,
    READDIR: readdir(false),
    READDIRPLUS: readdir(true),
    RELEASEDIR: (request) => {
      listings.delete(request.u64(RELEASE.handle64))
      replies.ok(request.unique)
    },
  }
}

/** A folder that somebody lists, and how far. */
interface Listing {
  readonly folder: Node
  /** Cookie of the entry that was given last. */
  last: number
  /** What comes behind it. */
  rest: Iterator<Place>
  /** Taken from `rest`, and not given yet; with the cookie that it had then. */
  next: { readonly place: Place; readonly cookie: number } | undefined
}

const dots = [Buffer.from('.'), Buffer.from('..')]
/** Cookies of names come behind those of the dots. */
const firstCookie = dots.length

function places({ children }: Node): Iterator<Place> {
  if (!children) throw new Error('not a folder')
  return children.values()
}

/**
 * Gives the entries behind that cookie, until `give` takes no more. Names keep their cookies, and maps may be gone through while they change: so nothing is
 * left out or given twice because something else was made or removed.
 */
function list(
  listing: Listing,
  cookie: number,
  give: (cookie: number, name: Buffer, node: Node, isDot: boolean) => boolean,
): void {
  const { folder } = listing
  if (cookie !== listing.last) Object.assign(listing, { rest: places(folder), next: undefined, last: cookie })
  for (let at = cookie; at < firstCookie; at += 1) {
    const node = at === 0 ? folder : (folder.places[0]?.parent ?? folder)
    if (!give(at + 1, dots[at] as Buffer, node, true)) return
    listing.last = at + 1
  }
  for (;;) {
    const kept = listing.next
    const place = kept?.place ?? listing.rest.next().value
    if (!place) return
    listing.next = undefined
    // While it was kept it may have been removed; or renamed, then it comes again, behind all others.
    const isThere = folder.children?.get(place.name) === place && (!kept || kept.cookie === place.cookie)
    const next = place.cookie + firstCookie
    if (!isThere || next <= cookie) continue
    if (!give(next, Buffer.from(place.name, 'latin1'), place.node, false)) {
      listing.next = { place, cookie: place.cookie }
      return
    }
    listing.last = next
  }
}
