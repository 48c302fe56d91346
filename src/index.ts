import { basename } from 'node:path'

/**
 * The runner starts `dist/main.js`, `dist/post.js` or `dist/publish.js`; they start `dist/worker.js` as a thread, and `dist/mount.js` as a
 * process. All are this program: the name says which role it has.
 */
const roles: Record<string, () => Promise<void>> = {
  'main.js': async () => (await import('./action/main.ts')).runMain(),
  'post.js': async () => (await import('./action/post.ts')).runPost(),
  'publish.js': async () => (await import('./action/publish.ts')).runPublish(),
  'mount.js': async () => (await import('./action/mount-daemon.ts')).runMountDaemon(),
  'worker.js': async () => (await import('./transfer/index.ts')).runThread(),
}

const role = roles[basename(process.argv[1] ?? '')]
if (!role) throw new Error(`Started as ${process.argv[1]}, which is none of ${Object.keys(roles).join(', ')}.`)
await role()
// Idle connections must not hold the step open; what was written has to arrive first.
process.stdout.write('', () => process.exit())
