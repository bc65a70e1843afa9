/** How long a reader may keep a connection waiting. */
export interface Patience {
  /** The reader has a page, and is to ask for the next. */
  begin(): void
  end(): void
}

// A page that is taken within it costs nothing: most of that is not the reader's own doing.
const PAGE_MS = 1000

/**
 * Whoever reads slowly holds a connection that others wait for.
 *
 * @param totalMs for all pages together, beside a second for each
 * @param over called once it has run out
 */
export function createPatience(totalMs: number, over: () => void): Patience {
  let leftMs = totalMs
  let since = 0
  let timer: NodeJS.Timeout | undefined
  return {
    begin() {
      since = performance.now()
      timer = setTimeout(over, leftMs + PAGE_MS)
    },
    end() {
      clearTimeout(timer)
      leftMs -= Math.max(0, performance.now() - since - PAGE_MS)
    },
  }
}
