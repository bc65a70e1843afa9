import type { Node } from './parse.js'
import type { Program } from './program.js'
import type { ReadRule } from './read.js'
import { type CodeSet, meet } from './sets.js'

/** An expression that is so many characters of one set, and behind them perhaps some of another: most that a lead stands before are. */
export interface Value {
  readonly of: CodeSet
  readonly min: number
  readonly max: number
  /** None of these is in `of`. */
  readonly tail: CodeSet
  readonly tailMax: number
}

/** Undefined where an expression is more than a value, or its end has to be asked for what follows. */
export function valueIn({ expression, behind }: ReadRule): Value | undefined {
  if (behind.length > 0) return undefined
  const [first, second, ...more] = expression.kind === 'sequence' ? expression.of : [expression]
  const row = rowOf(first)
  if (row === undefined || row.min === 0 || more.length > 0) return undefined
  if (second === undefined) return { ...row, tail: [], tailMax: 0 }
  const tail = rowOf(second)
  if (tail === undefined || tail.min > 0 || meet(row.of, tail.of)) return undefined
  return { ...row, tail: tail.of, tailMax: tail.max }
}

function rowOf(node: Node | undefined): Pick<Value, 'of' | 'min' | 'max'> | undefined {
  if (node?.kind !== 'repeat' || node.of.kind !== 'set') return undefined
  return { of: node.of.set, min: node.min, max: node.max }
}

/** Shorter ones are walked through as fast. */
const LONG = 64
const HEADS_MAX = 32

/** An expression that is one of a few literals and a long value. */
export interface Headed {
  readonly head: Node
  readonly value: Value
}

/** Undefined where an expression is no such one, or where two of its literals may stand at one place. */
export function headedIn({ expression, behind }: ReadRule): Headed | undefined {
  if (behind.length > 0 || expression.kind !== 'sequence') return undefined
  const head: Node = { kind: 'sequence', of: expression.of.slice(0, -1) }
  const row = rowOf(expression.of.at(-1))
  const literals = literalsOf(head)
  if (row === undefined || row.min === 0 || row.max < LONG || literals === undefined || isAmbiguous(literals)) {
    return undefined
  }
  return { head, value: { ...row, tail: [], tailMax: 0 } }
}

/** Undefined where there are too many, or what repeats. */
function literalsOf(node: Node): readonly (readonly CodeSet[])[] | undefined {
  switch (node.kind) {
    case 'set':
      return [[node.set]]
    case 'repeat':
      return undefined
    case 'choice': {
      const all = node.of.map(literalsOf)
      return all.every((one) => one !== undefined) ? few(all.flat()) : undefined
    }
    case 'sequence': {
      let all: readonly (readonly CodeSet[])[] | undefined = [[]]
      for (const one of node.of) {
        const next = literalsOf(one)
        all = next && all && few(all.flatMap((begun) => next.map((more) => [...begun, ...more])))
      }
      return all
    }
  }
}

function few<T>(all: readonly T[]): readonly T[] | undefined {
  return all.length <= HEADS_MAX ? all : undefined
}

/** Whether one of them may stand where another does, or where that begins. */
function isAmbiguous(literals: readonly (readonly CodeSet[])[]): boolean {
  return literals.some((one, index) =>
    literals.slice(index + 1).some((other) =>
      one.every((set, at) => {
        const there = other[at]
        return there === undefined || meet(set, there)
      }),
    ),
  )
}

interface Row {
  /** Of each class of the program whether it is in the row's set. */
  readonly members: Uint8Array
  /** From here to there all characters are. */
  from: number
  to: number
}

export interface KnownValue extends Value {
  readonly row: Row
  readonly tailMembers: Uint8Array
}

/**
 * Where values end, in one text from its front to its end. Of those that overlap each character is looked at once, since behind a
 * name that is said over and over stand as many as that.
 */
export class Values {
  readonly #classes: Uint16Array
  readonly #known: readonly (KnownValue | undefined)[]
  readonly #rows: readonly Row[]

  /** @param values by unit */
  constructor(program: Program, values: readonly (Value | undefined)[]) {
    this.#classes = program.classes
    const rows = new Map<string, Row>()
    const rowOfSet = (set: CodeSet): Row => {
      const key = set.join()
      const row = rows.get(key) ?? { members: membersOf(program, key), from: 0, to: 0 }
      rows.set(key, row)
      return row
    }
    this.#known = values.map(
      (value) => value && { ...value, row: rowOfSet(value.of), tailMembers: membersOf(program, value.tail.join()) },
    )
    this.#rows = [...rows.values()]
  }

  /** Before another text. */
  begin(): void {
    for (const row of this.#rows) row.from = row.to = 0
  }

  /** Undefined where a unit is none. */
  of(unit: number): KnownValue | undefined {
    return this.#known[unit]
  }

  /** Where a value ends that begins at `at`: less than `min` characters behind it there is none. */
  end({ row, min, max, tailMembers, tailMax }: KnownValue, text: string, at: number): number {
    const most = Math.min(text.length, at + max)
    if (at < row.from || at > row.to) row.from = row.to = at
    row.to = this.#skip(row.members, text, row.to, most)
    const end = Math.min(row.to, most)
    return end - at < min ? end : this.#skip(tailMembers, text, end, Math.min(text.length, end + tailMax))
  }

  #skip(members: Uint8Array, text: string, from: number, most: number): number {
    const classes = this.#classes
    let to = from
    while (to < most && members[classes[text.charCodeAt(to)] as number] === 1) to++
    return to
  }
}

/** @param key of a set, its ranges joined */
function membersOf({ sets, members, classCount }: Program, key: string): Uint8Array {
  const id = sets.findIndex((set) => set.join() === key)
  return members.slice(id * classCount, (id + 1) * classCount)
}
