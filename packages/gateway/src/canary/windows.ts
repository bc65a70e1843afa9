import { Units } from '../views/units.js'
import { FOLDED, isWide, letterOf, letterOfPair, NO_LETTER, ODD_MIN, UNKNOWN } from './fold.js'
import { ENCODED_MAX, eachVariant } from './variants.js'

/** How many letters in a row are looked up at once. */
export const WINDOW = 16
/** Further apart letters are not read as one text. */
export const GAP_MAX = 6
/** So much of a text is read at a time, in UTF-16 code units. */
const READ_MAX = 4096

const BASE = 0x01000193
/** BASE to the power of WINDOW: what the letter that leaves a window counts in its hash. */
const LEAVING: number = Array.from({ length: WINDOW }).reduce<number>((power) => Math.imul(power, BASE), 1)
const LAST = WINDOW - 1

// What is imported would be loaded once more for each character.
const LETTERS: Uint16Array = FOLDED
const NONE: number = NO_LETTER
const UNASKED: number = UNKNOWN
const ODD: number = ODD_MIN

/** Reads a text letter by letter, and knows the hash of the last `WINDOW` of them. */
export class Reader {
  /** Of each letter that was read last: the window that it ends, 0 where there are not as many letters yet. */
  readonly windows: Int32Array = new Int32Array(READ_MAX)
  /** Where it stands. */
  readonly places: Int32Array = new Int32Array(READ_MAX)
  /** How many letters those were. */
  count = 0
  /** How much that is no letter was read since the last one, as far as letters can be apart. */
  gap = 0
  readonly #units: Units = new Units()
  readonly #last: Uint16Array = new Uint16Array(WINDOW)
  #hash = 0
  /** Letters since the last gap that was too wide. */
  #row = 0

  /** Before another text. */
  begin(): void {
    this.gap = 0
    this.#row = 0
    this.#hash = 0
  }

  /**
   * Reads on in a text from `from`. Places are told from there.
   *
   * @returns where it stopped: at `to` or, since it reads so much at a time, before it
   */
  readText(text: string, from: number, to: number): number {
    const most = Math.min(to, from + READ_MAX)
    // No pair is read in two.
    const end = most < to && isLowSurrogate(text.charCodeAt(most)) ? most - 1 : most
    this.#read(this.#units.of(text.slice(from, end)), 0, end - from)
    return end
  }

  /** The same of code units. */
  readUnits(units: Uint16Array, from: number, to: number): number {
    const most = Math.min(to, from + READ_MAX)
    const end = most < to && isLowSurrogate(units[most] as number) ? most - 1 : most
    this.#read(units, from, end)
    return end
  }

  #read(units: Uint16Array, from: number, end: number): void {
    const { places, windows } = this
    const last = this.#last
    let count = 0
    let hash = this.#hash
    let row = this.#row
    let gap = this.gap
    for (let at = from; at < end; at++) {
      const code = units[at] as number
      let letter = LETTERS[code] as number
      let width = 1
      if (code >= ODD || letter === UNASKED) {
        const low = at + 1 < end ? (units[at + 1] as number) : 0
        if (isHighSurrogate(code) && isLowSurrogate(low)) {
          width = 2
          letter = letterOfPair(code, low)
        } else letter = letterOf(code)
      }
      if (letter === NONE) {
        at += width - 1
        gap += width
        if (gap > GAP_MAX) {
          row = 0
          hash = 0
        }
        continue
      }
      gap = 0
      let leaves = row < WINDOW ? 0 : (last[row & LAST] as number)
      hash = (Math.imul(hash, BASE) + letter - Math.imul(leaves, LEAVING)) | 0
      last[row & LAST] = letter
      row++
      if (code >= ODD && isWide(code)) {
        const second = letter ^ 0x5555
        leaves = row < WINDOW ? 0 : (last[row & LAST] as number)
        hash = (Math.imul(hash, BASE) + second - Math.imul(leaves, LEAVING)) | 0
        last[row & LAST] = second
        row++
      }
      windows[count] = row < WINDOW ? 0 : hash === 0 ? 1 : hash
      places[count] = at - from
      count++
      at += width - 1
    }
    this.count = count
    this.#hash = hash
    this.#row = row
    this.gap = gap
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}

/** As much as stays near a processor. */
const BITS_MAX = 1 << 14

const READER = new Reader()

/** Windows of letters of a text, however it may be written down. */
export class WindowSet {
  /** Letters of the text as it is. */
  readonly letters: number
  /** A bit for each window, which several may share: of others most have none. */
  readonly #bits: Int32Array
  #size = 0
  #slots: Int32Array
  #mask: number

  constructor(text: string) {
    // What ASCII has, at most half full; other texts have more.
    const about = text.length * 8 + Math.min(text.length, ENCODED_MAX) * 24
    const capacity = 2 ** Math.ceil(Math.log2(16 + about))
    this.#slots = new Int32Array(capacity)
    this.#mask = capacity - 1
    this.#bits = new Int32Array(Math.min(BITS_MAX, capacity) / 4)
    let first: number | undefined
    eachVariant(text, (units, length) => {
      const letters = this.#take(units, length)
      first ??= letters
    })
    this.letters = first ?? 0
  }

  /** How many there are. */
  get size(): number {
    return this.#size
  }

  has(window: number): boolean {
    const bits = this.#bits
    if ((((bits[window & (bits.length - 1)] as number) >>> (window >>> 27)) & 1) === 0) return false
    const slots = this.#slots
    const mask = this.#mask
    for (let at = spread(window) & mask; ; at = (at + 1) & mask) {
      const held = slots[at]
      if (held === window) return true
      if (held === 0 || held === undefined) return false
    }
  }

  /** @returns how many letters there were */
  #take(units: Uint16Array, length: number): number {
    let letters = 0
    READER.begin()
    for (let at = 0; at < length; ) {
      at = READER.readUnits(units, at, length)
      const { count, windows } = READER
      letters += count
      for (let i = 0; i < count; i++) if (windows[i] !== 0) this.#add(windows[i] as number)
    }
    return letters
  }

  #add(window: number): void {
    const slots = this.#slots
    const mask = this.#mask
    let at = spread(window) & mask
    for (let held = slots[at]; held !== 0; held = slots[at]) {
      if (held === window) return
      at = (at + 1) & mask
    }
    slots[at] = window
    const bits = this.#bits
    const bit = window & (bits.length - 1)
    bits[bit] = (bits[bit] as number) | (1 << (window >>> 27))
    this.#size++
    if (this.#size * 2 > slots.length) this.#grow()
  }

  #grow(): void {
    const slots = this.#slots
    this.#slots = new Int32Array(slots.length * 2)
    this.#mask = this.#slots.length - 1
    this.#size = 0
    for (const window of slots) if (window !== 0) this.#add(window)
  }
}

function spread(window: number): number {
  const mixed = Math.imul(window ^ (window >>> 16), 0x45d9f3b)
  return mixed ^ (mixed >>> 16)
}
