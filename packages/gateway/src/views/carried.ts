import { Showing, type View } from './view.js'

/** Fewer bytes that are text are taken for chance: of random ones one in ten thousand rows of so many is. */
const BYTES_MIN = 10
/** What so many bytes take at least, in base64. */
const RUN_MIN = 14
/** What they take at most, in hexadecimal digits, and a group that is not whole. */
const TAIL = 24
/** Lines of so many characters and more go on in the next: MIME has 76, PEM 64, `xxd -p` 60. */
const LINE_MIN = 60
/** As much of what stands before an encoded text as may name it. */
const NAME_MAX = 96
/** As far as a run is followed back: twice encoded, a hundred characters take that much. */
const REACH = 256

const NONE = 0xff
const SIXES = new Uint8Array(0x10000).fill(NONE)
const FOURS = new Uint8Array(0x10000).fill(NONE)
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
for (let six = 0; six < 64; six++) SIXES[BASE64.charCodeAt(six)] = six
// RFC 4648 section 5.
SIXES[0x2d] = 62
SIXES[0x5f] = 63
for (let four = 0; four < 16; four++) {
  FOURS[four.toString(16).charCodeAt(0)] = four
  FOURS[four.toString(16).toUpperCase().charCodeAt(0)] = four
}

const BAD = 0
const ASCII = 1
/** The second byte of a character and the next; from here on, the first of two, three, four. */
const MORE = 2
const BYTES: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if ((byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13) return ASCII
  if (byte < 0x80) return BAD
  if (byte < 0xc0) return MORE
  if (byte < 0xc2 || byte > 0xf4) return BAD
  return byte < 0xe0 ? MORE + 1 : byte < 0xf0 ? MORE + 2 : MORE + 3
})

/** Bytes of the character that a byte begins. */
function lengthOf(first: number): number {
  return Math.max(1, (BYTES[first] as number) - MORE + 1)
}

/** A text that another one carries. */
export interface Carried {
  /** What may name it, where it begins what carries it, and the text itself. */
  readonly view: View
  /** Where in the view the text itself begins. */
  readonly from: number
  /** What follows may belong to it. */
  readonly isOpen: boolean
}

export interface Cargo {
  readonly all: readonly Carried[]
  /** What stands from here on may still turn out to carry a text. */
  readonly known: number
}

/**
 * What base64 (that of addresses too) and hexadecimal digits carry from `place` on, wherever it begins within a group: rows of ten
 * bytes and more that are text in UTF-8. What stands around it in the same run, a picture say, or a path, does not matter, but for a
 * word in small letters right before it.
 *
 * Whether a character carries text is known from the `TAIL` characters of its run on either side of it, so a text that comes in
 * pieces carries what the whole does.
 *
 * Blind to base64 that is broken into lines of less than 60 characters, to other encodings, and to what is shorter.
 */
export function carriedIn(text: string, place: number, ended: boolean): Cargo {
  const all: Carried[] = []
  const floor = Math.max(0, place - REACH)
  // A run that goes on where it is asked for is looked at from its beginning.
  let from = place
  while (from > floor && isOfRun(text.charCodeAt(from - 1))) from--
  for (let start = runFrom(text, from); start < text.length; ) {
    let end = start + RUN_MIN
    while (end < text.length && SIXES[text.charCodeAt(end)] !== NONE) end++
    end = endOfLines(text, start, end)
    read(text, floor, start, end, ended, all)
    start = runFrom(text, end)
  }
  return { all, known: ended ? text.length : openFrom(text, from) }
}

/** A stretch of a text as bytes: they are read several times as fast as the characters of a string are. */
const STRETCH = Buffer.alloc(4096)

/**
 * Where the first run of `RUN_MIN` characters begins at or behind `from`; the text's length where there is none. Nothing stands in a
 * run that is no ASCII, so a byte of another character that looks as if it did is found out by a look at the text.
 */
function runFrom(text: string, from: number): number {
  let first = from
  let last = first + STRETCH.write(text.slice(first, first + STRETCH.length), 'latin1')
  // A run is looked at from its last character back: most are none, and most of those are too short by far.
  for (let at = from + RUN_MIN - 1; at < text.length; ) {
    const lowest = at - RUN_MIN + 1
    if (at >= last) {
      first = lowest
      last = first + STRETCH.write(text.slice(first, first + STRETCH.length), 'latin1')
    }
    let i = at
    while (i >= lowest && SIXES[STRETCH[i - first] as number] !== NONE) i--
    if (i < lowest) {
      i = at
      while (i >= lowest && SIXES[text.charCodeAt(i)] !== NONE) i--
      if (i < lowest) return lowest
    }
    at = i + RUN_MIN
  }
  return text.length
}

/** What stands in a run, or between two lines of it. */
function isOfRun(code: number): boolean {
  return SIXES[code] !== NONE || code === 0x0a || code === 0x0d
}

