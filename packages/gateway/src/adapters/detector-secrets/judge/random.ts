/**
 * Whether a value was drawn at random, as keys are, or written by somebody, as names and words are. All of it looks at each
 * character once.
 */

/** Which letters follow which in English words and in names of code: seven in ten of two random letters are no such pair. */
const PAIRS: Readonly<Record<string, string>> = {
  a: 'bcdgiklmnprstuy',
  b: 'aejlou',
  c: 'aehiklortu',
  d: 'adeiosy',
  e: 'acdeflmnopqrstvwxy',
  f: 'aefioru',
  g: 'aeirt',
  h: 'aeior',
  i: 'acdefglmnorstv',
  j: 'es',
  k: 'ei',
  l: 'adeilostuy',
  m: 'abeiops',
  n: 'acdegilostu',
  o: 'bcdefgiklmnoprstuvw',
  p: 'aeilortu',
  q: 'u',
  r: 'acdeimnorstuy',
  s: 'acehikopstuwy',
  t: 'acehiorstuy',
  u: 'delmnrst',
  v: 'aeio',
  w: 'aehinor',
  x: 'pt',
  y: 'ps',
}

const IS_PAIR: Uint8Array = new Uint8Array(32 * 32)
for (const [first, followers] of Object.entries(PAIRS)) {
  for (const second of followers) IS_PAIR[((first.charCodeAt(0) & 31) << 5) | (second.charCodeAt(0) & 31)] = 1
}

export interface Makeup {
  readonly length: number
  readonly lower: number
  readonly upper: number
  readonly digits: number
  /** All but letters and digits of ASCII. */
  readonly others: number
  /** Characters that differ from one another; those past ASCII count as one. */
  readonly distinct: number
  /** Shannon's, in bits a character; reckoned when it is asked for. */
  entropy(): number
  /** The share of characters that stand in runs of letters which could be words. */
  readonly wordy: number
  /** The longest run of one character. */
  readonly run: number
  /** How often digits and letters change places, and small letters and capitals. */
  readonly turns: number
  readonly shifts: number
  readonly isHex: boolean
}

/** @param start of the part that is looked at; no more than its first 512 characters are */
export function makeup(text: string, start: number, end: number): Makeup {
  const last = Math.min(end, start + 512)
  let lower = 0
  let upper = 0
  let digits = 0
  let letters = 0
  let capitals = 0
  let common = 0
  let inWords = 0
  let run = 0
  let runMax = 0
  let turns = 0
  let shifts = 0
  let hexLetters = 0
  let before = -1
  let kindBefore = 0
  // Which characters there are, 32 to a number.
  let low = 0
  let signs = 0
  let capitalsSeen = 0
  let smallSeen = 0
  let isBeyond = 0
  for (let at = start; at < last; at++) {
    const code = Math.min(text.charCodeAt(at), 128)
    const bit = 1 << (code & 31)
    if (code >= 128) isBeyond = 1
    else if (code >= 96) smallSeen |= bit
    else if (code >= 64) capitalsSeen |= bit
    else if (code >= 32) signs |= bit
    else low |= bit
    run = code === before ? run + 1 : 1
    if (run > runMax) runMax = run
    const kind = KINDS[code] as number
    if (kind === LOWER) lower++
    else if (kind === UPPER) upper++
    else if (kind === DIGIT) digits++
    if (kind >= LOWER && (code & 31) <= 6) hexLetters++
    // Words begin with a capital, or are all in capitals.
    const isNew = kind === UPPER ? kindBefore === LOWER : kind === LOWER && capitals > 1
    if (kind < LOWER || isNew) {
      if (isWord(letters, common)) inWords += letters
      letters = common = capitals = 0
    }
    if (kind >= LOWER) {
      if (letters > 0) common += IS_PAIR[((before & 31) << 5) | (code & 31)] as number
      letters++
      if (kind === UPPER) capitals++
    }
    if (kind > 0 && kindBefore > 0 && (kind === DIGIT) !== (kindBefore === DIGIT)) turns++
    if (kind >= LOWER && kindBefore >= LOWER && kind !== kindBefore) shifts++
    before = code
    kindBefore = kind
  }
  if (isWord(letters, common)) inWords += letters
  const length = last - start
  return {
    length,
    lower,
    upper,
    digits,
    others: length - lower - upper - digits,
    distinct: bitsOf(low) + bitsOf(signs) + bitsOf(capitalsSeen) + bitsOf(smallSeen) + isBeyond,
    entropy: () => entropyOf(text, start, last),
    wordy: inWords / Math.max(1, length),
    run: runMax,
    turns,
    shifts,
    isHex: hexLetters === lower + upper && hexLetters + digits === length && (lower === 0 || upper === 0),
  }
}

