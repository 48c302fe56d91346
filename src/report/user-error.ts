import type { ErrorCode } from './error-codes.ts'

/**
 * Something the user can mend: what happened, where, and what to do. Everything else that is thrown is a bug of ours.
 * `code` is stable and short (`dataset-not-found`); it is printed behind the message, and is the anchor of docs/troubleshooting.md.
 */
export class UserError extends Error {
  override readonly name = 'UserError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The step was told to stop (SIGINT or SIGTERM). Passed as the reason of every AbortSignal in the action. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

/** All that is known of whatever was thrown, for the debug log: the stack where there is one. */
export function detailOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
