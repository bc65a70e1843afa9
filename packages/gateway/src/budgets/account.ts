import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, Store } from '../spec/index.js'
import { Credit } from './credit.js'
import type { Doubt } from './doubt.js'
import { doubtOf, settleDoubt } from './doubt.js'
import type { Illness } from './illness.js'
import { type Meter, type Need, type Plan, planOf, type Reserved, roomOf, shortOf, type Taken } from './plan.js'
import { stampOf } from './stamp.js'
import { readRow, roomAt, rowKeptUntil, rowText, type Tallies } from './tally.js'

export interface AccountParts {
  readonly store: Store
  readonly clock: Clock
  readonly space: string
  /** A text that nobody else writes, another one each time. */
  readonly nextTag: () => string
  readonly illness: Illness
}

/** A row as it was last read or written. */
interface Known {
  /** Undefined: there is none. */
  readonly text: string | undefined
  readonly tallies: Tallies
  /** Milliseconds since the epoch; undefined: never. */
  readonly expiresAtMs: number | undefined
  readonly atMs: number
}

interface Asked {
  readonly needs: readonly Need[]
  readonly answer: (reserved: Reserved) => void
}

/** Who is refused by what is known is refused by what was known that long ago at most. */
const FRESH_MS = 50
/** What is given back waits that long for more of the kind. */
const GIVE_BACK_MS = 50
const TRIES = 100

/**
 * One allowance, shared with every other gateway on the store: one row, which each writes over just what it has read. What is
 * reserved was taken there first, so nothing is spent twice, whoever asks at once.
 */
