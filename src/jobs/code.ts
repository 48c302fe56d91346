import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import ignore from 'ignore'
import { findCodeVersion, putCodeVersion } from '../azureml/index.ts'
import type { DatasetContext } from '../datasets/index.ts'
import { counted, formatBytes, quoted, UserError } from '../report/index.ts'
import { inParallel, type LocalFile, listLocalFiles, md5OfFile, uploadFiles } from '../transfer/index.ts'

/** Where code and build contexts are uploaded to, as the CLI does it. */
const codeDatastore = 'workspaceblobstore'
/** Bytes from which on it is worth a warning: each job downloads its code. */
const large = 100_000_000
const mostNamed = 10

/**
 * Uploads a folder of code, once for each content, and registers it.
 * @param folder absolute
 * @returns the ARM id of the code version
 * @throws UserError where there is no such folder, or nothing in it
 */
export async function uploadCode(context: DatasetContext, folder: string): Promise<string> {
  const files = await codeFiles(context, folder)
  const hash = await hashOf(files, folder, context.signal)
  const name = `github-${hash.slice(0, 40)}`
  const known = await findCodeVersion(context.workspace, name, '1')
  if (known !== undefined) {
    context.log.info(`Code: ${quoted(folder)} was uploaded before, for another job.`)
    return known
  }
  const url = await uploadFolder(context, folder, files, hash)
  return putCodeVersion(context.workspace, name, '1', { codeUri: url, hash })
}

/** Uploads a folder to where its content belongs, and gives its address. */
export async function uploadContext(context: DatasetContext, folder: string): Promise<{ url: string; hash: string }> {
  const files = await codeFiles(context, folder)
  const hash = await hashOf(files, folder, context.signal)
  return { url: `${await uploadFolder(context, folder, files, hash)}/`, hash }
}

/** Uploads a folder of data, or one file of it, for one job. @returns its URI */
export async function uploadData(context: DatasetContext, folder: string, file?: string): Promise<string> {
  const all = await listLocalFiles(folder, 'follow')
  const files = file === undefined ? all : all.filter(({ path }) => path === file)
  const hash = await hashOf(files, folder, context.signal)
  await uploadFolder(context, folder, files, hash)
  return `azureml://datastores/${codeDatastore}/paths/LocalUpload/${hash}/${basename(folder)}/${file ?? ''}`
}

async function uploadFolder(
  { workspace, access, signal, log }: DatasetContext,
  folder: string,
  files: readonly LocalFile[],
  hash: string,
): Promise<string> {
  const datastore = await access.datastore(workspace, codeDatastore)
  const prefix = `LocalUpload/${hash}/${basename(folder)}/`
  const container = await access.open(workspace, datastore, prefix, 'write', signal)
  // The place is that of its content: whoever was there before wrote the same.
  await uploadFiles({
    container,
    prefix,
    root: folder,
    files,
    replace: true,
    label: 'Code',
    concurrency: undefined,
    signal,
    log,
  })
  return `${container.location.url}/${prefix.slice(0, -1)}`
}

/** The files of a folder that are not ignored. `.amlignore` stands for `.gitignore` where there is one; `.git` is never code. */
async function codeFiles({ log }: DatasetContext, folder: string): Promise<LocalFile[]> {
  const status = await stat(folder).catch(() => undefined)
  if (!status?.isDirectory())
    throw new UserError(
      'bad-job',
      `code: there is no folder ${quoted(folder)} (is actions/checkout before this step?).`,
    )
  const read = (name: string) => readFile(join(folder, name), 'utf8').catch(() => undefined)
  const rules = ignore()
    .add((await read('.amlignore')) ?? (await read('.gitignore')) ?? '')
    .add(['.git', '.git/**'])
  const files = (await listLocalFiles(folder, 'follow')).filter(({ path }) => !rules.ignores(path))
  if (files.length === 0)
    throw new UserError('bad-job', `code: folder ${quoted(folder)} has no files, or all of them are ignored.`)
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  log.info(`Code: ${counted(files.length, 'file')}, ${formatBytes(bytes)} in ${quoted(folder)}.`)
  if (bytes > large) {
    const largest = files.toSorted((a, b) => b.size - a.size).slice(0, mostNamed)
    const named = largest.map(({ path, size }) => `${quoted(path)} (${formatBytes(size)})`).join(', ')
    log.warning(
      `Code of ${formatBytes(bytes)} is uploaded with the job. Leave out what it does not need, by .amlignore. The largest files: ${named}.`,
    )
  }
  return files
}

async function hashOf(files: readonly LocalFile[], folder: string, signal: AbortSignal): Promise<string> {
  const md5s = await inParallel(files, 8, signal, ({ path }) => md5OfFile(join(folder, path)))
  const hash = createHash('sha256').update(basename(folder))
  for (const [index, { path, size }] of files.entries()) hash.update(`\0${path}\0${size}\0${md5s[index]}`)
  return hash.digest('hex')
}
