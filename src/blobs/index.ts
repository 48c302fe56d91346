/** One container over HTTP: list it, take a snapshot, read stretches of blobs, write blobs. */
export { type Blob, BlobError } from './blob.ts'
export {
  type BlobContainer,
  type ContainerCredential,
  type ContainerLocation,
  isSameContainer,
  type ReadRequest,
  type WriteOptions,
} from './container.ts'
export { openContainer } from './sdk-container.ts'
export { type Snapshot, type SnapshotFile, snapshotOf, takeFileSnapshot, takeSnapshot } from './snapshot.ts'
