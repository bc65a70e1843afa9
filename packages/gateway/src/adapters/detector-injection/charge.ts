import { Meanings, meaningOf, namesIn } from './meanings.js'
import { Numbers } from './numbers.js'
import { type Piece, sentencesOf } from './pieces.js'
import type { Reading } from './reading.js'
import { TOPICS } from './topics.js'

const LONG_WORD = 4
const FORBIDS: ReadonlySet<number> = new Set([meaningOf('forbid'), meaningOf('not')])
const SECRET = meaningOf('secret')
const ONLY =
  /\b(only|nothing else|anything else|other (?:topic|question|subject)s?|unrelated|stick to|outside|off limits)\b/i
const CONVERTS = /\b(translat|correct|classif|label|summari[sz]|shorten|json|one word|yes or no)/i
/** Of a longer one the beginning is looked at: what it is about, and what it forbids, it says there. */
const CHARGE_MAX = 8192

/** What a system message charges a model with, as far as users' words can go against it. */
export class Charge {
  readonly #reading: Reading
  readonly #topicsOf: Meanings = new Meanings(TOPICS)
  readonly #topics: number = namesIn(TOPICS).length
  /** Meanings in all of it, and in sentences that forbid. */
  #meant: ReadonlySet<number> = new Set()
  #guarded: ReadonlySet<number> = new Set()
  #words: ReadonlySet<number> = new Set()
  #guardedWords: ReadonlySet<number> = new Set()
  #about: ReadonlySet<number> = new Set()
  #guardedAbout: ReadonlySet<number> = new Set()
  #only = false
  /** Of the piece that was looked at last: meanings, beginnings of words, topics. */
  readonly #said: Numbers = new Numbers()
  readonly #beginnings: Numbers = new Numbers()
  readonly #spoken: Numbers = new Numbers()
  /** What kind of charge it is. Words of users mean something else under each. */
  salt = 0

  constructor(reading: Reading) {
    this.#reading = reading
  }

  read(text: string): void {
    const message = text.slice(0, CHARGE_MAX)
    const reading = this.#reading
    reading.read(message)
    const meant = new Set<number>()
    const guarded = new Set<number>()
    const words = new Set<number>()
    const guardedWords = new Set<number>()
    const about = new Set<number>()
    const guardedAbout = new Set<number>()
    for (const sentence of sentencesOf(reading)) {
      const here = this.#meaningsIn(sentence)
      const forbids = count(here, FORBIDS) > 0
      const said = this.#wordsIn(sentence)
      const topics = this.#topicsIn(sentence)
      addAll(here, forbids ? guarded : meant)
      addAll(said, forbids ? guardedWords : words)
      addAll(topics, forbids ? guardedAbout : about)
    }
    this.#meant = meant
    this.#guarded = guarded
    this.#words = words
    this.#guardedWords = guardedWords
    this.#about = about
    this.#guardedAbout = guardedAbout
    this.#only = ONLY.test(message)
    const hasSecret = meant.has(SECRET) || guarded.has(SECRET)
    this.salt =
      0x1f0 + (hasSecret ? 1 : 0) + (this.#only ? 2 : 0) + (guarded.size > 0 ? 4 : 0) + (CONVERTS.test(message) ? 8 : 0)
  }

  /** Features of what a user says, whose text was read last. */
  against(whole: Piece): readonly number[] {
    const kinds = this.salt & 15
    const said = this.#meaningsIn(whole)
    const features: number[] = [0xa001 + kinds]
    for (let at = 0; at < said.size; at++) {
      const one = said.at(at)
      features.push(0xb0001 + kinds * 64 + one)
      for (const other of this.#guarded) features.push(0xc0001 + other * 64 + one)
      for (const other of this.#meant) features.push(0xd0001 + other * 64 + one)
    }
    const words = this.#wordsIn(whole)
    const overlap = step(shareIn(words, this.#words))
    const guardedOverlap = step(shareIn(words, this.#guardedWords))
    const kind = (this.#only ? 1 : 0) + ((this.salt & 4) !== 0 ? 2 : 0)
    features.push(0xa101 + overlap * 4 + kind, 0xa201 + guardedOverlap * 4 + kind)
    const topics = this.#topicsIn(whole)
    const inAbout = count(topics, this.#about)
    const inGuarded = count(topics, this.#guardedAbout)
    // Of a topic that it is about; of another one; of none that is known.
    const topic = topics.size === 0 ? 2 : inAbout > 0 ? 0 : 1
    const known = this.#about.size + this.#guardedAbout.size > 0 ? 1 : 0
    const scope = topic * 8 + kind * 2 + known
    // Said more than once: it counts beside many others.
    for (let i = 0; i < SCOPE_WEIGHT; i++)
      features.push(0xa301 + scope + i * 64, 0xa701 + scope * 2 + (inGuarded > 0 ? 1 : 0) + i * 64)
    return features
  }

  /** Each once, in the order in which they come. */
  #meaningsIn({ from, to }: Piece): Numbers {
    const { meanings } = this.#reading
    const found = this.#said
    found.clear()
    for (let at = from; at < to; at++) {
      const meaning = meanings[at] ?? 0
      if (meaning !== 0) found.add(meaning)
    }
    return found
  }

  /** By their beginnings: `recipe` and `recipes` are one. */
  #wordsIn({ from, to }: Piece): Numbers {
    const { ends, kinds, low, starts } = this.#reading
    const found = this.#beginnings
    found.clear()
    for (let at = from; at < to; at++) {
      const start = starts[at] ?? 0
      const length = (ends[at] ?? 0) - start
      if (kinds[at] !== 1 || length < LONG_WORD) continue
      let hash = 17
      for (let i = start; i < start + Math.min(length, STEM); i++) hash = (Math.imul(hash, 31) + (low[i] ?? 0)) | 0
      found.add(hash)
    }
    return found
  }

  #topicsIn({ from, to }: Piece): Numbers {
    const { ends, isWord, low, starts } = this.#reading
    const found = this.#spoken
    found.clear()
    const end = to > from ? (ends[to - 1] ?? 0) : 0
    for (let at = from; at < to && found.size < this.#topics; at++) {
      const topic = this.#topicsOf.at(low, starts[at] ?? 0, end, isWord)
      if (topic !== 0) found.add(topic)
    }
    return found
  }
}

const STEM = 5
const SCOPE_WEIGHT = 3

function shareIn(words: Numbers, of: ReadonlySet<number>): number {
  return words.size === 0 ? 0 : count(words, of) / words.size
}

function count(some: Numbers, of: ReadonlySet<number>): number {
  if (of.size === 0) return 0
  let hits = 0
  for (let at = 0; at < some.size; at++) if (of.has(some.at(at))) hits += 1
  return hits
}

function addAll(some: Numbers, to: Set<number>): void {
  for (let at = 0; at < some.size; at++) to.add(some.at(at))
}

function step(share: number): number {
  return share === 0 ? 0 : Math.min(4, 1 + Math.floor(share * 4))
}
