import { flagsOf, KNOWN_MAX, KNOWN_MIN, PLAIN, POWERS, SHIFTED, TURNED } from './known.js'
import { Units } from './units.js'

/** What there is in a text that would make another view of it worth its time. */
export interface Evidence {
  /** Characters that nobody sees: of no width, tags, variation selectors, marks of direction. */
  readonly hidden: number
  /** Tags and variation selectors of the upper planes: they can carry a text of their own. */
  readonly carriers: number
  /** Marks that stand apart from the letter below them. */
  readonly marks: number
  /** Letters of a script that has twins among Latin letters. */
  readonly twins: number
  /** Letters that are shapes of other letters: full width, mathematical, in circles, small capitals. */
  readonly shapes: number
  readonly latin: number
  /** Digits and signs between letters that are read for a letter. */
  readonly leet: number
  /** The most single letters in a row. */
  readonly singles: number
  /** The most pieces in a row that are as long as a byte in hexadecimal, or in bits. */
  readonly bytes: number
  /** Whether letters, digits and signs that bytes are written in stand in a row of `RUN_MIN`. */
  readonly hasRun: boolean
  /** `%`, `&` and `\`, behind which an escape may stand. */
  readonly escapes: number
  readonly words: number
  readonly ciphers: CipherEvidence
}

/** Words of Latin letters that are neither short nor long, and those of them that are common ones as they stand, shifted, turned. */
export interface CipherEvidence {
  readonly looked: number
  readonly plain: number
  readonly shifted: number
  readonly turned: number
}

const OTHER = 0
const LETTER = 1
const DIGIT = 2
const SPACE = 3
const LEET_SIGN = 4
const ESCAPE = 5
const COMMA = 6
const CLASS = classes()

function classes(): Uint8Array {
  const all = new Uint8Array(128)
  for (let code = 0; code < 128; code++) {
    const character = String.fromCharCode(code)
    if (/[a-z]/i.test(character)) all[code] = LETTER
    else if (/\d/.test(character)) all[code] = DIGIT
    else if (/\s/.test(character)) all[code] = SPACE
    else if (/[@$!|]/.test(character)) all[code] = LEET_SIGN
    else if (/[%&\\]/.test(character)) all[code] = ESCAPE
    else if (/[,:]/.test(character)) all[code] = COMMA
  }
  return all
}

/** A shorter row is nothing that was encoded. UTF-16 code units. */
export const RUN_MIN = 16
/** Base64's alphabet, and that of its variant for addresses. Hexadecimal and binary digits are among them. */
const OF_RUN = Uint8Array.from({ length: 128 }, (_, code) => (/[\w+/-]/.test(String.fromCharCode(code)) ? 1 : 0))

const UNITS = new Units()

/** Looks once at each character. */
export function evidenceOf(text: string): Evidence {
  const units = UNITS.of(text)
  const powers = POWERS
  const { length } = text
  let hidden = 0
  let carriers = 0
  let marks = 0
  let twins = 0
  let shapes = 0
  let latin = 0
  let leet = 0
  let singles = 0
  let bytes = 0
  let singlesNow = 0
  let bytesNow = 0
  let escapes = 0
  let words = 0
  let looked = 0
  let plain = 0
  let shifted = 0
  let turned = 0
  let pieceStart = 0
  let hasDigit = false
  let runStart = 0
  let run = 0
  // The classes of the two characters before: what stands between letters is seen from behind.
  let before = SPACE
  let second = SPACE
  let third = SPACE
  for (let at = 0; at < length; at++) {
    const code = units[at] ?? 0
    let now = OTHER
    if (code >= 128 || OF_RUN[code] === 0) {
      if (at - runStart > run) run = at - runStart
      runStart = at + 1
    }
    if (code < 128) now = CLASS[code] ?? OTHER
    else if (isHidden(code)) hidden += 1
    else if (code === 0xdb40) {
      carriers += 1
      hidden += 1
    } else if (code >= 0x300 && code <= 0x36f) marks += 1
    else if (code >= 0x370 && code <= 0x58f) {
      now = LETTER
      twins += 1
    } else if (isShape(code)) {
      now = LETTER
      shapes += 1
    } else if (code >= 0xc0) now = LETTER
    if (now === LETTER) {
      if ((before === DIGIT || before === LEET_SIGN) && second === LETTER) leet += 1
      if (before === LETTER) singlesNow = 0
      else if (second === LETTER && third !== LETTER && ++singlesNow > singles) singles = singlesNow
      if (before === SPACE) words += 1
      if (code < 128) {
        // The rest of the word says nothing but which word it is.
        let hash = code | 0x20
        let end = at + 1
        for (; end < length; end++) {
          const low = (units[end] ?? 0) | 0x20
          if (low < 0x61 || low > 0x7a) break
          if (end - at < KNOWN_MAX) hash = (hash + Math.imul(low, powers[end - at] ?? 0)) | 0
        }
        const word = end - at
        latin += word
        if (word >= KNOWN_MIN && word <= KNOWN_MAX) {
          looked += 1
          const flags = flagsOf(hash, word)
          if ((flags & PLAIN) !== 0) plain += 1
          else if ((flags & SHIFTED) !== 0) shifted += 1
          else if ((flags & TURNED) !== 0) turned += 1
        }
        if (word > 1) {
          singlesNow = 0
          second = word > 2 ? LETTER : before
          before = LETTER
          at = end - 1
        }
      }
    } else if (now === SPACE || now === COMMA) {
      const piece = at - pieceStart
      if (piece !== 2 && piece !== 8) bytesNow = 0
      else if (hasDigit && ++bytesNow > bytes) bytes = bytesNow
      pieceStart = at + 1
      hasDigit = false
    } else if (now === DIGIT) hasDigit = true
    else if (now === ESCAPE) escapes += 1
    third = second
    second = before
    before = now
  }
  const hasRun = run >= RUN_MIN || length - runStart >= RUN_MIN
  const ciphers = { looked, plain, shifted, turned }
  return { hidden, carriers, marks, twins, shapes, latin, leet, singles, bytes, hasRun, escapes, words, ciphers }
}

/** Of no width, or what turns the direction: nobody sees it. Half of a pair is no such character. */
export function isHidden(code: number): boolean {
  return (
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    code === 0xfeff ||
    code === 0xad ||
    code === 0x34f ||
    code === 0x61c ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x17b4 ||
    code === 0x17b5 ||
    (code >= 0x180b && code <= 0x180e) ||
    code === 0x3164 ||
    code === 0xffa0
  )
}

/** 0xd835 begins the mathematical letters, 0xd83c the letters in circles and squares. */
function isShape(code: number): boolean {
  return (
    code === 0xd835 ||
    code === 0xd83c ||
    (code >= 0x250 && code <= 0x2af) ||
    (code >= 0x1d00 && code <= 0x1d7f) ||
    (code >= 0x2070 && code <= 0x209c) ||
    (code >= 0x2100 && code <= 0x214f) ||
    (code >= 0x2460 && code <= 0x24ff) ||
    (code >= 0xff01 && code <= 0xff5e) ||
    (code >= 0x13a0 && code <= 0x13f4)
  )
}