/** Whether so many characters differ from one another, as `distinct` counts them: most values have them in their beginning. */
export function hasDistinct(text: string, start: number, end: number, least: number): boolean {
  let distinct = 0
  let low = 0
  let signs = 0
  let capitals = 0
  let small = 0
  let beyond = 0
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    const bit = 1 << (code & 31)
    if (code >= 128) {
      distinct += 1 - beyond
      beyond = 1
    } else if (code >= 96) {
      if ((small & bit) === 0) distinct++
      small |= bit
    } else if (code >= 64) {
      if ((capitals & bit) === 0) distinct++
      capitals |= bit
    } else if (code >= 32) {
      if ((signs & bit) === 0) distinct++
      signs |= bit
    } else {
      if ((low & bit) === 0) distinct++
      low |= bit
    }
    if (distinct >= least) return true
  }
  return false
}

/** How often each character stands there; all of one call, which nothing interrupts. */
const COUNTS: Uint16Array = new Uint16Array(129)

function entropyOf(text: string, start: number, end: number): number {
  COUNTS.fill(0)
  for (let at = start; at < end; at++) {
    const code = Math.min(text.charCodeAt(at), 128)
    COUNTS[code] = (COUNTS[code] ?? 0) + 1
  }
  const length = end - start
  let entropy = 0
  for (const count of COUNTS) if (count > 0) entropy -= (count / length) * Math.log2(count / length)
  return entropy
}

function bitsOf(word: number): number {
  let left = word - ((word >>> 1) & 0x55555555)
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333)
  return Math.imul((left + (left >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Seven in ten of its pairs are pairs in words: of four random letters one run in thirty is such a one, of more still fewer. */
function isWord(letters: number, common: number): boolean {
  return letters >= 4 && common >= 0.7 * (letters - 1)
}

const DIGIT = 1
const LOWER = 2
const UPPER = 3

/** By character of ASCII; all others are one. */
const KINDS: Uint8Array = Uint8Array.from({ length: 129 }, (_, code) => {
  if (code >= 0x61 && code <= 0x7a) return LOWER
  if (code >= 0x41 && code <= 0x5a) return UPPER
  return code >= 0x30 && code <= 0x39 ? DIGIT : 0
})

/** Of a random value hardly any letters stand in words; of identifiers nearly all do. */
const WORDY = 0.48

/**
 * Drawn at random, as far as its characters tell. The shorter it is, the more has to speak for it: what is short and has no
 * digit among its letters is as likely a name.
 */
export function isRandom(of: Makeup): boolean {
  return isMixed(of) && isSpread(of)
}

/** A random text of n characters out of 16 has about log2(n) - 1 bits where n is small, and 3.6 where it is not. */
function isSpread(of: Makeup): boolean {
  return of.entropy() >= Math.min(of.isHex ? 2.7 : 3.1, Math.log2(of.length) - 0.9)
}

function isMixed(of: Makeup): boolean {
  const { length, digits, distinct, run, wordy, lower, upper, turns, shifts } = of
  if (length < 8 || run > Math.max(4, length / 6) || lower + upper === 0 || distinct < 6) return false
  if (of.isHex) return digits >= 2 && lower + upper >= 2 && turns >= 3 && length >= 16
  if (wordy > WORDY) return false
  if (digits === 0) return length >= 12 && wordy < 0.25 && shifts >= Math.max(4, length / 5)
  if (length >= 16) return turns + shifts >= 4 || wordy < 0.2
  return turns >= 3 || (turns >= 2 && lower > 0 && upper > 0) || (wordy === 0 && shifts >= 4)
}
