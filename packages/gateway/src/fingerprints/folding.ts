import { ASCII, foldOf } from './fold.js'

const BACKSLASH = 0x5c
const U = 0x75
/** Behind a backslash: a line break, a tab or the like. */
const BLANKS: ReadonlySet<number> = new Set(['b', 'f', 'n', 'r', 't'].map((one) => one.charCodeAt(0)))
const HEX = /^[0-9a-fA-F]$/
const HEX_LENGTH = 4

/** What a folded text is told to. */
export interface FoldedTo {
  unit(code: number): void
  /** A word has ended, where one was under way. */
  apart(): void
}

/**
 * Folds a text as it comes, the same in every cutting. Escapes of JSON are resolved wherever they stand, however often they were
 * escaped: what tools give back is often JSON in a text.
 */
export class Folding {
  readonly #to: FoldedTo
  #highSurrogate = 0
  /** Of an escape that is under way: none, its backslashes, or its `u` with what followed. */
  #escape = ''

  constructor(to: FoldedTo) {
    this.#to = to
  }

  push(text: string): void {
    const to = this.#to
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (this.#escape !== '') this.#escaped(code)
      else if (code < 128) {
        const unit = ASCII[code] ?? 0
        if (unit !== 0) to.unit(unit)
        else if (code !== BACKSLASH) to.apart()
        else this.#escape = '\\'
      } else this.#code(code)
    }
  }

  end(): void {
    this.#flush()
    this.#to.apart()
  }

  #escaped(code: number): void {
    if (this.#escape === '\\') {
      // Escaped once more for each text that it was put in.
      if (code === BACKSLASH) return
      this.#escape = code === U ? 'u' : ''
      if (code === U) return
      this.#to.apart()
      if (!BLANKS.has(code)) this.#code(code)
      return
    }
    const digit = String.fromCharCode(code)
    if (HEX.test(digit)) {
      this.#escape += digit
      if (this.#escape.length <= HEX_LENGTH) return
      const escaped = Number.parseInt(this.#escape.slice(1), 16)
      this.#escape = ''
      this.#code(escaped)
      return
    }
    this.#flush()
    if (code === BACKSLASH) this.#escape = '\\'
    else this.#code(code)
  }

  /** What began like an escape is none. */
  #flush(): void {
    const said = this.#escape
    this.#escape = ''
    if (said === '') return
    this.#to.apart()
    if (said !== '\\') for (let at = 0; at < said.length; at++) this.#code(said.charCodeAt(at))
  }

  #code(code: number): void {
    const isLow = code >= 0xdc00 && code <= 0xdfff
    const high = this.#highSurrogate
    this.#highSurrogate = 0
    if (code >= 0xd800 && code <= 0xdbff) this.#highSurrogate = code
    // Half a character is none.
    else if (isLow && high === 0) this.#to.apart()
    else this.#character(isLow ? (high - 0xd800) * 0x400 + (code - 0xdc00) + 0x10000 : code)
  }

  #character(codePoint: number): void {
    const to = this.#to
    const { kind, units } = foldOf(codePoint)
    if (kind === 'through') return
    if (kind !== 'word') to.apart()
    for (let at = 0; at < units.length; at++) to.unit(units.charCodeAt(at))
    if (kind === 'alone') to.apart()
  }
}

/** Where neither marks nor escapes can be, and words are what they seem. */
const PLAIN = /^[ -[\]-~\t\r\n]*$/

/** The words of a text, folded. */
export function wordsOf(text: string): readonly string[] {
  if (PLAIN.test(text)) return text.toLowerCase().match(/[a-z0-9]+/g) ?? NONE
  const words: string[] = []
  let word = ''
  const folding = new Folding({
    unit(code) {
      word += String.fromCharCode(code)
    },
    apart() {
      if (word !== '') words.push(word)
      word = ''
    },
  })
  folding.push(text)
  folding.end()
  return words
}

const NONE: readonly string[] = []
