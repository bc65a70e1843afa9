import { BAG_MAX, Bags, bagBefore } from './bag.js'
import { DIGIT, LOWER, UPPER } from './characters.js'
import { LEFT, RIGHT } from './features.js'
import {
  COMMON_SHIFT,
  CUE,
  FAMOUS,
  FIRST,
  LAST,
  type Lexicon,
  PARTICLE,
  pairOf,
  START,
  STREET,
  TOY,
  UNIT,
} from './lexicon.js'
import { Mails } from './mail.js'
import { isWordClass, Reader, WORD_MAX, wordEnd } from './reader.js'
import { BLANK_LINE, CAPITALISED_SHAPE, LINE, markShape, NONE, NUMBER, NUMBER_WORD } from './shapes.js'
import { STARTS } from './starts.js'
import { type Gap, putEnds, putPart, putShape, putWord, readBack, readGap, type Tokens, tokensOf } from './tokens.js'

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
  readonly #bags: Bags
  /** Where the run read last begins. */
  #word = 0
  readonly #gap: Gap = { end: 0, lines: 0, open: false, wide: false }

  constructor(classes: Uint8Array, lexicon: Lexicon) {
    this.#reader = new Reader(classes, lexicon)
    this.#mails = new Mails(this.#reader)
    this.#bags = new Bags(this.#reader)
  }

  /** Before another text, of which runs are asked for from `from` on. */
  begin(text: string, from: number): void {
    this.#reader.begin(text, from)
    this.#mails.begin()
    this.#bags.begin()
    this.#word = 0
  }

  /**
   * Reads the next run from `at` on into `tokens` and `count`.
   *
   * @returns where it ends. Where `count` is 0 there is none, and it is from where a run may yet begin
   */
  next(at: number, ended: boolean): number {
    const reader = this.#reader
    const { classes, units, length } = reader
    this.count = 0
    at = this.#pastWord(at, ended)
    if (at < 0) return ~at
    for (let word = this.#word; reader.hasWord(word); word++) {
      const end = reader.endOf(word)
      if (end <= at) continue
      const start = Math.max(at, reader.startOf(word))
      const mail = this.#mails.end(end, ended)
      if (end - start > WORD_MAX || mail > end) {
        if (mail < 0) return end
        at = this.#pastWord(mail, ended)
        if (at < 0) return ~at
        continue
      }
      const isLast = (end === length || mail < 0) && !ended
      if (classes[units[start] as number] === LOWER) {
        if (isLast) return end - start <= SMALL_MAX && this.#mayBeginSmall(start) ? start : end
        if (end - start < SMALL_MIN || end - start > SMALL_MAX || !this.#beginsSmall(start, word)) {
          at = end
          continue
        }
      }
      if (!isLast && !reader.isFromFront) {
        word = reader.countFromFront(start)
        this.#bags.begin()
      }
      if (isLast || !this.#read(start, word, ended)) {
        this.count = 0
        return start
      }
      at = this.tokens.end[LEFT + this.count - 1] ?? end
      this.#word = word
      if (!this.#isIdle) return at
      this.count = 0
    }
    return length
  }

  /**
   * Where `at` stands in the middle of a word, or behind one: what was let go there was no beginning of a run, however it goes on, and
   * an address may go on behind it all the same.
   *
   * @returns where the next run may begin; `~end` of the word where the text ends too early to tell
   */
  #pastWord(at: number, ended: boolean): number {
    const reader = this.#reader
    while (at > 0 && reader.isWordAt(at - 1)) {
      const end = wordEnd(reader, at)
      const mail = this.#mails.end(end, ended)
      if (mail <= end) return mail < 0 ? ~end : end
      at = mail
    }
    return at
  }

  /** Whether a word in small letters, or the rest of one, begins a run: `rue`, `ul`, or a name behind a cue. */
  #beginsSmall(start: number, word: number): boolean {
    const reader = this.#reader
    const isWhole = start === reader.startOf(word)
    const hash = isWhole ? reader.writtenOf(word) : reader.writtenOfPart(start, reader.endOf(word))
    const kind = reader.lexicon.kindOf(hash)
    if ((kind & START) !== 0) return true
    return isSmallName(kind) && this.#isCued(start)
  }

  /** Whether a word in small letters that the text ends within may yet begin a run. */
  #mayBeginSmall(start: number): boolean {
    const begun = this.#reader.text.slice(start)
    return STARTS.some((one) => one.startsWith(begun)) || this.#isCued(start)
  }

  /** Whether what stands before makes a name even of a word in small letters. */
  #isCued(start: number): boolean {
    const reader = this.#reader
    const { units } = reader
    let end = start
    while (end > 0 && start - end < AFTER_CUE_MAX && AFTER_CUE.has(units[end - 1] as number)) end--
    if (end === start) return false
    let begin = end
    while (begin > 0 && end - begin <= WORD_MAX && reader.isWordAt(begin - 1)) begin--
    if (begin === end || end - begin > WORD_MAX) return false
    return (reader.lexicon.kindOf(reader.hashBetween(begin, end)) & CUE) !== 0
  }

  /**
   * Reads the run that begins at `start`, where `word` stands or goes on.
   *
   * @returns whether all of it, and the context behind it, is there
   */
  #read(start: number, word: number, ended: boolean): boolean {
    const { tokens } = this
    const reader = this.#reader
    const { classes, units, length } = reader
    const gap = this.#gap
    const end = reader.endOf(word)
    if (start === reader.startOf(word)) putWord(reader, tokens, LEFT, word)
    else putPart(reader, tokens, LEFT, start, end)
    const first = classes[units[start] as number]
    const isSmall = first !== UPPER && first !== DIGIT
    let last = LEFT
    let index = LEFT + 1
    let bridges = 0
    let hasNumber = first === DIGIT
    let next = word + 1
    let behind = next
    for (let at = end; index < LEFT + RUN_MAX - 1 && bridges <= BRIDGE_MAX; ) {
      readGap(reader, at, gap)
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
      const code = units[from] as number
      const one = classes[code] as number
      if (!isWordClass(one)) {
        if (!BRIDGES.has(code)) break
        putShape(tokens, index++, from, from + 1, markShape(code))
        bridges++
        at = from + 1
        continue
      }
      if (!reader.hasWord(next)) break
      at = reader.endOf(next)
      if (at - from > WORD_MAX) break
      const mail = this.#mails.end(at, ended)
      if (mail < 0 || (at === length && !ended)) return false
      if (mail > at) break
      putWord(reader, tokens, index, next++)
      const kind = tokens.kind[index] ?? 0
      if (one === UPPER || (one === DIGIT && at - from <= DIGITS_MAX) || (kind & (STREET | UNIT)) !== 0) {
        last = index
        behind = next
        bridges = 0
        if (one === DIGIT) hasNumber = true
      } else if (isSmall && isSmallName(kind)) {
        last = index
        behind = next
        bridges = 0
      } else if (one !== DIGIT && ((kind & PARTICLE) !== 0 || at - from <= (hasNumber ? 3 : 2))) bridges++
      else break
      index++
    }
    this.count = last - LEFT + 1
    this.#isIdle = last === LEFT ? isIdle(tokens.shape[LEFT] ?? 0, tokens.kind[LEFT] ?? 0) : !this.#hasLetters()
    if (this.#isIdle) return true
    if (!this.#readRight(last + 1, tokens.end[last] ?? end, behind, ended)) return false
    readBack(reader, tokens, LEFT - 1, start, word)
    this.#putEnds()
    this.#markKnown()
    this.bagCount = bagBefore(reader, this.#bags, start, word, this.bag)
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

  #putEnds(): void {
    const { tokens, count } = this
    for (let at = LEFT; at < LEFT + count; at++) {
      if ((tokens.shape[at] as number) < LINE) putEnds(this.#reader, tokens, at)
    }
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

  #readRight(first: number, at: number, word: number, ended: boolean): boolean {
    const { tokens } = this
    const reader = this.#reader
    const { classes, units, length } = reader
    const gap = this.#gap
    const most = first + RIGHT
    let index = first
    while (index < most) {
      readGap(reader, at, gap)
      if (gap.open && !ended) return false
      if (gap.open || gap.wide) break
      if (gap.lines > 0) {
        putShape(tokens, index++, at, gap.end, gap.lines > 1 ? BLANK_LINE : LINE)
        if (index === most) break
      }
      const from = gap.end
      const code = units[from] as number
      if (!isWordClass(classes[code] as number)) {
        putShape(tokens, index++, from, from + 1, markShape(code))
        at = from + 1
        continue
      }
      if (!reader.hasWord(word)) break
      at = reader.endOf(word)
      if (at - from > WORD_MAX) break
      if (at === length && !ended) return false
      putWord(reader, tokens, index++, word++)
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
