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
