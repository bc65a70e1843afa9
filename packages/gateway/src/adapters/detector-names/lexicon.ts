/** What lists say of a word. A word may be several: `Paris` is a place and a first name. */
export const FIRST = 1
export const LAST = 2
/** A last name that is rare, or that only a long census list has. */
export const RARE = 4
export const PLACE = 8
/** Two bits from this one on: how common the word is in small letters, 0 to 3. */
export const COMMON_SHIFT = 4
/** Known with a capital only: a name of something. */
export const CAPITALISED = 64
/** Kinds of streets, as words: `Street`, `rue`, `ul`. */
export const STREET = 128
/** What goes with an address: `Apt`, `Suite`, `Box`. */
export const UNIT = 256
/** What goes before a name: `Mr`, `Frau`, `Dr`. */
export const TITLE = 512
/** Small words within names and streets: `van`, `de la`. */
export const PARTICLE = 1024
/** Organisations, products, days, months, peoples: capitalised, and nobody's name. */
export const THING = 2048
/** A name that everybody knows, and no personal data: `Shakespeare`, `Einstein`. */
export const FAMOUS = 4096
/** Begins an address in small letters too: `rue`, `via`, `ul`. */
export const START = 16384
/** Behind it a name stands even in small letters: `named`, `mr`. */
export const CUE = 8192

/** A name that examples are full of: `Alice`, `Bob`. */
export const TOY = 32768

/** What `hashOn` begins with. */
export const HASH_FIRST = 0x811c9dc5
const PRIME = 0x01000193

/** One code unit more in an FNV-1a. */
export function hashOn(hash: number, code: number): number {
  return Math.imul(hash ^ code, PRIME)
}

/** FNV-1a over UTF-16 code units from `start` to `end`. */
export function hashOf(text: string, start: number, end: number): number {
  let hash = HASH_FIRST
  for (let at = start; at < end; at++) hash = hashOn(hash, text.charCodeAt(at))
  return hash >>> 0
}

/** Two numbers into one, spread over all bits: signed, since larger numbers are passed on in memory of their own. */
export function mix(a: number, b: number): number {
  let hash = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0xc2b2ae35)
  return hash ^ (hash >>> 13)
}

/** A power of two. */
const ASKED = 4096

/**
 * A set of words with what they are, as a table of hashes: 24 bits of the hash and 8 bits for one of at most 255 combinations of
 * what a word can be. One word in some 100,000 that are not in it is taken for one that is.
 */
export class Lexicon {
  readonly #slots: Uint32Array
  readonly #kinds: Uint16Array
  readonly #mask: number
  /** Words that were asked for: prose says the same ones again and again, and the whole table fits in no near cache. */
  readonly #asked = new Int32Array(ASKED)
  readonly #askedKinds = new Uint16Array(ASKED)

  /** @param slots a power of two of them, some empty (0) */
  constructor(slots: Uint32Array, kinds: Uint16Array) {
    this.#slots = slots
    this.#kinds = kinds
    this.#mask = slots.length - 1
    this.#askedKinds[0] = this.#look(0)
  }

  /** @param hash `hashOf` the word in small letters, signed or not. 0 where it is in no list. */
  kindOf(hash: number): number {
    const place = hash & (ASKED - 1)
    if (this.#asked[place] === (hash | 0)) return this.#askedKinds[place] as number
    const kind = this.#look(hash)
    this.#asked[place] = hash
    this.#askedKinds[place] = kind
    return kind
  }

  #look(hash: number): number {
    const spread = mix(hash, 1)
    const mark = (spread >>> 8) | 0
    for (let at = hash & this.#mask; ; at = (at + 1) & this.#mask) {
      const slot = this.#slots[at] ?? 0
      if (slot === 0) return 0
      if (slot >>> 8 === mark) return this.#kinds[slot & 0xff] ?? 0
    }
  }
}

/** Two words, as one in a lexicon: a full name. */
export function pairOf(first: number, second: number): number {
  return mix(first, second) >>> 0
}

/** The table of a lexicon, for `new Lexicon`; a word of it may be two with a space between. At most two thirds of it are taken. */
export function lexiconTable(words: ReadonlyMap<string, number>): { slots: Uint32Array; kinds: Uint16Array } {
  const combinations = [...new Set(words.values())].sort((a, b) => a - b)
  if (combinations.length > 255) throw new Error('too many combinations of kinds')
  let size = 1024
  while (size * 2 < words.size * 3) size *= 2
  const slots = new Uint32Array(size)
  for (const [word, kind] of words) {
    const [first = '', second] = word.split(' ')
    const alone = hashOf(first, 0, first.length)
    const hash = second === undefined ? alone : pairOf(alone, hashOf(second, 0, second.length))
    const slot = (((mix(hash, 1) >>> 8) << 8) | (combinations.indexOf(kind) + 1)) >>> 0
    let at = hash & (size - 1)
    while (slots[at] !== 0) at = (at + 1) & (size - 1)
    slots[at] = slot
  }
  return { slots, kinds: Uint16Array.from([0, ...combinations]) }
}
