import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Puts files of others around a folder: beside it, above it, and where names such as `../x` and `/x` would lead. */
export function plantSentinels(target: string): void {
  const [parent, above] = [path.dirname(target), path.dirname(path.dirname(target))]
  for (const folder of [parent, above]) {
    for (const name of ['evil', 'x', '.x.azureml-datasets.json', `${path.basename(target)}_bar`, '__proto__'])
      writeFileSync(path.join(folder, name), `sentinel ${name}`)
    mkdirSync(path.join(folder, 'etc'), { recursive: true })
    writeFileSync(path.join(folder, 'etc', 'passwd'), 'sentinel')
  }
  symlinkSync('evil', path.join(parent, 'link'))
}

/** One value for everything below a folder, names, kinds and content, but for what is left out by its path below it. */
export function hashOfTree(folder: string, isLeftOut: (file: string) => boolean): string {
  const hash = createHash('sha256')
  const walk = (place: string) => {
    for (const name of readdirSync(place).sort()) {
      const full = path.join(place, name)
      const below = path.relative(folder, full)
      if (isLeftOut(below)) continue
      const status = lstatSync(full)
      hash.update(`${below}\0${status.mode}\0`)
      if (status.isDirectory()) walk(full)
      else if (status.isSymbolicLink()) hash.update(readlinkSync(full))
      else if (status.isFile()) hash.update(readFileSync(full))
    }
  }
  walk(folder)
  return hash.digest('hex')
}
