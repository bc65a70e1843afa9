import { isHidden } from './evidence.js'
import { createHomoglyphs } from './homoglyphs.js'
import { Showing, type View } from './view.js'

/** What nobody sees is passed over in rows that are no longer, as they are written: a longer one parts what stands on its sides. */
const HIDDEN_MAX = 48
/** As far as a word is followed from a letter of another script, and as far before it another letter is looked for. */
const WORD_MAX = 48
const BEFORE_MAX = 32
/** The longest escape: four bytes of a character, each with its sign escaped twice. */
const ESCAPE_MAX = 28

const ESCAPE = 1
const HIDDEN = 2
const SHAPE = 3
const TWIN = 4
const PAIR = 5

interface Tables {
  readonly kinds: Uint8Array
  readonly twins: Uint16Array
}

let tables: Tables | undefined

/** Made where a text first asks for them: a normalisation for each character that has one. */
function tablesOf(): Tables {
  if (tables !== undefined) return tables
  const kinds = new Uint8Array(0x10000)
  const twins = createHomoglyphs()
  for (let code = 0x80; code < 0x10000; code++) {
    // No compatibility is asked of Chinese, Korean and what is of private use.
    if (code === 0x3400) code = 0xa640
    if (code === 0xac00) code = 0xf900
    kinds[code] = kindOf(code, twins[code] ?? 0)
  }
  kinds.fill(PAIR, 0xd800, 0xdc00)
  for (const sign of '%&\\') kinds[sign.charCodeAt(0)] = ESCAPE
  tables = { kinds, twins }
  return tables
}

function kindOf(code: number, twin: number): number {
  if (isHidden(code)) return HIDDEN
  const shown = shownAs(String.fromCharCode(code))
  if (shown !== undefined) return SHAPE
  // What is a letter of some Latin alphabet is no twin: `Jørgen`, `Łódź`.
  return twin !== 0 && code >= 0x250 ? TWIN : 0
}

/** What compatibility, or the eye, makes of a character in ASCII; undefined where it is none. */
function shownAs(character: string): string | undefined {
  if (/[\u2010\u2011\u2212]/.test(character)) return '-'
  const shown = character.normalize('NFKC')
  if (shown === character || shown.length > 4 || !/^(?: |[\x21-\x7e]+)$/.test(shown)) return undefined
  // An ellipsis is punctuation, whoever writes it.
  return shown === '..' || shown === '...' ? undefined : shown
}

export interface Respelled {
  /** Undefined where the text reads as it is written. */
  readonly view: View | undefined
  /** What stands from here on may still read in another way. */
  readonly known: number
}

/** Whether it is worth to look closer: a thousand characters of ASCII without an escape take some 30 ns. */
export function mayReadOtherwise(text: string): boolean {
  if (Buffer.byteLength(text) !== text.length) return true
  if (text.includes('%') || text.includes('&#') || text.includes('\\u') || text.includes('\\x')) return true
  return text.endsWith('&') || text.endsWith('\\')
}

/**
 * A text as it reads without what nobody sees, with full-width and other shapes of ASCII as ASCII (NFKC), with
 * look-alikes from other scripts as the Latin letters that they look like, where they stand in a word that has such letters or
 * behind one, and with escapes of addresses, HTML and JSON undone; escapes of escapes too.
 *
 * How a place is shown is known from what stands within 80 characters before it and 60 behind it, so a text that
 * comes in pieces is shown as the whole is.
 */
export function respelled(text: string, ended: boolean): Respelled {
  return new Speller(text, ended).spell()
}

class Speller {
  readonly #text: string
  readonly #ended: boolean
  readonly #tables = tablesOf()
  #showing: Showing | undefined
  /** What was shown already, and where the word ends that was asked about last. */
  #copied = 0
  #wordEnd = 0
  #folds = false

  constructor(text: string, ended: boolean) {
    this.#text = text
    this.#ended = ended
  }

