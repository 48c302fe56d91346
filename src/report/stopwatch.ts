/** A part of a step, and how long it took. */
export interface Phase {
  readonly name: string
  readonly seconds: number
}

/** Tells where the time of a step went. A step does one thing after another, so each phase lasts until the next one begins: nothing is left out. */
export interface Stopwatch {
  /** From now on, time counts as this phase. One that was there before goes on. */
  begin(phase: string): void
  /** What was measured so far, the running phase included, in the order in which the phases first began. */
  phases(): readonly Phase[]
}

/** Starts with a first phase. `now` gives milliseconds. */
export function startStopwatch(first: string, now: () => number = () => performance.now()): Stopwatch {
  const measured = new Map<string, number>([[first, 0]])
  let running = { name: first, since: now() }
  const stop = () => {
    const moment = now()
    measured.set(running.name, (measured.get(running.name) ?? 0) + moment - running.since)
    running = { name: running.name, since: moment }
  }
  return {
    begin(phase) {
      stop()
      running = { ...running, name: phase }
      if (!measured.has(phase)) measured.set(phase, 0)
    },
    phases() {
      stop()
      return [...measured].map(([name, milliseconds]) => ({ name, seconds: milliseconds / 1000 }))
    },
  }
}
