import type { Fingerprint } from './hashing.js'
import { Table } from './table.js'

/** What was remembered at one go, as a row of the store has it. */
export interface Batch {
  readonly untilMs: number
  readonly groups: readonly { readonly labels: readonly string[]; readonly known: readonly Fingerprint[] }[]
  readonly fields: readonly Fingerprint[]
  readonly hasGrams: boolean
}

interface Group {
  readonly id: number
  readonly labels: readonly string[]
  readonly untilMs: number
  readonly a: Uint32Array
  readonly b: Uint32Array
}

interface Kept {
  readonly untilMs: number
  readonly groups: readonly Group[]
  readonly fields: Uint32Array
  readonly hasGrams: boolean
}

/** So many bits for each fingerprint, and a quarter of them for fields: what is none passes seldom, and is looked up in vain. */
const BITS_EACH = 16
const WORD = 5

/** All that is remembered, in memory: at most so many fingerprints, the oldest go first. */
export class Known {
  readonly #max: number
  readonly #table = new Table()
  /** By the key of its row; those that were added first stand first. */
  readonly #kept = new Map<string, Kept>()
  readonly #groups = new Map<number, Group>()
  readonly #fields: Uint32Array
  readonly #fieldShift: number
  #nextGroup = 1
  #labels: ReadonlySet<string> = new Set()
  /** A bit for each fingerprint: most of what is not known is told by it alone. */
  readonly #bits: Uint32Array
  readonly #shift: number
  hasFields = false
  hasGrams = false

  constructor(max: number) {
    this.#max = max
    const log = Math.ceil(Math.log2(max * BITS_EACH))
    this.#bits = new Uint32Array(2 ** (log - WORD))
    this.#shift = 32 - log
    this.#fields = new Uint32Array(2 ** (log - 2 - WORD))
    this.#fieldShift = 34 - log
  }

  get size(): number {
    return this.#table.size
  }

  has(key: string): boolean {
    return this.#kept.has(key)
  }

  /** Whatever can be found at all. */
  get labels(): ReadonlySet<string> {
    return this.#labels
  }

  isField(a: number): boolean {
    return has(this.#fields, a >>> this.#fieldShift)
  }

  /** Whether it is worth the other half. */
  mayBe(a: number): boolean {
    return has(this.#bits, a >>> this.#shift)
  }

  /** Undefined where it is not known, or was for too long. */
  find(a: number, b: number, nowMs: () => number): readonly string[] | undefined {
    const group = this.#groupOf(a, b)
    return group !== undefined && group.untilMs > nowMs() ? group.labels : undefined
  }

  /** Whether it brings these labels until then. */
  covers({ a, b }: Fingerprint, labels: readonly string[], untilMs: number): boolean {
    const group = this.#groupOf(a, b)
    return group !== undefined && group.untilMs >= untilMs && labels.every((one) => group.labels.includes(one))
  }

  /** @returns keys of rows that had to go for it */
  add(key: string, batch: Batch, nowMs: number): readonly string[] {
    if (this.#kept.has(key) || batch.untilMs <= nowMs) return NONE
    const byLabels = new Map<string, Fingerprint[]>()
    const listOf = (name: string): Fingerprint[] => {
      const list = byLabels.get(name) ?? []
      byLabels.set(name, list)
      return list
    }
    for (const { known, labels } of batch.groups) {
      const own = listOf(labels.join(' '))
      for (const one of known) {
        // What two releases have brings the labels of both.
        const before = this.find(one.a, one.b, () => nowMs) ?? NONE
        if (before.every((label) => labels.includes(label))) own.push(one)
        else listOf([...new Set([...labels, ...before])].sort().join(' ')).push(one)
      }
    }
    const groups = [...byLabels].map(([name, known]) => this.#group(name.split(' '), batch.untilMs, known))
    const fields = Uint32Array.from(batch.fields, ({ a }) => a)
    this.#kept.set(key, { untilMs: batch.untilMs, groups, fields, hasGrams: batch.hasGrams })
    this.#mark(fields, batch.hasGrams)
    this.#labels = new Set([...this.#labels, ...groups.flatMap(({ labels }) => labels)])
    const gone: string[] = []
    for (const oldest of this.#kept.keys()) {
      if (this.#table.size <= this.#max || oldest === key) break
      this.drop(oldest)
      gone.push(oldest)
    }
    return gone
  }

  drop(key: string): void {
    const kept = this.#kept.get(key)
    if (kept === undefined) return
    this.#kept.delete(key)
    for (const { a, b, id } of kept.groups) {
      for (let at = 0; at < a.length; at++) {
        // Another release may have brought it since.
        if (this.#table.get(a[at] ?? 0, b[at] ?? 0) === id) this.#table.delete(a[at] ?? 0, b[at] ?? 0)
      }
      this.#groups.delete(id)
    }
  }

  /** Forgets what was known for long enough. */
  sweep(nowMs: number): void {
    const over = [...this.#kept].filter(([, { untilMs }]) => untilMs <= nowMs)
    for (const [key] of over) this.drop(key)
    if (over.length === 0) return
    this.#fields.fill(0)
    this.#bits.fill(0)
    for (const { a } of this.#groups.values()) for (const one of a) put(this.#bits, one >>> this.#shift)
    this.hasFields = false
    this.hasGrams = false
    for (const { fields, hasGrams } of this.#kept.values()) this.#mark(fields, hasGrams)
    this.#labels = new Set([...this.#groups.values()].flatMap(({ labels }) => labels))
  }

  #groupOf(a: number, b: number): Group | undefined {
    const id = this.#table.get(a, b)
    return id === 0 ? undefined : this.#groups.get(id)
  }

  #group(labels: readonly string[], untilMs: number, known: readonly Fingerprint[]): Group {
    const id = this.#nextGroup
    this.#nextGroup += 1
    const a = Uint32Array.from(known, (one) => one.a)
    const b = Uint32Array.from(known, (one) => one.b)
    const group = { id, labels, untilMs, a, b }
    this.#groups.set(id, group)
    for (const one of known) {
      this.#table.set(one.a, one.b, id)
      put(this.#bits, one.a >>> this.#shift)
    }
    return group
  }

  #mark(fields: Uint32Array, hasGrams: boolean): void {
    for (const field of fields) put(this.#fields, field >>> this.#fieldShift)
    this.hasFields ||= fields.length > 0
    this.hasGrams ||= hasGrams
  }
}

const NONE: readonly string[] = []

function has(bits: Uint32Array, bit: number): boolean {
  return ((bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0
}

function put(bits: Uint32Array, bit: number): void {
  bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31))
}
