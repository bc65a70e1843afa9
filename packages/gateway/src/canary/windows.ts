import { isWide, letterOf, letterOfPair, NO_LETTER } from './fold.js'

/** How many letters in a row are looked up at once. */
export const WINDOW = 16
/** Further apart letters are not read as one text. */
export const GAP_MAX = 6

const BASE = 0x01000193
/** BASE to the power of WINDOW: what the letter that leaves a window counts in its hash. */
const LEAVING: number = Array.from({ length: WINDOW }).reduce<number>((power) => Math.imul(power, BASE), 1)

/** Reads a text letter by letter, and knows the hash of the last `WINDOW` of them. */
export class Reader {
  readonly #last: Uint16Array = new Uint16Array(WINDOW)
  /** As many of them as there are. */
  #count = 0
  /** Where the next one goes. */
  #place = 0
  #hash = 0
  #gap = 0

  /** Of the last `WINDOW` letters; 0 where there are not as many yet. */
  get window(): number {
    return this.#count < WINDOW ? 0 : this.#hash === 0 ? 1 : this.#hash
  }

  /**
   * Reads the character at `at`; false where it is no letter.
   *
   * @param width 1, or 2 for a pair
   */
  read(text: string, at: number, width: number): boolean {
    const code = text.charCodeAt(at)
    const letter = width === 2 ? letterOfPair(code, text.charCodeAt(at + 1)) : letterOf(code)
    if (letter === NO_LETTER) {
      this.#gap += width
      if (this.#gap > GAP_MAX) this.forget()
      return false
    }
    this.#gap = 0
    this.#push(letter)
    if (isWide(code)) this.#push(letter ^ 0x5555)
    return true
  }

  /** Before another text. */
  begin(): void {
    this.#gap = 0
    this.forget()
  }

  forget(): void {
    if (this.#count === 0) return
    this.#count = 0
    this.#hash = 0
    this.#last.fill(0)
  }

  #push(letter: number): void {
    const place = this.#place
    const leaves = Math.imul(this.#last[place] as number, LEAVING)
    this.#hash = (Math.imul(this.#hash, BASE) + letter - leaves) | 0
    this.#last[place] = letter
    this.#place = (place + 1) % WINDOW
    if (this.#count < WINDOW) this.#count++
  }
}

export function widthAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code < 0xd800 || code > 0xdbff || (text.codePointAt(at) ?? 0) <= 0xffff ? 1 : 2
}

/** Windows of letters of some texts. */
export class WindowSet {
  readonly size: number
  /** Letters of the first of the texts. */
  readonly letters: number
  readonly #slots: Int32Array
  readonly #mask: number

  constructor(texts: readonly string[]) {
    const letters = texts.reduce((sum, one) => sum + one.length + wideIn(one), 0)
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(16, letters * 2)))
    this.#slots = new Int32Array(capacity)
    this.#mask = capacity - 1
    this.letters = 0
    let size = 0
    const reader = new Reader()
    for (const [index, text] of texts.entries()) {
      reader.begin()
      for (let at = 0; at < text.length; ) {
        const width = widthAt(text, at)
        if (reader.read(text, at, width)) {
          if (index === 0) this.letters++
          if (reader.window !== 0 && this.#add(reader.window)) size++
        }
        at += width
      }
    }
    this.size = size
  }

  has(window: number): boolean {
    for (let at = spread(window) & this.#mask; ; at = (at + 1) & this.#mask) {
      const held = this.#slots[at]
      if (held === window) return true
      if (held === 0 || held === undefined) return false
    }
  }

  #add(window: number): boolean {
    let at = spread(window) & this.#mask
    while (this.#slots[at] !== 0) {
      if (this.#slots[at] === window) return false
      at = (at + 1) & this.#mask
    }
    this.#slots[at] = window
    return true
  }
}

function wideIn(text: string): number {
  let wide = 0
  for (let at = 0; at < text.length; at++) if (isWide(text.charCodeAt(at))) wide++
  return wide
}

function spread(window: number): number {
  const mixed = Math.imul(window ^ (window >>> 16), 0x45d9f3b)
  return mixed ^ (mixed >>> 16)
}
