/** A stretch of a text, and where it begins there. */
export interface Window {
  readonly start: number
  readonly text: string
}

/** Of a window that is not the first, how much the one before it has too: a quarter, and no more than this. */
const OVERLAP_MAX = 256
/** How far back an edge moves so that it does not cut a word. */
const WORD_MAX = 64
const SPACE = /\s/

/**
 * Cuts a text into windows of at most `max` that overlap. What is not longer than the overlap stands whole in one of them; what is
 * longer, and lies across an edge, may be seen by nobody as a whole.
 *
 * No window begins or ends in the middle of a surrogate pair.
 *
 * @param max UTF-16 code units, at least 16
 */
export function windowsOf(text: string, max: number): readonly Window[] {
  if (text.length <= max) return [{ start: 0, text }]
  const overlap = Math.min(OVERLAP_MAX, max >> 2)
  const word = Math.min(WORD_MAX, max >> 3)
  const windows: Window[] = []
  let start = 0
  for (;;) {
    if (text.length - start <= max) {
      windows.push({ start, text: text.slice(start) })
      return windows
    }
    const end = edge(text, start + max, word)
    windows.push({ start, text: text.slice(start, end) })
    start = edge(text, end - overlap, word)
  }
}

/** Where a text may be cut, at `at` or up to `word` before it: behind a space where there is one. */
function edge(text: string, at: number, word: number): number {
  for (let i = at; i > at - word; i--) if (SPACE.test(text.charAt(i - 1))) return i
  return isLowSurrogate(text.charCodeAt(at)) ? at - 1 : at
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}
