import { escapeBefore } from '../json/escape.js'
import type { Finding, Scan } from '../spec/index.js'
import { Automaton } from './automaton.js'
import type { Needs } from './needs.js'
import type { Program } from './program.js'
import { Quads } from './quads.js'
import { join, judge, type Raw } from './raw.js'
import { KEPT, LEAD_MAX, type Rule } from './rule.js'
import { FAR, Runs } from './runs.js'
import { type KnownValue, type Value, Values } from './values.js'
import { Window } from './window.js'

/** Findings that overlap one another in a chain stay together no longer than this: what would join it further on is not found. */
const CHAIN_MAX = 4096
/** Where leads end waits in a ring until the pass comes by: longer than a lead can be. */
const RING = 128

/** Where a unit is looked for: what may begin anywhere may also begin near a run, and there all may. */
export const ANYWHERE = 0
export const NEAR_NEEDS = 1
export const NEAR_RUNS = 2
export type Where = typeof ANYWHERE | typeof NEAR_NEEDS | typeof NEAR_RUNS

/** What a unit of the program is: a rule's expression, or the lead before it. */
export interface Part {
  readonly rule: Rule
  /** Of a lead, the unit of its rule's expression. Undefined: this is an expression. */
  readonly led: number | undefined
  /** An expression that has a lead begins nowhere else than behind it. */
  readonly isLed: boolean
  readonly where: Where
  /** What stands behind a lead, or behind the head that is the unit, where that is so simple that nothing need walk through it. */
  readonly value: Value | undefined
}

/** Units that are looked for together. */
interface Among {
  readonly quads: Quads
  /** Of what stands before, the group of those that may begin behind it; and of those, the leads. */
  readonly behind: Int32Array
  readonly leadsBehind: Int32Array
}

/** One pass over a text for all rules. From one scan to the next it keeps what it has learnt of the rules, and nothing of a text. */
export class Pass {
  readonly #program: Program
  readonly #parts: readonly Part[]
  readonly #automaton: Automaton
  readonly #window: Window
  /** Which units may begin together, each list once. */
  readonly #groups: (readonly number[])[] = []
  readonly #anywhere: Among
  readonly #nearNeeds: Among
  readonly #nearRuns: Among
  readonly #needs: Needs
  readonly #runs: Runs
  readonly #values: Values
  readonly #starts: Int32Array
  readonly #ledStarts: Int32Array
  #age = 0
  /** What ended in the walk that was made last, and where. */
  readonly #ended: number[] = []
  readonly #ends: Int32Array
  readonly #ring: readonly number[][] = Array.from({ length: RING }, () => [])
  #waiting = 0
  /** The first place where one waits. */
  #nextLed: number = FAR

  // Of the scan that goes on.
  #text = ''
  #from = 0
  #isEnded = false
  /** Up to where the same may begin as at the place that was asked about last. */
  #until = 0
  /** Where the first match begins that is not known yet: nothing from there on can be judged. */
  #open = 0
  /** From where on a unit may begin: behind what it found last. */
  readonly #next: Int32Array
  readonly #kept = new Int32Array(KEPT)
  #raws: Raw[] = []
  #chainStart = 0
  #chainEnd = 0