export class Account {
  readonly #parts: AccountParts
  readonly #name: string
  readonly #credits = new Map<string, { readonly meter: Meter; readonly credit: Credit }>()
  #known: Known | undefined
  /** What was known last, whether it still is so or not. */
  #seen: Tallies = new Map()
  #doubt: Doubt | undefined
  #asked: Asked[] = []
  #working: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(parts: AccountParts, name: string) {
    this.#parts = parts
    this.#name = name
  }

  /** All needs or nothing. Waits for the store where what was taken before does not suffice. */
  reserve(needs: readonly Need[]): Reserved | Promise<Reserved> {
    const nowMs = this.#parts.clock.now()
    for (const { meter, least } of needs) {
      if (least > meter.amount.atMost)
        return { kind: 'short', meter, left: meter.amount.atMost, atMs: Number.POSITIVE_INFINITY }
    }
    if (this.#working === undefined) {
      const takes = this.#fromCredit(needs, nowMs)
      if (takes !== undefined) return { kind: 'taken', takes }
      if (this.#parts.illness.rests(nowMs)) return this.#blind(needs, nowMs)
      const known = this.#known
      if (known !== undefined && known.atMs > nowMs - FRESH_MS) {
        const short = shortOf(known.tallies, needs, nowMs, (meter) => this.#creditOf(meter).sum(nowMs))
        if (short !== undefined) return short
      }
    }
    return new Promise((answer) => {
      this.#asked.push({ needs, answer })
      this.#working ??= this.#work()
    })
  }

  /** Gives back what was not spent of a reservation, and charges what was spent beyond it. */
  settle({ meter, stamp, amount }: Taken, spent: number): void {
    if (spent === amount) return
    // What was spent beyond it is spent now, if now is not another day's.
    const now = stampOf(meter.amount.window, this.#parts.clock.now())
    const at = spent > amount && meter.amount.window.kind === 'rolling' ? now : stamp
    this.#creditOf(meter).add(at, amount - spent)
    this.#later()
  }

  /** What is taken and not spent; below 0: spent and not yet taken. */
  held(meter: Meter): number {
    return this.#credits.get(meter.id)?.credit.sum(this.#parts.clock.now()) ?? 0
  }

  /** What is left, not below 0, by what is known, and when the first of what is spent comes back. */
  standing(meter: Meter, nowMs: number): { readonly left: number; readonly resetMs: number } {
    const { atMost, window } = meter.amount
    const left = Math.max(0, roomOf(this.#seen, meter, nowMs) + this.held(meter))
    return { left, resetMs: roomAt(this.#seen.get(meter.id), window, atMost, Math.min(atMost, left + 1), nowMs) }
  }

  /** Nothing would be lost with it. */
  get isIdle(): boolean {
    if (this.#working !== undefined || this.#doubt !== undefined) return false
    for (const { credit } of this.#credits.values()) if (!credit.isNone) return false
    return true
  }

  /** Gives back what is not spent. Rejects where the store does not take it. */
  async flush(): Promise<void> {
    await this.#working
    if (!this.isIdle) this.#working ??= this.#work()
    await this.#working
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.isIdle) throw new Error('the store takes nothing')
  }

  #creditOf(meter: Meter): Credit {
    const held = this.#credits.get(meter.id) ?? { meter, credit: new Credit(meter.amount.window) }
    this.#credits.set(meter.id, held)
    return held.credit
  }

  #fromCredit(needs: readonly Need[], nowMs: number): readonly Taken[] | undefined {
    if (!needs.every(({ meter, most }) => this.#creditOf(meter).at(nowMs) >= most)) return undefined
    return needs.map(({ meter, most }) => this.#spend(meter, most, nowMs))
  }

  #spend(meter: Meter, amount: number, nowMs: number): Taken {
    const stamp = stampOf(meter.amount.window, nowMs)
    this.#creditOf(meter).add(stamp, -amount)
    return { meter, stamp, amount }
  }

  /** While the store is away: nothing, or, where the operator chose that, by what was known last. */
  #blind(needs: readonly Need[], nowMs: number): Reserved {
    if (!this.#parts.illness.goesOn()) return { kind: 'away' }
    const credit = (meter: Meter): number => this.#creditOf(meter).sum(nowMs)
    const short = shortOf(this.#seen, needs, nowMs, credit)
    if (short !== undefined) return short
    this.#later()
    const takes = needs.map(({ meter, most }) =>
      this.#spend(meter, Math.min(most, roomOf(this.#seen, meter, nowMs) + credit(meter)), nowMs),
    )
    return { kind: 'taken', takes }
  }

  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      if (this.#parts.illness.rests(this.#parts.clock.now())) this.#later()
      // Where somebody asks meanwhile it goes with that.
      else this.#working ??= this.#work()
    }, GIVE_BACK_MS).unref()
  }

  async #work(): Promise<void> {
    for (let more = true; more; ) {
      // Who asks in the same turn goes together.
      await nextTurn()
      const asked = this.#asked
      this.#asked = []
      const answers = await this.#serve(asked)
      more = this.#asked.length > 0
      // Before anybody hears: whoever asks again at once may find enough without the store.
      if (!more) this.#working = undefined
      for (const [index, { answer }] of asked.entries()) answer(answers[index] ?? { kind: 'away' })
    }
    if (!this.isIdle) this.#later()
  }

  async #serve(asked: readonly Asked[]): Promise<readonly Reserved[]> {
    try {
      return await this.#write(asked.map((one) => one.needs))
    } catch {
      const nowMs = this.#parts.clock.now()
      return asked.map((one) => this.#blind(one.needs, nowMs))
    }
  }

  async #write(asked: readonly (readonly Need[])[]): Promise<readonly Reserved[]> {
    const { clock, nextTag, space, store } = this.#parts
    for (let tries = 0; tries < TRIES; tries += 1) {
      const known = this.#standing(clock.now()) ?? (await this.#read())
      const nowMs = clock.now()
      const plan = planOf(copyOf(known.tallies), this.#credits, asked, nowMs)
      if (!isWriting(plan)) {
        // Nothing is written by which it would be seen that it is not so any more.
        if (known.atMs > nowMs - FRESH_MS) return plan.answers
        this.#known = undefined
        continue
      }
      const text = rowText(plan.tallies, nextTag(), nowMs)
      const expiresAtMs = rowKeptUntil(plan.tallies, nowMs)
      const only = known.text === undefined ? { onlyNew: true } : { onlyIf: known.text }
      this.#known = undefined
      this.#doubt = doubtOf(plan, known.text, text)
      const done = await this.#ask(store.put(space, this.#name, text, { ...only, expiresAtMs }))
      this.#doubt = undefined
      if (!done) continue
      this.#know({ text, tallies: plan.tallies, expiresAtMs, atMs: nowMs })
      this.#hear(plan)
      return plan.answers
    }
    throw new Error('others always write first')
  }

  /** The store's answer, or that it gives none: which all accounts then know. */
  async #ask<T>(asking: Promise<T>): Promise<T> {
    const { clock, illness } = this.#parts
    try {
      const answer = await asking
      illness.isWell()
      return answer
    } catch (error) {
      illness.isIll(clock.now(), error)
      throw error
    }
  }

  /** What was read or written last, where that is still there. */
  #standing(nowMs: number): Known | undefined {
    const known = this.#known
    if (known === undefined || known.expiresAtMs === undefined || known.expiresAtMs > nowMs) return known
    return { text: undefined, tallies: new Map(), expiresAtMs: undefined, atMs: known.atMs }
  }

  async #read(): Promise<Known> {
    const { clock, space, store } = this.#parts
    const text = await this.#ask(store.get(space, this.#name))
    const nowMs = clock.now()
    const tallies = readRow(text)
    if (this.#doubt !== undefined)
      for (const { id, stamp, amount } of settleDoubt(this.#doubt, text))
        this.#credits.get(id)?.credit.add(stamp, amount)
    this.#doubt = undefined
    return this.#know({ text, tallies, expiresAtMs: rowKeptUntil(tallies, nowMs), atMs: nowMs })
  }

  #know(known: Known): Known {
    this.#known = known
    this.#seen = known.tallies
    return known
  }

  #hear({ told, spare }: Plan): void {
    for (const { id, stamp, amount } of told) this.#credits.get(id)?.credit.add(stamp, -amount)
    for (const { meter, stamp, amount } of spare) this.#creditOf(meter).add(stamp, amount)
  }
}

function isWriting({ told, answers }: Plan): boolean {
  return told.length > 0 || answers.some((one) => one.kind === 'taken' && one.takes.some(({ amount }) => amount > 0))
}

function copyOf(tallies: Tallies): Tallies {
  return new Map([...tallies].map(([id, tally]) => [id, new Map(tally)]))
}
