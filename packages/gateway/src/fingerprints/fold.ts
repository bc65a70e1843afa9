/** What a character is for a comparison: part of a word, a word by itself, between words, or nothing at all. */
export interface Folded {
  readonly kind: 'word' | 'alone' | 'apart' | 'through'
  /** Small letters without marks, and digits 0 to 9; empty for the last two. */
  readonly units: string
}

const APART: Folded = { kind: 'apart', units: '' }
const THROUGH: Folded = { kind: 'through', units: '' }

/** Of each ASCII character its small letter or digit; 0: it stands between words. */
export const ASCII: Uint8Array = new Uint8Array(128)
for (const one of '0123456789abcdefghijklmnopqrstuvwxyz') {
  ASCII[one.charCodeAt(0)] = one.charCodeAt(0)
  ASCII[one.toUpperCase().charCodeAt(0)] = one.charCodeAt(0)
}

/** Letters that Unicode does not take apart, and that people write without what they have. */
const PLAIN: ReadonlyMap<string, string> = new Map([
  ['ø', 'o'],
  ['ł', 'l'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['þ', 'th'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ħ', 'h'],
])

const memo = new Map<number, Folded>()
/** Most texts have few characters, and a hostile one must not fill the memory with all of them. */
const MEMO_MAX = 16_384

/**
 * One character by itself, whatever stands next to it: so a text folds the same in every cutting. NFKD, case folded, without
 * marks; digits of every script are digits.
 */
export function foldOf(codePoint: number): Folded {
  const held = memo.get(codePoint)
  if (held !== undefined) return held
  const made = fold(String.fromCodePoint(codePoint))
  if (memo.size < MEMO_MAX) memo.set(codePoint, made)
  return made
}

function fold(character: string): Folded {
  // Marks, and what joins or hides: soft hyphens, zero-width characters, directions.
  if (/^[\p{M}\p{Cf}]$/u.test(character)) return THROUGH
  let units = ''
  // Upper case first: `ß` and `SS`, `ς` and `Σ` are the same then.
  for (const one of character.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKD')) {
    if (/[\p{L}\p{N}]/u.test(one)) units += PLAIN.get(one) ?? digitOf(one)
  }
  if (units === '') return APART
  return { kind: ALONE.test(character) ? 'alone' : 'word', units }
}

/** Scripts that put no blanks between words: each character stands for itself. */
const ALONE = /[\p{Ideographic}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u

function digitOf(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0
  if (codePoint < 128 || !/\p{Nd}/u.test(character)) return character
  // "Nd" characters come in runs of ten, from zero to nine (Unicode 4.6).
  let zero = codePoint
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return String((codePoint - zero) % 10)
}
