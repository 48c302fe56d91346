/** How everything below `src/action` speaks to the person who reads the log. */
export interface Log {
  /** Decisions, sizes and request ids, for those who turned debugging on. Never a secret, a header or a URL with a query. */
  debug(message: string): void
  /** Milestones and totals. */
  info(message: string): void
  /** Shown on the run's page. At most one or two a run. */
  notice(message: string): void
  /** Only when the user should change something. */
  warning(message: string): void
  /** Hides a secret in everything printed from now on. Call it before the secret is used for the first time. */
  mask(secret: string): void
}
