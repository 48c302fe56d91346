import { Cancelled, messageOf, UserError } from '../report/index.ts'

/** One line about whatever a step threw: what happened, what to do, and where to read more. */
export function explainFailure(error: unknown): string {
  if (error instanceof Cancelled) return error.message
  if (error instanceof UserError) return withAnchor(oneLine(error.message), error.code)
  if (isRefusedBySystem(error)) {
    return withAnchor(
      `The system of the runner refused: ${oneLine(error.message)}. Look at the rights, the kind and the room of that place.`,
      'system-refused',
    )
  }
  return withAnchor(
    `This is a bug in the action, or something that it does not know yet: ${oneLine(messageOf(error))}. Run again with debug logging, and report it with the log.`,
    'bug',
  )
}

/** Behind the message, its code and the paragraph of docs/troubleshooting.md about it, in the version that runs. */
function withAnchor(message: string, code: string): string {
  return `${message} [${code}] ${troubleshooting()}#${code}`
}

/** The runner names the repository of the action, unless that is a folder of the checkout. */
function troubleshooting(): string {
  const { GITHUB_SERVER_URL, GITHUB_ACTION_REPOSITORY, GITHUB_ACTION_REF } = process.env
  const page = 'docs/troubleshooting.md'
  if (!GITHUB_SERVER_URL || !GITHUB_ACTION_REPOSITORY) return page
  return `${GITHUB_SERVER_URL}/${GITHUB_ACTION_REPOSITORY}/blob/${GITHUB_ACTION_REF || 'HEAD'}/${page}`
}

/** Rights, room and limits of the machine: nothing that we could mend. */
function isRefusedBySystem(error: unknown): error is Error {
  const codes = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENAMETOOLONG', 'EIO']
  return error instanceof Error && 'syscall' in error && 'code' in error && codes.includes(String(error.code))
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ')
}
