/** Counts what failed before authentication: strangers cannot fill the log, and are not forgotten either. */
export class Strangers {
  #counts: Record<string, number> = {}
  #since = 0
  readonly #write: (counts: Readonly<Record<string, number>>, sinceMs: number, untilMs: number) => void
  readonly #now: () => number
  #timer: NodeJS.Timeout | undefined

  constructor(
    now: () => number,
    write: (counts: Readonly<Record<string, number>>, sinceMs: number, untilMs: number) => void,
  ) {
    this.#now = now
    this.#write = write
  }

  count(reason: string): void {
    this.#counts[reason] = (this.#counts[reason] ?? 0) + 1
    if (this.#timer !== undefined) return
    this.#since = this.#now()
    // At most one summary a second: the first stranger starts the second.
    this.#timer = setTimeout(() => this.flush(), 1000).unref()
  }

  flush(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    const counts = this.#counts
    this.#counts = {}
    this.#write(counts, this.#since, this.#now())
  }
}
