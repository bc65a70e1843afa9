import type { Window } from '../spec/index.js'

/**
 * When something was spent, as far as it counts: the beginning of a slot of a rolling window, of a day or a month of UTC, or 0.
 * Milliseconds since the epoch.
 */
export type Stamp = number

/** A rolling window gives back a slot at a time: what is spent counts up to this part of the window longer. */
const SLOTS = 120
/** So long a rolling window's slots are kept beyond their time: clocks of others may be behind. */
const SLACK_MS = 5000
const DAY_MS = 86_400_000

export function stampOf(window: Window, nowMs: number): Stamp {
  switch (window.kind) {
    case 'rolling': {
      const slot = slotMs(window.ms)
      return Math.floor(nowMs / slot) * slot
    }
    case 'day':
      return Math.floor(nowMs / DAY_MS) * DAY_MS
    case 'month': {
      const at = new Date(nowMs)
      return Date.UTC(at.getUTCFullYear(), at.getUTCMonth())
    }
    case 'total':
      return 0
  }
}

/** When what was spent then counts no more. Infinite: never. */
export function endOf(window: Window, stamp: Stamp): number {
  switch (window.kind) {
    case 'rolling':
      // The whole slot must have left the window: what was spent at its end counts for no less than the window's length.
      return stamp + slotMs(window.ms) + window.ms
    case 'day':
      return stamp + DAY_MS
    case 'month': {
      const at = new Date(stamp)
      return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1)
    }
    case 'total':
      return Number.POSITIVE_INFINITY
  }
}

/** Whether what was spent then counts now. Of a day and a month only the present one does, whatever another's clock says. */
export function counts(window: Window, stamp: Stamp, nowMs: number): boolean {
  return window.kind === 'rolling' ? endOf(window, stamp) > nowMs : stamp === stampOf(window, nowMs)
}

/** Until when it must be remembered. */
export function keptUntil(window: Window, stamp: Stamp): number {
  return endOf(window, stamp) + (window.kind === 'rolling' ? SLACK_MS : DAY_MS)
}

function slotMs(windowMs: number): number {
  return Math.max(1, Math.floor(windowMs / SLOTS))
}