  spell(): Respelled {
    const text = this.#text
    const { kinds } = this.#tables
    let at = 0
    for (; at < text.length; ) {
      const kind = kinds[text.charCodeAt(at)] as number
      if (kind === 0) {
        at++
        continue
      }
      const next = this.#next(kind, at)
      if (next === OPEN) break
      at = next
    }
    if (this.#showing === undefined && at === text.length) return { view: undefined, known: at }
    const showing = this.#showing ?? new Showing(at)
    showing.copy(text, this.#copied, at)
    return { view: showing.view('folded'), known: at }
  }

  /** Where the text goes on behind what stands at `at`. */
  #next(kind: number, at: number): number {
    switch (kind) {
      case ESCAPE:
        return this.#escape(at)
      case HIDDEN:
        return this.#hidden(at)
      case TWIN:
        return this.#twin(at)
      case PAIR:
        return this.#pair(at)
      default: {
        const shown = shownAs(this.#text.charAt(at))
        if (shown !== undefined) this.#show(shown, at, at + 1)
        return at + 1
      }
    }
  }

  #show(shown: string, start: number, end: number): void {
    this.#showing ??= new Showing(this.#text.length)
    this.#showing.copy(this.#text, this.#copied, start)
    if (shown !== '') this.#showing.add(shown, start, end)
    this.#copied = end
  }

  #escape(at: number): number {
    const found = this.#escapeAt(at)
    if (found === OPEN) return OPEN
    if (found === undefined) return at + 1
    const kind = this.#kindOf(found.shown)
    if (kind === HIDDEN) return this.#hidden(at)
    const end = at + found.length
    this.#show((kind === 0 ? undefined : shownAs(found.shown)) ?? found.shown, at, end)
    return end
  }

  #escapeAt(at: number): Escape | typeof OPEN | undefined {
    const rest = this.#text.slice(at, at + ESCAPE_MAX)
    if (!this.#ended && rest.length < ESCAPE_MAX && /^[%&\\#\w]*$/.test(rest)) return OPEN
    return escaped(rest)
  }

  #kindOf(shown: string): number {
    return this.#tables.kinds[shown.charCodeAt(0)] ?? 0
  }

  #hidden(at: number): number {
    const text = this.#text
    let end = at
    while (end < text.length && end - at <= HIDDEN_MAX) {
      const length = this.#hiddenAt(end)
      if (length === 0) break
      if (length === OPEN) return OPEN
      end += length
    }
    if (end - at > HIDDEN_MAX) return this.#endOfHidden(end)
    if (end === text.length && !this.#ended) return OPEN
    // A picture that a selector follows, and letters of another script that are joined, are left as they are.
    if ((at > 0 && this.#isDrawn(at - 1)) || this.#isDrawn(end)) this.#show('', at, end)
    return end
  }

  #endOfHidden(from: number): number {
    let end = from
    for (let length = this.#hiddenAt(end); length > 0; length = this.#hiddenAt(end)) end += length
    return end
  }

  /** How long what nobody sees is that stands at `at`; 0 where it is seen. */
  #hiddenAt(at: number): number {
    const code = this.#text.charCodeAt(at)
    switch (this.#tables.kinds[code]) {
      case HIDDEN:
        return 1
      case PAIR:
        if (code !== TAGS) return 0
        if (at + 1 === this.#text.length) return this.#ended ? 0 : OPEN
        return isLow(this.#text.charCodeAt(at + 1)) ? 2 : 0
      case ESCAPE: {
        const found = this.#escapeAt(at)
        if (found === undefined || found === OPEN) return found ?? 0
        return this.#kindOf(found.shown) === HIDDEN ? found.length : 0
      }
      default:
        return 0
    }
  }

  /** A letter, digit or sign of what is looked for: a picture that a selector follows is none. */
  #isDrawn(at: number): boolean {
    const code = this.#text.charCodeAt(at)
    const kind = this.#tables.kinds[code]
    return (code > 0x20 && code < 0x7f) || kind === SHAPE || kind === TWIN
  }

  #twin(at: number): number {
    const text = this.#text
    if (at >= this.#wordEnd) {
      const end = this.#endOfWord(at)
      this.#folds = this.#isAmongLatin(at, end)
      if (!this.#folds && end === text.length && !this.#ended && end - at < WORD_MAX) return OPEN
      this.#wordEnd = end
    }
    const { kinds, twins } = this.#tables
    if (this.#folds) {
      this.#show(String.fromCharCode(twins[text.charCodeAt(at)] ?? 0), at, at + 1)
      return at + 1
    }
    let next = at + 1
    while (next < this.#wordEnd && kinds[text.charCodeAt(next)] === TWIN) next++
    return next
  }

  #endOfWord(at: number): number {
    let end = at + 1
    while (end < this.#text.length && end - at < WORD_MAX && isWord(this.#text.charCodeAt(end))) end++
    return end
  }

  #isAmongLatin(at: number, end: number): boolean {
    const text = this.#text
    for (let i = at; i < end; i++) if (isLatin(text.charCodeAt(i))) return true
    let start = at
    for (; start > 0 && at - start < WORD_MAX && isWord(text.charCodeAt(start - 1)); start--) {
      if (isLatin(text.charCodeAt(start - 1))) return true
    }
    // A word of another script alone: it is one that looks like ours where the words before it are ours.
    for (let i = start - 1; i >= 0 && start - i <= BEFORE_MAX; i--) {
      const code = text.charCodeAt(i)
      if (isLatin(code)) return true
      if (code >= 0xc0 && isWord(code)) return false
    }
    return false
  }

  #pair(at: number): number {
    const text = this.#text
    if (at + 1 === text.length) return this.#ended ? at + 1 : OPEN
    if (!isLow(text.charCodeAt(at + 1))) return at + 1
    if (text.charCodeAt(at) === TAGS) return this.#hidden(at)
    const shown = shownAs(text.slice(at, at + 2))
    if (shown !== undefined) this.#show(shown, at, at + 2)
    return at + 2
  }
}

