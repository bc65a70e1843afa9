export interface StrangersSummary {
  /** By refusal code. */
  readonly counts: Readonly<Record<string, number>>
  /** By the reason that the log may know. */
  readonly why: Readonly<Record<string, number>>
  readonly sinceMs: number
  readonly untilMs: number
}

/** Reasons told apart within a summary: the list is closed, and an entry of the log has its own bound all the same. */
const REASONS_MAX = 64
const OTHERS = 'other reasons'

/** Counts what failed before authentication: strangers cannot fill the log, and are not forgotten either. */
export class Strangers {
  #counts: Record<string, number> = {}
  #why: Record<string, number> = {}
  #since = 0
  readonly #write: (summary: StrangersSummary) => void
  readonly #now: () => number
  #timer: NodeJS.Timeout | undefined

  constructor(now: () => number, write: (summary: StrangersSummary) => void) {
    this.#now = now
    this.#write = write
  }

  /** @param why a closed text that says more than the code, for the operator alone; never what a stranger sent */
  count(code: string, why: string): void {
    this.#counts[code] = (this.#counts[code] ?? 0) + 1
    const reason = Object.hasOwn(this.#why, why) || Object.keys(this.#why).length < REASONS_MAX ? why : OTHERS
    this.#why[reason] = (this.#why[reason] ?? 0) + 1
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
    const why = this.#why
    this.#counts = {}
    this.#why = {}
    this.#write({ counts, why, sinceMs: this.#since, untilMs: this.#now() })
  }
}
