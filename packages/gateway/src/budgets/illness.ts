/** Whether the store takes what budgets write, for all accounts of a gateway. */
export interface Illness {
  /** It did not lately: it is not asked for a moment, so that not every request waits until it is known again. */
  rests(nowMs: number): boolean
  /** Requests go on meanwhile, by what was known last. */
  goesOn(): boolean
  isIll(nowMs: number, error: unknown): void
  isWell(): void
}

const REST_MS = 1000

export interface IllnessParts {
  /** `closed`: nothing is spent that cannot be counted. */
  readonly failure: () => 'closed' | 'open'
  /** The store went away, with a reason, or is back. */
  readonly onIll: (why: string | undefined) => void
}

export function createIllness({ failure, onIll }: IllnessParts): Illness {
  let askAgainMs: number | undefined
  return {
    rests: (nowMs) => askAgainMs !== undefined && nowMs < askAgainMs,
    goesOn: () => failure() === 'open',
    isIll(nowMs, error) {
      if (askAgainMs === undefined) onIll(error instanceof Error ? error.name : 'threw')
      askAgainMs = nowMs + REST_MS
    },
    isWell() {
      if (askAgainMs !== undefined) onIll(undefined)
      askAgainMs = undefined
    },
  }
}
