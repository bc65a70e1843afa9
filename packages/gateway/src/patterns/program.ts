import type { Node } from './parse.js'
import { type CodeSet, has, LAST } from './sets.js'

/** What an instruction does. */
export const TAKE = 0
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
  /** For each set, the classes in it. */
  readonly members: readonly Uint8Array[]
  /** For each unit, the classes that may not stand behind it, and those before it. */
  readonly behind: readonly Uint8Array[]
  readonly before: readonly Uint8Array[]
}

/** An expression, or a lead, by itself. */
export interface Unit {
  readonly node: Node
  readonly before: CodeSet
  readonly behind: CodeSet
}

export function compile(units: readonly Unit[]): Program {
  const sets = new Sets()
  const code = new Code(sets)
  const entries = units.map(({ node }, unit) => code.unit(node, unit))
  const edges = units.map(({ before, behind }) => ({ before: sets.idOf(before), behind: sets.idOf(behind) }))
  const { classes, count, members } = sets.classes()
  const membersOf = (set: number): Uint8Array => members[set] ?? new Uint8Array(count)
  return {
    ...code.done(),
    entries: Int32Array.from(entries),
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
  readonly #op: number[] = []
  readonly #to: number[] = []
  readonly #other: number[] = []
  readonly #set: number[] = []
  readonly #unit: number[] = []

  constructor(sets: Sets) {
    this.#sets = sets
  }

  unit(node: Node, unit: number): number {
    return this.#node(node, this.#add(ACCEPT, unit, 0, 0, 0), unit)
  }

  done(): Pick<Program, 'op' | 'to' | 'other' | 'set' | 'unit'> {
    return {
      op: Uint8Array.from(this.#op),
      to: Int32Array.from(this.#to),
      other: Int32Array.from(this.#other),
      set: Int32Array.from(this.#set),
      unit: Int32Array.from(this.#unit),
    }
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
    this.#op.push(op)
    this.#unit.push(unit)
    this.#to.push(to)
    this.#other.push(other)
    this.#set.push(set)
    return this.#op.length - 1
  }
}

class Sets {
  readonly #ids = new Map<string, number>()
  readonly #all: CodeSet[] = []

  idOf(set: CodeSet): number {
    const key = set.join()
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = this.#all.push(set) - 1
    this.#ids.set(key, id)
    return id
  }

  /** Cuts the code units where some set begins or ends; pieces that are in the same sets are one class. */
  classes(): { readonly classes: Uint16Array; readonly count: number; readonly members: readonly Uint8Array[] } {
    const cuts = new Set([0])
    for (const set of this.#all) {
      for (const [index, code] of set.entries()) cuts.add(index % 2 === 0 ? code : code + 1)
    }
    const sorted = [...cuts].filter((code) => code <= LAST).sort((a, b) => a - b)
    const byMembership = new Map<string, number>()
    const classes = new Uint16Array(LAST + 1)
    const memberships: number[][] = []
    for (const [index, first] of sorted.entries()) {
      const within = this.#all.flatMap((set, id) => (has(set, first) ? [id] : []))
      const key = within.join()
      let one = byMembership.get(key)
      if (one === undefined) {
        one = memberships.push(within) - 1
        byMembership.set(key, one)
      }
      classes.fill(one, first, sorted[index + 1] ?? LAST + 1)
    }
    const count = memberships.length
    const members = this.#all.map(() => new Uint8Array(count))
    for (const [one, within] of memberships.entries()) {
      for (const id of within) {
        const set = members[id]
        if (set !== undefined) set[one] = 1
      }
    }
    return { classes, count, members }
  }
}
