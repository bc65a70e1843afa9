import type { TextWatch } from '../spec/index.js'
import { FieldHits } from './field-hits.js'
import { type FoldedTo, Folding } from './folding.js'
import { type Hashing, PART, RING } from './hashing.js'
import { VALUE_MAX, VALUE_MIN } from './identifying.js'
import type { Known } from './known.js'
import { Prefixes } from './prefixes.js'
import { GRAM } from './winnow.js'

export interface WatchParts {
  readonly known: Known
  readonly hashing: Hashing
  readonly nowMs: () => number
  readonly found: (labels: readonly string[]) => void
}

const IN_RING = RING - 1

/**
 * Looks for what is known in one text, in one pass. A value is looked for from where a word begins to where one ends, whatever
 * stands between the words; a run of a long text wherever it stands.
 */
export class Watch implements TextWatch, FoldedTo {
  readonly #parts: WatchParts
  readonly #folding: Folding
  readonly #prefixes: Prefixes
  readonly #hits: FieldHits
  readonly #seen = new Set<string>()
  /** Where the last words began. */
  readonly #starts = new Int32Array(RING)
  #firstStart = 0
  #nextStart = 0
  #isInWord = false
  #isDone = false

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#folding = new Folding(this)
    this.#prefixes = new Prefixes(parts.hashing)
    this.#hits = new FieldHits(parts, this.#prefixes)
  }

  push(text: string): boolean {
    if (this.#isDone || this.#parts.known.size === 0) return false
    this.#folding.push(text)
    return this.#isInWord && this.#endsKnown()
  }

  end(): void {
    this.#folding.end()
  }

  unit(code: number): void {
    const prefixes = this.#prefixes
    if (!this.#isInWord) {
      this.#isInWord = true
      this.#starts[this.#nextStart & IN_RING] = prefixes.length
      this.#nextStart += 1
      if (this.#nextStart - this.#firstStart > RING) this.#firstStart += 1
      this.#hits.begin()
    }
    prefixes.push(code)
    this.#hits.unit(code)
    if (prefixes.length >= GRAM && this.#parts.known.hasGrams) this.#look(prefixes.length - GRAM, PART.gram)
  }

  apart(): void {
    if (!this.#isInWord) return
    this.#isInWord = false
    this.#lookBack((start) => this.#look(start, PART.value))
    this.#hits.word(true, (a, b) => {
      this.#see(a, b)
      return false
    })
  }

  /** Each value that ends here, from the longest. */
  #lookBack(look: (start: number) => void): void {
    const { length } = this.#prefixes
    for (let index = this.#firstStart; index < this.#nextStart; index++) {
      const start = this.#starts[index & IN_RING] ?? 0
      if (length - start > VALUE_MAX) this.#firstStart = index + 1
      else if (length - start < VALUE_MIN) return
      else look(start)
    }
  }

  #look(start: number, part: typeof PART.value | typeof PART.gram): void {
    const a = this.#prefixes.hashA(start, part)
    if (this.#parts.known.mayBe(a)) this.#see(a, this.#prefixes.hashB(start, part))
  }

  #see(a: number, b: number): void {
    const labels = this.#labelsAt(a, b)
    if (labels === undefined) return
    for (const label of labels) this.#seen.add(label)
    this.#parts.found(labels)
    // There is nothing that could still be found.
    this.#isDone = [...this.#parts.known.labels].every((label) => this.#seen.has(label))
  }

  /** Undefined where there are none that were not seen. */
  #labelsAt(a: number, b: number): readonly string[] | undefined {
    const { known, nowMs } = this.#parts
    const labels = known.find(a, b, nowMs)
    return labels?.some((label) => !this.#seen.has(label)) === true ? labels : undefined
  }

  /** Whether something would be found if the word ended here. */
  #endsKnown(): boolean {
    const { known } = this.#parts
    let isKnown = false
    this.#lookBack((start) => {
      const a = this.#prefixes.hashA(start, PART.value)
      isKnown ||= known.mayBe(a) && this.#labelsAt(a, this.#prefixes.hashB(start, PART.value)) !== undefined
    })
    if (isKnown) return true
    this.#hits.word(false, (a, b) => {
      isKnown ||= this.#labelsAt(a, b) !== undefined
      return isKnown
    })
    return isKnown
  }
}