const OPEN = -1
/** The high half of tags and of the selectors of the upper planes. */
const TAGS = 0xdb40

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}

function isLatin(code: number): boolean {
  const low = code | 0x20
  return low >= 0x61 && low <= 0x7a && code < 0x80
}

function isWord(code: number): boolean {
  return isLatin(code) || (code >= 0x30 && code <= 0x39) || (code >= 0xc0 && code < 0x2000) || isHidden(code)
}

interface Escape {
  readonly shown: string
  readonly length: number
}

const PERCENT = /^%(?:25){0,2}([0-9A-Fa-f]{2})/
const NUMBERED = /^(?:&#(\d{1,7});?|&#[xX]([0-9A-Fa-f]{1,6});?|\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2}))/

/** The escape that `rest` begins with. */
function escaped(rest: string): Escape | undefined {
  if (rest.startsWith('%')) return percentEscaped(rest)
  const [written, decimal, ...hexadecimal] = NUMBERED.exec(rest) ?? []
  if (written === undefined) return undefined
  const point = decimal === undefined ? Number.parseInt(hexadecimal.join(''), 16) : Number.parseInt(decimal, 10)
  return isShown(point) ? { shown: String.fromCodePoint(point), length: written.length } : undefined
}

/** RFC 3986 section 2.1, of UTF-8. */
function percentEscaped(rest: string): Escape | undefined {
  const bytes: number[] = []
  let length = 0
  let wanted = 1
  while (bytes.length < wanted) {
    const [written = '', digits = ''] = PERCENT.exec(rest.slice(length)) ?? []
    if (written === '') return undefined
    const byte = Number.parseInt(digits, 16)
    if (bytes.length === 0) wanted = byte < 0xc2 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    bytes.push(byte)
    length += written.length
  }
  const shown = Buffer.from(bytes).toString()
  return isShown(shown.codePointAt(0) ?? 0) && !shown.includes('\ufffd') ? { shown, length } : undefined
}

function isShown(point: number): boolean {
  return (point >= 0x20 && point <= 0x10ffff) || point === 9 || point === 10 || point === 13
}