  constructor(program: Program, parts: readonly Part[], needs: Needs, entriesMax: number) {
    this.#program = program
    this.#parts = parts
    this.#needs = needs
    this.#automaton = new Automaton(program, entriesMax)
    this.#values = new Values(
      program,
      parts.map(({ value }) => value),
    )
    const beginning = [...parts.keys()].filter((unit) => parts[unit]?.isLed === false)
    // Few edges are asked for, so few lists differ.
    const edges = [...new Set(program.before)]
    const { stride } = this.#automaton
    const among = (where: Where, fewer?: Among): Among => {
      const units = beginning.filter((unit) => (parts[unit]?.where ?? ANYWHERE) <= where)
      if (units.length === fewer?.quads.units.length) return fewer
      const groups = new Map<string, number>()
      const groupOf = (before: number, of: readonly number[]): number => {
        const key = edges.map((one) => one[before] === 1).join()
        const known = groups.get(key)
        if (known !== undefined) return known
        const group = this.#groups.push(of.filter((unit) => program.before[unit]?.[before] !== 1)) - 1
        groups.set(key, group)
        return group
      }
      const behind = Int32Array.from({ length: stride }, (_, before) => groupOf(before, units))
      groups.clear()
      const leads = units.filter((unit) => parts[unit]?.led !== undefined)
      const leadsBehind = Int32Array.from({ length: stride }, (_, before) => groupOf(before, leads))
      const barred = Uint8Array.from(behind, (group) => (this.#groups[group]?.length === 0 ? 1 : 0))
      const quads = new Quads(program, this.#automaton, units, barred, fewer?.quads)
      return { quads, behind, leadsBehind }
    }
    this.#anywhere = among(ANYWHERE)
    this.#nearNeeds = among(NEAR_NEEDS, this.#anywhere)
    this.#nearRuns = among(NEAR_RUNS, this.#nearNeeds)
    this.#window = new Window(this.#anywhere.quads.tables())
    this.#runs = new Runs(this.#window, LEAD_MAX)
    this.#starts = new Int32Array(this.#groups.length)
    this.#ledStarts = new Int32Array(parts.length)
    this.#next = new Int32Array(parts.length)
    this.#ends = new Int32Array(parts.length)
  }

  scan(text: string, from: number, ended: boolean): Scan {
    this.#begin(text, from, ended)
    this.#window.begin(text, ended)
    // A lead may lie in what was let go.
    const first = Math.max(0, from - LEAD_MAX)
    this.#needs.begin(text, first, ended)
    this.#runs.begin(first)
    this.#values.begin()
    for (let at = first; at < this.#open; ) {
      const among = this.#amongAt(at)
      const until = Math.min(this.#open, this.#nextLed, this.#until)
      at = among.quads.find(this.#window, at, until, among === this.#anywhere)
      if (at >= this.#open) break
      if (at === this.#until) continue
      this.#look(at, among)
      if (at === this.#nextLed) this.#matchLed(at)
      at++
    }
    return this.#done()
  }

  /** What may begin at `at`, and so up to `#until`. */
  #amongAt(at: number): Among {
    this.#window.reach(at, this.#runs.ahead)
    if (this.#runs.isNear(at)) {
      this.#until = this.#runs.until
      return this.#nearRuns
    }
    const isNear = this.#needs.isNear(at)
    this.#until = Math.min(this.#runs.until, this.#needs.until)
    return isNear ? this.#nearNeeds : this.#anywhere
  }

  /** At a place where something may begin. */
  #look(at: number, among: Among): void {
    const { end } = this.#automaton
    const behind = at < this.#from ? among.leadsBehind : among.behind
    // Where an escape ends there is an edge, whatever its letter.
    const isEdge = at === 0 || escapeBefore(this.#text, at) > 0
    const before = isEdge ? end : (this.#program.classes[this.#text.charCodeAt(at - 1)] as number)
    this.#match(at, this.#startOf(behind[before] as number))
  }

  #begin(text: string, from: number, ended: boolean): void {
    this.#text = text
    this.#from = from
    this.#isEnded = ended
    this.#open = text.length
    this.#next.fill(from)
    this.#kept.fill(0)
    this.#raws = []
    // A check that threw has left what ended in its walk.
    this.#ended.length = 0
    this.#chainStart = from
    this.#chainEnd = from
    this.#nextLed = FAR
    if (this.#waiting === 0) return
    for (const slot of this.#ring) slot.length = 0
    this.#waiting = 0
  }

  #done(): Scan {
    const raws = this.#raws
    this.#raws = []
    const { length } = this.#text
    this.#text = ''
    this.#window.begin('', true)
    this.#needs.begin('', 0, true)
    if (raws.length === 0) return { findings: NONE, hold: this.#isEnded ? length : this.#open }
    if (this.#isEnded) return { findings: join(raws), hold: length }
    // What is held is held as a whole, with what overlaps it: later it will be found as if for the first time.
    let hold = this.#open
    for (let i = raws.length - 1; i >= 0; i--) {
      const raw = raws[i]
      if (raw !== undefined && raw.from < hold && raw.end > hold) hold = raw.from
    }
    return { findings: join(raws.filter(({ end }) => end <= hold)), hold }
  }

  /** States are forgotten once there are too many of them. */
  #renew(): void {
    if (this.#age === this.#automaton.age) return
    this.#age = this.#automaton.age
    this.#starts.fill(0)
    this.#ledStarts.fill(0)
  }

  /** The state in which a group begins. */
  #startOf(group: number): number {
    return this.#startIn(this.#starts, group, this.#groups[group] ?? [])
  }

  /** The state in which a unit begins behind its lead. */
  #startOfLed(unit: number): number {
    return this.#startIn(this.#ledStarts, unit, [unit])
  }

  /** @param starts where it is kept until states are forgotten */
  #startIn(starts: Int32Array, index: number, units: readonly number[]): number {
    this.#renew()
    const known = starts[index] as number
    if (known !== 0) return known
    const state = this.#automaton.start(units)
    this.#renew()
    starts[index] = state
    return state
  }

  /** What leads ended right before `at`. */
  #matchLed(at: number): void {
    const slot = this.#ring[at % RING]
    if (slot === undefined || slot.length === 0) return
    this.#waiting -= slot.length
    let next = at + 1
    if (this.#waiting === 0) next = FAR
    else while (this.#ring[next % RING]?.length === 0) next++
    this.#nextLed = next
    for (const unit of slot) {
      if (at < this.#open && !this.#isValue(unit, at)) this.#match(at, this.#startOfLed(unit))
    }
    empty(slot)
  }

  /** Whether a unit is a value: then it has been taken in. */
  #isValue(unit: number, at: number): boolean {
    const value = this.#values.of(unit)
    if (value === undefined) return false
    this.#readValue(unit, value, at, at)
    return true
  }

  /** @param at where the match begins, with a head or with its value */
  #readValue(unit: number, value: KnownValue, at: number, start: number): void {
    if (at >= this.#open || at < (this.#next[unit] ?? 0)) return
    const end = this.#values.end(value, this.#text, start)
    const rule = this.#parts[unit]?.rule
    if (end === this.#text.length && !this.#isEnded) this.#open = at
    else if (end - start >= value.min && rule !== undefined)
      this.#add(unit, judge(rule, this.#text, at, end, this.#kept))
  }

  /** Walks from `at` as far as any unit goes, and takes in what was found. */
  #match(at: number, state: number): void {
    let to = at
    const text = this.#text
    const automaton = this.#automaton
    const { classes } = this.#program
    const { dead, end } = automaton
    let { table } = automaton
    let ended = NO_UNITS
    let endedAt = at
    for (;;) {
      const isOver = to === text.length
      if (isOver && !this.#isEnded) break
      const by = isOver ? end : (classes[text.charCodeAt(to)] as number)
      let next = table[state + by] as number
      if (next === 0) {
        next = automaton.step(state, by)
        table = automaton.table
      }
      if (next < 0) {
        const { state: reached, units } = automaton.ending(next)
        // Behind its least length a value ends at each step: of the same units the last end counts.
        if (units !== ended) {
          this.#endAt(ended, endedAt)
          ended = units
        }
        endedAt = to
        next = reached
      }
      state = next
      if (state === dead) break
      to++
    }
    this.#endAt(ended, endedAt)
    if (state !== dead) this.#leaveOpen(at, state)
    if (this.#ended.length > 0) this.#takeIn(at)
    this.#renew()
  }

  #endAt(units: readonly number[], at: number): void {
    for (const unit of units) {
      if (!this.#ended.includes(unit)) this.#ended.push(unit)
      this.#ends[unit] = at
    }
  }

  /** The text ends, and units go on. */
  #leaveOpen(at: number, state: number): void {
    const going = this.#automaton.going(state)
    if (this.#ended.length === 0) {
      if (at < this.#open && this.#isOpen(at, going)) this.#open = at
      return
    }
    for (const [unit, endsHere] of going) {
      const ended = this.#ended.indexOf(unit)
      if (ended !== -1) this.#ended.splice(ended, 1)
      if (this.#parts[unit]?.led === undefined) {
        if (at >= (this.#next[unit] ?? 0)) this.#open = Math.min(this.#open, at)
      } else if (ended !== -1 && !endsHere) {
        // The lead is longer, or it ended before: an expression may begin there.
        const end = this.#ends[unit] ?? 0
        if (end >= this.#from) this.#open = Math.min(this.#open, end)
      }
    }
  }

  /** Whether an expression is among those that go on: it may be found later. */
  #isOpen(at: number, going: ReadonlyMap<number, boolean>): boolean {
    for (const unit of going.keys()) {
      if (this.#parts[unit]?.led === undefined && at >= (this.#next[unit] as number)) return true
    }
    return false
  }

  #takeIn(at: number): void {
    for (const unit of this.#ended) {
      const part = this.#parts[unit]
      const end = this.#ends[unit] ?? 0
      if (part === undefined) continue
      const value = this.#values.of(unit)
      if (part.led !== undefined) this.#await(end, part.led)
      else if (value !== undefined) this.#readValue(unit, value, at, end)
      else if (at < this.#open && at >= (this.#next[unit] ?? 0))
        this.#add(unit, judge(part.rule, this.#text, at, end, this.#kept))
    }
    empty(this.#ended)
  }

  /** An expression may begin at `at`, where its lead ended. */
  #await(at: number, unit: number): void {
    if (at < this.#from || at >= this.#open) return
    const slot = this.#ring[at % RING]
    if (slot === undefined || slot.includes(unit)) return
    slot.push(unit)
    this.#waiting++
    this.#nextLed = Math.min(this.#nextLed, at)
  }

  #add(unit: number, raw: Raw | undefined): void {
    if (raw === undefined) return
    this.#next[unit] = raw.end
    if (raw.from >= this.#chainEnd) {
      this.#chainStart = raw.from
      this.#chainEnd = raw.end
    } else if (raw.from < this.#chainStart + CHAIN_MAX) {
      this.#chainEnd = Math.max(this.#chainEnd, raw.end)
    } else {
      // Whoever looks from the chain's end on has to see what we see: all begin anew there.
      for (const [other, next] of this.#next.entries()) this.#next[other] = Math.max(next, this.#chainEnd)
      return
    }
    this.#raws.push(raw)
  }
}

/** To set the length costs as much as to look at a hundred characters. */
function empty(list: number[]): void {
  while (list.length > 0) list.pop()
}

const NONE: readonly Finding[] = []
const NO_UNITS: readonly number[] = []
