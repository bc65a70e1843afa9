import type { Amount } from '../spec/index.js'
import type { Credit } from './credit.js'
import { type Stamp, stampOf } from './stamp.js'
import { addTo, roomAt, type Tallies, type Tally, takenOf } from './tally.js'

/** What is counted of an account, and how much of it may be spent. */
export interface Meter {
  readonly id: string
  readonly amount: Amount
}

/** What a request may cost of a meter: at least, and at most. It is given all of it, or as much as there is, or nothing. */
export interface Need {
  readonly meter: Meter
  readonly least: number
  readonly most: number
}

/** So much was taken of a meter. */
export interface Taken {
  readonly meter: Meter
  readonly stamp: Stamp
  readonly amount: number
}

export type Reserved =
  | { readonly kind: 'taken'; readonly takes: readonly Taken[] }
  /** `atMs`: when there may be room, milliseconds since the epoch; infinite: never. */
  | { readonly kind: 'short'; readonly meter: Meter; readonly left: number; readonly atMs: number }
  /** The store cannot be asked. */
  | { readonly kind: 'away' }

/** What is given back and taken with one write. */
export interface Plan {
  readonly tallies: Tallies
  readonly answers: readonly Reserved[]
  /** What of the credits the tallies have been told of. */
  readonly told: readonly Told[]
  /** Taken beyond what was asked for, so that the next one need not wait for the store. */
  readonly spare: readonly Taken[]
}

export interface Told {
  readonly id: string
  readonly stamp: Stamp
  readonly amount: number
}

/**
 * Beyond what is asked for, this part of what is left, where it is enough for another of the kind. Several gateways so leave no
 * more than a hundredth unspent, for as long as it takes them to give it back; near the end it is nothing.
 */
const SPARE_PART = 256

/** Works out a write over the tallies of a row. Changes `tallies`, and nothing else. */
export function planOf(
  tallies: Tallies,
  credits: ReadonlyMap<string, { readonly meter: Meter; readonly credit: Credit }>,
  asked: readonly (readonly Need[])[],
  nowMs: number,
): Plan {
  const told: Told[] = []
  for (const [id, { meter, credit }] of credits) {
    for (const [stamp, amount] of credit.all(nowMs)) {
      addTo(tallyOf(tallies, id), meter.amount.window, stamp, -amount, nowMs)
      told.push({ id, stamp, amount })
    }
  }
  const answers = asked.map((needs) => answerOf(tallies, needs, nowMs))
  const spare: Taken[] = []
  for (const [meter, most] of mostOf(asked, answers)) {
    const amount = Math.floor(roomOf(tallies, meter, nowMs) / SPARE_PART)
    if (amount >= most) spare.push(take(tallies, meter, amount, nowMs))
  }
  return { tallies, answers, told, spare }
}

/** Why there is not enough, by what is known; undefined: there is. */
export function shortOf(
  tallies: Tallies,
  needs: readonly Need[],
  nowMs: number,
  extra: (meter: Meter) => number = none,
): Reserved | undefined {
  for (const { meter, least } of needs) {
    const left = roomOf(tallies, meter, nowMs) + extra(meter)
    if (left >= least) continue
    const { atMost, window } = meter.amount
    const atMs = roomAt(tallies.get(meter.id), window, atMost, least, nowMs)
    return { kind: 'short', meter, left: Math.max(0, left), atMs }
  }
  return undefined
}

export function roomOf(tallies: Tallies, { id, amount }: Meter, nowMs: number): number {
  return amount.atMost - takenOf(tallies.get(id), amount.window, nowMs)
}

/** The most that any of those who were given something wanted of a meter. */
function mostOf(asked: readonly (readonly Need[])[], answers: readonly Reserved[]): ReadonlyMap<Meter, number> {
  const wanted = new Map<Meter, number>()
  for (const [index, needs] of asked.entries()) {
    if (answers[index]?.kind !== 'taken') continue
    for (const { meter, most } of needs) wanted.set(meter, Math.max(most, wanted.get(meter) ?? 1))
  }
  return wanted
}

function answerOf(tallies: Tallies, needs: readonly Need[], nowMs: number): Reserved {
  const short = shortOf(tallies, needs, nowMs)
  if (short !== undefined) return short
  return {
    kind: 'taken',
    takes: needs.map(({ meter, most }) => take(tallies, meter, Math.min(most, roomOf(tallies, meter, nowMs)), nowMs)),
  }
}

function take(tallies: Tallies, meter: Meter, amount: number, nowMs: number): Taken {
  const { window } = meter.amount
  const stamp = stampOf(window, nowMs)
  addTo(tallyOf(tallies, meter.id), window, stamp, amount, nowMs)
  return { meter, stamp, amount }
}

function tallyOf(tallies: Tallies, id: string): Tally {
  const tally = tallies.get(id) ?? new Map<Stamp, number>()
  tallies.set(id, tally)
  return tally
}

function none(): number {
  return 0
}
