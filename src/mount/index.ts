/** Datasets as a file system of our own: the kernel's FUSE, a daemon that serves it, and the way to both. */
export { askDaemon, type MountStatus } from './control.ts'
export { type Daemon, startDaemon } from './daemon.ts'
export type { Reader } from './fuse/device.ts'
export type { Fault } from './input-files.ts'
export { type Launched, launchDaemon, readyDescriptor } from './launch.ts'
export { deadMounts, type InputMount, unmountLeftovers } from './mounted.ts'
export { hasSysAdmin, lackingForMount, type MountRights, readMountRights } from './rights.ts'
