import { UserError } from '../report/index.ts'

/** Services refuse what was made more than so many milliseconds ago, or will be (15 minutes for shared keys, 5 for assertions). */
export const tolerableSkew = 5 * 60_000

/**
 * How far the clock of this machine is ahead of a service's, in milliseconds (negative: behind), by the `Date` header of an answer that
 * has just come; undefined where there is none.
 */
export function clockSkew(dateHeader: string | null | undefined, now: number = Date.now()): number | undefined {
  const theirs = Date.parse(dateHeader ?? '')
  return Number.isNaN(theirs) ? undefined : now - theirs
}

/** `12 minutes behind`, for people; undefined where the clock is right enough. */
export function describeSkew(skew: number | undefined): string | undefined {
  if (skew === undefined || Math.abs(skew) < tolerableSkew) return undefined
  const minutes = Math.round(Math.abs(skew) / 60_000)
  return `${minutes.toLocaleString('en-US')} minutes ${skew > 0 ? 'ahead' : 'behind'}`
}

/** What to do about a clock that is wrong; undefined where it is right enough. */
export function clockAdvice(skew: number | undefined): string | undefined {
  const described = describeSkew(skew)
  return (
    described &&
    `Compared with Azure's, the clock of this runner is ${described}, so what it signs counts as expired or not yet valid. Set the clock: ` +
      '"sudo timedatectl set-ntp true" (Windows: "w32tm /resync"), or restart the machine if it was suspended.'
  )
}

/** A refusal that comes of a wrong clock; undefined where the clock is right enough. */
export function clockError(refusal: string, skew: number | undefined, cause: unknown): UserError | undefined {
  const advice = clockAdvice(skew)
  return advice === undefined ? undefined : new UserError('clock-skew', `${refusal} ${advice}`, { cause })
}
