/** One container over HTTP: list it, take a snapshot, read stretches of blobs, write blobs. */
export { type Blob, BlobError } from './blob.ts'
export { problemOfBlobName } from './blob-name.ts'
export {
  type BlobContainer,
  type ContainerCredential,
  type ContainerLocation,
  type CopyRequest,
  isSameContainer,
  type ListRequest,
  mostBlocks,
  type ReadRequest,
  type WriteOptions,
  type Written,
} from './container.ts'
export { createGate, type Gate } from './gate.ts'
export { openContainer } from './http-container.ts'
export type { ListedPage } from './list-reader.ts'
export { listFolders, listPages } from './listing.ts'
export { type PackedBlobs, packBlobs } from './packed.ts'
export { readStretch } from './read.ts'
export { decodeSnapshot, encodeSnapshot } from './sent-snapshot.ts'
export {
  filesWithOthersBelow,
  type ListingOptions,
  type Snapshot,
  type SnapshotFile,
  snapshotOf,
  takeFileSnapshot,
  takeSnapshot,
} from './snapshot.ts'
export { oncePerTurn } from './turn.ts'
