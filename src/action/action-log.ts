import * as core from '@actions/core'
import type { Log } from '../report/index.ts'

/** The log of a step. Whatever a message holds, it cannot become a workflow command. */
export const actionLog: Log = {
  debug: (message) => core.debug(message),
  info: (message) => core.info(neutralised(message)),
  notice: (message) => core.notice(message),
  warning: (message) => core.warning(message),
  mask: (secret) => core.setSecret(secret),
}

/**
 * Takes the power from text that the runner would take for a command: `::` at the start of a line, and the old form `##[` anywhere in it
 * (`ActionCommand.cs` of the runner, whose white space includes U+0085). Notices, warnings and errors are commands themselves, and escaped by the toolkit.
 */
export function neutralised(message: string): string {
  return message.replace(/^([\s\u0085]*):(?=:)/gm, '$1: ').replaceAll('##[', '## [')
}
