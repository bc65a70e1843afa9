import { escapeBefore } from '../../json/escape.js'

export const LETTER_DIGIT = 1
export const UNDERSCORE = 2
export const HYPHEN = 4
export const PLUS_SLASH = 8
/** What AWS builds its key ids of. */
export const BASE32 = 16

const KIND: Uint8Array = new Uint8Array(128)
for (const one of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')
  KIND[one.charCodeAt(0)] = LETTER_DIGIT
for (const one of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567') KIND[one.charCodeAt(0)] = LETTER_DIGIT | BASE32
KIND[0x5f] = UNDERSCORE
KIND[0x2d] = HYPHEN
KIND[0x2b] = PLUS_SLASH
KIND[0x2f] = PLUS_SLASH

export function is(kinds: number, text: string, at: number): boolean {
  return ((KIND[text.charCodeAt(at)] ?? 0) & kinds) !== 0
}

/** Offset after the run of such characters that begins at `start`; no further than `most` characters. */
export function runEnd(kinds: number, text: string, start: number, most: number): number {
  const last = Math.min(text.length, start + most)
  let end = start
  while (end < last && is(kinds, text, end)) end++
  return end
}

/** Where the run of such characters begins that ends before `end`; no lower than `floor`. */
export function runStart(kinds: number, text: string, floor: number, end: number): number {
  let start = end
  while (start > floor && is(kinds, text, start - 1)) start--
  return start
}

/** Whether a word may begin at `start`: nothing before it, no letter or digit, or an encoded character (`%3D`, `\n`). */
export function beginsWord(text: string, start: number): boolean {
  if (!is(LETTER_DIGIT, text, start - 1) || escapeBefore(text, start) > 0) return true
  return /%[0-9A-Fa-f]{2}$/.test(text.slice(Math.max(0, start - 3), start))
}

/** Keys are drawn at random: words, placeholders and hexadecimal digests lack a class of characters. */
export function looksRandom(text: string, start: number, end: number): boolean {
  let upper = false
  let lower = false
  let digit = false
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0x61 && code <= 0x7a) lower = true
    else if (code >= 0x41 && code <= 0x5a) upper = true
    else if (code >= 0x30 && code <= 0x39) digit = true
  }
  return upper && lower && digit
}
