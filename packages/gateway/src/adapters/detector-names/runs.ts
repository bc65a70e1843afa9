import { BAG_MAX, WordsBefore } from './bag.js'
import { DIGIT, LOWER, OTHER, UPPER } from './characters.js'
import { LEFT, RIGHT } from './features.js'
import {
  COMMON_SHIFT,
  CUE,
  FAMOUS,
  FIRST,
  hashOf,
  LAST,
  PARTICLE,
  pairOf,
  START,
  STREET,
  TOY,
  UNIT,
} from './lexicon.js'
import { Mails } from './mail.js'
import { STARTS } from './starts.js'
import {
  BLANK_LINE,
  CAPITALISED_SHAPE,
  type Gap,
  isWordClass,
  LINE,
  markShape,
  NONE,
  NUMBER,
  NUMBER_WORD,
  putShape,
  putWord,
  type Reader,
  readBack,
  readGap,
  type Tokens,
  tokensOf,
  WORD_MAX,
  wholeWordEnd,
  wordEnd,
} from './tokens.js'

/** Tokens in a run. What goes on longer is judged in parts. */
export const RUN_MAX = 48
/** Small words and punctuation in a row that a run goes over. */
const BRIDGE_MAX = 4
const DIGITS_MAX = 9
const BRIDGES = new Set([...",.-'’/#&º°ª"].map((char) => char.charCodeAt(0)))
/** Between a cue and its name: `name: randy`, `named "randy"`. */
const AFTER_CUE = new Set([...' :"\'\n'].map((char) => char.charCodeAt(0)))
const AFTER_CUE_MAX = 3

/** Words in small letters that begin a run are no longer and no shorter. */
const SMALL_MAX = 16
const SMALL_MIN = 2

/** Reads runs: tokens in a row that may be a name or an address, and what stands around them. */
export class RunReader {
  readonly tokens: Tokens = tokensOf(LEFT + RUN_MAX + BRIDGE_MAX + RIGHT + 4)
  /** Tokens of the run read last, from place `LEFT` on. */
  count = 0
  /** Hashes of the words before the run, as far as it sees and as they are common: what it is about. */
  readonly bag: Uint32Array = new Uint32Array(BAG_MAX)
  bagCount = 0
  /** The run read last is one word that is never a name, or numbers: it is not worth a look. */
  #isIdle = false
  readonly #reader: Reader
  readonly #mails: Mails
  readonly #before: WordsBefore
  readonly #gap: Gap = { end: 0, lines: 0, open: false, wide: false }

  constructor(reader: Reader) {
    this.#reader = reader
    this.#mails = new Mails(reader.classes)
    this.#before = new WordsBefore(reader)
  }

  /** Before another text. */
  begin(): void {
    this.#mails.begin()
    this.#before.begin()
  }

  /**
   * Reads the next run from `at` on into `tokens` and `count`.
   *
   * @returns where it ends. Where `count` is 0 there is none, and it is from where a run may yet begin
   */
  next(text: string, at: number, ended: boolean): number {
    const { classes } = this.#reader
    this.count = 0
    // What was let go in the middle of a word was no beginning of a run, however it goes on.
    if (at > 0 && isWordClass(classes[text.charCodeAt(at - 1)] ?? OTHER)) {
      const end = wholeWordEnd(classes, text, at)
      // An address may go on behind it all the same.
      at = this.#mails.end(text, end, ended)
      if (at < 0) return end
    }
    while (at < text.length) {
      const one = classes[text.charCodeAt(at)] ?? OTHER
      if (!isWordClass(one)) {
        at++
        continue
      }
      const end = wordEnd(classes, text, at)
      const length = end - at
      if (length > WORD_MAX) {
        const whole = wholeWordEnd(classes, text, end)
        at = this.#mails.end(text, whole, ended)
        if (at < 0) return whole
        continue
      }
      const mail = this.#mails.end(text, end, ended)
      if (mail > end) {
        at = mail
        continue
      }
      const isLast = (end === text.length || mail < 0) && !ended
      if (one === LOWER) {
        if (isLast) return length <= SMALL_MAX && this.#mayBeginSmall(text, at) ? at : end
        if (length < SMALL_MIN || length > SMALL_MAX || !this.#beginsSmall(text, at, end)) {
          at = end
          continue
        }
      }
      if (isLast || !this.#read(text, at, end, ended)) {
        this.count = 0
        return at
      }
      at = this.tokens.end[LEFT + this.count - 1] ?? end
      if (!this.#isIdle) return at
      this.count = 0
    }
    return text.length
  }

  /** Whether a word in small letters begins a run: `rue`, `ul`, or a name behind a cue. */
  #beginsSmall(text: string, start: number, end: number): boolean {
    const kind = this.#reader.lexicon.kindOf(hashOf(text, start, end))
    if ((kind & START) !== 0) return true
    return isSmallName(kind) && this.#isCued(text, start)
  }

