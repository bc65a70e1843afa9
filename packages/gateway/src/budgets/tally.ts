import { parseWindow, type Window } from '../spec/index.js'
import { counts, endOf, keptUntil, type Stamp, stampOf } from './stamp.js'

/** What all gateways have taken of one meter, by when it counts. Whole numbers. */
export type Tally = Map<Stamp, number>

/** The tallies of an account by the ids of its meters, as its row in the store has them. */
export type Tallies = Map<string, Tally>

export function takenOf(tally: Tally | undefined, window: Window, nowMs: number): number {
  let sum = 0
  if (tally !== undefined) for (const [stamp, amount] of tally) if (counts(window, stamp, nowMs)) sum += amount
  return sum
}

/** Adds, or gives back; what counts no more is let be. */
export function addTo(tally: Tally, window: Window, stamp: Stamp, amount: number, nowMs: number): void {
  if (!counts(window, stamp, nowMs)) return
  const sum = (tally.get(stamp) ?? 0) + amount
  if (sum > 0) tally.set(stamp, sum)
  else tally.delete(stamp)
}

/** When so much has room, if nobody takes more: milliseconds since the epoch; infinite: never. */
export function roomAt(tally: Tally | undefined, window: Window, atMost: number, need: number, nowMs: number): number {
  const live = [...(tally ?? [])].filter(([stamp]) => counts(window, stamp, nowMs)).sort(([a], [b]) => a - b)
  let taken = live.reduce((sum, [, amount]) => sum + amount, 0)
  if (need > atMost) return Number.POSITIVE_INFINITY
  if (taken + need <= atMost) return nowMs
  for (const [stamp, amount] of live) {
    taken -= amount
    if (taken + need <= atMost) return endOf(window, stamp)
  }
  return endOf(window, stampOf(window, nowMs))
}

/** A row: the tallies, and who wrote it. Two writers never write the same text, so who finds its own there has written it. */
export function rowText(tallies: Tallies, by: string, nowMs: number): string {
  const m: Record<string, readonly (readonly [Stamp, number])[]> = {}
  for (const [id, tally] of [...tallies].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const kept = keptOf(id, tally, nowMs)
    if (kept.length > 0) m[id] = kept
  }
  return JSON.stringify({ by, m })
}

/** Until when a row says anything; undefined: for good. */
export function rowKeptUntil(tallies: Tallies, nowMs: number): number | undefined {
  let until = nowMs
  for (const [id, tally] of tallies) {
    const window = windowOf(id)
    if (window === undefined) continue
    for (const [stamp] of keptOf(id, tally, nowMs)) until = Math.max(until, keptUntil(window, stamp))
  }
  return Number.isFinite(until) ? until : undefined
}

/** Throws where it is no row of ours: what was spent is then not known. */
export function readRow(text: string | undefined): Tallies {
  const tallies: Tallies = new Map()
  if (text === undefined) return tallies
  const row: unknown = JSON.parse(text)
  const meters = typeof row === 'object' && row !== null && 'm' in row ? row.m : undefined
  if (typeof meters !== 'object' || meters === null) throw new Error('no row of a budget')
  for (const [id, spent] of Object.entries(meters)) {
    if (!Array.isArray(spent) || !spent.every(isPair)) throw new Error('no row of a budget')
    tallies.set(id, new Map(spent))
  }
  return tallies
}

/** The id of a meter ends with its window, so that whoever has never heard of it knows how long it counts. */
export function meterId(name: string, window: Window): string {
  return `${name}/${window.text}`
}

function windowOf(id: string): Window | undefined {
  return parseWindow(id.slice(id.lastIndexOf('/') + 1))
}

function keptOf(id: string, tally: Tally, nowMs: number): readonly (readonly [Stamp, number])[] {
  const window = windowOf(id)
  if (window === undefined) return []
  return [...tally].filter(([stamp]) => keptUntil(window, stamp) > nowMs).sort(([a], [b]) => a - b)
}

function isPair(pair: unknown): pair is [number, number] {
  return Array.isArray(pair) && pair.length === 2 && pair.every((one) => Number.isSafeInteger(one))
}