/** Where the last of the lines ends that the run is broken into. */
function endOfLines(text: string, start: number, end: number): number {
  let [first, last] = [start, end]
  while (last - first >= LINE_MIN) {
    const next = last + breakAt(text, last)
    if (next === last || SIXES[text.charCodeAt(next)] === NONE || next >= text.length) return last
    first = next
    last = next
    while (last < text.length && SIXES[text.charCodeAt(last)] !== NONE) last++
  }
  return last
}

/** Length of the line's end that stands at `at`; of one that the text is cut in, what is there. */
function breakAt(text: string, at: number): number {
  if (text.charCodeAt(at) === 0x0a) return 1
  if (text.charCodeAt(at) !== 0x0d) return 0
  if (at + 1 === text.length) return 1
  return text.charCodeAt(at + 1) === 0x0a ? 2 : 0
}

/** Where what the text ends with begins that cannot be judged yet. */
function openFrom(text: string, from: number): number {
  const { length } = text
  let at = length
  for (let left = TAIL; left > 0 && at > from; ) {
    const code = text.charCodeAt(at - 1)
    if (SIXES[code] !== NONE) {
      at--
      left--
      continue
    }
    if (code !== 0x0a && code !== 0x0d) break
    const line = text.slice(Math.max(from, at - LINE_MIN - 2), at)
    if (!LINE_END.test(line)) break
    at -= line.endsWith('\r\n') ? 2 : 1
  }
  let start = at
  while (start > from && isOfRun(text.charCodeAt(start - 1))) start--
  const mixed = mixedFrom(text, start, length)
  if (start < at) return mixed < length ? Math.max(at, mixed) : Math.max(at, length - GROUP)
  return isTextSoFar(text, start) ? start : mixed
}

/** Characters that have to do with one byte. */
const GROUP = 4

/**
 * Where a run stops to look like a word. Before that a text begins in it at its first character or not at all: else each word of a
 * stream would have to wait for the next.
 */
function mixedFrom(text: string, start: number, end: number): number {
  const first = text.charCodeAt(start)
  if (start < end && !isSmall(first) && !isCapital(first)) return start
  let at = start + 1
  while (at < end && isSmall(text.charCodeAt(at))) at++
  return Math.min(at, end)
}

function isSmall(code: number): boolean {
  return code >= 0x61 && code <= 0x7a
}

function isCapital(code: number): boolean {
  return code >= 0x41 && code <= 0x5a
}

/** Whether what a text ends with may be the beginning of a run that carries text from its first character on. */
function isTextSoFar(text: string, start: number): boolean {
  LENGTHS.fill(0)
  NEEDS.fill(0)
  let bits = 0
  let index = 0
  let isHex = true
  for (let at = start; at < text.length; at++) {
    const six = SIXES[text.charCodeAt(at)] as number
    if (six === NONE) continue
    bits = ((bits << 6) | six) & 0xffff
    const place = index & 3
    if (place > 0) take(0, (bits >> (6 - 2 * place)) & 0xff)
    const digit = FOURS[text.charCodeAt(at)] as number
    isHex &&= digit !== NONE
    if (isHex && (index & 1) === 1) take(FOURS_FROM, ((FOURS[text.charCodeAt(at - 1)] as number) << 4) | digit)
    index++
  }
  const bytes = index - ((index + 3) >> 2)
  return (index > 0 && LENGTHS[0] === bytes) || (index > 0 && isHex && LENGTHS[FOURS_FROM] === index >> 1)
}

const LINE_END = new RegExp(`[\\w+/-]{${LINE_MIN}}(?:\\r?\\n|\\r)$`)

/** One run, by each place where its groups may begin. */
function read(text: string, floor: number, start: number, end: number, ended: boolean, all: Carried[]): void {
  const rows = rowsIn(text, start, end)
  if (rows === 0) return
  const isOpen = !ended && end + breakAt(text, end) >= text.length
  for (let row = 0; row < ROWS; row++) {
    if (((rows >> row) & 1) === 0) continue
    const reader = new Reader(text, floor, start, end, isOpen, all)
    if (row < FOURS_FROM) reader.sixes(row)
    else reader.fours(row - FOURS_FROM)
  }
}

/** Of base64 groups may begin at four places, of hexadecimal digits at two. */
const FOURS_FROM = 4
const ROWS = 6
/** Of the row of text that goes on: how long it is, and how many bytes its last character still needs. */
const LENGTHS = new Int32Array(ROWS)
const NEEDS = new Int32Array(ROWS)

/** A bit for each place where a row of text comes out: what carries none costs no more than a look. */
function rowsIn(text: string, start: number, end: number): number {
  LENGTHS.fill(0)
  NEEDS.fill(0)
  let found = 0
  let bits = 0
  let four = 0
  let index = 0
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    const six = SIXES[code] as number
    if (six === NONE) continue
    bits = ((bits << 6) | six) & 0xffffff
    found |= take((index + 3) & 3, (bits >> 4) & 0xff)
    found |= take((index + 2) & 3, (bits >> 2) & 0xff)
    found |= take((index + 1) & 3, bits & 0xff)
    const digit = FOURS[code] as number
    if (digit === NONE) LENGTHS[FOURS_FROM] = LENGTHS[FOURS_FROM + 1] = 0
    else {
      four = ((four << 4) | digit) & 0xff
      found |= take(FOURS_FROM + ((index + 1) & 1), four)
    }
    index++
  }
  return found
}

