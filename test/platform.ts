/** Tests of what only some systems have skip themselves elsewhere, with the reason, which the end of the run prints. */
export const hasProc = process.platform === 'linux'
export const isPosix = process.platform !== 'win32'
