import { createContext, runInContext } from 'node:vm'

/**
 * Does work that cannot be told to stop, such as matching a regular expression, and ends it after so many milliseconds.
 * @throws what `tooLong` makes, when it took longer
 */
export function withinTime<T>(milliseconds: number, work: () => T, tooLong: () => Error): T {
  try {
    // The only way to end code that never gives control back: V8 ends what a script of `node:vm` calls, too.
    return runInContext('work()', createContext({ work }), { timeout: milliseconds })
  } catch (error) {
    // An error of another realm: `instanceof Error` does not know it.
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw tooLong()
    throw error
  }
}
