import type { Node } from './parse.js'
import { type CodeSet, LAST } from './sets.js'

/** What an instruction does. */
const TAKE = 0
export const FORK = 1
export const ACCEPT = 2

/** Instructions of all units, one list. A fork prefers the way of `to` before that of `other`. */
export interface Program {
  readonly op: Uint8Array
  readonly to: Int32Array
  readonly other: Int32Array
  /** The set that is taken from. */
  readonly set: Int32Array
  readonly unit: Int32Array
  /** Where each unit begins. */
  readonly entries: Int32Array
  /** A class of code units that no set tells apart, for each code unit. */
  readonly classes: Uint16Array
  readonly classCount: number
  readonly sets: readonly CodeSet[]
  /** For each set one row: 1 at each class in it. */
  readonly members: Uint8Array
  /** For each unit, the classes that may not stand behind it, and those before it: of the same set one and the same object. */
  readonly behind: readonly Uint8Array[]
  readonly before: readonly Uint8Array[]
}

/** An expression, or a lead, by itself. */
export interface Unit {
  readonly node: Node
  readonly before: CodeSet
  readonly behind: CodeSet
  /** What classes have to tell apart too, though no instruction takes it. */
  readonly apart?: CodeSet
}

export function compile(units: readonly Unit[]): Program {
  const sets = new Sets()
  const code = new Code(sets)
  const entries = units.map(({ node }, unit) => code.unit(node, unit))
  const edges = units.map(({ before, behind }) => ({ before: sets.idOf(before), behind: sets.idOf(behind) }))
  for (const { apart } of units) if (apart !== undefined) sets.idOf(apart)
  const { classes, count, members } = sets.classes()
  const rows = new Map<number, Uint8Array>()
  const membersOf = (set: number): Uint8Array => {
    const row = rows.get(set) ?? members.subarray(set * count, (set + 1) * count)
    rows.set(set, row)
    return row
  }
  return {
    ...code.done(),
    entries: Int32Array.from(entries),
    sets: sets.all,
    classes,
    classCount: count,
    members,
    behind: edges.map(({ behind }) => membersOf(behind)),
    before: edges.map(({ before }) => membersOf(before)),
  }
}

/** From the end to the beginning, so that each instruction knows where it goes on. */
class Code {
  readonly #sets: Sets
  #count = 0
  #op = new Uint8Array(1024)
  #to = new Int32Array(1024)
  #other = new Int32Array(1024)
  #set = new Int32Array(1024)
  #unit = new Int32Array(1024)

  constructor(sets: Sets) {
    this.#sets = sets
  }

  unit(node: Node, unit: number): number {
    return this.#node(node, this.#add(ACCEPT, unit, 0, 0, 0), unit)
  }

  done(): Pick<Program, 'op' | 'to' | 'other' | 'set' | 'unit'> {
    return { op: this.#op, to: this.#to, other: this.#other, set: this.#set, unit: this.#unit }
  }

  #node(node: Node, next: number, unit: number): number {
    switch (node.kind) {
      case 'set':
        return this.#add(TAKE, unit, next, 0, this.#sets.idOf(node.set))
      case 'sequence':
        return node.of.reduceRight((then, one) => this.#node(one, then, unit), next)
      case 'choice':
        return node.of
          .map((one) => this.#node(one, next, unit))
          .reduceRight((then, one) => this.#add(FORK, unit, one, then, 0))
      case 'repeat': {
        let then = next
        for (let i = node.min; i < node.max; i++) then = this.#add(FORK, unit, this.#node(node.of, then, unit), next, 0)
        for (let i = 0; i < node.min; i++) then = this.#node(node.of, then, unit)
        return then
      }
    }
  }

  #add(op: number, unit: number, to: number, other: number, set: number): number {
    const at = this.#count++
    if (at === this.#op.length) this.#widen(at * 2)
    this.#op[at] = op
    this.#unit[at] = unit
    this.#to[at] = to
    this.#other[at] = other
    this.#set[at] = set
    return at
  }

  #widen(length: number): void {
    const op = new Uint8Array(length)
    op.set(this.#op)
    this.#op = op
    this.#to = widened(this.#to, length)
    this.#other = widened(this.#other, length)
    this.#set = widened(this.#set, length)
    this.#unit = widened(this.#unit, length)
  }
}

function widened(list: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(length)
  wider.set(list)
  return wider
}

class Sets {
  readonly #ids = new Map<string, number>()
  /** A repetition asks for the same set again and again. */
  readonly #known = new Map<CodeSet, number>()
  readonly #all: CodeSet[] = []

  get all(): readonly CodeSet[] {
    return this.#all
  }

  idOf(set: CodeSet): number {
    const known = this.#known.get(set)
    if (known !== undefined) return known
    const key = set.join()
    const id = this.#ids.get(key) ?? this.#all.push(set) - 1
    this.#ids.set(key, id)
    this.#known.set(set, id)
    return id
  }

  /** Cuts the code units where some set begins or ends; pieces that are in the same sets are one class. */
  classes(): { readonly classes: Uint16Array; readonly count: number; readonly members: Uint8Array } {
    const changes = new Map<number, number[]>([[0, []]])
    for (const [id, set] of this.#all.entries()) {
      for (const [index, code] of set.entries()) {
        const at = index % 2 === 0 ? code : code + 1
        const there = changes.get(at)
        if (there === undefined) changes.set(at, [id])
        else there.push(id)
      }
    }
    const cuts = [...changes.keys()].filter((code) => code <= LAST).sort((a, b) => a - b)
    const within = new Uint8Array(this.#all.length)
    const byMembership = new Map<string, number>()
    const classes = new Uint16Array(LAST + 1)
    const memberships: Uint8Array[] = []
    for (const [index, first] of cuts.entries()) {
      for (const id of changes.get(first) ?? []) within[id] = 1 - (within[id] ?? 0)
      const key = Buffer.from(within).toString('latin1')
      let one = byMembership.get(key)
      if (one === undefined) {
        one = memberships.push(within.slice()) - 1
        byMembership.set(key, one)
      }
      classes.fill(one, first, cuts[index + 1] ?? LAST + 1)
    }
    const count = memberships.length
    const members = new Uint8Array(this.#all.length * count)
    for (const [one, sets] of memberships.entries())
      for (const [id, is] of sets.entries()) members[id * count + one] = is
    return { classes, count, members }
  }
}
