import { listed, nearest, quoted, UserError } from '../report/index.ts'

/** Names of the inputs and outputs that a command may mention. */
export interface CommandNames {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

/** `${{inputs.x}}`, with or without spaces. */
const mention = /\$\{\{\s*(inputs|outputs)\.([\w.-]+)\s*\}\}/g
/** The same without the dollar: GitHub would take the other for its own. */
const bareMention = /(?<!\$)\{\{\s*(inputs|outputs)\.(\w+)\s*\}\}/g
/** AzureML leaves out what stands in brackets if an input in it was not given. */
const optionalPart = /\[[^\]]*\]/g

/**
 * The command as AzureML takes it.
 * @param isInline whether it stands in the workflow, where `{{inputs.x}}` is written for names that there are
 * @throws UserError for a mention of what there is not
 */
export function expandCommand(command: string, names: CommandNames, isInline: boolean): string {
  const isKnown = (kind: string, name: string) => names[kind as keyof CommandNames].includes(name)
  const whole = isInline
    ? command.replace(bareMention, (bare, kind: string, name: string) =>
        isKnown(kind, name) ? `\${{${kind}.${name}}}` : bare,
      )
    : command
  for (const [, kind = '', name = ''] of whole.replace(optionalPart, '').matchAll(mention))
    if (!isKnown(kind, name)) throw unknownMention(kind, name, names)
  return whole.replace(mention, (_, kind: string, name: string) => `\${{${kind}.${name}}}`)
}

function unknownMention(kind: string, name: string, names: CommandNames): UserError {
  const known = names[kind as keyof CommandNames]
  const [near] = nearest(name, known)
  const there = known.length === 0 ? `There are no ${kind}.` : `There are: ${listed(known)}.`
  return new UserError(
    'bad-job',
    `The command of the job mentions ${quoted(`${kind}.${name}`)}, which it does not have. ${near ? `Did you mean "${near}"? ` : ''}${there}`,
  )
}

/** A place in the job's file system that is to be the folder of an input or output. */
export interface FolderLink {
  /** `inputs.my_folder` */
  readonly port: string
  /** Absolute, or relative to the code. */
  readonly targetFolder: string
}

/** The command, after links were made from the places that scripts know to the folders of the datasets. */
export function withLinks(command: string, links: readonly FolderLink[]): string {
  const lines = links.map(({ port, targetFolder }) => {
    const target = shellQuoted(targetFolder)
    return `mkdir -p -- "$(dirname -- ${target})" && ln -sfnT -- "\${{${port}}}" ${target} || exit 1`
  })
  return [...lines, command].join('\n')
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
