import { type DateWord, daysOf, daysOfDigits, MONTHS } from './days.js'
import { FIELD_MAX } from './fields.js'
import { type Hashing, PART } from './hashing.js'
import type { Known } from './known.js'
import type { Prefixes } from './prefixes.js'

/** Fields of one row stand so near one another, in folded characters. */
const NEAR = 256
/** As many of the last ones are put together. */
const HITS_MAX = 12
/** Words that one number or code is written in. */
const WORDS_MAX = 4
const DATE_WORDS = 3
/** `of`, `de`: what stands within a date and says nothing. */
const FILLER_MAX = 2
const DAY_DIGITS = 8

interface Hit {
  a: number
  b: number
  at: number
}

interface Word {
  readonly start: number
  readonly hasDigit: boolean
}

/** @returns whether that is enough */
export type Sees = (a: number, b: number) => boolean

/** Fields of rows that a text has near one another. */
export class FieldHits {
  readonly #known: Known
  readonly #hashing: Hashing
  readonly #prefixes: Prefixes
  readonly #months: ReadonlyMap<number, number>
  /** Of the word that is under way. */
  #start = 0
  #number = 0
  #digits = 0
  #hasDigit = false
  #isNumber = true
  /** The last first. */
  #words: readonly Word[] = []
  #dateWords: readonly DateWord[] = []
  readonly #hits: Hit[] = []

  constructor({ hashing, known }: { readonly hashing: Hashing; readonly known: Known }, prefixes: Prefixes) {
    this.#known = known
    this.#hashing = hashing
    this.#prefixes = prefixes
    this.#months = monthsBy(hashing)
  }

  begin(): void {
    this.#start = this.#prefixes.length
    this.#number = 0
    this.#digits = 0
    this.#hasDigit = false
    this.#isNumber = true
  }

  unit(code: number): void {
    if (code < 0x30 || code > 0x39) this.#isNumber = false
    else {
      this.#hasDigit = true
      if (!this.#isNumber) return
      this.#digits += 1
      if (this.#digits <= DAY_DIGITS) this.#number = this.#number * 10 + code - 0x30
    }
  }

  /** A word ends. @param isEnd false: only if it did */
  word(isEnd: boolean, sees: Sees): void {
    if (!this.#known.hasFields) return
    const word = { start: this.#start, hasDigit: this.#hasDigit }
    this.#fieldsAt(word, isEnd, sees)
    this.#daysAt(isEnd, sees)
    if (!isEnd) return
    // Only where one of them has digits they may be one number or code.
    const isLong = this.#prefixes.length - word.start > FIELD_MAX
    this.#words = isLong ? NO_WORDS : [word, ...this.#words.slice(0, WORDS_MAX - 2)]
  }

  /** Numbers and codes are written with anything between their parts; words are not. */
  #fieldsAt({ hasDigit, start }: Word, isEnd: boolean, sees: Sees): void {
    const { length } = this.#prefixes
    if (length - start > FIELD_MAX) return
    this.#fieldFrom(start, isEnd, sees)
    let isCode = hasDigit
    for (const before of this.#words) {
      if (length - before.start > FIELD_MAX) return
      isCode ||= before.hasDigit
      if (isCode) this.#fieldFrom(before.start, isEnd, sees)
    }
  }

  #fieldFrom(start: number, isEnd: boolean, sees: Sees): void {
    const a = this.#prefixes.hashA(start, PART.field)
    if (this.#known.isField(a)) this.#meets(a, this.#prefixes.hashB(start, PART.field), isEnd, sees)
  }

  #daysAt(isEnd: boolean, sees: Sees): void {
    const before = this.#dateWords
    const length = this.#prefixes.length - this.#start
    if (this.#isNumber && length === DAY_DIGITS) {
      this.#days(daysOfDigits(String(this.#number).padStart(DAY_DIGITS, '0')), isEnd, sees)
    }
    const own = this.#dateWord(length)
    if (own === undefined) {
      if (isEnd && (length > FILLER_MAX || this.#hasDigit)) this.#dateWords = NO_DATE_WORDS
      return
    }
    const [one, two, three] = before.length < DATE_WORDS - 1 ? [] : [...before.slice(1 - DATE_WORDS), own]
    if (one !== undefined && two !== undefined && three !== undefined) this.#days(daysOf(one, two, three), isEnd, sees)
    if (isEnd) this.#dateWords = [...before.slice(1 - DATE_WORDS), own]
  }

  /** The same as `dateWordOf`. */
  #dateWord(length: number): DateWord | undefined {
    if (!this.#hasDigit || this.#digits === 0) {
      const month = this.#hasDigit ? undefined : this.#months.get(this.#prefixes.hashA(this.#start, PART.field))
      return month === undefined ? undefined : { number: -1, digits: 0, month }
    }
    if (this.#digits > 4 || (this.#digits < length && this.#digits > 2)) return undefined
    return { number: this.#number, digits: this.#digits, month: 0 }
  }

  #days(days: readonly number[], isEnd: boolean, sees: Sees): void {
    for (const day of days) {
      const { a, b } = this.#hashing.ofDay(day)
      if (this.#known.isField(a)) this.#meets(a, b, isEnd, sees)
    }
  }

  #meets(a: number, b: number, isEnd: boolean, sees: Sees): void {
    const hashing = this.#hashing
    const known = this.#known
    const hits = this.#hits
    const from = this.#prefixes.length - NEAR
    let own = -1
    for (const [index, one] of hits.entries()) {
      if (one.a === a) own = index
      if (one.a === a || one.at < from) continue
      const pair = hashing.jointA(a + one.a)
      if (known.mayBe(pair) && sees(pair, hashing.jointB(b + one.b))) return
      for (let next = index + 1; next < hits.length; next++) {
        const other = hits[next]
        if (other === undefined || other.a === a || other.at < from) continue
        const triple = hashing.jointA(a + one.a + other.a)
        if (known.mayBe(triple) && sees(triple, hashing.jointB(b + one.b + other.b))) return
      }
    }
    if (!isEnd) return
    if (own >= 0) hits.splice(own, 1)
    else if (hits.length === HITS_MAX) hits.shift()
    hits.push({ a, b, at: this.#prefixes.length })
  }
}

const NO_WORDS: readonly Word[] = []
const NO_DATE_WORDS: readonly DateWord[] = []

const months = new WeakMap<Hashing, ReadonlyMap<number, number>>()

function monthsBy(hashing: Hashing): ReadonlyMap<number, number> {
  const held = months.get(hashing)
  if (held !== undefined) return held
  const made = new Map([...MONTHS].map(([name, month]) => [hashing.of(name, PART.field).a, month]))
  months.set(hashing, made)
  return made
}
