import { escapeBefore } from '../json/escape.js'
import type { Finding, Scan } from '../spec/index.js'
import { Automaton } from './automaton.js'
import type { Program } from './program.js'
import { join, judge, type Raw } from './raw.js'
import { LEAD_MAX, type Rule } from './rule.js'

/** Findings that overlap one another in a chain stay together no longer than this: what would join it further on is not found. */
const CHAIN_MAX = 4096
/** Where leads end waits in a ring until the pass comes by: longer than a lead can be. */
const RING = 128
const BACKSLASH = 0x5c
/** In the place of a character, behind the last one. */
const NONE_LEFT = -1
/** What is known of two characters, where it is no state; 0 where nobody has looked. */
const NOTHING = -1
/** Something ends before the second, or the text may: it takes a walk from the first. */
const WALK = -2
/** How far before an edge a JSON escape begins. */
const ESCAPE_MAX = 6

/** What a unit of the program is: a rule's expression, or the lead before it. */
export interface Part {
  readonly rule: Rule
  /** Of a lead, the unit of its rule's expression. Undefined: this is an expression. */
  readonly led: number | undefined
  /** An expression that has a lead begins nowhere else than behind it. */
  readonly isLed: boolean
}

/** One pass over a text for all rules. From one scan to the next it keeps what it has learnt of the rules, and nothing of a text. */
export class Pass {
  readonly #program: Program
  readonly #parts: readonly Part[]
  readonly #automaton: Automaton
  /** Which units may begin together, each list once. */
  readonly #groups: (readonly number[])[] = []
  /** The group of all units that may stand behind a class, and behind nothing; and of those, the leads. */
  readonly #groupBehind: Int32Array
  readonly #leadsBehind: Int32Array
  /** For each group and two characters, the state that they lead to: most of a text is done with by looking it up. */
  readonly #pairs: Int32Array
  readonly #starts: Int32Array
  #age = 0
  /** What ended in the walk that was made last, and where. */
  readonly #ended: number[] = []
  readonly #ends: Int32Array
  readonly #ring: readonly number[][] = Array.from({ length: RING }, () => [])
  #waiting = 0

  // Of the scan that goes on.
  #text = ''
  #from = 0
  #isEnded = false
  /** Where the first match begins that is not known yet: nothing from there on can be judged. */
  #open = 0
  /** From where on a unit may begin: behind what it found last. */
  readonly #next: Int32Array
  #raws: Raw[] = []
  #chainStart = 0
  #chainEnd = 0

