import type { Log } from '../../src/report/index.ts'

/** A log that keeps silent. */
export const silentLog: Log = {
  debug() {},
  info() {},
  notice() {},
  warning() {},
  mask() {},
}