  /** Whether a word in small letters that the text ends within may yet begin a run. */
  #mayBeginSmall(text: string, start: number): boolean {
    const begun = text.slice(start)
    return STARTS.some((word) => word.startsWith(begun)) || this.#isCued(text, start)
  }

  /** Whether what stands before makes a name even of a word in small letters. */
  #isCued(text: string, start: number): boolean {
    const { classes, lexicon } = this.#reader
    let end = start
    while (end > 0 && start - end < AFTER_CUE_MAX && AFTER_CUE.has(text.charCodeAt(end - 1))) end--
    if (end === start) return false
    let begin = end
    while (begin > 0 && end - begin <= WORD_MAX && isWordClass(classes[text.charCodeAt(begin - 1)] ?? OTHER)) begin--
    if (begin === end || end - begin > WORD_MAX) return false
    const word = text.slice(begin, end).toLowerCase()
    return (lexicon.kindOf(hashOf(word, 0, word.length)) & CUE) !== 0
  }

  /**
   * Reads the run that begins with the word from `start` to `end`.
   *
   * @returns whether all of it, and the context behind it, is there
   */
  #read(text: string, start: number, end: number, ended: boolean): boolean {
    const { tokens } = this
    const reader = this.#reader
    const { classes } = reader
    const gap = this.#gap
    putWord(reader, tokens, LEFT, text, start, end)
    const first = classes[text.charCodeAt(start)]
    const isSmall = first !== UPPER && first !== DIGIT
    let last = LEFT
    let index = LEFT + 1
    let bridges = 0
    let hasNumber = first === DIGIT
    for (let at = end; index < LEFT + RUN_MAX - 1 && bridges <= BRIDGE_MAX; ) {
      readGap(classes, text, at, gap)
      if (gap.open) {
        if (!ended) return false
        break
      }
      if (gap.wide || gap.lines > 1) break
      if (gap.lines === 1) {
        putShape(tokens, index++, at, gap.end, LINE)
        bridges++
      }
      const from = gap.end
      const code = text.charCodeAt(from)
      const one = classes[code] ?? OTHER
      if (!isWordClass(one)) {
        if (!BRIDGES.has(code)) break
        putShape(tokens, index++, from, from + 1, markShape(code))
        bridges++
        at = from + 1
        continue
      }
      at = wordEnd(classes, text, from)
      if (at - from > WORD_MAX) break
      const mail = this.#mails.end(text, at, ended)
      if (mail < 0 || (at === text.length && !ended)) return false
      if (mail > at) break
      putWord(reader, tokens, index, text, from, at)
      const kind = tokens.kind[index] ?? 0
      if (one === UPPER || (one === DIGIT && at - from <= DIGITS_MAX) || (kind & (STREET | UNIT)) !== 0) {
        last = index
        bridges = 0
        if (one === DIGIT) hasNumber = true
      } else if (isSmall && isSmallName(kind)) {
        last = index
        bridges = 0
      } else if (one !== DIGIT && ((kind & PARTICLE) !== 0 || at - from <= (hasNumber ? 3 : 2))) bridges++
      else break
      index++
    }
    this.count = last - LEFT + 1
    this.#isIdle = last === LEFT ? isIdle(tokens.shape[LEFT] ?? 0, tokens.kind[LEFT] ?? 0) : !this.#hasLetters()
    if (this.#isIdle) return true
    if (!this.#readRight(text, last + 1, tokens.end[last] ?? end, ended)) return false
    readBack(reader, tokens, LEFT - 1, text, start)
    this.#markKnown()
    this.bagCount = this.#before.read(text, start, this.bag)
    return true
  }

  /** Of rows of numbers nothing is a name, and an address has a street. */
  #hasLetters(): boolean {
    const { tokens, count } = this
    for (let at = LEFT; at < LEFT + count; at++) {
      const shape = tokens.shape[at] ?? 0
      if (shape < NUMBER || (shape >= NUMBER_WORD && shape < LINE)) return true
    }
    return false
  }

  /** A full name that everybody knows is one word by word: `Harry Potter`. */
  #markKnown(): void {
    const { tokens, count } = this
    for (let at = LEFT; at < LEFT + count - 1; at++) {
      if (tokens.shape[at] !== CAPITALISED_SHAPE || (tokens.shape[at + 1] ?? LINE) >= LINE) continue
      const pair = pairOf(tokens.word[at] ?? 0, tokens.word[at + 1] ?? 0)
      if ((this.#reader.lexicon.kindOf(pair) & FAMOUS) === 0) continue
      tokens.kind[at] = (tokens.kind[at] ?? 0) | FAMOUS
      tokens.kind[at + 1] = (tokens.kind[at + 1] ?? 0) | FAMOUS
    }
  }

  #readRight(text: string, first: number, at: number, ended: boolean): boolean {
    const { tokens } = this
    const reader = this.#reader
    const { classes } = reader
    const gap = this.#gap
    const most = first + RIGHT
    let index = first
    while (index < most) {
      readGap(classes, text, at, gap)
      if (gap.open && !ended) return false
      if (gap.open || gap.wide) break
      if (gap.lines > 0) {
        putShape(tokens, index++, at, gap.end, gap.lines > 1 ? BLANK_LINE : LINE)
        if (index === most) break
      }
      const from = gap.end
      const code = text.charCodeAt(from)
      if (!isWordClass(classes[code] ?? OTHER)) {
        putShape(tokens, index++, from, from + 1, markShape(code))
        at = from + 1
        continue
      }
      at = wordEnd(classes, text, from)
      if (at - from > WORD_MAX) break
      if (at === text.length && !ended) return false
      putWord(reader, tokens, index++, text, from, at)
    }
    for (; index < most; index++) putShape(tokens, index, at, at, NONE)
    return true
  }
}

/** One word that is common and in no list that matters, or one number. */
function isIdle(shape: number, kind: number): boolean {
  if (shape >= NUMBER && shape < NUMBER_WORD) return true
  return ((kind >>> COMMON_SHIFT) & 3) === 3 && (kind & (FIRST | LAST | STREET | UNIT | FAMOUS | TOY)) === 0
}

/** A name that is hardly ever a word. */
function isSmallName(kind: number): boolean {
  return (kind & (FIRST | LAST)) !== 0 && ((kind >>> COMMON_SHIFT) & 3) < 2
}
