import type { Tokens } from './tokenizer.js'

/** Tokens that the model looks at in one piece, without the marks of beginning and end. */
export const WINDOW = 126
/** How far the next one begins behind it: what lies across an edge of one stands inside another. */
export const STRIDE = 94

/** Tokens `from` to `to` of a text, and those of them that this window speaks for: each token has one window, far from its edges. */
export interface Window {
  readonly from: number
  readonly to: number
  readonly ownFrom: number
  readonly ownTo: number
}

export function windowsOf({ ids }: Pick<Tokens, 'ids'>): readonly Window[] {
  const { length } = ids
  const windows: Window[] = []
  const margin = (WINDOW - STRIDE) >> 1
  for (let from = 0; ; from += STRIDE) {
    const to = Math.min(length, from + WINDOW)
    const isLast = to === length
    windows.push({ from, to, ownFrom: from === 0 ? 0 : from + margin, ownTo: isLast ? length : to - margin })
    if (isLast) return windows
  }
}

/** Of a system message no more is compared than its first windows: each costs as much as two of a text. */
const CHARGE_WINDOWS_MAX = 4

/** What is compared: the first windows of a system message, each with the first and the last window of a text. */
export function pairsOf(
  charge: Pick<Tokens, 'ids'>,
  text: Pick<Tokens, 'ids'>,
): readonly (readonly [charge: Window, text: Window])[] {
  if (charge.ids.length === 0 || text.ids.length === 0) return []
  const all = windowsOf(text)
  const ends = all.filter((_, at) => at === 0 || at === all.length - 1)
  return windowsOf(charge)
    .slice(0, CHARGE_WINDOWS_MAX)
    .flatMap((above) => ends.map((below) => [above, below] as const))
}
