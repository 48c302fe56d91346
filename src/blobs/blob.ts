/** One blob as a listing shows it. */
export interface Blob {
  /** Name within the container, as stored: never percent-encoded. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Entity tag without quotes. */
  readonly etag: string
  /** Stored MD5 of the content in base64, where one is stored (large uploads by other tools often have none). */
  readonly md5: string | undefined
  /** Milliseconds since the epoch; the service keeps whole seconds. */
  readonly lastModified: number
  /** `Hot`, `Cool`, `Cold`, `Archive`, or undefined where the account has no tiers. */
  readonly tier: string | undefined
}

/** An operation on a blob or container that the service refused, or that the network broke for good. */
export class BlobError extends Error {
  override readonly name = 'BlobError'
  /** What was done, in one word, and to what: `read folder/file`, `list https://…`. The name is foreign text. */
  readonly operation: string
  /** HTTP status, or 0 where no answer came. */
  readonly status: number
  /** `x-ms-error-code`, or the network's code (`ECONNRESET`); empty where something answered that is not the service. */
  readonly code: string
  /** The `Date` header of the answer: the clock of the service. */
  readonly date: string | undefined
  /** Seconds after which the service wants to be asked again (`Retry-After`). */
  readonly retryAfter: number | undefined

  constructor(
    operation: string,
    status: number,
    code: string,
    {
      date,
      retryAfter,
      ...options
    }: ErrorOptions & { date?: string | undefined; retryAfter?: number | undefined } = {},
  ) {
    super(`${operation}: ${status || 'no answer'} ${code}`.trim(), options)
    this.operation = operation
    this.status = status
    this.code = code
    this.date = date
    this.retryAfter = retryAfter
  }
}
