import { runThread } from './thread-side.ts'

await runThread()
