/** How long somebody waits. */
export interface Patience {
  /** Aborted once nobody waits any more, or it has lasted too long. */
  readonly over: AbortSignal
  /** It has lasted too long. */
  isAtEnd(): boolean
  close(): void
}

/**
 * Not `AbortSignal.any` over `AbortSignal.timeout`: on Node 20 such a signal may be collected before it is aborted, and whoever waits
 * for it does so for good.
 */
export function createPatience(ms: number, ended: AbortSignal | undefined): Patience {
  const own = new AbortController()
  let isAtEnd = false
  const end = (): void => own.abort()
  const timer = setTimeout(() => {
    isAtEnd = true
    end()
  }, ms)
  if (ended?.aborted === true) end()
  ended?.addEventListener('abort', end)
  return {
    over: own.signal,
    isAtEnd: () => isAtEnd,
    close() {
      clearTimeout(timer)
      ended?.removeEventListener('abort', end)
    },
  }
}
