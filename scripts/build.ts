import { execFileSync } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'

/**
 * Builds dist/ from src/: TypeScript to JavaScript in build/, then everything that it imports into a few files that run
 * with no node_modules beside them. The same sources give the same bytes on every machine, so CI can compare.
 */
const root = path.resolve(import.meta.dirname, '..')
const build = path.join(root, 'build')
const dist = path.join(root, 'dist')

/** The runner starts one of these, or the action itself does; src/index.ts picks its part from the name of the file that was started. */
const ROLES = ['main', 'post', 'publish', 'worker', 'mount']

/** The part of ncc's interface that is used here; ncc brings no types. */
type Ncc = (
  entry: string,
  options: object,
) => Promise<{ code: string; assets: Record<string, { source: Buffer | string }> }>

await rm(build, { recursive: true, force: true })
compile()
const files = { ...(await bundle()), ...roleFiles() }
refuseLocalPaths(files)
await rm(dist, { recursive: true, force: true })
await mkdir(dist)
for (const [name, text] of Object.entries(files)) await writeFile(path.join(dist, name), text)
const kilobytes = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1024
console.log(`dist/: ${Object.keys(files).length} files, ${Math.round(kilobytes).toLocaleString('en')} KiB`)

/** A step of its own, because the TypeScript loader of ncc cannot work with TypeScript 7. */
function compile(): void {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
}

/**
 * Not minified: ncc minifies the entry file only, which then starts slower (100 ms instead of 85 ms, measured), and nobody
 * could review what changed. ncc's interface instead of its command line, because it leaves the writing to us.
 */
async function bundle(): Promise<Record<string, string>> {
  const ncc: Ncc = createRequire(import.meta.url)('@vercel/ncc')
  const { code, assets } = await ncc(path.join(build, 'index.js'), {
    esm: true,
    target: 'es2024',
    license: 'licenses.txt',
    sourceMapRegister: false,
    cache: false,
    quiet: true,
  })
  const others = Object.entries(assets).filter(([name]) => !isLeftOut(name))
  const texts = [['index.js', code] as const, ...others.map(([name, { source }]) => [name, source.toString()] as const)]
  // Some packages have Windows line ends, which git would change at the next checkout; to JavaScript they are the same.
  return Object.fromEntries(texts.map(([name, text]) => [name, text.replaceAll('\r\n', '\n')]))
}

/** A file that a package takes along, beside its code: known not to be needed, or a reason to stop and look. */
function isLeftOut(asset: string): boolean {
  // @azure/identity opens a browser with it in its interactive sign-in, which no runner can use.
  if (asset === 'xdg-open') return true
  if (/^(\d+\.index\.js|package\.json|licenses\.txt)$/.test(asset)) return false
  throw new Error(`The bundle wants to bring along ${asset}: decide in scripts/build.ts whether it is needed`)
}

function roleFiles(): Record<string, string> {
  const text = (role: string) =>
    `// Started for the role "${role}"; index.js reads it from the name of this file.\nimport './index.js'\n`
  return Object.fromEntries(ROLES.map((role) => [`${role}.js`, text(role)]))
}

/** A path of the machine that built it would make dist/ differ from one machine to the next. */
function refuseLocalPaths(texts: Record<string, string>): void {
  for (const [name, text] of Object.entries(texts)) {
    const line = text.split('\n').findIndex((one) => one.includes(root)) + 1
    if (line > 0) throw new Error(`dist/${name}:${line} contains the path of this repository`)
  }
}
