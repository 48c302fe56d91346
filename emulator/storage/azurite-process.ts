/**
 * The process that Azurite runs in. Its standard input is a pipe to the emulator: when that closes, however the emulator
 * ended, this process removes the emulator's folder and ends.
 */
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'

const folder = process.env.AZUREML_EMULATOR_FOLDER

process.stdin.resume().once('close', () => {
  if (folder) rmSync(folder, { recursive: true, force: true })
  process.exit()
})

createRequire(import.meta.url)('azurite/dist/src/blob/main.js')
