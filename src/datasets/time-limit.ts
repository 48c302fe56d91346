import { type Context, createContext, runInContext } from 'node:vm'

/** Made once, as it takes a millisecond or more. */
let context: Context | undefined

/**
 * Does work that cannot be told to stop, such as matching a regular expression, and ends it after so many milliseconds.
 * @throws what `tooLong` makes, when it took longer
 */
export function withinTime<T>(milliseconds: number, work: () => T, tooLong: () => Error): T {
  context ??= createContext()
  context.work = work
  try {
    // The only way to end code that never gives control back: V8 ends what a script of `node:vm` calls, too.
    return runInContext('work()', context, { timeout: milliseconds })
  } catch (error) {
    // An error of another realm: `instanceof Error` does not know it.
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw tooLong()
    throw error
  }
}
