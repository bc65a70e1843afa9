import { type Label, mayBeWord, WORD_MAX, WORDS } from './words.js'

/** A word before a value that says what it is. */
export interface Said {
  readonly label: Label
  /** Characters between the word and the value. */
  readonly distance: number
  /** Digits of the longest row of digits between the two: with four and more the word may be about that. */
  readonly digits: number
}

/** How far back a word may stand. A guard of a stream keeps 128 characters before what is not judged yet. */
const REACH = 72
/** How far back the first line of a table may stand. */
const TABLE_REACH = 120

function isLetter(code: number): boolean {
  const lower = code | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0xc0 && code < 0x250 && code !== 0xd7 && code !== 0xf7)
}

function isUpper(code: number): boolean {
  return code >= 0x41 && code <= 0x5a
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

const OTHER = 0
const DIGIT = 1
const LETTER = 2
/** What a sentence ends with. */
const STOP = 3
const KINDS: Uint8Array = Uint8Array.from({ length: 0x250 }, (_, code) => {
  if (isDigit(code)) return DIGIT
  if (isLetter(code)) return LETTER
  return '.!?'.includes(String.fromCharCode(code)) ? STOP : OTHER
})

/** Where the word begins that ends before `end`. In `dateOfBirth` there are three, in `SSN` there is one. */
function wordStart(text: string, floor: number, end: number): number {
  let start = end - 1
  while (start > floor && isLetter(text.charCodeAt(start - 1))) {
    if (isUpper(text.charCodeAt(start)) && !isUpper(text.charCodeAt(start - 1))) break
    start--
  }
  return start
}

/** The word began before what is looked at. */
function isCut(text: string, at: number, floor: number): boolean {
  return at === floor && floor > 0 && isLetter(text.charCodeAt(at - 1))
}

/** A `STOP` stands at `at`. `. Next`: what is said in one sentence is not about the next. `no. 7` ends none. */
function endsSentence(text: string, at: number, floor: number): boolean {
  const code = text.charCodeAt(at)
  const next = text.charCodeAt(at + 1)
  if (next !== 0x20 && next !== 0x0a) return false
  let letters = 0
  while (letters < 5 && at - 1 - letters >= floor && isLetter(text.charCodeAt(at - 1 - letters))) letters++
  if (code !== 0x2e) return true
  return letters >= 5
}

/**
 * The nearest word before `start` that says what follows. Looks at the text before `start` alone.
 *
 * @param passed labels that are passed over, though they stand nearer
 */
export function saidBefore(text: string, start: number, passed: readonly Label[] = NONE): Said | undefined {
  return saidWithin(text, Math.max(0, start - REACH), start, passed) ?? saidAbove(text, start, passed)
}

function saidWithin(text: string, floor: number, start: number, passed: readonly Label[]): Said | undefined {
  const { word, digits } = look(text, floor, start, passed)
  return word === undefined ? undefined : { label: word.label, distance: start - word.end, digits }
}

interface Word {
  readonly label: Label
  readonly start: number
  readonly end: number
}

interface Look {
  readonly word: Word | undefined
  /** Of the longest row of digits that was passed. */
  readonly digits: number
  /** A sentence ended: what stands before it does not count. */
  readonly isOver: boolean
}

/** Goes back from `start` to the nearest word that says something, no further than `floor`. */
function look(text: string, floor: number, start: number, passed: readonly Label[]): Look {
  let at = start
  let digits = 0
  let run = 0
  while (at > floor) {
    const kind = KINDS[text.charCodeAt(at - 1)] ?? OTHER
    if (kind === DIGIT) {
      run++
      if (run > digits) digits = run
      at--
      continue
    }
    run = 0
    if (kind !== LETTER) {
      if (kind === STOP && endsSentence(text, at - 1, floor)) return { word: undefined, digits, isOver: true }
      at--
      continue
    }
    const end = at
    at = wordStart(text, floor, end)
    if (end - at > WORD_MAX || isCut(text, at, floor)) continue
    // The letter of `\\n` in JSON text is none of the word behind it.
    const begin = text.charCodeAt(at - 1) === 0x5c && end - at > 1 ? at + 1 : at
    if (!mayBeWord(text.charCodeAt(begin), end - begin)) continue
    const label = WORDS.get(text.slice(begin, end).toLowerCase())
    if (label !== undefined && !passed.includes(label))
      return { word: { label, start: at, end }, digits, isOver: false }
  }
  return { word: undefined, digits, isOver: false }
}

/**
 * `saidBefore` for places that come one behind the other in one text: what was read for the one before is not read again, so rows
 * without end of numbers cost no more than their length.
 */
export class Words {
  readonly #text: string
  #place = -1
  #last: Look | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** @param start where a row of digits begins, behind every place asked for before */
  before(start: number): Said | undefined {
    const text = this.#text
    const floor = Math.max(0, start - REACH)
    const seen = this.#last
    let now: Look
    if (seen === undefined || this.#place <= floor) now = look(text, floor, start, NONE)
    else {
      now = look(text, this.#place, start, NONE)
      if (now.word === undefined && !now.isOver) {
        const word = seen.word !== undefined && seen.word.start >= floor ? seen.word : undefined
        now = { word, digits: Math.max(now.digits, seen.digits), isOver: seen.isOver }
      }
    }
    this.#place = start
    this.#last = now
    const { word, digits } = now
    if (word === undefined) return saidAbove(text, start, NONE)
    return { label: word.label, distance: start - word.end, digits }
  }
}

const NONE: readonly Label[] = []

function isDelimiter(code: number): boolean {
  return code === 0x2c || code === 0x3b || code === 0x09 || code === 0x7c
}

/**
 * `name,dob` in a table's first line names the second cell of each line, as far as the first line is near enough. In a table
 * with more lines than that the values have to be known by themselves.
 */
function saidAbove(text: string, start: number, passed: readonly Label[]): Said | undefined {
  let edge = start
  while (edge > 0 && ' "\''.includes(text.charAt(edge - 1)) && start - edge < 3) edge--
  const before = text.charCodeAt(edge - 1)
  if (!isDelimiter(before) && before !== 0x0a) return undefined
  const floor = Math.max(0, start - TABLE_REACH)
  const line = floor + text.slice(floor, start).lastIndexOf('\n')
  if (line < floor) return undefined
  // The first line that is seen as a whole: where the text is longer, whatever it is, it has to have as many cells.
  const first = floor === 0 ? 0 : text.indexOf('\n', floor) + 1
  if (first > line || isDigit(text.charCodeAt(first))) return undefined
  const end = text.indexOf('\n', first)
  if (end === -1 || end > line) return undefined
  const header = text.slice(first, end)
  if (/\d{3}/.test(header)) return undefined
  const delimiter = isDelimiter(before) ? text.charAt(edge - 1) : (/[,;\t|]/.exec(header)?.[0] ?? '\n')
  const column = text.slice(line + 1, start).split(delimiter).length - 1
  const cell = header.split(delimiter)[column]
  if (cell === undefined || header.length === cell.length) return undefined
  return saidWithin(cell, 0, cell.length, passed)
}
