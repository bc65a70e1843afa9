import { ACCEPT, FORK, type Program } from './program.js'

/** A step that nobody has made yet. */
const UNKNOWN = 0
/** States are places in the table: its rows are as long as there are classes, and one more for the text's end. */
const ROWS_FIRST = 256
/** 8 MiB. */
export const ENTRIES_MAX: number = 1 << 21

/** What is reached by a step in which units end. */
export interface Ending {
  readonly state: number
  /** The units whose match ends before the character that was stepped over; of the same ones there is one list. */
  readonly units: readonly number[]
}

/**
 * All units at once, from one place in a text: an automaton whose states are made when a text first asks for them, at most so
 * many, then all are forgotten and made anew.
 *
 * A state is an ordered list of places in the program, of each unit the preferred way first; so what a unit's last ending says is
 * what JavaScript's expression would give, which goes the preferred way as long as it can.
 */
export class Automaton {
  readonly #program: Program
  readonly #entriesMax: number
  readonly stride: number
  /** The class of the text's end. */
  readonly end: number
  /** Where a step from nowhere leads. */
  readonly dead: number
  /** `table[state + class]`: a state; `UNKNOWN`; or less than 0: `-1 - index` of an ending. Made anew where it grows. */
  table: Int32Array
  readonly #endings: Ending[] = []
  readonly #ended = new Map<string, readonly number[]>()
  readonly #lists: Int32Array[] = []
  readonly #states = new Map<string, number>()
  readonly #starts = new Map<string, number>()
  readonly #going = new Map<number, ReadonlyMap<number, boolean>>()
  /** Counts how often all states were forgotten: whoever keeps one asks. */
  age = 0
  readonly #seen: Int32Array
  #generation = 0

  /** @param entriesMax of the table, at which all states are forgotten; never less than it has at first */
  constructor(program: Program, entriesMax: number) {
    this.#program = program
    this.#entriesMax = entriesMax
    this.stride = program.classCount + 1
    this.end = program.classCount
    this.#seen = new Int32Array(program.op.length)
    this.table = new Int32Array(this.stride * ROWS_FIRST)
    this.dead = this.stride
    this.#deadRow()
  }

  /** No state is at the first row: its number would be that of a step which nobody has made. */
  #deadRow(): void {
    this.#lists.push(new Int32Array(0))
    this.#stateOf([])
  }

  /** Where these units begin. */
  start(units: readonly number[]): number {
    const key = units.join()
    const known = this.#starts.get(key)
    if (known !== undefined) return known
    const list: number[] = []
    this.#generation++
    for (const unit of units) this.#follow(this.#program.entries[unit] ?? 0, list)
    const state = this.#stateOf(list)
    this.#starts.set(key, state)
    return state
  }

  /** What the table says of a step, whether it knew it or not. */
  stepped(from: number, by: number): number {
    const known = this.table[from + by] as number
    return known === UNKNOWN ? this.step(from, by) : known
  }

  /** A step that the table does not know yet: afterwards it does. What the table says is returned. */
  step(from: number, by: number): number {
    const { classCount, op, to, set, unit, members, behind } = this.#program
    const list: number[] = []
    const units: number[] = []
    let ended = -1
    this.#generation++
    for (const at of this.#lists[from / this.stride] ?? []) {
      const of = unit[at] ?? 0
      if (of === ended) continue
      if (op[at] === ACCEPT) {
        if (by !== this.end && behind[of]?.[by] === 1) continue
        units.push(of)
        ended = of
      } else if (by !== this.end && members[(set[at] as number) * classCount + by] === 1) {
        this.#follow(to[at] as number, list)
      }
    }
    const age = this.age
    const state = this.#stateOf(list)
    const said = units.length === 0 ? state : -this.#endings.push({ state, units: this.#listOf(units) })
    if (age === this.age) this.table[from + by] = said
    return said
  }

  #listOf(units: readonly number[]): readonly number[] {
    const key = units.join()
    const known = this.#ended.get(key)
    if (known === undefined) this.#ended.set(key, units)
    return known ?? units
  }

  /** @param said less than 0 */
  ending(said: number): Ending {
    return this.#endings[-1 - said] ?? NOWHERE
  }

  /** The units that go on at a state, each once; and whether one of them, should nothing fit that follows, ends right there. */
  going(state: number): ReadonlyMap<number, boolean> {
    // In a stream the same states are asked about at every piece.
    const known = this.#going.get(state)
    if (known !== undefined) return known
    const { unit, op } = this.#program
    const units = new Map<number, boolean>()
    this.#going.set(state, units)
    for (const at of this.#lists[state / this.stride] ?? []) {
      const of = unit[at] ?? 0
      units.set(of, op[at] === ACCEPT || units.get(of) === true)
    }
    return units
  }

  /** Adds where one gets to without a character, the preferred way first. */
  #follow(entry: number, list: number[]): void {
    const { op, to, other } = this.#program
    const open = [entry]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (this.#seen[at] === this.#generation) continue
      this.#seen[at] = this.#generation
      if (op[at] === FORK) open.push(other[at] ?? 0, to[at] ?? 0)
      else list.push(at)
    }
  }

  #stateOf(list: readonly number[]): number {
    const key = list.join()
    const known = this.#states.get(key)
    if (known !== undefined) return known
    const at = this.#lists.length * this.stride
    if (at + this.stride > this.table.length) {
      if (this.table.length * 2 > this.#entriesMax) {
        this.#forget()
        return this.#stateOf(list)
      }
      const wider = new Int32Array(this.table.length * 2)
      wider.set(this.table)
      this.table = wider
    }
    this.#lists.push(Int32Array.from(list))
    this.#states.set(key, at)
    return at
  }

  #forget(): void {
    this.age++
    this.table.fill(UNKNOWN)
    this.#endings.length = 0
    this.#ended.clear()
    this.#lists.length = 0
    this.#states.clear()
    this.#starts.clear()
    this.#going.clear()
    this.#deadRow()
  }
}

const NOWHERE: Ending = { state: 0, units: [] }
