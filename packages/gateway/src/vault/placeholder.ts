import type { FindingType } from '../spec/index.js'

/** Crockford's base 32: no I, L, O and U, so that whoever reads or writes it wrongly is understood all the same. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BITS = 5
/** 40 bits: of ten thousand values of one type in one session two meet once in twenty thousand sessions. */
const SUFFIX_LENGTH = 8
/** Those that meet are told apart by so many characters more, again and again. */
const STEP_LENGTH = 4
const SUFFIX_MAX = 32

export function base32(bytes: Uint8Array, length: number): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff
    bits += 8
    while (bits >= BITS && text.length < length) {
      bits -= BITS
      text += ALPHABET.charAt((held >> bits) & 31)
    }
  }
  return text
}

/** `EMAIL` of `pii.email`, `PRIVATE_KEY` of `secret.private-key`. */
export function labelOf(type: FindingType): string {
  return type
    .slice(type.indexOf('.') + 1)
    .replaceAll(/[^a-z0-9]/gi, '_')
    .toUpperCase()
}

/**
 * Placeholders of a value, the first one first: what follows is for when another value has it already.
 *
 * @param alike of all spellings that mean the same: so a model sees that they do
 * @param exact of this spelling
 */
export function* placeholdersOf(type: FindingType, alike: Uint8Array, exact: Uint8Array): Iterable<string> {
  const first = base32(alike, SUFFIX_LENGTH)
  const more = base32(exact, SUFFIX_MAX - SUFFIX_LENGTH)
  for (let length = 0; length <= more.length; length += STEP_LENGTH) {
    yield `[${labelOf(type)}_${first}${more.slice(0, length)}]`
  }
}

/** What of each ASCII character tells placeholders apart; 0: nothing. */
const FOLDED: Uint8Array = new Uint8Array(128)
for (const one of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
  const code = one.charCodeAt(0)
  // What the alphabet lacks is read as what it looks like.
  FOLDED[code] = one === 'O' ? 0x30 : one === 'I' || one === 'L' ? 0x31 : code
  FOLDED[one.toLowerCase().charCodeAt(0)] = FOLDED[code]
}

/** What of a character tells placeholders apart; 0 of all but ASCII letters and digits. */
export function folded(code: number): number {
  return FOLDED[code] ?? 0
}

/** The same of a whole text. */
export function foldedText(text: string): string {
  let key = ''
  for (let at = 0; at < text.length; at++) {
    const code = folded(text.charCodeAt(at))
    if (code > 0) key += String.fromCharCode(code)
  }
  return key
}