  constructor(program: Program, parts: readonly Part[], entriesMax: number) {
    this.#program = program
    this.#parts = parts
    this.#automaton = new Automaton(program, entriesMax)
    // Few edges are asked for, so few lists differ.
    const edges = [...new Set(program.before)]
    const groups = new Map<string, number>()
    const groupOf = (before: number, onlyLeads: boolean): number => {
      const key = `${onlyLeads} ${edges.map((one) => one[before] === 1)}`
      const known = groups.get(key)
      if (known !== undefined) return known
      const units = [...parts.keys()].filter((unit) => this.#mayBegin(unit, before, onlyLeads))
      const group = this.#groups.push(units) - 1
      groups.set(key, group)
      return group
    }
    const { stride } = this.#automaton
    this.#groupBehind = Int32Array.from({ length: stride }, (_, before) => groupOf(before, false))
    this.#leadsBehind = Int32Array.from({ length: stride }, (_, before) => groupOf(before, true))
    this.#starts = new Int32Array(this.#groups.length)
    this.#pairs = new Int32Array(this.#groups.length * stride * stride)
    this.#next = new Int32Array(parts.length)
    this.#ends = new Int32Array(parts.length)
  }

  scan(text: string, from: number, ended: boolean): Scan {
    this.#begin(text, from, ended)
    const { classes } = this.#program
    const automaton = this.#automaton
    const { dead, end, stride } = automaton
    const pairs = this.#pairs
    const { length } = text
    // A lead may lie in what was let go.
    const first = Math.max(0, from - LEAD_MAX)
    let before = first === 0 ? end : (classes[text.charCodeAt(first - 1)] as number)
    let code = first < length ? text.charCodeAt(first) : NONE_LEFT
    let here = code === NONE_LEFT ? end : (classes[code] as number)
    let backslash = first === 0 ? -ESCAPE_MAX - 1 : first - 1
    let behind = first < from ? this.#leadsBehind : this.#groupBehind
    let open = this.#open
    for (let at = first; at < open; at++) {
      const nextCode = at + 1 < length ? text.charCodeAt(at + 1) : NONE_LEFT
      const next = nextCode === NONE_LEFT ? end : (classes[nextCode] as number)
      if (at === from) behind = this.#groupBehind
      let group = behind[before] as number
      // Where an escape ends there is an edge, whatever its letter.
      if (at - backslash <= ESCAPE_MAX && escapeBefore(text, at) > 0) group = behind[end] as number
      if (code === BACKSLASH) backslash = at
      const pair = (group * stride + here) * stride + next
      let known = pairs[pair] as number
      if (known === 0) known = this.#reached(group, here, next, pair)
      if (known !== NOTHING) {
        if (known === WALK) this.#match(at, at, this.#startOf(group))
        else if (at + 2 >= length || automaton.table[known + (classes[text.charCodeAt(at + 2)] as number)] !== dead) {
          this.#match(at, at + 2, known)
        }
        open = this.#open
      }
      if (this.#waiting > 0) {
        this.#matchLed(at)
        open = this.#open
      }
      before = here
      code = nextCode
      here = next
    }
    return this.#done()
  }

  #begin(text: string, from: number, ended: boolean): void {
    this.#text = text
    this.#from = from
    this.#isEnded = ended
    this.#open = text.length
    this.#next.fill(from)
    this.#raws = []
    this.#chainStart = from
    this.#chainEnd = from
    if (this.#waiting === 0) return
    for (const slot of this.#ring) slot.length = 0
    this.#waiting = 0
  }

  #done(): Scan {
    const raws = this.#raws
    this.#raws = []
    const { length } = this.#text
    this.#text = ''
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

  #mayBegin(unit: number, before: number, onlyLeads: boolean): boolean {
    const part = this.#parts[unit]
    if (part === undefined || part.isLed || (onlyLeads && part.led === undefined)) return false
    return this.#program.before[unit]?.[before] !== 1
  }

  /** States are forgotten once there are too many of them. */
  #renew(): void {
    if (this.#age === this.#automaton.age) return
    this.#age = this.#automaton.age
    this.#starts.fill(0)
    this.#pairs.fill(0)
  }

  /** The state in which a group begins. */
  #startOf(group: number): number {
    const automaton = this.#automaton
    this.#renew()
    const known = this.#starts[group] as number
    if (known !== 0) return known
    const state = automaton.start(this.#groups[group] ?? [])
    this.#renew()
    this.#starts[group] = state
    return state
  }

  /** Where two characters lead; written down for the next time. */
  #reached(group: number, first: number, second: number, pair: number): number {
    const automaton = this.#automaton
    const { dead, end } = automaton
    let reached = automaton.stepped(this.#startOf(group), first)
    // Whether the text ends there is not known for the next time.
    if (reached > 0 && reached !== dead && second === end) reached = WALK
    if (reached > 0 && reached !== dead) reached = automaton.stepped(reached, second)
    const known = reached < 0 ? WALK : reached === dead ? NOTHING : reached
    this.#renew()
    this.#pairs[pair] = known
    return known
  }

  /** What leads ended right before `at`. */
  #matchLed(at: number): void {
    const slot = this.#ring[at % RING]
    if (slot === undefined || slot.length === 0) return
    this.#waiting -= slot.length
    const state = this.#automaton.start(slot)
    this.#renew()
    slot.length = 0
    if (at < this.#open) this.#match(at, at, state)
  }

  /** Walks on as far as any unit goes that began at `at`, and takes in what was found. What stands before `to` led to `state`. */
  #match(at: number, to: number, state: number): void {
    const text = this.#text
    const automaton = this.#automaton
    const { classes } = this.#program
    const { dead, end } = automaton
    let { table } = automaton
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
        for (const unit of units) {
          if (!this.#ended.includes(unit)) this.#ended.push(unit)
          this.#ends[unit] = to
        }
        next = reached
      }
      state = next
      if (state === dead) break
      to++
    }
    if (state !== dead) this.#leaveOpen(at, state)
    if (this.#ended.length > 0) this.#takeIn(at)
    this.#renew()
  }

  /** The text ends, and units go on. */
  #leaveOpen(at: number, state: number): void {
    for (const [unit, endsHere] of this.#automaton.going(state)) {
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

  #takeIn(at: number): void {
    for (const unit of this.#ended) {
      const part = this.#parts[unit]
      const end = this.#ends[unit] ?? 0
      if (part === undefined) continue
      if (part.led !== undefined) this.#await(end, part.led)
      else if (at < this.#open && at >= (this.#next[unit] ?? 0)) this.#add(unit, judge(part.rule, this.#text, at, end))
    }
    this.#ended.length = 0
  }

  /** An expression may begin at `at`, where its lead ended. */
  #await(at: number, unit: number): void {
    if (at < this.#from || at >= this.#open) return
    const slot = this.#ring[at % RING]
    if (slot === undefined || slot.includes(unit)) return
    slot.push(unit)
    this.#waiting++
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

const NONE: readonly Finding[] = []