/** @returns the row's bit where it is long enough by now */
function take(row: number, byte: number): number {
  const kind = BYTES[byte] as number
  if (kind === ASCII) {
    // What was begun and not ended is no text.
    LENGTHS[row] = (NEEDS[row] === 0 ? (LENGTHS[row] as number) : 0) + 1
    NEEDS[row] = 0
  } else if (kind === MORE && (NEEDS[row] as number) > 0) {
    NEEDS[row] = (NEEDS[row] as number) - 1
    LENGTHS[row] = (LENGTHS[row] as number) + 1
  } else {
    LENGTHS[row] = kind > MORE ? (NEEDS[row] === 0 ? (LENGTHS[row] as number) : 0) + 1 : 0
    NEEDS[row] = kind > MORE ? kind - MORE : 0
  }
  return (LENGTHS[row] as number) >= BYTES_MIN ? 1 << row : 0
}

/** Reads a run as groups that begin at one phase, and shows each row of text that comes out. */
class Reader {
  readonly #text: string
  readonly #floor: number
  readonly #start: number
  readonly #end: number
  readonly #mixed: number
  readonly #isOpen: boolean
  readonly #all: Carried[]
  /** The row that goes on: its bytes, and which characters each of them stands in. */
  #bytes: number[] = []
  #starts: number[] = []
  #ends: number[] = []
  /** Bytes of it that whole characters have. */
  #whole = 0
  #needs = 0

  constructor(text: string, floor: number, start: number, end: number, isOpen: boolean, all: Carried[]) {
    this.#text = text
    this.#floor = floor
    this.#start = start
    this.#end = end
    this.#mixed = mixedFrom(text, start, end)
    this.#isOpen = isOpen
    this.#all = all
  }

  sixes(phase: number): void {
    const text = this.#text
    let bits = 0
    let index = -phase
    let last = 0
    for (let at = this.#start; at < this.#end; at++) {
      const six = SIXES[text.charCodeAt(at)] as number
      if (six === NONE) continue
      bits = ((bits << 6) | six) & 0xffff
      const place = index & 3
      if (index > 0 && place > 0) this.#take((bits >> (6 - 2 * place)) & 0xff, last, at + 1)
      last = at
      index++
    }
    this.#close(this.#isOpen)
  }

  fours(phase: number): void {
    const text = this.#text
    let index = -phase
    let first = 0
    let last = 0
    for (let at = this.#start; at < this.#end; at++) {
      const code = text.charCodeAt(at)
      if (SIXES[code] === NONE) continue
      const digit = FOURS[code] as number
      if (digit === NONE) this.#close(false)
      else if (index > 0 && (index & 1) === 1 && FOURS[text.charCodeAt(last)] !== NONE) {
        this.#take((first << 4) | digit, last, at + 1)
      }
      first = digit
      last = at
      index++
    }
    this.#close(this.#isOpen)
  }

  #take(byte: number, start: number, end: number): void {
    const kind = BYTES[byte] as number
    if (this.#needs > 0 && kind !== MORE) this.#close(false)
    if (this.#needs === 0 && (kind === BAD || kind === MORE)) {
      this.#close(false)
      return
    }
    if (this.#bytes.length === 0 && start > this.#start && start < this.#mixed) return
    this.#bytes.push(byte)
    this.#starts.push(start)
    this.#ends.push(end)
    this.#needs = this.#needs > 0 ? this.#needs - 1 : kind > MORE ? kind - MORE : 0
    if (this.#needs === 0) this.#whole = this.#bytes.length
  }

  /** @param isOpen the row may go on behind the text */
  #close(isOpen: boolean): void {
    const bytes = Buffer.from(this.#bytes.slice(0, this.#whole))
    const starts = this.#starts
    const ends = this.#ends
    const [first = 0] = starts
    this.#bytes = []
    this.#starts = []
    this.#ends = []
    this.#whole = 0
    this.#needs = 0
    if (bytes.length < BYTES_MIN) return
    const showing = new Showing(bytes.length + NAME_MAX)
    // What stands before a run names the text that it begins with, and none within.
    if (first < this.#start + 4) showing.copy(this.#text, Math.max(this.#floor, this.#start - NAME_MAX), this.#start)
    const from = showing.length
    for (let at = 0; at < bytes.length; ) {
      const end = at + lengthOf(bytes[at] as number)
      // What only looks like a character (a surrogate, what is longer than it need be) is shown as what it is not.
      showing.add(bytes.toString('utf8', at, end), starts[at] ?? 0, ends[end - 1] ?? 0)
      at = end
    }
    this.#all.push({ view: showing.view('decoded'), from, isOpen })
  }
}
