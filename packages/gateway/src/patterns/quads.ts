import type { Automaton } from './automaton.js'
import { ACCEPT, FORK, type Program } from './program.js'
import type { Window } from './window.js'

/** So many characters are looked at together. */
const QUAD = 4
/** And so many where the bits say yes. */
const NEAR = 8
const BITS = 5
const SYMBOLS = 1 << BITS

/** What a character counts as: small and capital letters are one, all digits are one, and so is all that is not ASCII. */
const SYMBOL: Uint8Array = new Uint8Array(0x10000).fill(SYMBOLS - 1)
const DIGIT = 27
const OTHERS: readonly string[] = [' \t\r\n', '-_', '/\\:.']
for (let code = 0; code < 0x80; code++) SYMBOL[code] = symbolOf(String.fromCharCode(code))

function symbolOf(one: string): number {
  if (/[a-z]/i.test(one)) return one.toLowerCase().charCodeAt(0) - 0x60
  if (/[0-9]/.test(one)) return DIGIT
  const kind = OTHERS.findIndex((some) => some.includes(one))
  return kind <= 0 ? (kind === 0 ? 0 : SYMBOLS - 2) : DIGIT + kind
}

const ALL = -1
const QUADS_LOW = (1 << (BITS * QUAD)) - 1
/** Beginnings of one unit that are told apart: what may begin with nearly anything is looked for everywhere. */
const BEGINNINGS_MAX = 1 << 15

/**
 * Tells where in a text something may begin: where four characters stand that begin something, or look like it. In prose that is
 * nearly nowhere, and nothing else is done there. A bit for each four symbols.
 */
export class Quads {
  readonly #begins: Int32Array
  readonly #window: Window
  readonly #program: Program
  readonly #automaton: Automaton
  readonly #all: readonly number[]
  #start = 0
  #age = -1

  /**
   * @param all units that may begin by themselves
   * @param fewer of which some are known already
   */
  constructor(program: Program, automaton: Automaton, window: Window, all: readonly number[], fewer?: Quads) {
    this.#program = program
    this.#automaton = automaton
    this.#window = window
    this.#all = all
    this.#begins = fewer === undefined ? new Int32Array(1 << (BITS * (QUAD - 1))) : fewer.#begins.slice()
    const known = new Set(fewer === undefined ? [] : fewer.#all)
    const masks = program.sets.map(maskOf)
    for (const unit of all) {
      if (!known.has(unit)) new Beginnings(program, masks, this.#begins).add(program.entries[unit] ?? 0)
    }
  }

  /** The first place from `at` on, and before `until`, where something may begin; `until` where there is none. */
  find(at: number, until: number): number {
    const window = this.#window
    // Of the last characters nobody knows what would follow.
    const known = Math.min(until, window.length - QUAD + 1)
    let from = at
    while (from < known) {
      window.reach(from, QUAD)
      const last = Math.min(known, window.end - QUAD + 1)
      const found = this.#among(from - window.first, last - window.first) + window.first
      if (found < last) return found
      from = last
    }
    return Math.min(from, until)
  }

  #among(from: number, until: number): number {
    const begins = this.#begins
    const { units } = this.#window
    let three = 0
    for (let i = from; i < from + QUAD - 1; i++) three = (three << BITS) | (SYMBOL[units[i] as number] as number)
    const end = until + QUAD - 1
    for (let i = from + QUAD - 1; i < end; i++) {
      const symbol = SYMBOL[units[i] as number] as number
      if ((((begins[three] as number) >>> symbol) & 1) !== 0 && this.#isOne(i - QUAD + 1)) return i - QUAD + 1
      three = ((three << BITS) | symbol) & (QUADS_LOW >> BITS)
    }
    return until
  }

  /** Whether it was right: the bits say of `ment` that a rule for `M…` in capitals might take it. */
  #isOne(from: number): boolean {
    const automaton = this.#automaton
    const { classes } = this.#program
    const { end: reached, first, units } = this.#window
    if (this.#age !== automaton.age) {
      this.#start = automaton.start(this.#all)
      this.#age = automaton.age
    }
    let state = this.#start
    const end = Math.min(from + NEAR, reached - first)
    for (let i = from; i < end; i++) {
      const by = classes[units[i] as number] as number
      const known = automaton.table[state + by] as number
      state = known === 0 ? automaton.step(state, by) : known
      if (state < 0) return true
      if (state === automaton.dead) return false
    }
    return true
  }
}

/** The symbols of what a set takes, as a bit each. */
function maskOf(set: readonly number[]): number {
  let mask = 0
  for (let i = 0; i + 1 < set.length; i += 2) {
    const first = set[i] ?? 0
    const last = set[i + 1] ?? 0
    for (let code = first; code <= last && code < 0x80; code++) mask |= 1 << (SYMBOL[code] ?? 0)
    if (last >= 0x80) mask |= 1 << (SYMBOLS - 1)
  }
  return mask
}

/** Writes down the first four characters of all that a unit may find. */
class Beginnings {
  readonly #program: Program
  readonly #masks: readonly number[]
  readonly #begins: Int32Array
  readonly #seen = new Set<number>()

  constructor(program: Program, masks: readonly number[], begins: Int32Array) {
    this.#program = program
    this.#masks = masks
    this.#begins = begins
  }

  add(entry: number): void {
    this.#follow(entry, 0, 0)
    if (this.#seen.size > BEGINNINGS_MAX) this.#begins.fill(ALL)
  }

  #follow(entry: number, length: number, before: number): void {
    const { op, to, other, set } = this.#program
    const open = [entry]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const key = (at * QUAD + length) * SYMBOLS ** (QUAD - 1) + before
      if (this.#seen.has(key) || this.#seen.size > BEGINNINGS_MAX) continue
      this.#seen.add(key)
      if (op[at] === FORK) open.push(to[at] ?? 0, other[at] ?? 0)
      else if (op[at] === ACCEPT) this.#anything(length, before)
      else this.#take(this.#masks[set[at] ?? 0] ?? ALL, to[at] ?? 0, length, before)
    }
  }

  #take(mask: number, next: number, length: number, before: number): void {
    if (length === QUAD - 1) {
      this.#begins[before] = (this.#begins[before] ?? 0) | mask
      return
    }
    for (let symbol = 0; symbol < SYMBOLS; symbol++) {
      if (((mask >>> symbol) & 1) !== 0) this.#follow(next, length + 1, (before << BITS) | symbol)
    }
  }

  /** What is found may be shorter: whatever follows. */
  #anything(length: number, before: number): void {
    const more = BITS * (QUAD - 1 - length)
    this.#begins.fill(ALL, before << more, (before + 1) << more)
  }
}
