import * as core from '@actions/core'
import { Cancelled, detailOf } from '../report/index.ts'
import { explainFailure } from './failure.ts'

/** The runner sends SIGTERM 7.5 s after SIGINT; a step ends within 5, its start and end included. */
const secondsToTidyUp = 4

/**
 * Runs a step: tells the work to stop when the runner says so (SIGINT, then 7.5 s later SIGTERM), and turns whatever is thrown into one line for
 * the user, an annotation and exit code 1.
 */
export async function runStep(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => stop.abort(new Cancelled(`Cancelled: the runner sent ${name}.`)))
  }
  try {
    await Promise.race([unforeseen(), work(stop.signal), lingering(stop.signal)])
  } catch (error) {
    reportFailure(stop.signal.aborted ? stop.signal.reason : error)
  }
}

/** Rejects some seconds after the signal, when work that cannot be stopped at once has had its time: soon after that the runner kills. */
function lingering(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => setTimeout(() => reject(signal.reason), secondsToTidyUp * 1000).unref())
  })
}

/** Rejects with what nobody waited for, such as something that fails within a library: Node would end the process with a stack. */
function unforeseen(): Promise<never> {
  return new Promise((_, reject) => {
    process.once('uncaughtException', reject)
    process.once('unhandledRejection', reject)
  })
}

function reportFailure(error: unknown): void {
  const detail = detailOf(error)
  core.debug(error instanceof Error && error.cause ? `${detail}\nCaused by: ${String(error.cause)}` : detail)
  core.setFailed(explainFailure(error))
}
