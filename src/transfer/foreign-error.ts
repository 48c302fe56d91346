import { BlobError } from '../blobs/index.ts'
import { Cancelled, type ErrorCode, UserError } from '../report/index.ts'
import { FetchFailure, type FetchFault } from './fetch-file.ts'
import { FileChanged } from './store-file.ts'

/** An error as it can be sent from one thread to another, which would forget what kind it is. */
export type SentError =
  | { readonly kind: 'user'; readonly code: ErrorCode; readonly message: string; readonly cause: string }
  | {
      readonly kind: 'blob'
      readonly operation: string
      readonly status: number
      readonly code: string
      readonly date: string | undefined
    }
  | { readonly kind: 'fetch'; readonly fault: FetchFault; readonly path: string }
  | { readonly kind: 'changed'; readonly message: string }
  | { readonly kind: 'cancelled'; readonly message: string }
  | { readonly kind: 'other'; readonly message: string; readonly code: string | undefined; readonly stack: string }

export function toSent(error: unknown): SentError {
  if (error instanceof UserError)
    return { kind: 'user', code: error.code, message: error.message, cause: String(error.cause ?? '') }
  if (error instanceof BlobError) {
    const { operation, status, code, date } = error
    return { kind: 'blob', operation, status, code, date }
  }
  if (error instanceof FetchFailure) return { kind: 'fetch', fault: error.fault, path: error.path }
  if (error instanceof FileChanged) return { kind: 'changed', message: error.message }
  if (error instanceof Cancelled) return { kind: 'cancelled', message: error.message }
  const { message, stack = '', code }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(`${error}`)
  return { kind: 'other', message, code, stack }
}

export function fromSent(sent: SentError): Error {
  switch (sent.kind) {
    case 'user':
      return new UserError(sent.code, sent.message, { cause: sent.cause })
    case 'blob':
      return new BlobError(sent.operation, sent.status, sent.code, { date: sent.date })
    case 'fetch':
      return new FetchFailure(sent.fault, sent.path)
    case 'changed':
      return new FileChanged(sent.message)
    case 'cancelled':
      return new Cancelled(sent.message)
    case 'other': {
      const error = Object.assign(new Error(sent.message), { stack: sent.stack })
      return sent.code === undefined ? error : Object.assign(error, { code: sent.code })
    }
  }
}
