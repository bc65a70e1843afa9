import { escapeBefore } from '../json/escape.js'
import type { Automaton } from './automaton.js'
import { ACCEPT, FORK, type Program } from './program.js'
import { DEPTH, tablesOf } from './sieve.js'
import { BEYOND, BITS, SYMBOL_OF, SYMBOLS } from './symbols.js'
import { nextSet, type Window } from './window.js'

/** So many characters are looked at together. */
const QUAD = DEPTH
/** And so many where the bits say yes. */
const NEAR = 8
const ALL = -1
const THREE = (1 << (BITS * (QUAD - 1))) - 1
/** Beginnings of one unit that are told apart: what may begin with nearly anything is looked for everywhere. */
const BEGINNINGS_MAX = 1 << 15

/** Tells where four characters stand that begin something, or look like it: a bit for each four symbols. */
export class Quads {
  readonly units: readonly number[]
  readonly #begins: Int32Array
  readonly #program: Program
  readonly #automaton: Automaton
  readonly #barred: Uint8Array | undefined
  #start = 0
  #age = -1

  /**
   * @param units that may begin by themselves
   * @param barred of each class of characters whether none of them may begin behind it
   * @param fewer of which some are known already
   */
  constructor(program: Program, automaton: Automaton, units: readonly number[], barred: Uint8Array, fewer?: Quads) {
    this.#program = program
    this.#automaton = automaton
    this.#barred = barred.includes(1) ? barred : undefined
    this.units = units
    this.#begins = fewer === undefined ? new Int32Array(1 << (BITS * (QUAD - 1))) : fewer.#begins.slice()
    const known = new Set(fewer?.units)
    const masks = program.sets.map(maskOf)
    for (const unit of units) {
      if (!known.has(unit)) new Beginnings(program, masks, this.#begins).add(program.entries[unit] ?? 0)
    }
  }

  /** What a sieve is to let through: of each first symbol, which ones may stand at the places behind it. */
  tables(): Uint8Array {
    const kinds = Array.from({ length: SYMBOLS }, (_, first) => this.#behind(first))
    return tablesOf(kinds.filter(([first]) => first !== 0))
  }

  #behind(first: number): number[] {
    const kind = [0, 0, 0, 0]
    for (let two = 0; two < SYMBOLS ** 2; two++) {
      const fourth = this.#begins[(first << (2 * BITS)) | two] ?? 0
      if (fourth === 0) continue
      const here = [1 << first, 1 << (two >>> BITS), 1 << (two & (SYMBOLS - 1)), fourth]
      for (const [depth, mask] of here.entries()) kind[depth] = (kind[depth] ?? 0) | mask
    }
    return kind
  }

  /**
   * The first place from `at` on, and before `until`, where something may begin; `until` where there is none.
   *
   * @param sifted the window's sieve has these tables
   */
  find(window: Window, at: number, until: number, sifted: boolean): number {
    // Of the last characters nobody knows what would follow.
    const known = Math.min(until, window.text.length - QUAD + 1)
    let from = at
    while (from < known) {
      window.reach(from, QUAD)
      const { first } = window
      const last = Math.min(known, window.end - QUAD + 1)
      const place = sifted
        ? this.#amongSifted(window, from - first, last - first)
        : this.#among(window, from - first, last - first)
      if (first + place < last) return first + place
      from = last
    }
    return Math.min(from, until)
  }

  #amongSifted(window: Window, from: number, until: number): number {
    const begins = this.#begins
    const { begins: places, symbols } = window.sieve
    for (let i = nextSet(places, from, until); i < until; i = nextSet(places, i + 1, until)) {
      const three =
        ((symbols[i] as number) << (2 * BITS)) | ((symbols[i + 1] as number) << BITS) | (symbols[i + 2] as number)
      if ((((begins[three] as number) >>> (symbols[i + 3] as number)) & 1) !== 0 && this.#isOne(window, i)) return i
    }
    return until
  }

  #among(window: Window, from: number, until: number): number {
    const begins = this.#begins
    const { symbols } = window.sieve
    let three = 0
    for (let i = from; i < from + QUAD - 1; i++) three = (three << BITS) | (symbols[i] as number)
    const end = until + QUAD - 1
    for (let i = from + QUAD - 1; i < end; i++) {
      const symbol = symbols[i] as number
      if ((((begins[three] as number) >>> symbol) & 1) !== 0 && this.#isOne(window, i - QUAD + 1)) return i - QUAD + 1
      three = ((three << BITS) | symbol) & THREE
    }
    return until
  }

  /** Whether it was right: the bits say of `ment` that a rule for `M…` in capitals might take it. */
  #isOne(window: Window, from: number): boolean {
    if (this.#barred !== undefined && isBarred(window, from, this.#barred, this.#program.classes)) return false
    const automaton = this.#automaton
    const { classes } = this.#program
    const { units } = window.sieve
    if (this.#age !== automaton.age) {
      this.#start = automaton.start(this.units)
      this.#age = automaton.age
    }
    let state = this.#start
    const end = Math.min(from + NEAR, window.end - window.first)
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

/** Within a row of digits nearly each place looks like the beginning of something, and nothing may begin there. */
function isBarred({ first, text }: Window, from: number, barred: Uint8Array, classes: Uint16Array): boolean {
  const at = first + from
  return at > 0 && barred[classes[text.charCodeAt(at - 1)] as number] === 1 && escapeBefore(text, at) === 0
}

/** The symbols of what a set takes, as a bit each. */
function maskOf(set: readonly number[]): number {
  let mask = 0
  for (let i = 0; i + 1 < set.length; i += 2) {
    const first = set[i] ?? 0
    const last = set[i + 1] ?? 0
    for (let code = first; code <= last && code < 0x80; code++) mask |= 1 << (SYMBOL_OF[code] ?? 0)
    if (last >= 0x80) mask |= 1 << BEYOND
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
