import type { TokenCredential } from '@azure/core-auth'
import type { ListedPage } from './list-reader.ts'

/** Where a container is. `url` has no query and no credentials. */
export interface ContainerLocation {
  readonly accountName: string
  readonly containerName: string
  /** `https://{account}.blob.{endpoint}/{container}`, or with the account in the path (Azurite). */
  readonly url: string
}

/** Whether two places are the same container, by whatever endpoint each is reached. */
export function isSameContainer(
  a: Pick<ContainerLocation, 'accountName' | 'containerName'>,
  b: Pick<ContainerLocation, 'accountName' | 'containerName'>,
): boolean {
  return a.accountName === b.accountName && a.containerName === b.containerName
}

/** What opens a container: an account key, a shared access signature (without `?`), or an Entra identity. */
export type ContainerCredential =
  | { readonly kind: 'account-key'; readonly accountKey: string }
  | { readonly kind: 'sas'; readonly sas: string }
  | { readonly kind: 'token'; readonly token: TokenCredential }

/** One page of a listing. */
export interface ListRequest {
  /** What the names begin with. */
  readonly prefix: string
  /** With `/`, what lies in folders is not listed, but the folders are. */
  readonly delimiter: '' | '/'
  /** Where the page begins, as the one before said; undefined for the first. */
  readonly marker: string | undefined
  /** Blobs on the page at most; 5,000 where it is not given, which is the most there is. */
  readonly most?: number
  readonly signal: AbortSignal
}

/** A stretch of one blob, pinned to the ETag that a listing showed. */
export interface ReadRequest {
  readonly name: string
  readonly etag: string
  /** First byte. */
  readonly offset: number
  /** Bytes to read, more than 0. */
  readonly length: number
  readonly signal: AbortSignal
  /** Gets the bytes in order. They are only valid until it returns; what it throws ends the read. */
  readonly onBytes: (bytes: Uint8Array) => void
}

/** Put Block List takes so many blocks at the most. */
export const mostBlocks = 50_000

/** Conditions and contents of a blob that is written. */
export interface WriteOptions {
  /** MD5 of the whole content, in base64. Stored with the blob; undefined where nobody knows it, and then none is stored. */
  readonly md5: string | undefined
  /** Whether a blob of that name may be replaced; if not, the service answers 409 (`If-None-Match: *`). */
  readonly replace: boolean
  readonly signal: AbortSignal
}

/** A blob as it was written. */
export interface Written {
  /** Without quotes. */
  readonly etag: string
  /** Of the whole content, in base64, where it is stored. */
  readonly md5: string | undefined
}

/** A blob that is copied within its container. */
export interface CopyRequest {
  readonly from: string
  /** Of what is copied: another content is not. */
  readonly etag: string
  readonly to: string
  /** Whether a blob of that name may be replaced; if not, the service answers 409. */
  readonly replace: boolean
  readonly signal: AbortSignal
}

/**
 * One container over HTTP. All operations throw {@link BlobError} for what the service refuses, and the signal's reason
 * when they are told to stop. What fails in passing (a broken connection, a busy service) is told and tried again; reads go on where the
 * connection broke, never with another ETag.
 */
export interface BlobContainer {
  readonly location: ContainerLocation
  /** What opened it, so that another thread can open it too; undefined where it is not reached over HTTP. */
  readonly credential: ContainerCredential | undefined
  /** Requests that failed in passing and wait to be sent again, right now. */
  readonly requestsWaiting: number
  /** How often the service has asked for fewer requests (503, 429). */
  readonly timesThrottled: number
  /** Blobs, and folders where there is a delimiter, in the service's order, without what stands for a folder. A page may be empty and not the last. */
  listPage(request: ListRequest): Promise<ListedPage>
  /** Whether the credentials may list: asks for one blob below `prefix`. */
  probe(prefix: string, signal: AbortSignal): Promise<void>
  /**
   * Whether the credentials may write below `prefix` (empty, or ends in `/`), without writing: a Put Blob on a condition that no blob can
   * meet. The service asks for the right first and for the condition then, so that 412 means: you could have.
   * (learn.microsoft.com, "Specifying conditional headers for Blob service operations": 412 where `If-Match` is not met by a write.)
   */
  probeWrite(prefix: string, signal: AbortSignal): Promise<void>
  read(request: ReadRequest): Promise<void>
  /** Writes a small blob in one request (Put Blob); `Content-MD5` is checked by the service, and computed where it is not given. */
  putBlob(name: string, content: Uint8Array, options: WriteOptions): Promise<Written>
  /** Stages one block of a large blob (Put Block). `id` is base64, of equal length for all blocks of a blob. */
  putBlock(name: string, id: string, content: Uint8Array, signal: AbortSignal): Promise<void>
  /** Makes a blob of staged blocks (Put Block List). */
  putBlockList(name: string, ids: readonly string[], options: WriteOptions): Promise<Written>
  /** Copies a blob within the container, in the service (Copy Blob), and resolves when the copy is complete. @returns its ETag */
  copyBlob(request: CopyRequest): Promise<string>
  /** Deletes a blob; one that is not there is no error. */
  deleteBlob(name: string, signal: AbortSignal): Promise<void>
}
