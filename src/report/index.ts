/** The lowest folder: how anything below the runner speaks to the user. Every other folder may import it. */
export { type ErrorCode, errorCodes } from './error-codes.ts'
export type { Log } from './log.ts'
export { type Phase, type Stopwatch, startStopwatch } from './stopwatch.ts'
export { counted, formatBytes, formatSeconds, listed, nearest, quoted } from './text.ts'
export { Cancelled, detailOf, messageOf, UserError } from './user-error.ts'
